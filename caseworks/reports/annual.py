"""The annual report on the care for left-behind children (关爱留守儿童工作汇报), in the order its readers know:
the children, their archives, pairings, contacts, what is missing; tables; and what each figure means.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from caseworks.models import Organization
from caseworks.reports import splits, wording
from caseworks.reports.document import (
    ABOUT,
    SHARE,
    Figure,
    Paragraph,
    Parts,
    Report,
    Row,
    Section,
    Table,
    joined,
    parts_of,
)
from caseworks.reports.indicators import INDICATORS, Slice, Tally
from caseworks.reports.question import Question
from caseworks.reports.splits import BLANK, NO, YES, Split

CALLED = ("father", "mother", "carer", "relative", "teacher", "village", "town")
SHARES_DIGITS = 1
SLICED = {"pupils", "left_behind", "mentors", "contacts", "child_contacts", "people_contacted"}  # by this report


class Figures:
    """Every figure of a question and of the same question a year before; each indicator is asked once a year."""

    def __init__(self, question: Question) -> None:
        self._questions = (question, question.a_year_before())
        self._values: dict[str, tuple[int, int]] = {}
        self._tallies: dict[str, tuple[Tally, Tally]] = {}

    def tallies(self, key: str) -> tuple[Tally, Tally]:
        """The counts of this year and of the year before, in all their slices."""
        if key not in self._tallies:
            this, last = (INDICATORS[key].tally(question) for question in self._questions)
            self._tallies[key] = this, last
            self._values[key] = this.total, last.total
        return self._tallies[key]

    def _pair(self, key: str, slice_: Slice) -> tuple[int, int]:
        """A figure of this year and of the year before; one that is never sliced is only counted."""
        if slice_ or key in SLICED:
            now, before = self.tallies(key)
            return now.count(slice_), before.count(slice_)
        if key not in self._values:
            this, last = (INDICATORS[key].value(question) for question in self._questions)
            self._values[key] = this, last
        return self._values[key]

    def counts(self, key: str, split: str) -> dict[str, int]:
        """This year's counts in the cells of a split."""
        return self.tallies(key)[0].cells(split)

    def cells(self, key: str, split: Split) -> list[str]:
        """The cells of a split that a table needs for this year and the year before to add up."""
        either: Counter[str] = Counter()
        for tally in self.tallies(key):
            either.update(tally.cells(split.key))
        return split.in_order(either)

    def cell(self, key: str, **cells: str | tuple[str, ...]) -> Figure:
        """A cell of a split, in a sentence that lists them all: not repeated in the margin."""
        return replace(self.get(key, "exact", **cells), noted=False)

    def get(self, key: str, shown: str = "exact", **cells: str | tuple[str, ...]) -> Figure:
        """A figure, or a slice of it: `get("left_behind", sex="1")`."""
        slice_ = _slice(cells)
        now, before = self._pair(key, slice_)
        return Figure(INDICATORS[key], slice_, now, before, shown)

    def share(self, key: str, of: Figure, **cells: str | tuple[str, ...]) -> Figure:
        """A slice as a share of another figure, in percent."""
        part = self.get(key, SHARE, **cells)
        return _as_share(
            part,
            wording.percent(part.value, of.value, SHARES_DIGITS),
            wording.percent(part.before, of.before, SHARES_DIGITS),
        )


def _slice(cells: dict[str, str | tuple[str, ...]]) -> Slice:
    return {key: (cell,) if isinstance(cell, str) else cell for key, cell in cells.items()}


def _as_share(figure: Figure, share, share_before=None) -> Figure:
    return replace(figure, shown=SHARE, share=share, share_before=share_before, noted=False)


def basis_of(question: Question) -> tuple[str, ...]:
    """The definition in words and the cut-off: printed wherever a figure is."""
    definition = question.definition
    return (
        _("Definition: {name}. {words}").format(name=definition.name, words=definition.words),
        _("Cut-off: {day}. What happened is counted from {first} to the cut-off.").format(
            day=wording.day(question.last), first=wording.day(question.first)
        ),
    )


def annual_report(question: Question, *, made_on: date, made_by: str) -> Report:
    """The report of one office for one year, by one definition. `made_by` is printed: the person or the command."""
    figures = Figures(question)
    return Report(
        title=_("Report of {organization} on the care for left-behind children in {year}").format(
            organization=question.organization.name, year=question.year
        ),
        question=question,
        made_on=made_on,
        made_by=made_by,
        basis=basis_of(question),
        sections=tuple(
            Section(wording.numbered(position, heading), paragraphs)
            for position, (heading, paragraphs) in enumerate(
                (
                    (_("The children"), _children(figures)),
                    (_("Archives"), _archives(figures)),
                    (_("Pairings"), _pairings(figures)),
                    (_("Contacts and visits"), _contacts(figures)),
                    (_("What is still missing"), _gaps(figures)),
                ),
                start=1,
            )
        ),
        tables=_tables(figures, question),
        annex=tuple(figures.get(key) for key in INDICATORS),
        compared=any(figures.get(key).before for key in ("archives", "contacts", "pairings", "pupils")),
    )


# --- Sentences ----------------------------------------------------------------------------------------------------------


def _cells_with_shares(figures: Figures, key: str, split: Split) -> Parts:
    """“祖父母18999人（83.1%）、外祖父母2404人（10.5%）…”: the cells of a split, their shares adding up to 100."""
    counts = figures.counts(key, split.key)
    cells = [cell for cell in split.in_order(counts) if counts.get(cell)]
    words = split.labels(cells)
    shares = wording.shares([counts[cell] for cell in cells], SHARES_DIGITS)
    return joined(
        [
            parts_of(
                _("{word}: {count} ({share})"),
                word=words[cell],
                count=figures.cell(key, **{split.key: cell}),
                share=wording.with_percent_sign(share),
            )
            for cell, share in zip(cells, shares, strict=True)
        ]
    )


def _children(figures: Figures) -> tuple[Paragraph, ...]:
    schools, pupils = figures.get("schools"), figures.get("pupils")
    left_behind = figures.get("left_behind")
    opening = []
    if schools.value:
        opening.append(parts_of(_("There are {schools} schools."), schools=schools))
    if pupils.value:
        opening.append(parts_of(_("They have {pupils} pupils."), pupils=pupils))
    rural_asked = figures.get("rural_asked")
    if rural_asked.value:
        opening.append(
            parts_of(
                _("{share} of the pupils come from the countryside."), share=figures.share("rural_pupils", rural_asked)
            )
        )
    opening.append(parts_of(_("{count} children are left behind."), count=left_behind))
    in_school = figures.get("left_behind", declared=YES)
    if pupils.value:
        opening.append(
            parts_of(
                _("{count} of them are pupils of these schools, which is {share} of all pupils."),
                count=in_school,
                share=figures.share("left_behind", pupils, declared=YES),
            )
        )
    if not left_behind.value:
        return (Paragraph.of(*opening),)
    return (
        Paragraph.of(*opening),
        Paragraph.of(
            parts_of(_("By sex: {cells}."), cells=_cells_with_shares(figures, "left_behind", splits.SEX)),
            parts_of(_("By age: {cells}."), cells=_cells_with_shares(figures, "left_behind", splits.AGE)),
            parts_of(_("Parents away: {cells}."), cells=_cells_with_shares(figures, "left_behind", splits.AWAY)),
        ),
        Paragraph.of(
            parts_of(_("Cared for by: {cells}."), cells=_cells_with_shares(figures, "left_behind", splits.CARER))
        ),
    )


def _archives(figures: Figures) -> tuple[Paragraph, ...]:
    left_behind = figures.get("left_behind")
    sentences = [
        parts_of(
            _("{archives} archives are on file; {opened} were opened in the year and {closed} closed."),
            archives=figures.get("archives"),
            opened=figures.get("archives_opened"),
            closed=figures.get("archives_closed"),
        )
    ]
    if left_behind.value:
        sentences += [
            parts_of(
                _("Every left-behind child counted here has an archive ({share})."),
                share=figures.share("left_behind", left_behind),
            ),
            parts_of(
                _("{count} archives ({share}) hold all that a contact card needs."),
                count=figures.get("left_behind", complete=YES),
                share=figures.share("left_behind", left_behind, complete=YES),
            ),
        ]
    return (Paragraph.of(*sentences),)


def _pairings(figures: Figures) -> tuple[Paragraph, ...]:
    mentors = figures.get("mentors")
    sentences = [
        parts_of(
            _("{mentors} mentors look after {children} children in {pairs} pairings."),
            mentors=mentors,
            children=figures.get("paired"),
            pairs=figures.get("pairings"),
        )
    ]
    if mentors.value:
        kinds = figures.counts("mentors", "mentor")
        cells = splits.MENTOR_KIND.in_order(kinds)
        words = splits.MENTOR_KIND.labels(cells)
        sentences.append(
            parts_of(
                _("Among the mentors: {kinds}."),
                kinds=joined(
                    [
                        parts_of(
                            _("{word}: {count} people"), word=words[cell], count=figures.cell("mentors", mentor=cell)
                        )
                        for cell in cells
                    ]
                ),
            )
        )
    left_behind = figures.get("left_behind")
    if left_behind.value:
        sentences.append(
            parts_of(
                _("{count} left-behind children have a mentor, which is {share}."),
                count=figures.get("left_behind", mentored=YES),
                share=figures.share("left_behind", left_behind, mentored=YES),
            )
        )
    return (Paragraph.of(*sentences),)


def _contacts(figures: Figures) -> tuple[Paragraph, ...]:
    reached = figures.get("contacts", outcome=YES)
    sentences = [
        parts_of(
            _("{tried} contacts were made in the year; {reached} of them reached somebody."),
            tried=figures.get("contacts"),
            reached=reached,
        )
    ]
    if reached.value:
        table = figures.tallies("contacts")[0].by("how", "outcome")
        kinds = [cell for cell in splits.how().groups if table[cell, YES]]
        words = splits.how().labels(kinds)
        sentences.append(
            parts_of(
                _("Among those: {kinds}."),
                kinds=joined(
                    [
                        parts_of(
                            _("{word}: {count} times"),
                            word=words[kind],
                            count=figures.cell("contacts", how=kind, outcome=YES),
                        )
                        for kind in kinds
                    ]
                ),
            )
        )
    called = figures.get("people_contacted", ABOUT, how="call", whom=CALLED)
    if called.value:
        sentences.append(
            parts_of(
                _("Cadres of town and village, teachers and families were spoken to by phone {count} times."),
                count=called,
            )
        )
    visited = figures.get("child_contacts", ABOUT, how="home", outcome=YES)
    if visited.value:
        sentences.append(parts_of(_("Children were visited at home {count} times."), count=visited))
    if reached.value:
        sentences.append(
            parts_of(
                _("{children} children were reached and {parents} parents spoken to."),
                children=figures.get("children_reached"),
                parents=figures.get("parents_reached"),
            )
        )
    return (Paragraph.of(*sentences),)


def _gaps(figures: Figures) -> tuple[Paragraph, ...]:
    gaps = (
        (_("{count} schools have not declared how many pupils they have."), figures.get("schools_undeclared")),
        (_("The archives of {count} left-behind children are incomplete."), figures.get("left_behind", complete=NO)),
        (_("It is not on file who cares for {count} left-behind children."), figures.get("left_behind", carer=BLANK)),
        (_("{count} left-behind children have no mentor."), figures.get("left_behind", mentored=NO)),
        (_("{count} left-behind children were not reached in the whole year."), figures.get("left_behind", reached=NO)),
    )
    sentences = [parts_of(words, count=figure) for words, figure in gaps if figure.value]
    return (Paragraph.of(*(sentences or [parts_of(_("The figures show no gap."))])),)


# --- Tables -------------------------------------------------------------------------------------------------------------


def _tables(figures: Figures, question: Question) -> tuple[Table, ...]:
    tables: list[Table] = []
    if figures.get("left_behind").value:
        tables += [
            _by_age_and_sex(figures),
            _by_split(figures, splits.AWAY, _("By parents away"), _("Parents away")),
            _by_split(figures, splits.CARER, _("By carer"), _("Carer"), drawn=True),
            _by_split(figures, splits.DESTINATION, _("By province of the parents' work"), _("Province"), drawn=True),
            _by_split(figures, splits.BOARDING, _("By boarding"), _("Boarding")),
            _by_split(figures, splits.REGISTRATION, _("By household registration"), _("Household registration")),
            _by_split(figures, splits.HEALTH, _("By health"), _("Health")),
        ]
    if figures.get("contacts").value:
        tables += [_by_kind_of_contact(figures), _by_whom(figures)]
    if figures.get("left_behind").value or figures.get("schools").value:
        tables.append(_by_school(figures, question))
    if figures.get("left_behind").value:
        tables.append(_by_split(figures, splits.VILLAGE, _("By village"), _("Village"), question=question))
    return tuple(
        replace(table, title=_("Table {number}: {title}").format(number=position, title=table.title))
        for position, table in enumerate(tables, start=1)
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
        rows.append(Row(labels[band], (whole, _as_share(whole, share), *by_sex)))
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
        rows.append(Row(words[cell], (count, _as_share(count, share)), organization=cell if cell in own else ""))
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
