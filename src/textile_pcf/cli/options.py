"""Arguments and options that several commands take, and the language of a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from textile_pcf.cli import VARIABLE, spoken

LANGUAGES = ("en", "zh")
FORMS = (*LANGUAGES, "both")


def language_of(context: typer.Context, value: str) -> str:
    """Language of a run, `en` or `zh`; other texts are a usage error."""
    return _one_of(context, value, LANGUAGES)


def form_language_of(context: typer.Context, value: str) -> str:
    """Language of a form to fill in: `en`, `zh` or `both`; other texts are a usage error."""
    return _one_of(context, value, FORMS)


def _one_of(context: typer.Context, value: str, known: tuple[str, ...]) -> str:
    told = value or (context.obj if isinstance(context.obj, str) else spoken([]))
    if told not in known:
        said = f"{told!r} is no language of this program; write en or zh."
        hint = VARIABLE if not value and os.environ.get(VARIABLE) == told else "--lang"
        raise typer.BadParameter(said, ctx=context, param_hint=hint)
    return told


Language = Annotated[
    str, typer.Option("--lang", metavar="LANG", callback=language_of, help="en or zh; else TEXTILE_PCF_LANG, else en.")
]
GroupLanguage = Annotated[str, typer.Option("--lang", metavar="LANG", help="en or zh; else TEXTILE_PCF_LANG, else en.")]
FormLanguage = Annotated[
    str,
    typer.Option(
        "--lang",
        metavar="LANG",
        callback=form_language_of,
        help="en, zh, or both in a workbook; else TEXTILE_PCF_LANG, else en.",
    ),
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="Activity data: CSV, Excel, Parquet, YAML or JSON.")]
Rule = Annotated[str, typer.Option("--rule", metavar="RULE", help="Rule: NAME, NAME@EDITION or a path.")]
RuleArgument = Annotated[str, typer.Argument(metavar="RULE", help="Rule: NAME, NAME@EDITION or a path.")]
Factors = Annotated[
    list[str] | None,
    typer.Option("--factors", metavar="TABLE", help="Table of emission factors: name or path; repeat for more, in order."),
]
Tables = Annotated[
    list[str] | None, typer.Option("--factors", metavar="TABLE", help="Table: name or path; all shipped ones otherwise.")
]
Gwp = Annotated[
    str | None, typer.Option("--gwp", metavar="SET", help="AR4, AR5, AR6 or EF3.1; the rule's where none is given.")
]
Biogenic = Annotated[
    str | None,
    typer.Option("--biogenic", metavar="CONVENTION", help="minus_one_plus_one or zero_zero; the rule's otherwise."),
]
SupplyFile = Annotated[
    Path | None,
    typer.Option("--supply", metavar="TABLE", help="Supply table of the sites: on-site power, contracts, heat by source."),
]
Unit = Annotated[str | None, typer.Option("--unit", metavar="UNIT", help="Tell results per kg, m2, m, '100 m', piece …")]
Out = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="File to write; standard output otherwise.")]
