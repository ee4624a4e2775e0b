"""The commands on published category rules: `rules import-pcr` and `rules coverage`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.help import Argument, Command
from textile_pcf.cli.width import pad, width
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import localize

FORMATS = ("table", "json")
published = click.option(
    "--pcr", metavar="FILE", required=True, type=options.PATH, help="Published category rules: structured.yaml."
)


@click.command("import-pcr", cls=Command)
@click.argument("file", cls=Argument, metavar="FILE", type=options.PATH, help="Published category rules: structured.yaml.")
@options.output
@options.language
def import_pcr(file: Path, output: Path | None, lang: str) -> None:
    """Draft a rule from published category rules: stages and flows, no amounts; a person answers what is marked OPEN."""
    from textile_pcf.cli.guard import refuse_output
    from textile_pcf.cli.output import write_file
    from textile_pcf.errors import Problem, UsageError
    from textile_pcf.interchange.draft_rule import OPEN, draft_rule

    refuse_output(output, None, None, file)
    text = draft_rule(file, output.stem if output else "", lang)
    if output is not None and output.exists() and output.read_bytes() != text.encode():
        what, cure = "This file is there already, and nothing was written.", "Name another file, or move this one away first."
        raise UsageError([Problem(str(output), what, cure, code="there")])
    if output is None:
        sys.stdout.write(text)
    else:
        write_file(output, lambda path: path.write_text(text, encoding="utf-8", newline=""))
    sys.stderr.write(fixed_text("draft_open", lang, count=text.count(OPEN)) + "\n")


@click.command("coverage", cls=Command)
@options.rule_argument
@published
@click.option("--format", "output_format", metavar="FORMAT", default="table", help="table or json.")
@options.language
def coverage(rule: str, pcr: Path, output_format: str, lang: str) -> None:
    """Which flow of a rule answers each row of published category rules, which none, and why."""
    from textile_pcf.errors import Problem, UsageError
    from textile_pcf.interchange.rule_coverage import rule_coverage
    from textile_pcf.messages.message import Message

    if output_format not in FORMATS:
        what = Message("There is no format {name!r} here.", name=output_format)
        raise UsageError([Problem(f"--format {output_format}", what, "Choose table or json.", code="usage")])
    rows = rule_coverage(rule, pcr)
    if output_format == "json":
        sys.stdout.write(json.dumps({"rows": [row.as_dict() for row in rows]}, ensure_ascii=False, indent=1) + "\n")
    else:
        cells = [(row.process, row.row, row.kind, row.unit, row.answer or "–", localize(row.why, lang)) for row in rows]
        widths = [max(width(line[column]) for line in cells) for column in range(len(cells[0]))] if cells else []
        for line in cells:
            text = "  ".join(pad(cell, columns) for cell, columns in zip(line, widths, strict=True)).rstrip()
            sys.stdout.write(f"{text}\n")
    answered = sum(row.answer != "" for row in rows)
    sys.stderr.write(fixed_text("rows_answered", lang, answered=answered, count=len(rows)) + "\n")
