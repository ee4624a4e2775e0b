"""Write a new rule to start from, with worked cases and the schemas for editors: the texts of `rules new`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from textile_pcf.calculation import footprint
from textile_pcf.errors import InputError, Problem, RuleError, UsageError
from textile_pcf.io.documents import validate_document
from textile_pcf.io.strict_yaml import Document, parse_yaml
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message
from textile_pcf.rule_cases.cases import CASES_SUFFIX, cases_schema
from textile_pcf.rules import RuleDocument, RuleSet, editions, flat_rule, load_rules, rule_schema
from textile_pcf.rules.compile_rule import compile_rule

STARTS = Path(__file__).with_name("starts")
LANGUAGES = ("en", "zh", "both")
NEW_ID, NEW_TITLE, EXPECTATION = "new_rule", "New rule", "ASKED"
RULE_SCHEMA, CASES_SCHEMA = "rule.schema.json", "cases.schema.json"
REMARK_COLUMN = 28  # column of remarks at the end of a line
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,63}")
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)
_REMARK = re.compile(r"^(?P<before> *|.*?\S) *#: (?P<key>\w+)$")
_PLACEHOLDER = re.compile(r"@(\w+)@")
_CHANGED = ("rule", "edition", "status", "title", "valid_from")


def new_rule(rule: str, origin: str | Path | None = None, language: str = "en", stem: str | None = None) -> dict[str, str]:
    """Return the files of a new rule: the rule, its worked cases, and the schemas of both.

    Parameters
    ----------
    rule : str
        Id of the new rule.
    origin : str or Path, optional
        Rule to copy: its name, `name@edition` or path. Stages, numbers and sources are kept; the status is `own`.
    language : str
        Language of the remarks: `en`, `zh` or `both`.
    stem : str, optional
        Name of the file without ending; the id by default.

    Returns
    -------
    dict
        Text of each file by its name.

    Raises
    ------
    UsageError
        The id is invalid, or there is no such rule or language.
    RuleError
        The rule to copy is invalid.

    Examples
    --------
    >>> list(new_rule("denim_fabric"))
    ['denim_fabric.yaml', 'denim_fabric_cases.yaml', 'rule.schema.json', 'cases.schema.json']
    >>> new_rule("denim_fabric", "cotton_fabric", "zh")["denim_fabric.yaml"].count("source: ecobalyse") > 20
    True
    """
    _check_id(rule)
    if language not in LANGUAGES:
        cure = Message("Choose from: {choices}.", choices=", ".join(LANGUAGES))
        raise UsageError([Problem(f"language {language!r}", "There is no such language.", cure, code="language")])
    stem = stem or rule
    values = {"rule": rule, "file": f"{stem}.yaml", "cases": f"{stem}{CASES_SUFFIX}.yaml"}
    if origin is None:
        text, cases = _template_text("rule", language, values), _template_text("cases", language, values)
    else:
        original = load_rules(origin)
        values["origin"] = original.name
        text = _copy_rule(original, _template_text("copied", language, values), values["file"])
        cases = _template_text("copied_cases", language, values).replace(
            EXPECTATION, _expectation(_compile(text, values["file"]))
        )
    schema = json.dumps(rule_schema(), indent=1, ensure_ascii=False) + "\n"
    return {values["file"]: text, values["cases"]: cases, RULE_SCHEMA: schema, CASES_SCHEMA: cases_schema()}


def _check_id(rule: str) -> None:
    """Raise UsageError unless the id is a valid file name on all systems and not the id of a shipped rule."""
    other = f"my_{rule}"
    message: str = ""
    cure: str = Message("Choose another id, such as {other}.", other=other)
    if not _ID.fullmatch(rule):
        message = Message("{rule!r} cannot be the id of a rule.", rule=rule[:80])
        cure = "Start with a letter and continue with letters, digits, _ and -, at most 64; Chinese goes into `title`."
    elif _DEVICE.fullmatch(rule):
        message = Message("{rule!r} cannot be the name of a file on Windows.", rule=rule)
    elif rule.lower() in ("null", "true", "false"):
        message = Message("{rule!r} is no text in YAML.", rule=rule)
    elif rule.endswith(CASES_SUFFIX):
        message = Message("{rule!r} ends as the names of files of worked cases do.", rule=rule)
        cure = Message("Leave {cases_suffix} out.", cases_suffix=CASES_SUFFIX)
    elif rule.lower() in editions():
        message = Message("{rule!r} is the id of a shipped rule, and results would be taken for its.", rule=rule)
    if message:
        raise UsageError([Problem("rules new", message, cure, code="id")])


# ---------------------------------------------------------------- texts with their remarks


def _template_text(name: str, language: str, values: dict[str, str]) -> str:
    """Return a text of `starts/` with its remarks in a language, for a rule with this id."""
    text = (STARTS / f"{name}.yaml").read_text(encoding="utf-8")
    text = text.replace(NEW_TITLE, re.sub(r"[_\-]+", " ", values["rule"]).capitalize())
    text = re.sub(rf"\b{NEW_ID}\b(?=\n)", values["rule"], text)
    return "".join(_add_remark(line, language, values) for line in text.splitlines())


def _add_remark(line: str, language: str, values: dict[str, str]) -> str:
    """Return a line with its remark: at its end, or above it if there are two languages or nothing else on the line."""
    line = _PLACEHOLDER.sub(lambda match: " · ".join(_remarks_of(match[1], language, values)), line)
    match = _REMARK.match(line)
    if match is None:
        return f"{line}\n"
    before, remarks = match["before"], _remarks_of(match["key"], language, values)
    if before.strip() and len(remarks) == 1:
        return f"{before.ljust(REMARK_COLUMN)}  # {remarks[0]}\n"
    indent = before[: len(before) - len(before.lstrip())]
    return "".join(f"{indent}# {text}\n" for text in remarks) + (f"{before}\n" if before.strip() else "")


def _remarks_of(key: str, language: str, values: dict[str, str]) -> list[str]:
    return [fixed_text(key, each, **values) for each in (("en", "zh") if language == "both" else (language,))]


# ---------------------------------------------------------------- from a rule that is there


def _copy_rule(origin: RuleSet, head: str, file: str) -> str:
    """Return the text of a rule with another head and everything else as it was written, pieces written out."""
    assert origin.path is not None
    text = flat_rule(origin.path).replace("\r\n", "\n")
    document = parse_yaml(text, str(origin.path), RuleError)
    starts = sorted((document.line((key,)), key) for key in document.data)
    lines = text.splitlines(keepends=True)
    ends = [*(line for line, _ in starts[1:]), len(lines) + 1]
    blocks = [
        "".join(lines[start - 1 : end - 1]) for (start, key), end in zip(starts, ends, strict=True) if key not in _CHANGED
    ]
    copy = head + "".join(blocks)
    expected = origin.document.model_dump(exclude=set(_CHANGED))
    try:
        is_complete = _compile(copy, file).document.model_dump(exclude=set(_CHANGED)) == expected
    except RuleError:
        is_complete = False
    if not is_complete:
        cure = "Write each key of its head at the beginning of a line, or begin from another rule."
        raise UsageError([Problem(str(origin.path), "This rule is not written key by key.", cure, code="origin")])
    return copy


def _compile(text: str, file: str) -> RuleSet:
    document: Document = parse_yaml(text, file, RuleError)
    return compile_rule(validate_document(RuleDocument, document, RuleError), document, None, "")


def _expectation(rules: RuleSet) -> str:
    """Return what to expect of a product without data: a message that asks for what the rule needs."""
    rows: Any = {"rows": [{"product": "P", "stage": "product", "flow": "", "region": "CN"}]}
    try:
        footprint(rows, rules)
    except InputError as error:
        choices = [rules.ways_named(each.one_of) for each in rules.document.alternatives]
        named = [f"{stage}.{name}" for stage, names_of_stage in rules.names.items() for name in names_of_stage]
        missing = [
            name
            for name in choices
            if any(name == getattr(problem.what, "values", {}).get("ways") for problem in error.problems)
        ]
        missing += [name for name in named if any(f"({name}, " in problem.where for problem in error.problems)]
        if missing:
            return f"expect_error: {json.dumps(missing)}"
    return f"expect: {{unit: {rules.product_unit.text}}}"
