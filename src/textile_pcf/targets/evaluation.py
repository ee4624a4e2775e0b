"""Targets held against figures: the main path of `tp.targets.check` and `tp.targets.path` on one page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.errors import InputError, Problem, UsageError
from textile_pcf.messages.message import Message
from textile_pcf.targets.clauses import Changes, changes_of, judge, read_attribution
from textile_pcf.targets.document import Targets, read_targets
from textile_pcf.targets.notes import base_year_warnings, intensity_warnings, rises
from textile_pcf.targets.paths import caps, criteria_warnings, minimum, reduction_parts, years_of
from textile_pcf.targets.recalculations import Bases, base_warnings, read_recalculations, restate
from textile_pcf.targets.results import TargetsResult
from textile_pcf.targets.rows import MET, MISSED, NOT_DUE, REPORTED, Judged, plain, target_rows
from textile_pcf.targets.series import Figures, read_series
from textile_pcf.targets.vocabulary import constant, part_of


def check(
    targets: Any, series: Any, *, recalculations: Any = None, threshold: str | None = None, attribution: Any = None
) -> TargetsResult:
    r"""Hold the figures of several years against targets.

    Parameters
    ----------
    targets : path, mapping or list
        A document of targets: caps, linear paths, contractions, peaks, clauses.
    series : path, DataFrame, pyarrow Table or list of dict
        `entity, year, quantity, amount, unit, scopes, boundary, gwp, accounting`: emissions, output, intensity, offsets.
    recalculations : path, DataFrame, pyarrow Table or list of dict, optional
        `entity, year, scopes, old, new, unit, reason`: why a base year changes.
    threshold : str, optional
        Part of the base from which its changes move it; 5 % by default.
    attribution : path, DataFrame, pyarrow Table or list of dict, optional
        `entity, from, to, effect, amount, unit`: what `Diff.attribution` returns. The clause of a loan needs it.

    Returns
    -------
    TargetsResult
        Of each target its years with what was allowed and a status, its base, peak, least reductions and clause.

    Raises
    ------
    RuleError
        The document of targets is wrong; with every problem.
    InputError
        A figure cannot be held against its target, or a table is wrong; with every problem.
    UsageError
        A file does not exist, or the threshold is none.

    Notes
    -----
    A linear reduction allows :math:`B (1 - p (y - b)/(t - b))` up to its end and :math:`B (1 - p)` after it, a contraction
    :math:`B (1 - r (y - b))`. A figure is kept if it is no more than :math:`1 + 10^{-9}` of what is allowed.

    Examples
    --------
    >>> target = {"id": "hla", "entity": "HLA", "metric": "intensity", "scopes": [1, 2], "boundary": "site",
    ...           "unit": "kgCO2e/set", "caps": [{"from": 2031, "to": 2035, "at_most": 4.20}], "source": "example"}
    >>> row = {"entity": "HLA", "year": 2031, "boundary": "site"}
    >>> series = [{**row, "quantity": "emissions", "amount": "4350 t", "unit": "", "scopes": "1 2"},
    ...           {**row, "quantity": "output", "amount": 1000000, "unit": "set"}]
    >>> series[0]["amount"] = "4350 tCO2e"
    >>> year = check([target], series)["hla"]["years"][0]
    >>> year["status"], round(year["gap"], 9), round(year["gap_absolute"], 6)
    ('missed', 0.15, 150000.0)
    """
    part = _threshold(threshold)
    document = read_targets(targets)
    problems: list[Problem] = []
    figures = _read(lambda: read_series(series, document), problems)
    found = _read(lambda: read_recalculations(recalculations, document), problems)
    if figures is None or found is None:
        raise InputError(problems)
    columns = _actual(document, figures, problems)
    reported = _reported_bases(document, columns, problems)
    changes = changes_of(document, (columns["target"], columns["year"], columns["actual"]), problems)
    effects = (
        _read(lambda: read_attribution(attribution, document, changes, problems), problems)
        if _needs_effects(changes, attribution)
        else None
    )
    if problems:
        raise InputError(problems)
    bases = restate(reported, found, part)
    _refuse_without_base(document, bases)
    judged = _judge(document, columns, bases)
    clause = None if effects is None else (effects, *judge(document, changes, effects))
    if clause is not None:
        judged = replace(judged, status=_with_clause(judged.status, changes.entry, clause[2]))
    rows = tuple(target_rows(document, judged, bases, (changes, clause)))
    warnings = [
        *figures.warnings,
        *found.warnings,
        *base_warnings(document, bases, found, part),
        *(effects.warnings if effects else ()),
    ]
    warnings += [*intensity_warnings(document, columns), *base_year_warnings(document, columns, bases)]
    return TargetsResult(
        rows, (*warnings, *(text for one in document.targets for text in criteria_warnings(one)), *rises(rows))
    )


def path(targets: Any) -> TargetsResult:
    """Return what targets allow in each year.

    Parameters
    ----------
    targets : path, mapping or list
        A document of targets.

    Returns
    -------
    TargetsResult
        Of each target its years with what is allowed, also as a part of the base, and least reductions.

    Raises
    ------
    RuleError
        The document is wrong; with every problem.
    UsageError
        There is no such file.

    Examples
    --------
    >>> target = {"id": "bao", "entity": "Baoxiniao", "metric": "absolute", "scopes": [1, 2], "boundary": "site",
    ...           "unit": "tCO2e", "base": {"year": 2024, "amount": 10000}, "reduce": {"by": 2035, "percent": 63},
    ...           "source": "example"}
    >>> {year["year"]: round(year["allowed"], 1) for year in path([target])["bao"]["years"] if year["year"] in (2030, 2035)}
    {2030: 6563.6, 2035: 3700.0}
    """
    document = read_targets(targets)
    years = [years_of(target) for target in document.targets]
    number = np.repeat(np.arange(len(years)), [len(each) for each in years])
    year = np.array([each for found in years for each in found], dtype=np.intp)
    amounts = [getattr(target.base, "amount", np.nan) for target in document.targets]
    parts = reduction_parts(document, number, year)
    allowed = np.fmin(caps(document, number, year), parts * np.array(amounts)[number])
    shown = zip(number.tolist(), year.tolist(), plain(allowed), plain(parts), strict=True)
    by_target: list[list[dict[str, Any]]] = [[] for _ in years]
    for k, each, most, part in shown:
        by_target[k].append({"year": each, "allowed": most, "part": part})
    rows = [{"target": target.id, "metric": target.metric, "unit": target.unit, "years": found, "minimum": minimum(target)}
            for target, found in zip(document.targets, by_target, strict=True)]  # fmt: skip
    warnings = [text for target in document.targets for text in criteria_warnings(target)]
    what = "The base of target {target!r} has no amount, so its path is known as parts of the base only."
    warnings += [Message(what, target=target.id) for target, amount in zip(document.targets, amounts, strict=True)
                 if target.end is not None and np.isnan(amount)]  # fmt: skip
    return TargetsResult(tuple(rows), tuple(warnings))


def _threshold(given: str | None) -> float:
    if given is None:
        return constant("recalculation_threshold") / 100
    found = part_of(given)
    if found is not None:
        return found
    what = Message("{text!r} is no threshold.", text=str(given)[:60])
    raise UsageError([Problem("threshold", what, Message("Write it in percent, such as 5%."), code="usage")])


def _needs_effects(changes: Changes, attribution: Any) -> bool:
    """Return whether effects are to be read: a clause has something to judge, or they were given."""
    return attribution is not None or len(changes.entry) > 0


def _read(call: Any, problems: list[Problem]) -> Any:
    """Return what a call returns; None, and its problems, if the input is wrong."""
    try:
        return call()
    except InputError as error:
        problems += error.problems
        return None


# -- figures ----------------------------------------------------------------------------------------------------------


def _actual(targets: Targets, figures: Figures, problems: list[Problem]) -> dict[str, Any]:
    """Return the figure of each entry in the unit of its target, and absolute emissions; what is missing is a problem."""
    target, values = figures.target, figures.values
    metric = np.array([one.metric for one in targets.targets])[target]
    own = np.array([unit.factor for unit in targets.units])[target]
    per_output = values["emissions"] / values["output"]
    intensity = np.where(np.isnan(values["intensity"]), per_output, values["intensity"])
    is_absolute = (metric == "absolute") | (metric == "neutrality")
    actual = np.where(is_absolute, values["emissions"], intensity) / own
    total = np.where(np.isnan(values["emissions"]), values["intensity"] * values["output"], values["emissions"])
    known = ~np.isnan(actual)
    only_offsets = np.isnan(values["emissions"]) & np.isnan(values["output"])
    for entry in np.flatnonzero(~known & ~only_offsets).tolist():
        given = "emissions" if np.isnan(values["output"][entry]) else "output"
        missing = "output" if given == "emissions" else "emissions"
        one, year = targets.targets[int(target[entry])], int(figures.year[entry])
        what = Message("The series has no {missing} of {entity!r} in {year}, so the intensity is not known.",
                       missing=Message(missing), entity=one.entity, year=year)  # fmt: skip
        cure = Message("Add the {missing} of the year, or give the intensity.", missing=Message(missing))
        figures.table.problem(problems, int(figures.rows[given][entry]), "quantity", (what, cure))
    for number in sorted(set(range(len(targets.targets))) - set(target[known].tolist())):
        one = targets.targets[number]
        if not problems:
            where = targets.document.location(("targets", number))
            what = Message("The series has no figure of target {target!r}.", target=one.id)
            cure = Message("Add rows of {entity!r} with boundary {boundary!r}.", entity=one.entity, boundary=one.boundary)
            problems.append(Problem(where, what, cure, code="series"))
    columns = {"target": target, "year": figures.year, "actual": actual, "total": total, "per_output": per_output / own,
               "output": values["output"], "offsets": values["offsets"]}  # fmt: skip
    return {name: column[known] for name, column in columns.items()}


def _reported_bases(targets: Targets, columns: dict[str, Any], problems: list[Problem]) -> FloatArray:
    """Return the base of each target as reported: the stated amount, else the figure of its year."""
    years = np.array([one.base_year or 0 for one in targets.targets])
    reported = np.array([getattr(one.base, "amount", np.nan) for one in targets.targets], dtype=np.float64)
    at_base = np.flatnonzero((years[columns["target"]] == columns["year"]) & np.isnan(reported[columns["target"]]))
    reported[columns["target"][at_base]] = columns["actual"][at_base]
    for number in np.flatnonzero((years > 0) & ~(reported > 0)).tolist():
        where = targets.document.location(("targets", number, "base"))
        values = {"year": int(years[number]), "target": targets.targets[number].id}
        what = Message("The series has no figure above zero of the base year {year} of target {target!r}.", **values)
        cure = Message("Add it, or write the base with its amount: year and amount.")
        problems.append(Problem(where, what, cure, code="series"))
    return reported


def _refuse_without_base(targets: Targets, bases: Bases) -> None:
    """Refuse recalculations that leave nothing of a base, or less: no path and no change refers to it."""
    problems = []
    for number in np.flatnonzero(bases.applied & ~(bases.used > 0)).tolist():
        where = targets.document.location(("targets", number, "base"))
        values = {"used": float(bases.used[number]), "target": targets.targets[number].id}
        what = Message("The recalculated base of target {target!r} is {used:g}, not above zero.", **values)
        problems.append(Problem(where, what, Message("Correct the old and new figures of its base year."), code="series"))
    if problems:
        raise InputError(problems)


def _with_clause(status: IndexArray, entry: IndexArray, met: BoolArray) -> IndexArray:
    """Return the status of figures some of which a clause judges as well: the worse of both."""
    worse = status.copy()
    worse[entry] = np.maximum(status[entry], np.where(met, MET, MISSED))
    return worse


def _judge(targets: Targets, columns: dict[str, Any], bases: Bases) -> Judged:
    """Return the figures with what is allowed and whether it is kept; a restated base year has its restated figure."""
    target, year = columns["target"], columns["year"]
    years = np.array([one.base_year or 0 for one in targets.targets])[target]
    actual = np.where(bases.applied[target] & (years == year), bases.used[target], columns["actual"])
    allowed = np.fmin(caps(targets, target, year), reduction_parts(targets, target, year) * bases.used[target])
    kept = actual <= allowed * (1 + constant("tie"))
    status = np.where(np.isnan(allowed), NOT_DUE, np.where(kept, MET, MISSED))
    neutral = np.array([one.metric == "neutrality" for one in targets.targets])[target]
    status = np.where(neutral, REPORTED, status).astype(np.intp)
    return Judged(target, year, actual, allowed, columns["total"], columns["output"], columns["offsets"], status)
