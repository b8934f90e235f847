"""The pages of duplicates: the list to work off, two archives side by side, and what was merged."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caseworks import audit, counting
from caseworks.access import Permission, requires
from caseworks.pages import page, paginate
from caseworks.requests import Request
from children.forms.base import ActionForm
from children.models import Child
from children.views.lines import places
from children.views.saving import carry_out, posted
from guardians.duplicates import actions
from guardians.duplicates.compare import Fact, Twins, facts, kinships_of, twins
from guardians.duplicates.finder import KIND, pairs_kept, suspicions
from guardians.models import Kinship, Merge, Relative

PAIRS_A_PAGE = 20


@requires(Permission.VIEW_ARCHIVES, methods=("GET", "POST"))
def duplicates(request: Request) -> HttpResponse:
    """Pairs of archives that may be of one child, the likeliest first, each with the reason. Posted: look anew in an area
    so large that it is looked through beforehand."""
    today, again = timezone.localdate(), reverse("duplicates:list")
    kept = counting.ask_if_large(KIND, now=timezone.now(), anew=request.method == "POST")
    if request.method == "POST":
        return redirect(again)
    if kept is not None and not kept.is_there:
        return page(request, "components/counted.html", kept=kept, again=again, title=_("Possible duplicates"))
    rows = paginate(suspicions(pairs_kept(kept.figures) if kept else None), request, PAIRS_A_PAGE)
    children = [child for pair in rows.object_list for child in (pair.first, pair.second)]
    shown = {place.child.pk: place for place in places(children, today)}
    return page(
        request,
        "duplicates/list.html",
        rows=rows,
        pairs=[(pair, shown[pair.first.pk], shown[pair.second.pk]) for pair in rows.object_list],
        merged=Merge.objects.filter(absorbed__isnull=False).select_related("child", "merged_by").order_by("-pk")[:10],
        kept=kept,
        again=again,
    )


class MergeForm(ActionForm):
    """For each fact in which the archives differ, which of the two is right; and which relatives are one person."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    versions = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, found: list[Fact], pairs: list[Twins], **options: Any) -> None:
        super().__init__(*args, **options)
        self.found, self.pairs = found, pairs
        choices = [("keep", gettext_lazy("left")), ("absorb", gettext_lazy("right"))]
        for fact in found:
            if fact.differs:
                self.fields[f"fact-{fact.name}"] = forms.ChoiceField(
                    label=fact.label,
                    choices=choices,
                    initial="absorb" if fact.absorbed else "keep",
                    widget=forms.RadioSelect,
                )
        for pair in pairs:
            self.fields[f"one-{pair.key}"] = forms.BooleanField(
                label=pair.relation_label, required=False, initial=pair.likely
            )

    @property
    def lines(self) -> list[tuple[Fact, Any]]:
        """Each fact with the value its choice has now; None where there is nothing to choose."""
        return [(fact, self[f"fact-{fact.name}"].value() if fact.differs else None) for fact in self.found]

    @property
    def people(self) -> list[tuple[Twins, forms.BoundField]]:
        return [(pair, self[f"one-{pair.key}"]) for pair in self.pairs]

    def facts(self) -> dict[str, Any]:
        """What the action is told."""
        chosen = self.cleaned_data
        return {
            "from_absorbed": [each.name for each in self.found if chosen.get(f"fact-{each.name}") == "absorb"],
            "relatives": [(each.keep, each.absorb) for each in self.pairs if chosen.get(f"one-{each.key}")],
        }


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def compare(request: Request, keep: str, absorb: str) -> HttpResponse:
    """Two archives side by side; the left one goes on, the right one is merged into it, fact by fact."""
    mine, theirs = get_object_or_404(Child, code=keep), Child.objects.filter(code=absorb).first()
    done = Merge.objects.filter(child=mine, absorbed__code=absorb, undone_at__isnull=True).first()
    if theirs is None and done is not None:
        return redirect(done)  # pressed twice, or somebody was faster
    if theirs is None or theirs.pk == mine.pk:
        theirs = get_object_or_404(Child.objects.exclude(pk=mine.pk), code=absorb)
    if not mine.is_live and theirs.is_live:
        return redirect("duplicates:compare", theirs.code, mine.code)
    if request.method == "GET":
        for child in (mine, theirs):
            audit.record("child.viewed", child)
    pairs = twins(mine, theirs)
    form = MergeForm(
        posted(request),
        found=facts(mine, theirs, request.posting),
        pairs=pairs,
        initial={"versions": f"{mine.version}-{theirs.version}"},
    )

    def change() -> str:
        if form.cleaned_data["versions"] != f"{mine.version}-{theirs.version}":
            words = _("Somebody else has changed one of the two since you opened this page. Look again, then merge.")
            raise ValidationError(words, code="changed")
        done = actions.merge(keep=mine, absorb=theirs, by=request.user, **form.facts())
        messages.success(request, _("Merged into one archive: %(name)s.") % {"name": mine.name})
        return done.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    if form.is_bound:  # the next press is about what stands there now
        form.data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict: it came with the request
        form.data["versions"] = form.initial["versions"]  # type: ignore[index]  # the copy can be written
    left, right = places([mine, theirs], timezone.localdate())
    return page(request, "duplicates/compare.html", form=form, left=left, right=right)


@requires(Permission.KEEP_ARCHIVES, methods=("POST",))
def apart(request: Request, keep: str, absorb: str) -> HttpResponse:
    """These are two children."""
    one, other = get_object_or_404(Child, code=keep), get_object_or_404(Child.objects.exclude(code=keep), code=absorb)
    actions.keep_apart(one=one, other=other, by=request.user)
    messages.success(request, _("Noted: two children. The pair is not shown again."))
    return redirect("duplicates:list")


@requires(Permission.VIEW_ARCHIVES)
def merged(request: Request, code: str) -> HttpResponse:
    """What was merged, by whom, and the way back as long as there is one."""
    return _merged(
        request, get_object_or_404(Merge.objects.select_related("child", "merged_by", "undone_by"), code=code)
    )


def _merged(request: Request, merge: Merge, *, error: str = "") -> HttpResponse:
    absorbed = Merge.objects.filter(pk=merge.pk).values_list("absorbed__code", flat=True).get()
    return page(
        request,
        "duplicates/merged.html",
        status=200 if not error else 409,
        merge=merge,
        absorbed=absorbed,
        error=error,
        since=[] if merge.undone_at else actions.written_since(merge),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("POST",))
def undo(request: Request, code: str) -> HttpResponse:
    """Take a merge back."""
    merge = get_object_or_404(Merge, code=code)
    try:
        actions.undo(merge=merge, by=request.user)
    except ValidationError as error:
        return _merged(request, get_object_or_404(Merge, code=code), error=" ".join(error.messages))
    messages.success(request, _("Taken back: both are as they were."))
    return redirect(merge)


class RelativesForm(ActionForm):
    """Two people of one family who are the same person, each by code."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    keep = forms.ChoiceField(label=gettext_lazy("This entry goes on"))
    absorb = forms.ChoiceField(label=gettext_lazy("and takes in this one"))

    def __init__(self, *args: Any, people: list[Relative], words: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {person.code: person for person in people}
        for name in ("keep", "absorb"):
            self.fields[name].choices = [("", "—"), *words]

    def relatives(self) -> dict[str, Relative]:
        """Both people, for the action."""
        return {name: self.people[self.cleaned_data[name]] for name in ("keep", "absorb")}


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def family(request: Request, code: str) -> HttpResponse:
    """The same relative was entered twice."""
    child = get_object_or_404(Child, code=code)
    people = list(kinships_of(child))
    form = RelativesForm(posted(request), people=[row.relative for row in people], words=_labels(people))

    def change() -> str:
        done = actions.merge_relatives(child=child, by=request.user, **form.relatives())
        messages.success(request, _("The two entries are one now."))
        return done.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    return page(
        request,
        "children/change.html",
        child=child,
        form=form,
        title=_("One person, entered twice"),
        lead=_("The first entry goes on, for every child of this person; what it lacks is taken from the second."),
        button=_("Make them one"),
        back=resolve_url("children:household", child.code),
    )


def _labels(people: list[Kinship]) -> list[tuple[str, str]]:
    return [(row.relative.code, f"{row.get_relation_display()} {row.relative.name}") for row in people]
