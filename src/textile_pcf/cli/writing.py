"""The commands for authors of rules: `rules new` and `rules test`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from textile_pcf.cli import options
from textile_pcf.cli.help import Argument, Command
from textile_pcf.errors import Problem, RuleError, UsageError
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message

FORMATS = ("table", "json")


@click.command("new", cls=Command)
@click.argument("rule", cls=Argument, metavar="ID", help="Id of the new rule; also the name of its file.")
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=options.PATH,
    help="Folder, or .yaml file, to write; the folder you are in otherwise.",
)
@click.option(
    "--from",
    "origin",
    metavar="RULE",
    help="Rule to begin from: NAME, NAME@EDITION or a path; its stages, numbers and sources are kept.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@click.option(
    "--lang",
    metavar="LANG",
    default="",
    callback=options.template_language_of,
    help="en, zh, or both; else TEXTILE_PCF_LANG, else en.",
)
def new(rule: str, output: Path | None, origin: str | None, force: bool, lang: str) -> None:
    """Start a rule of your own: a first version to change, cases worked by hand, and schemas for an editor."""
    from textile_pcf.cli.guard import read_files
    from textile_pcf.cli.output import write_file
    from textile_pcf.io.output_files import refuse_inputs
    from textile_pcf.rule_cases import new_rule

    folder, stem = _rule_location(output, rule)
    if origin is not None:
        refuse_inputs(folder / f"{stem}.yaml", read_files(origin, ()), f"rules new {rule}")
    texts = {folder / name: text for name, text in new_rule(rule, origin, lang, stem).items()}
    existing = [path for path, text in texts.items() if path.exists() and not force and not _has_content(path, text)]
    if existing:
        cure = "Choose another id or another place with -o, or write over it with --force."
        what = "This file is there already, and nothing was written."
        raise UsageError(Problem(str(path), what, cure, code="there") for path in existing)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = Message("This folder cannot be made: {reason}.", reason=Message(error.strerror or ""))
        raise UsageError([Problem(str(folder), what, "Name another.", code="folder")]) from error
    for path, text in texts.items():
        write_file(path, partial(_write, text))
        sys.stdout.write(f"{path}\n")
    sys.stderr.write(fixed_text("new_next", lang, file=folder / f"{stem}.yaml") + "\n")


def _rule_location(output: Path | None, rule: str) -> tuple[Path, str]:
    """Return the folder and the name of the rule file without extension."""
    from textile_pcf.rule_cases import CASES_SUFFIX

    what = cure = ""
    if output is None:
        return Path(), rule
    if output.suffix.lower() == ".yaml":
        if not output.stem.endswith(CASES_SUFFIX):
            return output.parent, output.stem
        what, cure = (
            "This cannot be the name of a rule file.",
            Message("Name it without {cases_suffix} at the end.", cases_suffix=CASES_SUFFIX),
        )
    elif output.suffix.lower() in (".yml", ".json"):
        what, cure = "This cannot be the name of a rule file.", "Name a folder, or a file that ends in .yaml."
    elif output.exists() and not output.is_dir():
        what, cure = "This is a file, not a folder.", "Name a folder, or a file that ends in .yaml."
    if what:
        raise UsageError([Problem(f"-o {output}", what, cure, code="usage")])
    return output, rule


def _write(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _has_content(path: Path, text: str) -> bool:
    """Whether a file has the content that would be written."""
    return path.is_file() and path.read_bytes() == text.encode()


@click.command("test", cls=Command)
@click.argument(
    "paths",
    cls=Argument,
    metavar="PATH",
    nargs=-1,
    required=True,
    type=options.PATH,
    help="A rule with its worked cases in the same folder, a file of worked cases, or a folder of such files.",
)
@click.option("--format", "output_format", metavar="FORMAT", default="table", help="table or json.")
@click.option("--all", "show_all", is_flag=True, help="Show every figure, not only those that differ.")
@click.option("--explain", is_flag=True, help="Show every term of cases that are not as worked out.")
@options.language
def test(paths: tuple[Path, ...], output_format: str, show_all: bool, explain: bool, lang: str) -> None:
    """Calculate worked cases and compare them with what was worked out by hand; one that differs is an error (exit 3)."""
    from textile_pcf.cli.outcomes import as_json, as_text, explain_outcome
    from textile_pcf.rule_cases import cases_at, check
    from textile_pcf.rules import RuleSet

    if output_format not in FORMATS:
        cure = Message("Choose from: {choices}.", choices=", ".join(FORMATS))
        raise UsageError([Problem(f"--format {output_format}", "There is no such format.", cure, code="usage")])
    loaded: dict[str, RuleSet] = {}
    cases, outcomes = [case for path in paths for case in cases_at(path)], []
    several = len({case.document.name for case in cases}) > 1
    for case in cases:
        outcomes.append(check(case, loaded))
        if output_format == "table":
            sys.stdout.write(as_text(outcomes[-1], case.id if several else case.name, lang, show_all))
            if explain and not outcomes[-1].holds:
                sys.stdout.write(explain_outcome(outcomes[-1], lang))
    if output_format == "json":
        sys.stdout.write(as_json(outcomes))
    holding = sum(outcome.holds for outcome in outcomes)
    key = "worked_some" if holding < len(cases) else "worked_all_1" if holding == 1 else "worked_all"
    sys.stderr.write(fixed_text(key, lang, count=len(cases), **({"close": holding} if holding < len(cases) else {})) + "\n")
    problems = dict.fromkeys(problem for outcome in outcomes for problem in outcome.problems)
    if problems:  # report a mistake of the rule once, not for each case
        raise RuleError(problems)
