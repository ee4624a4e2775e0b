"""Find, read and list rules: shipped rules by name and edition, others by path."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from textile_pcf.errors import Problem, RuleError, UsageError, wrong_type
from textile_pcf.io.documents import validate_document
from textile_pcf.io.output_files import is_file
from textile_pcf.io.resources import data_root, sha256_of
from textile_pcf.io.strict_yaml import read_yaml
from textile_pcf.messages.message import Message
from textile_pcf.rules.compile_rule import compile_rule
from textile_pcf.rules.ruleset import RuleSet
from textile_pcf.rules.schema import RuleDocument
from textile_pcf.suggest import nearest

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*(@[A-Za-z0-9][A-Za-z0-9._\-]*)?")


def load_rules(rule: str | Path | RuleSet) -> RuleSet:
    """Return a product category rule, checked and compiled.

    Parameters
    ----------
    rule : str, Path or RuleSet
        Name of a shipped rule (newest edition), `name@edition`, or the path of a rule file; a RuleSet is returned as it is.

    Returns
    -------
    RuleSet
        The rule.

    Raises
    ------
    UsageError
        There is no such rule, edition or file, or the argument is of another type.
    RuleError
        The file is not a valid rule; all mistakes are listed with their lines.

    Examples
    --------
    >>> load_rules("cotton_fabric@2026.1").name
    'cotton_fabric@2026.1'
    """
    if isinstance(rule, RuleSet):
        return rule
    if not isinstance(rule, str | Path):
        cure = "Give the name of a shipped rule, NAME@EDITION, or the path of a rule file."
        raise wrong_type("rule", rule, "a rule", cure)
    path = rule if isinstance(rule, Path) or _looks_like_path(rule) else _shipped(rule)
    return read_rule(Path(path))


def read_rule(path: Path) -> RuleSet:
    """Read, check and compile the rule in a file.

    Parameters
    ----------
    path : Path
        Rule file (YAML).

    Returns
    -------
    RuleSet
        The rule.

    Raises
    ------
    UsageError
        There is no such file.
    RuleError
        The file is not a valid rule; all mistakes are listed with their lines.
    """
    if not is_file(path):
        raise UsageError([Problem(str(path), "There is no such rule file.", "Check the path.", code="no-rule")])
    document = read_yaml(path, RuleError)
    written = validate_document(RuleDocument, document, RuleError)
    return compile_rule(written, document, path, sha256_of(path))


def _looks_like_path(text: str) -> bool:
    return "/" in text or "\\" in text or text.lower().endswith((".yaml", ".yml"))


def editions() -> dict[str, dict[str, Path]]:
    """Return the files of the shipped rules by name and edition.

    Returns
    -------
    dict
        Name → edition → file.

    Examples
    --------
    >>> "2026.1" in editions()["cotton_fabric"]
    True
    """
    root = data_root("rules")
    folders = sorted(path for path in root.iterdir() if path.is_dir())
    return {folder.name: {file.stem: file for file in sorted(folder.glob("*.yaml"))} for folder in folders}


def _shipped(text: str) -> Path:
    """Return the file of a shipped rule, of the newest edition where none is named."""
    name, _, edition = text.partition("@")
    known = editions()
    if not _NAME.fullmatch(text) or not known.get(name):
        close = nearest(name, known)
        cure = (
            Message("Did you mean {close!r}?", close=close)
            if close
            else Message("There are: {known}; or give the path of a rule file.", known=", ".join(known))
        )
        raise UsageError([Problem(text, "There is no such rule.", cure, code="no-rule")])
    if not edition:
        return max(known[name].values(), key=lambda path: (_valid_from(path), path.stem))
    if edition not in known[name]:
        cure = Message("There are: {known}.", known=", ".join(known[name]))
        raise UsageError(
            [Problem(text, Message("{name} has no edition {edition!r}.", name=name, edition=edition), cure, code="no-rule")]
        )
    return known[name][edition]


def _valid_from(path: Path) -> date:
    """Return the date from which an edition is valid; a single edition is the newest and need not be read."""
    if len(list(path.parent.glob("*.yaml"))) == 1:
        return date.min
    return validate_document(RuleDocument, read_yaml(path, RuleError), RuleError).valid_from or date.min
