"""A first rule to change, with cases worked by hand and the schemas for editors: the texts of `rules new`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from textile_pcf.calculation import footprint
from textile_pcf.errors import InputError, Problem, RuleError, UsageError
from textile_pcf.io.documents import validate_document
from textile_pcf.io.strict_yaml import Document, parse_yaml, read_bytes
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rule_cases.cases import BESIDE, cases_schema
from textile_pcf.rules import RuleDocument, RuleSet, editions, load_rules
from textile_pcf.rules.compile_rule import compile_rule

STARTS = Path(__file__).with_name("starts")
LANGUAGES = ("en", "zh", "both")
NEW_ID, NEW_TITLE, ASKED = "new_rule", "New rule", "ASKED"
RULE_SCHEMA, CASES_SCHEMA = "rule.schema.json", "cases.schema.json"
ABOUT = 28  # column at which remarks behind a line begin
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,63}")
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)
_REMARK = re.compile(r"^(?P<before> *|.*?\S) *#: (?P<key>\w+)$")
_TOLD = re.compile(r"@(\w+)@")
_CHANGED = ("rule", "edition", "status", "title", "valid_from")


def new_rule(rule: str, origin: str | Path | None = None, language: str = "en", stem: str | None = None) -> dict[str, str]:
    """Texts of a new rule by the names of their files: the rule, its worked cases, and the schemas of both.

    Parameters
    ----------
    rule : str
        Id of the new rule.
    origin : str or Path, optional
        A rule to begin from: its name, `name@edition` or path. Its stages, numbers and sources are kept; status is `own`.
    language : str
        Of the remarks: `en`, `zh` or `both`.
    stem : str, optional
        Name of the file without ending; the id where nothing is said.

    Raises
    ------
    UsageError
        The id cannot be one, there is no such rule to begin from, or no such language.
    RuleError
        The rule to begin from is wrong.

    Examples
    --------
    >>> list(new_rule("denim_fabric"))
    ['denim_fabric.yaml', 'denim_fabric_cases.yaml', 'rule.schema.json', 'cases.schema.json']
    >>> new_rule("denim_fabric", "cotton_fabric", "zh")["denim_fabric.yaml"].count("source: ecobalyse") > 20
    True
    """
    _check_id(rule)
    if language not in LANGUAGES:
        cure = f"Choose from: {', '.join(LANGUAGES)}."
        raise UsageError([Problem(f"language {language!r}", "There is no such language.", cure, code="language")])
    stem = stem or rule
    told = {"rule": rule, "file": f"{stem}.yaml", "cases": f"{stem}{BESIDE}.yaml"}
    if origin is None:
        text, cases = _start("rule", language, told), _start("cases", language, told)
    else:
        known = load_rules(origin)
        told["origin"] = known.name
        text = _copied(known, _start("copied", language, told), told["file"])
        cases = _start("copied_cases", language, told).replace(ASKED, _asked(_compiled(text, told["file"])))
    schema = json.dumps(RuleDocument.model_json_schema(), indent=1, ensure_ascii=False) + "\n"
    return {told["file"]: text, told["cases"]: cases, RULE_SCHEMA: schema, CASES_SCHEMA: cases_schema()}


def _check_id(rule: str) -> None:
    """An id can stand in results and be the name of a file, everywhere, and is not taken."""
    other = f"my_{rule}"
    what, cure = "", f"Choose another id, such as {other}."
    if not _ID.fullmatch(rule):
        what = f"{rule[:80]!r} cannot be the id of a rule."
        cure = "Begin with a letter and go on with letters, digits, _ and -, at most 64; Chinese goes into `title`."
    elif _DEVICE.fullmatch(rule):
        what = f"{rule!r} cannot be the name of a file on Windows."
    elif rule.endswith(BESIDE):
        what = f"{rule!r} ends as the names of files of worked cases do."
        cure = f"Leave {BESIDE} out."
    elif rule.lower() in editions():
        what = f"{rule!r} is the id of a shipped rule, and results would be taken for its."
    if what:
        raise UsageError([Problem("rules new", what, cure, code="id")])


# ---------------------------------------------------------------- texts with their remarks


def _start(name: str, language: str, told: dict[str, str]) -> str:
    """A text of `starts/` with its remarks in a language, for a rule of this id."""
    text = (STARTS / f"{name}.yaml").read_text(encoding="utf-8")
    text = text.replace(NEW_TITLE, re.sub(r"[_\-]+", " ", told["rule"]).capitalize())
    text = re.sub(rf"\b{NEW_ID}\b(?=\n)", told["rule"], text)
    return "".join(_remarked(line, language, told) for line in text.splitlines())


def _remarked(line: str, language: str, told: dict[str, str]) -> str:
    """A line with its remark: behind it; above it in both languages, or where nothing else stands there."""
    line = _TOLD.sub(lambda found: " · ".join(_said(found[1], language, told)), line)
    found = _REMARK.match(line)
    if found is None:
        return f"{line}\n"
    before, said = found["before"], _said(found["key"], language, told)
    if before.strip() and len(said) == 1:
        return f"{before.ljust(ABOUT)}  # {said[0]}\n"
    indent = before[: len(before) - len(before.lstrip())]
    return "".join(f"{indent}# {text}\n" for text in said) + (f"{before}\n" if before.strip() else "")


def _said(key: str, language: str, told: dict[str, str]) -> list[str]:
    return [fixed_text(key, each, **told) for each in (("en", "zh") if language == "both" else (language,))]


# ---------------------------------------------------------------- from a rule that is there


def _copied(origin: RuleSet, head: str, file: str) -> str:
    """The text of a rule under another head; everything else stays as it was written."""
    assert origin.path is not None
    text = read_bytes(origin.path).decode("utf-8-sig").replace("\r\n", "\n")
    document = parse_yaml(text, str(origin.path), RuleError)
    starts = sorted((document.line((key,)), key) for key in document.data)
    lines = text.splitlines(keepends=True)
    ends = [*(line for line, _ in starts[1:]), len(lines) + 1]
    kept = ["".join(lines[start - 1 : end - 1]) for (start, key), end in zip(starts, ends, strict=True) if key not in _CHANGED]
    made = head + "".join(kept)
    wanted = origin.document.model_dump(exclude=set(_CHANGED))
    try:
        whole = _compiled(made, file).document.model_dump(exclude=set(_CHANGED)) == wanted
    except RuleError:
        whole = False
    if not whole:
        cure = "Write each key of its head at the beginning of a line, or begin from another rule."
        raise UsageError([Problem(str(origin.path), "This rule is not written key by key.", cure, code="origin")])
    return made


def _compiled(text: str, file: str) -> RuleSet:
    document: Document = parse_yaml(text, file, RuleError)
    return compile_rule(validate_document(RuleDocument, document, RuleError), document, None, "")


def _asked(rules: RuleSet) -> str:
    """What is expected of a product of which nothing is given: that the mill is asked for what the rule needs."""
    rows: Any = {"rows": [{"product": "P", "stage": "product", "flow": "", "region": "CN"}]}
    try:
        footprint(rows, rules)
    except InputError as error:
        choices = [rules.ways_named(each.one_of) for each in rules.document.alternatives]
        named = [f"{home}.{name}" for home, inside in rules.names.items() for name in inside]
        words = [words for words in choices if any(f": {words}." in problem.what for problem in error.problems)]
        words += [words for words in named if any(f"({words}, " in problem.where for problem in error.problems)]
        if words:
            return f"expect_error: {json.dumps(words)}"
    return f"expect: {{unit: {rules.product_unit.text}}}"
