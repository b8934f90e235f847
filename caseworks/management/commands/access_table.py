"""`manage.py access_table [--format md|html] [--output FILE]`: who may open what, from the code."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from caseworks import access_table


class Command(BaseCommand):
    help = "Write who may open which page and see which field. docs/access.md is its output; a test keeps it current."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["md", "html"], default="md")
        parser.add_argument("--output", default="", help="a file, instead of the screen")

    def handle(self, *args: Any, **options: Any) -> None:
        text = access_table.as_markdown() if options["format"] == "md" else access_table.as_html()
        if options["output"]:
            Path(options["output"]).write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text, ending="")
