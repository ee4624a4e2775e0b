"""Find, read and list rules: shipped rules by name and edition, others by path."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from textile_pcf.errors import Problem, RuleError, UsageError, wrong_type
from textile_pcf.io.documents import validate_document
from textile_pcf.io.folder_stamp import folder_stamp
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.io.output_files import is_file
from textile_pcf.io.plain_data import plain_data
from textile_pcf.io.resources import data_root, sha256_of
from textile_pcf.io.strict_yaml import Document, read_yaml
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.rules.boundaries import with_boundary
from textile_pcf.rules.compile_rule import compile_rule
from textile_pcf.rules.flat_text import flat_text
from textile_pcf.rules.flatten import composed_of, flatten, is_composed
from textile_pcf.rules.ruleset import RuleSet
from textile_pcf.rules.schema import RuleDocument

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*(@[A-Za-z0-9][A-Za-z0-9._\-]*)?")
_VALID_FROM = re.compile(r"^valid_from: *[\"']?(\d{4}-\d\d-\d\d)", re.MULTILINE)


def load_rules(rule: str | Path | RuleSet | Mapping[str, Any], boundary: str | None = None) -> RuleSet:
    """Return a product category rule, checked and compiled.

    Parameters
    ----------
    rule : str, Path, RuleSet or dict
        Name of a shipped rule (newest edition), `name@edition`, or the path of a rule file; a RuleSet is returned as it is.
        A dict holds what a rule file holds; paths in it start from the working folder.
    boundary : str, optional
        One of the boundaries that the rule offers; the first where none is given.

    Returns
    -------
    RuleSet
        The rule.

    Raises
    ------
    UsageError
        There is no such rule, edition, file or boundary, or the argument is of another type.
    RuleError
        The rule is not valid; all mistakes are listed with their lines, of a dict with their keys.

    Examples
    --------
    >>> load_rules("cotton_fabric@2026.1").name
    'cotton_fabric@2026.1'
    >>> stage = {"id": "dyeing", "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}}}
    >>> load_rules({"rule": "dyer", "edition": "1", "product": {"unit": "kg"}, "stages": [stage]}).name
    'dyer@1'
    """
    if boundary is not None and not isinstance(boundary, str):
        raise wrong_type("boundary", boundary, "a boundary", "Name one of the boundaries that the rule offers.")
    if isinstance(rule, RuleSet):
        return with_boundary(rule, boundary)
    if isinstance(rule, Mapping):
        return with_boundary(compile_document(Document("rule", plain_data(rule, "rule", RuleError)), Path()), boundary)
    if not isinstance(rule, str | Path):
        cure = "Give the name of a shipped rule, NAME@EDITION, the path of a rule file, or a dict."
        raise wrong_type("rule", rule, "a rule", cure)
    if isinstance(rule, Path) or _looks_like_path(rule):
        return with_boundary(read_rule(Path(rule)), boundary)
    path = _shipped_path(rule)
    return with_boundary(_read_shipped(path, folder_stamp(path.parents[1])), boundary)


@lru_cache(maxsize=16)
def _read_shipped(path: Path, stamp: tuple[tuple[str, int, int], ...]) -> RuleSet:
    """Read a shipped rule, once per state of the shipped files; a rule does not change, and reading it takes 0.1 s."""
    return read_rule(path)


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
    if not is_composed(document):
        return compile_rule(validate_document(RuleDocument, document, RuleError), document, path, sha256_of(path))
    return compile_document(document, path.parent, path)


def compile_document(document: Document, folder: Path, path: Path | None = None) -> RuleSet:
    """Flatten, check and compile a rule that is already read.

    Parameters
    ----------
    document : Document
        The rule as written.
    folder : Path
        Folder from which paths in it start.
    path : Path, optional
        Its file, if it has one.

    Returns
    -------
    RuleSet
        The rule; its `sha256` is that of `flat_text`.

    Raises
    ------
    RuleError
        The document is not a valid rule; all mistakes are listed with their lines.
    """
    flat = flatten(document, folder)
    sha256 = hashlib.sha256(flat_text(flat.data).encode()).hexdigest()
    return compile_rule(validate_document(RuleDocument, flat, RuleError), flat, path, sha256)


def flat_rule(path: Path) -> str:
    """Return the text of a rule with the rule that it extends and its pieces written out; `RuleSet.sha256` is its hash.

    Parameters
    ----------
    path : Path
        Rule file (YAML). The text of a rule that extends none and has no pieces is that of its file.
    """
    document = read_yaml(path, RuleError)
    return flat_text(flatten(document, path.parent).data) if is_composed(document) else read_bytes(path).decode("utf-8-sig")


def read_document(path: Path) -> RuleDocument:
    """Return a rule file as written and flat, checked by form but not compiled."""
    return validate_document(RuleDocument, flatten(read_yaml(path, RuleError), path.parent), RuleError)


def rule_files(path: Path) -> list[Path]:
    """Return the files that a rule is made of: its own, those of rules that it extends, and their shared pieces."""
    return [path, *composed_of(read_yaml(path, RuleError), path.parent)]


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
    files = {folder.name: {file.stem: file for file in sorted(folder.glob("*.yaml"))} for folder in folders}
    return {name: editions for name, editions in files.items() if editions}


def _shipped_path(text: str) -> Path:
    """Return the file of a shipped rule, of the newest edition where none is named."""
    name, _, edition = text.partition("@")
    known = editions()
    if not _NAME.fullmatch(text) or not known.get(name):
        cure = did_you_mean(
            name, known, Message("There are: {known}; or give the path of a rule file.", known=", ".join(known))
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
    """Return the date from which an edition is valid, without reading more than its head."""
    match = _VALID_FROM.search(read_bytes(path).decode("utf-8-sig"))
    return date.fromisoformat(match[1]) if match else date.min
