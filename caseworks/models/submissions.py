"""Pressing Save twice."""

from django.conf import settings
from django.db import models

from caseworks.models.base import Record


class Submission(Record):
    """A form that has been saved once: its key came with the page, `location` is where the person was sent.

    Written in the same transaction as the change, so a second press, a reload or a repeated delivery finds it and goes
    to the same place instead of making a second record (caseworks/submissions.py).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    location = models.CharField(max_length=300)
    saved_at = models.DateTimeField(auto_now_add=True)
