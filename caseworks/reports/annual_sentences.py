"""The sentences of the annual report, section by section."""

from __future__ import annotations

from django.utils.translation import gettext as _

from caseworks.reports import splits, wording
from caseworks.reports.document import ABOUT, Paragraph, Parts, joined, parts_of
from caseworks.reports.figures import SHARES_DIGITS, Figures
from caseworks.reports.splits import BLANK, NO, YES, Split

CALLED = ("father", "mother", "carer", "relative", "teacher", "village", "town")


def sections(figures: Figures) -> tuple[tuple[str, tuple[Paragraph, ...]], ...]:
    """The headings and what stands under each."""
    return (
        (_("The children"), _children(figures)),
        (_("Archives"), _archives(figures)),
        (_("Pairings"), _pairings(figures)),
        (_("Contacts and visits"), _contacts(figures)),
        (_("What is still missing"), _gaps(figures)),
    )


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
        kinds = [cell for cell in splits.how().groups if figures.get("contacts", how=cell, outcome=YES).value]
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
