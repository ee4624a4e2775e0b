"""Pieces of rules: what several places of a rule have in common, written once and used by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.rules.merge_checks import merge_problems
from textile_pcf.rules.written import PARTS, Written, merge

MAX_USES = 10_000
"""Number of pieces that a rule may use, counting those that pieces use; a text of a few lines could ask for millions."""
_PLACEHOLDER = re.compile(r"<([A-Za-z][A-Za-z0-9_]*)>")


@dataclass(frozen=True)
class Pieces:
    """Pieces by name, and the problems that are found where they are used.

    Attributes
    ----------
    known : mapping
        Name → piece.
    problems : list of Problem
        Problems are added to it.
    used : list of str
        Names of the pieces that were used, each as often as it was.
    """

    known: Mapping[str, Written]
    problems: list[Problem]
    used: list[str] = field(default_factory=list)

    def expand(self, node: Written, kind: str = "rule", inside: tuple[str, ...] = ()) -> Written:
        """Return a mapping in which every `use` is replaced by its pieces, with what stands beside `use` on top.

        Parameters
        ----------
        node : Written
            A rule, product, stage or entry.
        kind : str, optional
            Which of them.
        inside : tuple of str, optional
            Names of the pieces in which it stands.
        """
        if not isinstance(node.value, dict):
            return node
        use = node.get("use")
        is_use = use is not None and not isinstance(use.value, dict)  # a flow may be called `use`
        own = self._with_parts(node.without("use", "with") if is_use else node, kind, inside)
        if not is_use or use is None:
            return own
        result: Written | None = None
        for name in self._names(use):
            piece = self._piece(name, node, inside)
            if piece is not None:
                piece = self.expand(piece, kind, (*inside, name))
                result = piece if result is None else self._merged(result, piece, kind)
        return own if result is None else self._merged(result, own, kind)

    def _merged(self, base: Written, change: Written, kind: str) -> Written:
        """Return a piece with what stands on top of it; problems of the merge are added."""
        self._report(merge_problems(base, change, kind))
        return merge(base, change, kind)

    def _with_parts(self, node: Written, kind: str, inside: tuple[str, ...]) -> Written:
        """Return a mapping whose parts are expanded."""
        result = dict(node.value)
        for key, part in PARTS[kind].items():
            inner = result.get(key)
            form, _, of = part.rpartition(" of ")
            if inner is None or of not in PARTS:
                continue
            if form == "map" and isinstance(inner.value, dict):
                result[key] = inner.with_value({name: self.expand(each, of, inside) for name, each in inner.value.items()})
            elif form == "list" and isinstance(inner.value, list):
                result[key] = inner.with_value([self.expand(each, of, inside) for each in inner.value])
            elif not form:
                result[key] = self.expand(inner, of, inside)
        return node.with_value(result)

    def _names(self, use: Written) -> list[str]:
        """Return the names of the pieces that are used."""
        entries = use.value if isinstance(use.value, list) else [use]
        names = [entry.value for entry in entries if isinstance(entry.value, str)]
        if len(names) < len(entries) or not names:
            self._add(use, Message("`use` names no piece."), Message("Write the name of a piece, or a list: [first, second]."))
        return names

    def _piece(self, name: str, node: Written, inside: tuple[str, ...]) -> Written | None:
        """Return a piece with its parameters filled in; None where it cannot be used."""
        use, piece = node.value["use"], self.known.get(name)
        if piece is None:
            what = Message("There is no piece {name!r} here.", name=name)
            self._add(
                use, what, did_you_mean(name, self.known, Message("Write it under `pieces`, or name its file in `shared`."))
            )
            return None
        if name in inside:
            chain = " → ".join((*inside, name))
            self._add(use, Message("These pieces use one another: {chain}.", chain=chain), Message("Take one of them out."))
            return None
        if not isinstance(piece.value, dict):
            return None  # reported where it stands
        self.used.append(name)
        if len(self.used) > MAX_USES:
            what = Message("Pieces are used more than {count:,} times, counting those within others.", count=MAX_USES)
            self._add(self.known[self.used[0]], what, Message("Let fewer pieces use others."))
            return None
        return self._fill(piece.without("parameters"), self._values(name, piece, node))

    def _values(self, name: str, piece: Written, node: Written) -> dict[str, Written]:
        """Return the values of the parameters of a piece where it is used."""
        declared = piece.get("parameters")
        values = dict(declared.value) if declared is not None and isinstance(declared.value, dict) else {}
        given = node.get("with")
        if given is not None and not isinstance(given.value, dict):
            self._add(given, Message("`with` holds no parameters."), Message("Write `name: value` lines below it."))
        for parameter, value in given.value.items() if given is not None and isinstance(given.value, dict) else ():
            if parameter in values:
                values[parameter] = value
            elif not isinstance(node.value["use"].value, list):
                what = Message("The piece {name!r} has no parameter {parameter!r}.", name=name, parameter=parameter)
                self._add(value, what, did_you_mean(parameter, values, Message("Leave it out.")))
        for parameter, value in values.items():
            if value.value is None:
                what = Message("The piece {name!r} needs the parameter {parameter!r}.", name=name, parameter=parameter)
                self._add(node.value["use"], what, Message("Write it under `with`."))
        return values

    def _fill(self, node: Written, values: Mapping[str, Written]) -> Written:
        """Return a piece in which each `<parameter>` is replaced by its value."""
        if isinstance(node.value, dict):
            return node.with_value({key: self._fill(inner, values) for key, inner in node.value.items()})
        if isinstance(node.value, list):
            return node.with_value([self._fill(inner, values) for inner in node.value])
        if not isinstance(node.value, str) or "<" not in node.value:
            return node
        whole = _PLACEHOLDER.fullmatch(node.value)
        if whole and whole[1] in values:
            return values[whole[1]]
        if whole:
            what = Message("The piece has no parameter {parameter!r}.", parameter=whole[1])
            self._add(node, what, Message("Declare it in `parameters` of the piece."))
        return node.with_value(_PLACEHOLDER.sub(lambda match: _as_text(match, values), node.value))

    def _add(self, node: Written, what: Message, cure: Message) -> None:
        self._report([Problem(node.place, what, cure, code="piece")])

    def _report(self, problems: Iterable[Problem]) -> None:
        """Add problems; a piece that is used often is wrong once."""
        for problem in problems:
            if problem not in self.problems:
                self.problems.append(problem)


def _as_text(match: re.Match[str], values: Mapping[str, Written]) -> str:
    value = values.get(match[1])
    return match[0] if value is None or isinstance(value.value, dict | list) else str(value.value)
