"""Rules that extend others and use shared pieces, flattened to one document before anything else reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textile_pcf.errors import Problem, RuleError
from textile_pcf.io.documents import Source, Strict, validate_document
from textile_pcf.io.localized import Text
from textile_pcf.io.output_files import is_file
from textile_pcf.io.resources import data_root
from textile_pcf.io.strict_yaml import Document, read_yaml
from textile_pcf.messages.message import Message
from textile_pcf.rules.changes import check_changes, without_removed
from textile_pcf.rules.merge_checks import kept_citations, merge_problems
from textile_pcf.rules.pieces import Pieces
from textile_pcf.rules.schema import RuleDocument
from textile_pcf.rules.written import Written, merge

MAX_EXTENDED = 8
"""Number of rules that may extend one another."""
COMPOSING = ("extends", "remove", "shared", "pieces")
"""Keys of the head that are gone from a flat rule."""
OWN_HEAD = ("rule", "edition", "status", "verified", "title", "note", "valid_from", "based_on")
"""Keys of the head that a rule never takes over from the one that it extends."""
SHARED = "shared"
"""Folder of shared pieces beside the shipped rules."""
_NAMED = re.compile(r"([A-Za-z][A-Za-z0-9_\-]*)@([A-Za-z0-9][A-Za-z0-9._\-]*)")


class SharedPieces(Strict):
    """Pieces that several rules use, in a file of their own."""

    shared: str
    """Name of the pieces."""
    edition: str
    """Name of the edition, in quotes."""
    note: Text | None = None
    """What the pieces are for."""
    sources: dict[str, Source] = {}
    """Sources that the pieces cite; a rule that uses such a piece need not repeat them."""
    pieces: dict[str, dict[str, Any]]
    """Pieces by name."""


@dataclass
class _Composition:
    """Everything that one rule is made of: its pieces, the sources they cite, and the files read."""

    pieces: dict[str, Written] = field(default_factory=dict)
    sources: dict[str, Written] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def is_composed(document: Document) -> bool:
    """Return whether a rule extends another, uses pieces, or has some."""
    return any(key in document.data for key in COMPOSING) or _uses(document.data)


def flatten(document: Document, folder: Path) -> Document:
    """Return a rule as one document, with the rule that it extends and its pieces written out.

    Parameters
    ----------
    document : Document
        The rule as written.
    folder : Path
        Folder from which paths in it start.

    Returns
    -------
    Document
        The flat rule; `files` and `lines` name the place of every value. A rule that is not composed is returned as it is.

    Raises
    ------
    RuleError
        With every piece, parameter, rule and target that does not exist, and every cycle.
    """
    return _flatten(document, folder)[0]


def composed_of(document: Document, folder: Path) -> list[Path]:
    """Return the other files that a rule is made of: the rules that it extends, and their shared pieces."""
    return _flatten(document, folder)[1]


def _flatten(document: Document, folder: Path) -> tuple[Document, list[Path]]:
    if not is_composed(document):
        return document, []
    composition = _Composition()
    flat = _compose(Written.of(document), folder, composition, (Path(document.name).resolve(),))
    if composition.problems:
        raise RuleError(composition.problems)
    flat = flat.with_value({**flat.value, "sources": _with_cited(flat, composition)})
    order = {key: number for number, key in enumerate(RuleDocument.model_fields)}
    keys = sorted(flat.value, key=lambda key: order.get(key, len(order)))
    flat = flat.with_value({key: flat.value[key] for key in keys})
    return flat.document(document.name), composition.files


def citations_kept(path: Path) -> list[Message]:
    """Return advice on the numbers of a rule that are cited from where the number of the extended rule was read.

    Parameters
    ----------
    path : Path
        Rule file (YAML), which can be flattened.
    """
    document = read_yaml(path, RuleError)
    if not is_composed(document):
        return []
    base, own = _base_and_own(Written.of(document), path.parent, _Composition(), (path.resolve(),))
    return [] if base is None else list(kept_citations(base, own, "rule"))


def _compose(rule: Written, folder: Path, composition: _Composition, inside: tuple[Path, ...]) -> Written:
    """Return a rule with the rule that it extends below it and its pieces in their places."""
    base, own = _base_and_own(rule, folder, composition, inside)
    if base is None:
        return own
    check_changes(base, own, composition.problems)
    composition.problems += merge_problems(base, own, "rule")
    sources = base.get("sources")  # those that are still cited come back with `_with_cited`
    if sources is not None and isinstance(sources.value, dict):
        composition.sources.update(sources.value)
    return merge(base.without(*OWN_HEAD, "sources"), own)


def _base_and_own(
    rule: Written, folder: Path, composition: _Composition, inside: tuple[Path, ...]
) -> tuple[Written | None, Written]:
    """Return what is left of the rule that a rule extends, if it extends one, and its own text with its pieces in place."""
    base = _base(rule, folder, composition, inside)
    _read_pieces(rule, folder, composition)
    own = Pieces(composition.pieces, composition.problems).expand(rule.without(*COMPOSING))
    return (None if base is None else without_removed(base, rule, composition.problems)), own


def _base(rule: Written, folder: Path, composition: _Composition, inside: tuple[Path, ...]) -> Written | None:
    """Return the rule that a rule extends, composed itself; None if it extends none or that cannot be read."""
    extends = rule.get("extends")
    if extends is None:
        if rule.get("remove") is not None:
            what = Message("`remove` is used in a rule that extends none.")
            composition.problems.append(Problem(rule.value["remove"].place, what, Message("Add `extends:`.")))
        return None
    path = _path(extends, folder, data_root("rules"), composition.problems)
    if path is None:
        return None
    if path in inside or len(inside) >= MAX_EXTENDED:
        chain = " → ".join(each.name for each in (*inside, path))
        what = Message("These rules extend one another: {chain}.", chain=chain)
        if path not in inside:
            what = Message("More than {count} rules extend one another: {chain}.", count=MAX_EXTENDED, chain=chain)
        composition.problems.append(Problem(extends.place, what, Message("Extend another rule.")))
        return None
    composition.files.append(path)
    return _compose(Written.of(read_yaml(path, RuleError)), path.parent, composition, (*inside, path))


def _path(name: Written, folder: Path, shipped: Path, problems: list[Problem]) -> Path | None:
    """Return the file that `extends` or `shared` names: NAME@EDITION of a shipped one, or a path."""
    text = name.value if isinstance(name.value, str) else ""
    named = _NAMED.fullmatch(text)
    path = shipped / named[1] / f"{named[2]}.yaml" if named and not text.endswith((".yaml", ".yml")) else folder / text
    if text and (named or text.endswith((".yaml", ".yml"))) and is_file(path):
        return path.resolve()
    shown = text or str(name.plain())
    known = ", ".join(f"{each.parent.name}@{each.stem}" for each in sorted(shipped.glob("*/*.yaml")))
    cure = Message("Write NAME@EDITION ({known}) or the path of a file.", known=known)
    problems.append(Problem(name.place, Message("There is no file {shown!r}.", shown=shown), cure, code="no-rule"))
    return None


def _read_pieces(rule: Written, folder: Path, composition: _Composition) -> None:
    """Add the pieces of a rule, and those of the shared files that it names."""
    shared = rule.get("shared")
    for name in [] if shared is None else shared.value if isinstance(shared.value, list) else [shared]:
        path = _path(name, folder, data_root("rules") / SHARED, composition.problems)
        if path is not None and path not in composition.files:
            document = read_yaml(path, RuleError)
            validate_document(SharedPieces, document, RuleError)
            written = Written.of(document)
            composition.files.append(path)
            composition.pieces.update(written.value["pieces"].value)
            sources = written.get("sources")
            composition.sources.update({} if sources is None else sources.value)
    pieces = rule.get("pieces")
    if pieces is None:
        return
    entries = pieces.value if isinstance(pieces.value, dict) else {"": pieces}
    for name, piece in entries.items():
        if isinstance(piece.value, dict):
            composition.pieces[name] = piece
        else:
            what = Message("This piece holds no `key: value` lines.")
            cure = Message("Write what it stands for, such as `unit: kg`.")
            composition.problems.append(Problem(piece.place, what, cure))


def _with_cited(flat: Written, composition: _Composition) -> Written:
    """Return the sources of a rule and those of shared files that it cites."""
    own = flat.get("sources") or flat.with_value({})
    cited = set(_cited(flat.without("sources")))
    taken = {key: source for key, source in composition.sources.items() if key in cited}
    return own.with_value({**taken, **own.value}) if isinstance(own.value, dict) else own


def _cited(node: Written) -> Iterator[str]:
    if isinstance(node.value, dict):
        for key, inner in node.value.items():
            if key == "source" and isinstance(inner.value, str):
                yield inner.value
            yield from _cited(inner)
    elif isinstance(node.value, list):
        for inner in node.value:
            yield from _cited(inner)


def _uses(data: Any) -> bool:
    """Return whether a piece is used in stages, flows, properties or losses."""
    stages = data.get("stages")
    product = data.get("product")
    owners = [*(stages if isinstance(stages, list) else ()), product]
    for owner in (each for each in owners if isinstance(each, dict)):
        if isinstance(owner.get("use"), str | list):
            return True
        for part in ("properties", "flows", "losses"):
            inner = owner.get(part)
            entries = inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else ()
            if any(isinstance(entry, dict) and isinstance(entry.get("use"), str | list) for entry in entries):
                return True
    return False
