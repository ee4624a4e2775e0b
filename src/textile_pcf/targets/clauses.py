"""The clause of a loan: each year below the year before, and only the effects count that the clause names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message
from textile_pcf.targets.document import Target, Targets
from textile_pcf.targets.series import SPAN
from textile_pcf.targets.tables import TargetTable, read_target_table
from textile_pcf.targets.vocabulary import WORDS, constant, effect_groups, part_of
from textile_pcf.units import Unit, describe

Fault = tuple[str, Message, Message]


@dataclass(frozen=True, eq=False)
class Changes:
    """Figures of targets with a clause, each with that of the year before. Shapes (changes,).

    Attributes
    ----------
    entry : ndarray of intp
        Entry of the later figure.
    target, year : ndarray of intp
    before, after : ndarray of float
        [unit of the target]
    """

    entry: IndexArray
    target: IndexArray
    year: IndexArray
    before: FloatArray
    after: FloatArray

    @property
    def key(self) -> IndexArray:
        """Target and later year as one number, rising."""
        return self.target * SPAN + self.year


def changes_of(targets: Targets, columns: tuple[IndexArray, IndexArray, FloatArray], problems: list[Problem]) -> Changes:
    """Return the changes from year to year that a clause judges; a year without figure between two is a problem.

    Parameters
    ----------
    targets : Targets
    columns : tuple of ndarray
        Target, year and figure of each entry, ordered by target and year.
    problems : list of Problem
        Problems are appended.
    """
    target, year, actual = columns
    clause = np.array([one.lower_than is not None for one in targets.targets], dtype=bool)
    entries = np.flatnonzero(clause[target])
    follows = entries[1:][target[entries[1:]] == target[entries[:-1]]] if len(entries) else entries
    previous = follows - 1
    for entry in follows[year[follows] != year[previous] + 1].tolist():
        number, missing = int(target[entry]), int(year[entry]) - 1
        what = Message("The series has no figure of {year}, and the clause of target {target!r} compares {after} with it.",
                       year=missing, target=targets.targets[number].id, after=int(year[entry]))  # fmt: skip
        where = targets.document.location(("targets", number, "lower_than"))
        problems.append(Problem(where, what, Message("Give the figure of {year}.", year=missing), code="series"))
    return Changes(follows, target[follows], year[follows], actual[previous], actual[follows])


@dataclass(frozen=True, eq=False)
class Attribution:
    """Effects of the changes. Shapes (effects,).

    Attributes
    ----------
    change : ndarray of intp
        Index in `Changes`.
    effect : list of str
        Words of the diff; `factors` means `factor`.
    amount : ndarray of float
        [unit of the target]
    counted : ndarray of bool
        Whether the clause counts it.
    warnings : tuple of Message
    """

    change: IndexArray
    effect: list[str]
    amount: FloatArray
    counted: np.ndarray[Any, np.dtype[np.bool_]]
    warnings: tuple[Message, ...] = ()


def read_attribution(source: Any, targets: Targets, changes: Changes, problems: list[Problem]) -> Attribution | None:
    """Read the effects that a diff gave, and check that they add up to the changes.

    Parameters
    ----------
    source : path, DataFrame, pyarrow Table, list of dict or None
        `entity, from, to, effect, amount, unit`, as `Diff.attribution` writes them.
    targets : Targets
    changes : Changes
    problems : list of Problem
        Problems are appended.
    """
    if source is None:
        problems += _without(targets, changes)
        return None
    table = read_target_table("attribution", source)
    faults: list[Problem] = []
    entity, effect = list(table.required("entity", faults)), _effects(table, faults)
    years = table.years("from", faults), table.years("to", faults)
    amounts, units, unit = table.amounts("amount", faults)
    if faults:
        problems += faults
        return None
    factors = np.array([1.0 if each is None else each.factor for each in units])[unit]
    rows: list[tuple[int, int]] = []
    passed = list[int]()
    index = {key: number for number, key in enumerate(changes.key.tolist())}
    for row in range(table.rows):
        numbers = [k for k in targets.by_entity.get(entity[row], ()) if targets.targets[k].lower_than]
        found = [_differences(targets, k, units[unit[row]], (int(years[0][row]), int(years[1][row])), index) for k in numbers]
        if not numbers:
            passed.append(row)
        elif all(found):
            problems += [Problem(table.location(row, field), what, cure, code="series") for field, what, cure in found[0]]
        rows += [(index[k * SPAN + int(years[1][row])], row) for k, fault in zip(numbers, found, strict=True) if not fault]
    change, chosen = np.array(rows, dtype=np.intp).reshape(-1, 2).T
    own = np.array([one.factor for one in targets.units])[changes.target[change]]
    result = Attribution(change, [effect[row] for row in chosen.tolist()], (amounts * factors)[chosen] / own,
                         _is_counted(targets, changes.target[change], [effect[row] for row in chosen.tolist()]),
                         tuple(_passed(passed)))  # fmt: skip
    if not problems:
        _check_sums(table, targets, changes, (result, chosen), problems)
    return result


def _effects(table: TargetTable, problems: list[Problem]) -> list[str]:
    """Return the effect of each row in the words of this package."""

    def read(text: str) -> str | Problem:
        groups = effect_groups(text)
        if groups is not None:
            return "+".join(groups)
        what = Message("There is no effect {name!r}.", name=text[:60])
        return Problem("", what, Message("Choose from: {choices}.", choices=", ".join(WORDS["effect"])))

    values, codes = table.interpret("effect", read, problems)
    return [values[code] or "" for code in codes.tolist()]


def _without(targets: Targets, changes: Changes) -> Iterator[Problem]:
    """Yield a problem for each target whose clause cannot be judged without effects."""
    for number in np.unique(changes.target).tolist():
        where = targets.document.location(("targets", number, "lower_than"))
        what = Message("The clause of target {target!r} counts only some effects, and no effects are given.",
                       target=targets.targets[number].id)  # fmt: skip
        cure = Message("Give them with --attribution: the table that `attribution` of a diff returns.")
        yield Problem(where, what, cure, code="series")


def _differences(
    targets: Targets, number: int, unit: Unit | None, years: tuple[int, int], index: dict[int, int]
) -> list[Fault]:
    """Return what keeps an effect from being one of a target's changes."""
    target, wanted = targets.targets[number], targets.units[number]
    faults: list[Fault] = []
    if unit is not None and unit.dimensions != wanted.dimensions:
        what = Message("{unit!r} measures {kind}, and target {target!r} needs {wanted}.", unit=unit.text,
                       kind=describe(unit.dimensions), target=target.id, wanted=describe(wanted.dimensions))  # fmt: skip
        faults.append(("unit", what, Message("Give the figure in a unit of the same kind.")))
    first, last = years
    if last != first + 1:
        what = Message("From {first} to {last} is not from one year to the next.", first=first, last=last)
        faults.append(("to", what, Message("Give the effects of each year against the year before.")))
    elif number * SPAN + last not in index:
        what = Message("The series of target {target!r} does not have both {first} and {last}.", target=target.id,
                       first=first, last=last)  # fmt: skip
        faults.append(("to", what, Message("Add the figures of both years, or delete the row.")))
    return faults


def _is_counted(targets: Targets, target: IndexArray, effects: list[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return whether each effect counts; a joint one counts if all its groups do."""
    counts = [{group for text in one.counts or () for group in effect_groups(text) or ()} for one in targets.targets]
    pairs = zip(target.tolist(), effects, strict=True)
    return np.array([set(effect.split("+")) <= counts[number] for number, effect in pairs], dtype=bool)


def _passed(rows: list[int]) -> Iterator[Message]:
    if rows:
        yield Message("Effects are of entities without a clause: {count}.", count=len(rows))


def _check_sums(
    table: TargetTable, targets: Targets, changes: Changes, found: tuple[Attribution, IndexArray], problems: list[Problem]
) -> None:
    """Append a problem for each change without effects, with one that stands twice, or whose effects do not add up."""
    attribution, chosen = found
    seen: dict[tuple[int, str], int] = {}
    for number, effect, row in zip(attribution.change.tolist(), attribution.effect, chosen.tolist(), strict=True):
        other = seen.setdefault((number, effect), row)
        if other != row:
            what = Message(
                "The effect {name!r} of these years is already in {where}.", name=effect, where=table.location(other)
            )
            table.problem(problems, row, "effect", (what, Message("Give each effect once.")))
    size = len(changes.entry)
    sums = np.bincount(attribution.change, weights=attribution.amount, minlength=size)
    present = np.bincount(attribution.change, minlength=size) > 0
    first = np.full(size, -1, dtype=np.intp)
    first[attribution.change[::-1]] = chosen[::-1]
    difference = changes.after - changes.before
    limit = constant("tie") * np.maximum(np.abs(changes.before), np.abs(changes.after))
    for number in np.flatnonzero(~(np.abs(sums - difference) <= limit) | ~present).tolist():
        target, year = targets.targets[int(changes.target[number])], int(changes.year[number])
        if present[number]:
            what = Message("The effects add up to {total:.10g}, and the figures differ by {difference:.10g} {unit}.",
                           total=float(sums[number]), difference=float(difference[number]), unit=target.unit)  # fmt: skip
            cure = Message("Give all effects of the diff, and the figures that it explains.")
            table.problem(problems, int(first[number]), "amount", (what, cure))
        else:
            what = Message("No effects are given for target {target!r} from {first} to {last}.", target=target.id,
                           first=year - 1, last=year)  # fmt: skip
            problems.append(Problem(table.table.name, what, Message("Add the rows of that diff."), code="series"))


def judge(
    targets: Targets, changes: Changes, attribution: Attribution
) -> tuple[FloatArray, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return the sum of the counted effects of each change, and whether the clause is met. Shapes (changes,).

    Parameters
    ----------
    targets : Targets
    changes : Changes
    attribution : Attribution

    Notes
    -----
    Met if the counted effects alone lower the figure, by no less than `at_least` of the figure before.
    """
    weights = np.where(attribution.counted, attribution.amount, 0.0)
    counted = np.bincount(attribution.change, weights=weights, minlength=len(changes.entry)).astype(np.float64)
    least = np.array([part_of(one.at_least) or 0.0 for one in targets.targets])[changes.target]
    tie = constant("tie") * np.abs(changes.before)
    return counted, (counted < -tie) & (-counted >= least * np.abs(changes.before) - tie)


def clause_rows(
    target: Target, changes: Changes, found: tuple[Attribution, FloatArray, Any], chosen: IndexArray
) -> list[dict[str, Any]]:
    """Return the changes of one target as the JSON holds them.

    Parameters
    ----------
    target : Target
    changes : Changes
    found : tuple
        Effects, counted sums, and whether the clause is met.
    chosen : ndarray of intp
        Changes of the target.
    """
    attribution, counted, met = found
    rows = []
    for number in chosen.tolist():
        effects = np.flatnonzero(attribution.change == number).tolist()
        before, after = float(changes.before[number]), float(changes.after[number])
        rows.append({
            "from": int(changes.year[number]) - 1, "to": int(changes.year[number]), "before": before, "after": after,
            "total_change": after - before, "counted": float(counted[number]),
            "effects": {attribution.effect[k]: float(attribution.amount[k]) for k in effects},
            "status": "met" if met[number] else "missed",
        })  # fmt: skip
    return rows
