"""Arguments and options shared by commands, as decorators, and the language of a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from textile_pcf.cli.help import Argument
from textile_pcf.cli.language import VARIABLE, message_language
from textile_pcf.messages.message import Message

LANGUAGES = ("en", "zh")
TEMPLATE_LANGUAGES = (*LANGUAGES, "both")
PATH = click.Path(path_type=Path)


def language_of(context: click.Context, _: click.Parameter, value: str) -> str:
    """Return the language of a run, `en` or `zh`. Other values are a usage error."""
    return _one_of(context, value, LANGUAGES)


def template_language_of(context: click.Context, _: click.Parameter, value: str) -> str:
    """Return the language of a template: `en`, `zh` or `both`. Other values are a usage error."""
    return _one_of(context, value, TEMPLATE_LANGUAGES)


def _one_of(context: click.Context, value: str, choices: tuple[str, ...]) -> str:
    language = value or (context.obj if isinstance(context.obj, str) else message_language([]))
    if language not in choices:
        message = Message("{language!r} is no language of this program; write en or zh.", language=language)
        hint = VARIABLE if not value and os.environ.get(VARIABLE) == language else "--lang"
        raise click.BadParameter(message.localized(str(context.obj)), ctx=context, param_hint=hint)
    return language


def _if_any(_: click.Context, __: click.Parameter, value: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Return the values of a repeated option, or None if it was not used."""
    return value or None


language = click.option(
    "--lang", metavar="LANG", default="", callback=language_of, help="en or zh; else TEXTILE_PCF_LANG, else en."
)
group_language = click.option(  # `message_language` reads it for all commands of the group
    "--lang", metavar="LANG", expose_value=False, help="en or zh; else TEXTILE_PCF_LANG, else en."
)
template_language = click.option(
    "--lang",
    metavar="LANG",
    default="",
    callback=template_language_of,
    help="en, zh, or both in a workbook; else TEXTILE_PCF_LANG, else en.",
)
file = click.argument("file", cls=Argument, metavar="FILE", type=PATH, help="Activity data: CSV, Excel, Parquet, YAML or JSON.")
rule = click.option("--rule", metavar="RULE", required=True, help="Rule: NAME, NAME@EDITION or a path.")
rule_argument = click.argument("rule", cls=Argument, metavar="RULE", help="Rule: NAME, NAME@EDITION or a path.")
factors = click.option(
    "--factors",
    metavar="TABLE",
    multiple=True,
    callback=_if_any,
    help="Table of emission factors: name or path; repeat for more, in order.",
)
tables = click.option("--factors", metavar="TABLE", multiple=True, help="Table: name or path; all shipped ones otherwise.")
gwp = click.option("--gwp", metavar="SET", help="AR4, AR5, AR6 or EF3.1; the rule's where none is given.")
biogenic = click.option("--biogenic", metavar="CONVENTION", help="minus_one_plus_one or zero_zero; the rule's otherwise.")
boundary = click.option(
    "--boundary", metavar="BOUNDARY", help="One of the boundaries that the rule offers; its first where none is given."
)
supply = click.option(
    "--supply", metavar="TABLE", type=PATH, help="Supply table of the sites: on-site power, contracts, heat by source."
)
keep = click.option(
    "--keep",
    metavar="COLUMN",
    multiple=True,
    help="Further column of the file that passes through to results; repeat for more.",
)
study = click.option(
    "--study",
    metavar="FILE",
    type=PATH,
    help="What the cover says: company, product, period, date, author; YAML, JSON, CSV, or a workbook with a sheet study.",
)
columns = click.option("--columns", metavar="FILE", type=PATH, help="YAML file that says what the own columns of a form are.")
seed = click.option("--seed", metavar="SEED", type=int, default=0, help="Seed of the draws.")
assume = click.option(
    "--assume",
    "assumptions",
    metavar="TYPE=GSD",
    multiple=True,
    help="Spread of numbers that state none, by their data type; none=… for rows without a type; repeat for more.",
)
pedigree = click.option(
    "--pedigree", metavar="MATRIX", default="classic", help="classic, empirical or none: spreads from data quality."
)
publish = click.option("--publish", is_flag=True, help="Mask lines whose factors must not be passed on.")
strict = click.option("--strict", is_flag=True, help="With --publish: merge stages that give a masked number away.")
unit = click.option("--unit", metavar="UNIT", help="Unit of the results: kg, m2, m, '100 m', piece …")
output = click.option("-o", "--output", metavar="FILE", type=PATH, help="File to write; standard output otherwise.")
analysis_format = click.option("--format", "output_format", metavar="FORMAT", help="table, json or csv.")
