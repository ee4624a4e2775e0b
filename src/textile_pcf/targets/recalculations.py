"""The base year restated: what changed it, and whether that is enough to move it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import InputError, Problem
from textile_pcf.io.table_shape import has_no_rows
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.targets.document import Targets
from textile_pcf.targets.tables import TargetTable, read_target_table
from textile_pcf.targets.vocabulary import constant
from textile_pcf.units import Unit, describe


@dataclass(frozen=True, eq=False)
class Recalculations:
    """Changes of base years by target. Shapes (targets,).

    Attributes
    ----------
    change : ndarray of float
        Sum of new − old. [unit of the target]
    count : ndarray of int
        Number of rows.
    warnings : tuple of Message
    start : ndarray of float or None
        Largest old figure less what the other rows add: a base that it is a part of is not below it. [unit of the target]
    """

    change: FloatArray
    count: FloatArray
    warnings: tuple[Message, ...] = ()
    start: FloatArray | None = None


def _table(source: Any) -> TargetTable | None:
    """Read the table; None if there is none, or no row in it: no base year was recalculated."""
    if source is None:
        return None
    try:
        return read_target_table("recalculations", source)
    except InputError as error:
        if has_no_rows(error):
            return None
        raise


def read_recalculations(source: Any, targets: Targets) -> Recalculations:
    """Read why and by how much base years change.

    Parameters
    ----------
    source : path, DataFrame, pyarrow Table, list of dict or None
        `entity, year, scopes, old, new, unit, reason, source, note`.
    targets : Targets

    Raises
    ------
    InputError
        With every problem: other reasons, such as growth; units and scopes that are not those of a target.
    """
    change, count = np.zeros(len(targets.targets)), np.zeros(len(targets.targets))
    table = _table(source)
    if table is None:
        return Recalculations(change, count)
    problems: list[Problem] = []
    entity = list(table.required("entity", problems))
    years = table.years("year", problems)
    table.words("reason", problems)
    scopes, scope = table.scopes(problems)
    old, units, unit = table.amounts("old", problems)
    new, new_units, new_unit = table.amounts("new", problems)
    for row in range(table.rows) if not problems else ():
        if units[unit[row]] != new_units[new_unit[row]]:
            what = Message("The old and the new figure are in different units.")
            table.problem(problems, row, "unit", (what, Message("Give both in one unit.")))
    if problems:
        raise InputError(problems)
    passed = 0
    largest, added = np.zeros(len(change)), np.zeros(len(change))
    for row in range(table.rows):
        numbers = [k for k in targets.by_entity.get(entity[row], ()) if targets.targets[k].base_year == years[row]]
        faults = {k: list(_differences(targets, k, scopes[scope[row]], units[unit[row]])) for k in numbers}
        fitting = [k for k, found in faults.items() if not found]
        if numbers and not fitting:
            problems += [
                Problem(table.location(row, field), what, cure, code="series") for field, what, cure in faults[numbers[0]]
            ]
        passed += not numbers
        for k in fitting:
            given = units[unit[row]]
            assert given is not None
            own = given.factor / targets.units[k].factor
            change[k] += (new[row] - old[row]) * own
            added[k] += max(new[row] - old[row], 0.0) * own
            largest[k] = max(largest[k], old[row] * own, new[row] * own)
            count[k] += 1
    if problems:
        raise InputError(problems)
    return Recalculations(change, count, tuple(_passed(table, passed, entity, targets)), largest - added)


def _differences(
    targets: Targets, number: int, scopes: tuple[int, ...], unit: Unit | None
) -> Iterator[tuple[str, Message, Message]]:
    """Yield what keeps a recalculation from being that of a target's base year."""
    target, wanted = targets.targets[number], targets.units[number]
    if not set(scopes) <= set(target.scopes) or bool(scopes) != bool(target.scopes):
        what = Message("Scopes {given} are not all counted by target {target!r}, which counts {scopes}.",
                       given=" ".join(map(str, scopes)) or "–", target=target.id,
                       scopes=" ".join(map(str, target.scopes)) or "–")  # fmt: skip
        yield "scopes", what, Message("Give the change of the scopes that the target counts.")
    if unit is not None and unit.dimensions != wanted.dimensions:
        what = Message("{unit!r} measures {kind}, and target {target!r} needs {wanted}.", unit=unit.text,
                       kind=describe(unit.dimensions), target=target.id, wanted=describe(wanted.dimensions))  # fmt: skip
        yield "unit", what, Message("Give the figure in a unit of the same kind.")


def _passed(table: TargetTable, passed: int, entities: list[str], targets: Targets) -> Iterator[Message]:
    if passed:
        unknown = next((name for name in entities if name not in targets.by_entity), "")
        what = "Recalculations are of years that are no base year of a target: {count}."
        if unknown:
            what = "Recalculations are of entities or years that are no base of a target: {count}, such as {name!r}. {hint}"
            hint = did_you_mean(unknown, targets.by_entity, Message("Check names and years."))
            yield Message(what, count=passed, name=unknown, hint=hint)
        else:
            yield Message(what, count=passed)


@dataclass(frozen=True, eq=False)
class Bases:
    """Base figures of targets, shapes (targets,); NaN where there is no base. [unit of the target]

    Attributes
    ----------
    reported, change, used : ndarray of float
        As reported; sum of the recalculations; what paths and changes refer to.
    applied : ndarray of bool
        Whether the change reaches the threshold.
    """

    reported: FloatArray
    change: FloatArray
    used: FloatArray
    applied: np.ndarray[Any, np.dtype[np.bool_]]

    def as_dict(self, number: int, year: int | None) -> dict[str, Any] | None:
        """Return the base of a target as the JSON holds it.

        Parameters
        ----------
        number : int
            Index of the target.
        year : int or None
            Its base year.
        """
        if year is None:
            return None
        reported, change = float(self.reported[number]), float(self.change[number])
        relative = change / reported if reported else None
        return {"year": year, "reported": reported, "change": change, "relative": relative,
                "applied": bool(self.applied[number]), "used": float(self.used[number])}  # fmt: skip


def restate(reported: FloatArray, found: Recalculations, threshold: float) -> Bases:
    """Return the bases after recalculation: changes from the threshold on move them.

    Parameters
    ----------
    reported : ndarray of float, shape (targets,)
        [unit of the target]
    found : Recalculations
    threshold : float
        Part of the reported figure. [1]

    Examples
    --------
    >>> found = Recalculations(np.array([-0.136, -0.02]), np.ones(2))
    >>> bases = restate(np.array([1.025, 1.025]), found, 0.05)
    >>> bases.used.round(3).tolist(), bases.applied.tolist()
    ([0.889, 1.025], [True, False])
    """
    applied = (found.count > 0) & (np.abs(found.change) >= (threshold - constant("tie")) * np.abs(reported))
    return Bases(reported, found.change, np.where(applied, reported + found.change, reported), applied)


def base_warnings(targets: Targets, bases: Bases, found: Recalculations, threshold: float) -> Iterator[Message]:
    """Yield a warning for each base that changed by less than the threshold, or is not what was recalculated.

    Parameters
    ----------
    targets : Targets
    bases : Bases
    found : Recalculations
    threshold : float
        [1]
    """
    for number in np.flatnonzero((found.count > 0) & ~bases.applied).tolist():
        what = "The base of target {target!r} changes by {relative:.2%}, below {threshold:g} %, and stays as reported."
        relative = float(bases.change[number] / bases.reported[number])
        yield Message(what, target=targets.targets[number].id, relative=relative, threshold=round(threshold * 100, 9))
    if found.start is None:
        return
    above = found.start > bases.reported * (1 + constant("same_figure") / 100)
    what = "The base of target {target!r} is {reported:.6g}, and a recalculation starts from {old:.6g}."
    for number in np.flatnonzero((found.count > 0) & above).tolist():
        values = {"reported": float(bases.reported[number]), "old": float(found.start[number])}
        yield Message(what, target=targets.targets[number].id, **values)
