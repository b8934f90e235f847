"""Processes beside the web server: one for each kind of work at a time, and gentle."""

from __future__ import annotations

import os
import subprocess

import pytest
from django.core.management import call_command

from caseworks import beside


class _Process:
    """A process that is at work until it is told to have ended."""

    def __init__(self, words, **_streams):
        self.words, self.ended = words, False

    def poll(self):
        return 0 if self.ended else None


@pytest.fixture
def begun(monkeypatch) -> list[_Process]:
    """Every process that was begun; none is."""
    found: list[_Process] = []

    def process(words, **streams):
        found.append(_Process(words, **streams))
        return found[-1]

    monkeypatch.setattr(subprocess, "Popen", process)
    monkeypatch.setattr(beside, "_begun", {})
    return found


def test_work_of_one_kind_is_begun_again_only_when_it_has_ended(begun):
    beside.begin("count_figures")
    beside.begin("count_figures")
    beside.begin("work_off_imports")
    assert [process.words[-2:] for process in begun] == [
        ["count_figures", "--gently"],
        ["work_off_imports", "--gently"],
    ]
    begun[0].ended = True
    beside.begin("count_figures")
    assert len(begun) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["count_figures", "work_off_imports"])
def test_a_gentle_command_lets_others_go_first(command, monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr(os, "nice", asked.append)
    call_command(command)
    assert asked == []
    call_command(command, "--gently")
    assert asked == [beside.NICENESS]
