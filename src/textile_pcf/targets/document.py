"""Content of a document of targets, and the targets as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from textile_pcf.errors import Problem, RuleError, wrong_type
from textile_pcf.io.documents import Strict, validate_document
from textile_pcf.io.plain_data import plain_data
from textile_pcf.io.strict_yaml import Document, read_yaml
from textile_pcf.messages.message import Message
from textile_pcf.targets.vocabulary import effect_groups, part_of
from textile_pcf.units import Unit, UnitError, describe, parse_unit

Year = Annotated[int, Field(ge=1901, le=2200)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False, lt=1e100)]
GREENHOUSE = parse_unit("kgCO2e").dimensions


class TargetsError(RuleError):
    """A document of targets is invalid.

    Parameters
    ----------
    problems : iterable of Problem
        Every problem, not only the first.
    """

    subject = "the targets"


class Cap(Strict):
    """A figure that no year of a period may exceed."""

    first: Year = Field(alias="from")
    """First year."""
    last: Year = Field(alias="to")
    """Last year."""
    at_most: Amount
    """In the unit of the target; a tie is kept."""


class Peak(Strict):
    """The year by which absolute emissions are at their highest."""

    by: Year


class Reduce(Strict):
    """A reduction against the base year."""

    by: Year
    """Year in which it is reached."""
    percent: Annotated[float, Field(gt=0, le=100)]
    """Of the base."""


class Contraction(Strict):
    """A reduction by the same part of the base every year; not compound."""

    rate: str
    """Part of the base per year, such as `4.2 %`."""
    until: Year


class Base(Strict):
    """A base year with its figure."""

    year: Year
    amount: Annotated[float, Field(gt=0, allow_inf_nan=False, lt=1e100)]
    """As reported, in the unit of the target."""


class Target(Strict):
    """One target."""

    id: Text
    """Name, once in a document."""
    entity: Text
    """Company, site or product, as in the series."""
    metric: Literal["absolute", "intensity", "pcf", "neutrality"]
    boundary: Text
    """Such as `site` or `cradle_to_gate`, as in the series."""
    unit: Text
    """Unit of the figures."""
    source: Text
    """Where the target is stated."""
    scopes: list[Literal[1, 2, 3]] = []
    """Scopes that the target counts."""
    gwp: Text | None = None
    """Set of potentials, such as AR6."""
    accounting: Literal["location_based", "market_based"] | None = None
    """Accounting of scope 2."""
    base: Year | Base | None = None
    """Base year."""
    caps: Annotated[list[Cap], Field(min_length=1)] | None = None
    peak: Peak | None = None
    reduce: Reduce | None = None
    contraction: Contraction | None = None
    path: Literal["linear", "none"] = "linear"
    """Whether a reduction holds on the way, or from its year on."""
    submitted: Year | None = None
    """Year in which the target was submitted."""
    compare: list[Literal["sbti_2020", "sbti_floor"]] = []
    """Criteria whose least reduction is compared."""
    lower_than: Literal["previous_year"] | None = None
    """The clause of a loan."""
    counts: Annotated[list[str], Field(min_length=1)] | None = None
    """Effects of a diff that the clause counts."""
    at_least: str = "0 %"
    """Part of the previous figure by which the counted effects must lower it."""
    title: str = ""
    locator: str = ""
    note: str = ""

    @property
    def base_year(self) -> int | None:
        """The base year."""
        return self.base.year if isinstance(self.base, Base) else self.base

    @property
    def end(self) -> int | None:
        """The year in which a reduction is reached."""
        return self.reduce.by if self.reduce else self.contraction.until if self.contraction else None


class TargetsDocument(Strict):
    """A document of targets."""

    targets: Annotated[list[Target], Field(min_length=1)]


@dataclass(frozen=True)
class Targets:
    """Checked targets with their locations.

    Attributes
    ----------
    document : Document
    targets : tuple of Target
    units : tuple of Unit
        Unit of each target.
    """

    document: Document
    targets: tuple[Target, ...]
    units: tuple[Unit, ...]

    @cached_property
    def by_entity(self) -> dict[str, list[int]]:
        """Indices of the targets of each entity."""
        found: dict[str, list[int]] = {}
        for number, target in enumerate(self.targets):
            found.setdefault(target.entity, []).append(number)
        return found

    @cached_property
    def reductions(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Reduction at the end of the path, shape (targets,); NaN where there is none. [1]"""
        return np.array([np.nan if (found := reduction(target)) is None else found for target in self.targets])


def reduction(target: Target) -> float | None:
    """Return the reduction of a target at its end, as a part of the base; None if it has none.

    Parameters
    ----------
    target : Target

    Notes
    -----
    A contraction is in points of the base and not compound: 4.2 % over 10 years is 42 %.
    """
    if target.reduce is not None:
        return target.reduce.percent / 100
    if target.contraction is None or target.base_year is None:
        return None
    return min((part_of(target.contraction.rate) or 0.0) * (target.contraction.until - target.base_year), 1.0)


def path_years(target: Target) -> float:
    """Return the years from the base to the end of the path of a target; 0 without both.

    Parameters
    ----------
    target : Target

    Notes
    -----
    A contraction whose rate takes the whole base before its last year ends then: 30 % per year after 3 1/3 years.
    """
    if target.base_year is None or target.end is None:
        return 0.0
    years = float(target.end - target.base_year)
    rate = (part_of(target.contraction.rate) or 0.0) if target.contraction else 0.0
    return 1 / rate if rate * years > 1 else years


def read_targets(source: Any) -> Targets:
    """Read and check a document of targets.

    Parameters
    ----------
    source : path, mapping, list or Targets
        A YAML or JSON file, or its content: `{targets: [...]}` or the list.

    Raises
    ------
    TargetsError
        With every problem: unknown keys, overlapping caps, a reduction without a base …
    UsageError
        There is no such file.
    """
    if isinstance(source, Targets):
        return source
    if isinstance(source, str | Path):
        document = read_yaml(source, TargetsError)
    elif isinstance(source, list | Mapping):
        document = Document(
            "targets", plain_data({"targets": source} if isinstance(source, list) else source, "targets", TargetsError)
        )
    else:
        raise wrong_type("targets", source, "a document of targets", "Give a path, a mapping or a list of targets.")
    try:
        targets = validate_document(TargetsDocument, document, TargetsError).targets
    except TargetsError as error:
        raise TargetsError(replace(problem, code="targets") for problem in error.problems) from None
    problems = [problem for number in range(len(targets)) for problem in _faults(document, targets, number)]
    problems += _repeated(document, targets)
    if problems:
        raise TargetsError(problems)
    return Targets(document, tuple(targets), tuple(parse_unit(target.unit) for target in targets))


def _repeated(document: Document, targets: list[Target]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, target in enumerate(targets):
        if first.setdefault(target.id, number) != number:
            where = document.location(("targets", number, "id"))
            what = Message("There are two targets {name!r}.", name=target.id)
            yield Problem(where, what, Message("Name each once."), code="targets")


def _faults(document: Document, targets: list[Target], number: int) -> Iterator[Problem]:
    """Yield what is wrong with one target beyond the types of its values."""
    target = targets[number]
    checks = (_unit_faults, _scope_faults, _cap_faults, _base_faults, _clause_faults, _metric_faults)
    for field, what, cure in (fault for check in checks for fault in check(target)):
        yield Problem(document.location(("targets", number, *field)), what, cure, code="targets")


Fault = tuple[tuple[str | int, ...], Message, Message]


def _unit_faults(target: Target) -> Iterator[Fault]:
    try:
        unit = parse_unit(target.unit)
    except UnitError:
        yield ("unit",), Message("{text!r} is not a unit.", text=target.unit[:60]), Message("Write tCO2e or kgCO2e/kg.")
        return
    absolute = target.metric in ("absolute", "neutrality")
    fits = unit.dimensions == GREENHOUSE if absolute else ("greenhouse", 1) in unit.dimensions and len(unit.dimensions) > 1
    if not fits:
        what = Message("{unit!r} measures {kind}, and a target of metric {metric!r} does not.",
                       unit=target.unit, kind=describe(unit.dimensions), metric=target.metric)  # fmt: skip
        cure = Message("Write tCO2e.") if absolute else Message("Write emissions per unit of output, such as kgCO2e/kg.")
        yield ("unit",), what, cure


def _scope_faults(target: Target) -> Iterator[Fault]:
    if target.metric == "pcf" and target.scopes:
        yield ("scopes",), Message("A footprint of a product has no scopes."), Message("Leave `scopes` out.")
    if target.metric != "pcf" and not target.scopes:
        what = Message("A target of metric {metric!r} names its scopes.", metric=target.metric)
        yield ("scopes",), what, Message("Add `scopes`, such as [1, 2].")
    if len(set(target.scopes)) < len(target.scopes):
        yield ("scopes",), Message("A scope is named twice."), Message("Name each once.")


def _cap_faults(target: Target) -> Iterator[Fault]:
    caps = target.caps or []
    for number, cap in enumerate(caps):
        if cap.first > cap.last:
            what = Message("The cap ends in {last}, before it begins in {first}.", first=cap.first, last=cap.last)
            yield ("caps", number), what, Message("Exchange `from` and `to`, or correct a year.")
        other = next((each for each in caps[:number] if each.first <= cap.last and cap.first <= each.last), None)
        if other is not None:
            year = max(other.first, cap.first)
            what = Message("Two caps hold in {year}.", year=year)
            yield ("caps", number), what, Message("Let periods of caps not overlap: one cap for each year.")


def _base_faults(target: Target) -> Iterator[Fault]:
    key = "reduce" if target.reduce else "contraction"
    if target.reduce and target.contraction:
        what = Message("A target has one path, `reduce` or `contraction`.")
        yield ("contraction",), what, Message("State the other one as a target of its own.")
    if target.end is not None and target.base_year is None:
        yield (key,), Message("A reduction needs a base year."), Message("Add `base`: a year, or year and amount.")
    if target.end is not None and target.base_year is not None and target.end <= target.base_year:
        what = Message("The path ends in {end}, and its base is {base}.", end=target.end, base=target.base_year)
        yield (key,), what, Message("Correct one of the years.")
    if target.contraction and not part_of(target.contraction.rate):
        what = Message("{text!r} is no rate.", text=target.contraction.rate[:60])
        yield ("contraction", "rate"), what, Message("Write it in percent of the base per year, such as 4.2 %.")
    if target.compare and (target.end is None or target.base_year is None):
        what = Message("There is no reduction to compare with criteria.")
        yield ("compare",), what, Message("Add `base` and `reduce` or `contraction`, or leave `compare` out.")


def _clause_faults(target: Target) -> Iterator[Fault]:
    if target.lower_than and target.metric != "pcf":
        what = Message("The clause of a loan is on a footprint of a product.")
        yield ("lower_than",), what, Message("Write `metric: pcf`, or use `caps` or `reduce`.")
    if target.lower_than and target.counts is None:
        what = Message("The clause does not name the effects that count.")
        yield ("lower_than",), what, Message("Add `counts`, such as [activity].")
    if target.counts is not None and not target.lower_than:
        what = Message("`counts` belongs to a clause.")
        yield ("counts",), what, Message("Add `lower_than: previous_year`, or leave `counts` out.")
    for number, text in enumerate(target.counts or ()):
        if effect_groups(text) is None or "+" in text:
            cure = Message("Choose from: {choices}.", choices="activity, factor, rule, gwp, biogenic, supply, code")
            yield ("counts", number), Message("There is no effect {name!r}.", name=text[:60]), cure
    if part_of(target.at_least) is None:
        what = Message("{text!r} is no part of the previous figure.", text=target.at_least[:60])
        yield ("at_least",), what, Message("Write it in percent, such as 2 %.")


def _metric_faults(target: Target) -> Iterator[Fault]:
    judged = [name for name in ("caps", "peak", "reduce", "contraction", "lower_than") if getattr(target, name)]
    if target.metric == "neutrality":
        for name in judged:
            what = Message("A claim of neutrality is reported and not judged.")
            yield (name,), what, Message("State {name} as a target of its own.", name=name)
    elif not judged:
        what = Message("The target states nothing that can be kept.")
        yield ("id",), what, Message("Add `caps`, `reduce`, `contraction`, `peak` or `lower_than`.")
    if target.metric == "pcf" and target.peak:
        what = Message("A peak is of absolute emissions.")
        yield ("peak",), what, Message("State it as a target of metric absolute.")
