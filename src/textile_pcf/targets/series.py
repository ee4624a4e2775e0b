"""The figures of several years, and the comparability guard: a figure is held against a target only if it is of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import group_rows
from textile_pcf.errors import InputError, Problem
from textile_pcf.io.headers import key
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.targets.document import GREENHOUSE, Target, Targets
from textile_pcf.targets.tables import TargetTable, read_target_table
from textile_pcf.targets.vocabulary import QUANTITIES
from textile_pcf.units import Unit, describe

SPAN = 4096
"""More than any year: a key of target and year is `target * SPAN + year`."""
RELEVANT = {
    "absolute": ("emissions", "offsets"),
    "neutrality": ("emissions", "offsets"),
    "intensity": ("emissions", "output", "intensity", "offsets"),
    "pcf": ("intensity",),
}
"""Quantities that a target of a metric needs, or shows."""


@dataclass(frozen=True, eq=False)
class Figures:
    """Figures by target and year, in canonical units; NaN where there is none. Shapes (entries,), ordered by target and year.

    Attributes
    ----------
    table : TargetTable
        The series.
    target, year : ndarray of intp
    values : dict of str to ndarray of float
        `emissions` and `offsets` [kg CO2e], `output` [canonical unit], `intensity` [kg CO2e per canonical unit].
    rows : dict of str to ndarray of intp
        Row of each figure, -1 where there is none.
    warnings : tuple of Message
    """

    table: TargetTable
    target: IndexArray
    year: IndexArray
    values: dict[str, FloatArray]
    rows: dict[str, IndexArray]
    warnings: tuple[Message, ...]


@dataclass(frozen=True)
class _Kind:
    """What rows of one kind have in common."""

    entity: str
    quantity: str
    scopes: tuple[int, ...]
    boundary: str
    gwp: str
    accounting: str
    unit: Unit | None


def read_series(source: Any, targets: Targets) -> Figures:
    """Read the figures, and assign each to its targets.

    Parameters
    ----------
    source : path, DataFrame, pyarrow Table or list of dict
        `entity, year, quantity, amount, unit, scopes, boundary, gwp, accounting, source, note`.
    targets : Targets

    Raises
    ------
    InputError
        With every problem: cells, figures that cannot be held against a target, figures given twice.
    """
    table = read_target_table("series", source)
    problems: list[Problem] = []
    amounts, units, unit_codes = table.amounts("amount", problems)
    kinds, group = _kinds(table, (units, unit_codes), problems)
    years = table.years("year", problems)
    _check_amounts(table, amounts, problems)
    if problems:
        raise InputError(problems)
    factors = np.array([1.0 if unit is None else unit.factor for unit in units])[unit_codes]
    accepted, refused, warnings = _guard(kinds, targets)
    problems += _refusals(table, targets, kinds, group, refused)
    figures = _collect(table, (years, amounts * factors, group), (kinds, accepted), problems)
    if problems:
        raise InputError(problems)
    return Figures(**figures, warnings=(*warnings(np.bincount(group, minlength=len(kinds))), *_mixed(targets, kinds, accepted)))


def _kinds(
    table: TargetTable, found: tuple[list[Unit | None], IndexArray], problems: list[Problem]
) -> tuple[list[_Kind], IndexArray]:
    """Return the kinds of rows that occur, and the kind of each row."""
    table.required("entity", problems)
    quantities, quantity = table.words("quantity", problems)
    accountings, accounting = table.words("accounting", problems, needed=False)
    scopes, scope = table.scopes(problems)
    units, unit = found
    texts = [table.column(name) for name in ("entity", "boundary", "gwp")]
    codes = [column.codes.astype(np.intp) for column in texts]
    first, group = group_rows(*codes, quantity, scope, accounting, unit)
    entity, boundary, gwp = (
        [str(column.categories[code[row]]) for row in first] for column, code in zip(texts, codes, strict=True)
    )
    kinds = [
        _Kind(entity[k], quantities[quantity[row]], scopes[scope[row]], boundary[k], gwp[k], accountings[accounting[row]],
              units[unit[row]])
        for k, row in enumerate(first.tolist())
    ]  # fmt: skip
    return kinds, group


def _check_amounts(table: TargetTable, amounts: FloatArray, problems: list[Problem]) -> None:
    """Append a problem for each figure that is below what is possible."""
    words, codes = table.words("quantity", [])
    no_output = np.array([word == "output" for word in words])[codes] & (amounts <= 0)
    negative = np.array([word in ("emissions", "offsets") for word in words])[codes] & (amounts < 0)
    for row in np.flatnonzero(no_output).tolist():
        what = Message("An output of {value:g} is none.", value=float(amounts[row]))
        table.problem(problems, row, "amount", (what, Message("Give what was made in the year, or delete the row.")))
    for row in np.flatnonzero(negative).tolist():
        what = Message("{value:g} is below {low:g}.", value=float(amounts[row]), low=0.0)
        cure = Message("Give gross figures; what is taken up or offset has rows of its own.")
        table.problem(problems, row, "amount", (what, cure))


# -- the guard --------------------------------------------------------------------------------------------------------


def _guard(kinds: list[_Kind], targets: Targets) -> Any:
    """Return the targets that take each kind, what refuses the others, and a function that counts what nobody needs."""
    accepted: list[list[int]] = []
    refused: dict[int, tuple[int, list[tuple[str, Message, Message]]]] = {}
    unknown, unneeded = [], []
    for number, kind in enumerate(kinds):
        found = {k: _differences(kind, targets.targets[k], targets.units[k]) for k in targets.by_entity.get(kind.entity, ())}
        related = {k: faults for k, faults in found.items() if faults is not None}
        accepted.append([k for k, faults in related.items() if not faults])
        if kind.entity not in targets.by_entity:
            unknown.append(number)
        elif not related:
            unneeded.append(number)
        elif not accepted[-1]:
            closest = min(related, key=lambda k: len(related[k]))
            refused[number] = closest, related[closest]

    def warnings(counts: IndexArray) -> Iterator[Message]:
        what = "Rows of the series are of entities that no target names: {count} ({names})."
        if unknown:
            names = ", ".join(list(dict.fromkeys(kinds[k].entity for k in unknown))[:5])
            yield Message(what, count=int(counts[unknown].sum()), names=names)
        what = "Rows of the series are of quantities or scopes that no target counts: {count}."
        if unneeded:
            yield Message(what, count=int(counts[unneeded].sum()))

    return accepted, refused, warnings


def _differences(kind: _Kind, target: Target, unit: Unit) -> list[tuple[str, Message, Message]] | None:
    """Return what keeps rows from being held against a target, None if the target does not look at such rows."""
    if kind.quantity not in RELEVANT[target.metric]:
        return None
    wanted = tuple(sorted(target.scopes))
    is_emission = kind.quantity in ("emissions", "intensity")
    if is_emission and kind.scopes and wanted and not set(kind.scopes) & set(wanted):
        return None
    faults = list(_unit_differences(kind, target, unit))
    if is_emission or kind.boundary:
        faults += _text_difference("boundary", kind.boundary, target.boundary, target)
    if not is_emission:
        return faults
    if kind.scopes != wanted:
        values = {"given": " ".join(map(str, kind.scopes)), "target": target.id, "scopes": " ".join(map(str, wanted))}
        if not wanted:
            what = Message(
                "Figures of scopes {given} cannot be held against target {target!r}, a footprint of a product.", **values
            )
        elif not kind.scopes:
            what = Message("The figure names no scopes, and target {target!r} counts {scopes}.", **values)
        else:
            what = Message("Scopes {given} cannot be held against target {target!r}, which counts {scopes}.", **values)
        faults.append(("scopes", what, Message("Give the figure of the same scopes.")))
    if target.gwp is not None:
        faults += _text_difference("gwp", kind.gwp, target.gwp, target)
    if target.accounting is not None and wanted != (1,):
        faults += _text_difference("accounting", kind.accounting, target.accounting, target)
    return faults


def _text_difference(field: str, given: str, wanted: str, target: Target) -> Iterator[tuple[str, Message, Message]]:
    if key(given) == key(wanted):
        return
    cure = Message("Give the figure of the same {field}.", field=Message(field))
    values = {"field": Message(field), "target": target.id, "wanted": wanted}
    if given:
        what = "{given!r} cannot be held against target {target!r}, whose {field} is {wanted!r}."
        yield field, Message(what, given=given[:60], **values), cure
    else:
        what = "The figure has no {field}, and that of target {target!r} is {wanted!r}."
        yield field, Message(what, **values), cure


def _unit_differences(kind: _Kind, target: Target, unit: Unit) -> Iterator[tuple[str, Message, Message]]:
    """Yield what is wrong with the unit: emissions and offsets in kg CO2e, outputs as the target divides by."""
    wanted = unit.dimensions
    if kind.quantity in ("emissions", "offsets"):
        wanted = GREENHOUSE
    elif kind.quantity == "output":
        wanted = tuple((name, -power) for name, power in unit.dimensions if name != "greenhouse")
    if kind.unit is None or kind.unit.dimensions == wanted:
        return
    what = "{unit!r} measures {kind}, and target {target!r} needs {wanted}."
    values = {"unit": kind.unit.text, "kind": describe(kind.unit.dimensions), "wanted": describe(wanted)}
    yield "unit", Message(what, target=target.id, **values), Message("Give the figure in a unit of the same kind.")


def _refusals(
    table: TargetTable, targets: Targets, kinds: list[_Kind], group: IndexArray, refused: dict[int, Any]
) -> Iterator[Problem]:
    """Yield the problems of rows that cannot be held against a target of their entity."""
    is_refused = np.zeros(len(kinds), dtype=bool)
    is_refused[list(refused)] = True
    for row in np.flatnonzero(is_refused[group]).tolist():
        for field, what, cure in refused[int(group[row])][1]:
            yield Problem(table.location(row, field), what, cure, code="series")
    found = {kind.entity for kind in kinds}
    for number, target in enumerate(targets.targets):
        if target.entity not in found:
            what = Message("The series has no figure of {entity!r}, which target {target!r} is about.",
                           entity=target.entity, target=target.id)  # fmt: skip
            cure = did_you_mean(target.entity, found, Message("Add its rows, or leave the target out."))
            yield Problem(targets.document.location(("targets", number, "entity")), what, cure, code="series")


def _mixed(targets: Targets, kinds: list[_Kind], accepted: list[list[int]]) -> Iterator[Message]:
    """Yield a warning for each target that states no set or accounting, and whose figures have several."""
    found: dict[tuple[int, str], set[str]] = {}
    for kind, numbers in zip(kinds, accepted, strict=True):
        for number in numbers if kind.quantity in ("emissions", "intensity") else ():
            for field in ("gwp", "accounting"):
                found.setdefault((number, field), set()).add(getattr(kind, field))
    for (number, field), texts in found.items():
        if len(texts) > 1 and getattr(targets.targets[number], field) is None:
            what = "The figures of target {target!r} differ in {field}: {texts}. State it in the target."
            shown = ", ".join(sorted(text or "–" for text in texts))
            yield Message(what, target=targets.targets[number].id, field=Message(field), texts=shown)


# -- figures by target and year ---------------------------------------------------------------------------------------


def _collect(
    table: TargetTable, columns: tuple[IndexArray, FloatArray, IndexArray], kinds: tuple[list[_Kind], list[list[int]]],
    problems: list[Problem],
) -> dict[str, Any]:  # fmt: skip
    """Return the fields of `Figures`; a figure that is given twice is a problem."""
    years, amounts, group = columns
    counts = np.array([len(found) for found in kinds[1]], dtype=np.intp)
    starts = np.concatenate([[0], np.cumsum(counts)])
    flat = np.array([number for found in kinds[1] for number in found], dtype=np.intp)
    repeats = counts[group]
    rows = np.repeat(np.arange(len(group)), repeats)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    target = flat[starts[group[rows]] + within] if len(rows) else rows
    quantity = np.array([QUANTITIES.index(kind.quantity) for kind in kinds[0]], dtype=np.intp)[group[rows]]
    keys, entry = np.unique(target * SPAN + years[rows], return_inverse=True)
    _check_repeated(table, (entry * len(QUANTITIES) + quantity, rows), problems)
    values, places = {}, {}
    for number, name in enumerate(QUANTITIES):
        chosen = quantity == number
        values[name], places[name] = np.full(len(keys), np.nan), np.full(len(keys), -1, dtype=np.intp)
        values[name][entry[chosen]], places[name][entry[chosen]] = amounts[rows[chosen]], rows[chosen]
    return {"table": table, "target": keys // SPAN, "year": keys % SPAN, "values": values, "rows": places}


def _check_repeated(table: TargetTable, cells: tuple[IndexArray, IndexArray], problems: list[Problem]) -> None:
    """Append a problem for each row whose figure another row gives for the same target and year."""
    cell, rows = cells
    _, first, inverse = np.unique(cell, return_index=True, return_inverse=True)
    again = first[inverse] != np.arange(len(cell))
    for row, other in dict(zip(rows[again].tolist(), rows[first[inverse[again]]].tolist(), strict=True)).items():
        what = Message("This figure of the year is already in {where}.", where=table.location(other))
        table.problem(problems, row, "year", (what, Message("Give each figure of a year once.")))
