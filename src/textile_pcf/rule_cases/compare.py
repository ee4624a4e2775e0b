"""What a rule gives beside what was worked out by hand: figure by figure, with the line of each that differs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.messages.catalogue import translate
from textile_pcf.results import Footprint
from textile_pcf.rule_cases.cases import Case
from textile_pcf.rule_cases.run import relocate, run
from textile_pcf.rule_cases.schema import SEVERAL, form_of_expected
from textile_pcf.rules import RuleSet

ZERO = 1e-12  # what counts as nothing beside an expected 0
LINE_NAMES = ("product", "component", "stage", "flow", "item")
MASSES = ("input", "output", "loss")
REDO = "Redo the arithmetic under `work`, then look at the rule."


@dataclass(frozen=True)
class ComparedValue:
    """One thing that was worked out, and what is calculated; `found` is None where the result does not have it."""

    path: tuple[str | int, ...]
    """Where it stands in the case."""
    expected: Any
    found: Any
    close: bool
    """Whether they agree, within the tolerance of the case."""
    said: str = ""
    """What to say where there is nothing to compare with."""

    @property
    def what(self) -> str:
        """What is told of what, such as `stages.weaving`."""
        return ".".join(map(str, self.path[1:] if self.path[0] == "expect" else self.path))

    @property
    def off(self) -> float:
        """How far the calculated number is from the one worked out, as a part of it; NaN where that cannot be told. [1]"""
        numbers = (isinstance(each, int | float) for each in (self.expected, self.found))
        return (self.found - self.expected) / self.expected if all(numbers) and self.expected else math.nan

    @property
    def sentence(self) -> str:
        """What is not as worked out."""
        return self.said or f"Worked out {_shown(self.expected)}, calculated {_shown(self.found)}."


def _shown(value: Any) -> str:
    """A figure in a message, with as many digits as can differ."""
    return f"{value:.12g}" if isinstance(value, float) else repr(value)


@dataclass(frozen=True)
class CaseOutcome:
    """What came of a worked case."""

    case: Case
    figures: tuple[ComparedValue, ...]
    """Everything that was compared."""
    problems: tuple[Problem, ...]
    """What is not as worked out; none: the case holds."""
    result: Footprint | None = None
    """The result; None where the rows were refused."""
    names: Mapping[str, str] = field(default_factory=dict)
    """English texts of the rule with their Chinese, for telling the problems."""

    @property
    def holds(self) -> bool:
        """Whether all is as worked out."""
        return not self.problems

    @property
    def unit(self) -> str:
        """What the figures are per."""
        return str(self.case.data.get("options", {}).get("unit") or (self.result.unit if self.result else ""))

    def stages(self) -> dict[str, dict[str, float]]:
        """Calculated emissions of every stage inside the boundary, product by product. [kg CO2e per `unit`]"""
        if self.result is None:
            return {}
        return {each["product"]: each["stages"] for each in self.result.to_dict(self.unit)["products"]}


def check(case: Case, loaded: dict[str, RuleSet] | None = None) -> CaseOutcome:
    """Calculate a worked case and compare it with what was worked out.

    Examples
    --------
    >>> from textile_pcf.documents import Document
    >>> rule = {"rule": "cloth", "edition": "1", "product": {"unit": "kg"}, "stages": [
    ...     {"id": "weaving", "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}}}]}
    >>> row = {"stage": "weaving", "flow": "electricity", "amount": 3, "unit": "kWh"}
    >>> data = {"name": "by hand", "rule": rule, "rows": [row], "factors": {"electricity": "0.5 kgCO2e/kWh"}}
    >>> check(Case(Document("cloth_cases.yaml", {**data, "expect": {"total": 2}}))).problems[0].what
    'Worked out 2, calculated 1.5.'
    """
    try:
        result = run(case, loaded)
        figures = tuple(figures_of(case, result))
    except PcfError as error:
        return _refused(case, error)
    if case.data.get("expect_error"):
        what, cure = "It is calculated without any problem.", "Take `expect_error` out, or look at the rule."
        return CaseOutcome(case, (), (Problem(case.place("expect_error"), what, cure, code="worked"),), result)
    wrong = (figure for figure in figures if not figure.close)
    return CaseOutcome(
        case, figures, tuple(Problem(case.place(*each.path), each.sentence, REDO, code="worked") for each in wrong), result
    )


def _refused(case: Case, error: PcfError) -> CaseOutcome:
    """A case that cannot be calculated; it holds where these words were expected."""
    wanted = case.data.get("expect_error", [])
    said = str(error), error.localized("zh")
    missing = [place for place, words in enumerate(wanted) if not any(words in told for told in said)]
    if wanted and not missing:
        return CaseOutcome(case, (), ())
    cure = "The messages are told below; take words of theirs, or look at the rule."
    unsaid = [
        Problem(case.place("expect_error", place), f"No message says {wanted[place]!r}.", cure, code="worked")
        for place in missing
    ]
    return CaseOutcome(case, (), (*unsaid, *(relocate(case, problem, error) for problem in error.problems)), names=error.names)


# ---------------------------------------------------------------- figures


def figures_of(case: Case, result: Footprint) -> Iterator[ComparedValue]:
    """Everything that a case expects of a result, with what the result says of it."""
    expect = case.data.get("expect") or {}
    unit = case.data.get("options", {}).get("unit")
    products = {product["product"]: product for product in result.to_dict(unit)["products"]}
    found = products if form_of_expected(expect) == SEVERAL else products[result.products[0]]
    yield from _compared(expect, found, ("expect",), case.tolerance)
    yield from _lines(case, result)
    yield from _masses(case, result)
    yield from _warnings(case, result)


def _warnings(case: Case, result: Footprint) -> Iterator[ComparedValue]:
    """`expect_warnings`: words that a warning must have, in either language."""
    wanted = case.data.get("expect_warnings", [])
    said = "\n".join(f"{text}\n{translate(text, 'zh')}" for text in result.warnings()) if wanted else ""
    for place, words in enumerate(wanted):
        missing = "" if words in said else f"No warning says {words!r}."
        yield ComparedValue(("expect_warnings", place), words, None if missing else words, not missing, missing)


def _compared(wanted: Any, found: Any, path: tuple[str | int, ...], tolerance: float) -> Iterator[ComparedValue]:
    """Figures of two trees of mappings: those of the first, with what the second has there."""
    if isinstance(wanted, Mapping):
        for key, value in wanted.items():
            if isinstance(found, Mapping) and key in found:
                yield from _compared(value, found[key], (*path, key), tolerance)
            else:
                there = ", ".join(map(str, found)) if isinstance(found, Mapping) else str(found)
                yield ComparedValue((*path, key), value, None, False, f"The result has no {key!r}; there is {there}.")
    else:
        yield ComparedValue(path, wanted, found, close(found, wanted, tolerance))


def close(found: Any, wanted: Any, tolerance: float) -> bool:
    """Whether a figure is the one worked out: numbers within a part of it, or both nothing; other things the same.

    Examples
    --------
    >>> close(1.0004, 1, 0.001), close(1e-15, 0, 1e-9), close("kg", "m2", 0.1), close(None, 0, 0.1)
    (True, True, False, False)
    """
    if isinstance(wanted, int | float) and isinstance(found, int | float):
        return math.isclose(found, wanted, rel_tol=tolerance, abs_tol=ZERO if wanted == 0 else 0.0)
    return bool(found == wanted)


def _lines(case: Case, result: Footprint) -> Iterator[ComparedValue]:
    """`expect_lines`: each says enough to name one line of the sum, and what it must have."""
    for place, wanted in enumerate(case.data.get("expect_lines", [])):
        names = {key: value for key, value in wanted.items() if key in LINE_NAMES}
        rows = result.contributions
        for key, value in names.items():
            rows = rows[rows[key].astype(str) == str(value)]
        if len(rows) != 1:
            yield ComparedValue(
                ("expect_lines", place), wanted, None, False, f"{len(rows)} lines of the sum are named so; name one."
            )
            continue
        found = {key: (value.item() if hasattr(value, "item") else value) for key, value in rows.iloc[0].items()}
        rest = {key: str(value) if key == "year" else value for key, value in wanted.items() if key not in names}
        yield from _compared(rest, {**found, "year": str(found["year"])}, ("expect_lines", place), case.tolerance)


def _masses(case: Case, result: Footprint) -> Iterator[ComparedValue]:
    """`expect_masses`: input, output, loss of one stage and fibre each."""
    table = result.masses if case.data.get("expect_masses") else None
    for place, wanted in enumerate(case.data.get("expect_masses", [])):
        assert table is not None
        product = wanted.get("product") or result.products[0]
        chosen = (table["product"] == product) & (table["stage"] == wanted["stage"])
        rows = table[chosen & (table["component"] == wanted.get("component", ""))]
        if len(rows) != 1:
            yield ComparedValue(("expect_masses", place), wanted, None, False, f"{len(rows)} masses are named so; name one.")
            continue
        numbers = {key: value for key, value in wanted.items() if key in MASSES}
        yield from _compared(numbers, rows.iloc[0].to_dict(), ("expect_masses", place), case.tolerance)
