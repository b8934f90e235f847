"""The tables of the annual report: each adds up, and each of its numbers opens its records."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from caseworks.models import Organization
from caseworks.reports import splits, wording
from caseworks.reports.completeness import LACKING
from caseworks.reports.document import Figure, Row, Table
from caseworks.reports.figures import SHARES_DIGITS, Figures, as_share
from caseworks.reports.question import Question
from caseworks.reports.splits import BLANK, YES, Split


def tables(figures: Figures, question: Question) -> tuple[Table, ...]:
    """The tables that have anything to show, numbered."""
    found: list[Table] = []
    if figures.get("left_behind").value:
        found += [
            _by_age_and_sex(figures),
            _by_split(figures, splits.AWAY, _("By parents away"), _("Parents away")),
            _by_split(figures, splits.CARER, _("By carer"), _("Carer"), drawn=True),
            _by_split(figures, splits.DESTINATION, _("By province of the parents' work"), _("Province"), drawn=True),
            _by_split(figures, splits.BOARDING, _("By boarding"), _("Boarding")),
            _by_split(figures, splits.REGISTRATION, _("By household registration"), _("Household registration")),
            _by_split(figures, splits.HEALTH, _("By health"), _("Health")),
            _completeness(figures),
        ]
    if figures.get("contacts").value:
        found += [_by_kind_of_contact(figures), _by_whom(figures)]
    if figures.get("left_behind").value or figures.get("schools").value:
        found.append(_by_school(figures, question))
    if figures.get("left_behind").value:
        found.append(_by_split(figures, splits.VILLAGE, _("By village"), _("Village"), question=question))
    return tuple(
        replace(table, title=_("Table {number}: {title}").format(number=position, title=table.title))
        for position, table in enumerate(found, start=1)
    )


def _by_age_and_sex(figures: Figures) -> Table:
    sexes = figures.cells("left_behind", splits.SEX)
    words = splits.SEX.labels(sexes)
    counts = figures.counts("left_behind", "age")
    bands = [band for band in splits.AGE.groups if band != "18-"]  # no definition reaches beyond 17
    labels = splits.AGE.labels(bands)
    shares = wording.shares([counts.get(band, 0) for band in bands], SHARES_DIGITS)
    rows = []
    for band, share in zip(bands, shares, strict=True):
        whole = figures.get("left_behind", age=band)
        by_sex = [figures.get("left_behind", age=band, sex=sex) for sex in sexes]
        rows.append(Row(labels[band], (whole, as_share(whole, share), *by_sex)))
    whole = figures.get("left_behind")
    return Table(
        "age",
        _("By age and sex"),
        _("Age"),
        (_("Children"), _("Share"), *(words[sex] for sex in sexes)),
        tuple(rows),
        Row(
            _("Total"),
            (whole, figures.share("left_behind", whole), *(figures.get("left_behind", sex=sex) for sex in sexes)),
        ),
    )


def _by_school(figures: Figures, question: Question) -> Table:
    own = list(question.schools().order_by("path"))
    own_codes = {school.code for school in own}
    others = [cell for cell in figures.cells("left_behind", splits.SCHOOL) if cell not in own_codes]
    words = splits.SCHOOL.labels(others) | {school.code: school.name for school in own}
    declared = figures.counts("pupils", "school")
    rows = []
    for code in [*(school.code for school in own), *others]:
        pupils = figures.get("pupils", school=code) if code in declared else None
        children = figures.get("left_behind", school=code)
        rows.append(
            Row(
                words[code],
                (
                    pupils,
                    children,
                    figures.share("left_behind", pupils, school=code) if pupils else None,
                    figures.get("left_behind", school=code, away="2"),
                    figures.get("left_behind", school=code, sex="1"),
                    figures.get("left_behind", school=code, sex="2"),
                ),
                organization=code if code in own_codes else "",
            )
        )
    pupils = figures.get("pupils")
    return Table(
        "school",
        _("By school"),
        _("School"),
        (
            _("Pupils"),
            _("Left behind"),
            _("Share of the pupils"),
            _("Both parents away"),
            splits.SEX.labels(["1"])["1"],
            splits.SEX.labels(["2"])["2"],
        ),
        tuple(rows),
        Row(
            _("Total"),
            (
                pupils,
                figures.get("left_behind"),
                figures.share("left_behind", pupils, declared=YES) if pupils.value else None,
                figures.get("left_behind", away="2"),
                figures.get("left_behind", sex="1"),
                figures.get("left_behind", sex="2"),
            ),
        ),
        main=1,
    )


def _by_split(
    figures: Figures, split: Split, title: str, stub: str, *, drawn: bool = False, question: Question | None = None
) -> Table:
    """A split of the left-behind children: number and share. With a question, rows that are the office's own are
    marked, so that a page can lead to their reports."""
    now = figures.counts("left_behind", split.key)
    cells = figures.cells("left_behind", split)
    if not split.always:
        cells.sort(key=lambda cell: (cell == BLANK, -now.get(cell, 0)))
    words = split.labels(cells)
    own: set[str] = set()
    if question is not None:
        own.update(
            Organization.objects.under(question.organization).filter(code__in=cells).values_list("code", flat=True)
        )
    shares = wording.shares([now.get(cell, 0) for cell in cells], SHARES_DIGITS)
    rows = []
    for cell, share in zip(cells, shares, strict=True):
        count = figures.get("left_behind", **{split.key: cell})
        rows.append(Row(words[cell], (count, as_share(count, share)), organization=cell if cell in own else ""))
    whole = figures.get("left_behind")
    return Table(
        split.key,
        title,
        stub,
        (_("Children"), _("Share")),
        tuple(rows),
        Row(_("Total"), (whole, figures.share("left_behind", whole))),
        drawn=drawn,
    )


def _completeness(figures: Figures) -> Table:
    """What the tables rest on and the archives lack."""
    whole = figures.get("left_behind")
    rows = []
    for key, indicator in LACKING.items():
        count = figures.get(key)
        share = wording.percent(count.value, whole.value, SHARES_DIGITS)
        rows.append(Row(str(indicator.name), (count, as_share(count, share))))
    return Table(
        "completeness",
        _("Completeness of the records"),
        _("Missing on file"),
        (_("Children"), _("Share")),
        tuple(rows),
        Row(_("Children counted"), (whole, figures.share("left_behind", whole))),
        note=_(
            "What the figures of this report depend on and is not on file for children counted here. One archive may lack "
            "several things, so the lines do not add up. It is what the archives say now, so it is not compared with the "
            "year before."
        ),
        adds_up=False,
    )


def _by_kind_of_contact(figures: Figures) -> Table:
    kinds = figures.cells("contacts", splits.how())
    words = splits.how().labels(kinds)

    def line(**cells: str) -> tuple[Figure, ...]:
        return (
            figures.get("contacts", **cells),
            figures.get("contacts", outcome=YES, **cells),
            figures.get("child_contacts", outcome=YES, **cells),
            figures.get("people_contacted", **cells),
        )

    return Table(
        "how",
        _("Contacts by kind"),
        _("Kind"),
        (
            _("Tried (times)"),
            _("Reached (times)"),
            _("Children (child contacts)"),
            _("People spoken to (times)"),
        ),
        tuple(Row(words[kind], line(how=kind)) for kind in kinds),
        Row(_("Total"), line()),
    )


def _by_whom(figures: Figures) -> Table:
    whom = figures.cells("people_contacted", splits.WHOM)
    words = splits.WHOM.labels(whom)

    def line(**cells: str) -> tuple[Figure, ...]:
        return (
            figures.get("people_contacted", **cells),
            figures.get("people_contacted", how="home", **cells),
            figures.get("people_contacted", how="call", **cells),
        )

    return Table(
        "whom",
        _("People spoken to"),
        _("Who"),
        (_("All kinds (times)"), _("Home visits (times)"), _("Phone calls (times)")),
        tuple(Row(words[cell], line(whom=cell)) for cell in whom),
        Row(_("Total"), line()),
    )
