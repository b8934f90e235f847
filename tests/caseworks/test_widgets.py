"""A `<select>` written by us is the one Django's own templates write."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from caseworks.widgets import Renderer

CHOICES = [("", "—"), (1, 'a "b" & <c>'), ("Group <x>", [("2", "two"), ("3", "three")])]


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.Select(choices=CHOICES), "2"),
        (forms.Select(choices=CHOICES), 1),
        (forms.Select(choices=CHOICES, attrs={"class": 'x"y', "required": True, "disabled": False}), None),
        (forms.SelectMultiple(choices=CHOICES), ["2", "3"]),
        (forms.NullBooleanSelect(), True),
    ],
)
def test_a_select_is_written_as_django_writes_it(widget, value):
    ours, theirs = (widget.render("name", value, renderer=renderer) for renderer in (Renderer(), DjangoTemplates()))
    assert parse_html(ours) == parse_html(theirs)
    assert "selected" in ours


def test_other_fields_are_left_to_django():
    assert (
        forms.TextInput().render("name", "<x>", renderer=Renderer())
        == '<input type="text" name="name" value="&lt;x&gt;">'
    )
