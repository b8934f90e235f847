"""Whose word a file takes."""

from __future__ import annotations

from datetime import date, datetime

from caseworks.access import Permission, allows
from caseworks.leaving.recipes import Recipe
from caseworks.models import Export, Organization, Posting, User, in_force


def approvers_of(posting: Posting, recipe: Recipe, asker: User, today: date) -> list[Posting]:
    """The posts that may decide about what somebody asks in this post: of the recipe's roles, at the same office or above
    it, the nearest first; never the asker."""
    above = Organization.objects.above(posting.organization)
    found = Posting.objects.filter(in_force(today), role__in=recipe.approvers, organization__in=above)
    found = found.filter(user__is_active=True).exclude(user=asker).select_related("user", "organization")
    return sorted(found, key=lambda post: (-len(post.organization.path), post.user.name))


def waiting_for(posting: Posting | None, now: datetime) -> int:
    """How many files wait for a word of whoever acts in this post."""
    if posting is None or not allows(Permission.APPROVE_EXPORTS):
        return 0
    return Export.objects.within_reach_of(posting).waiting(now).count()
