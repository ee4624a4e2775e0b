"""Compare what a rule gives with what was calculated by hand: value by value, with the line of each difference."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from textile_pcf.errors import PcfError, Problem
from textile_pcf.messages.message import Message, localize
from textile_pcf.results import Footprint
from textile_pcf.rule_cases.cases import Case
from textile_pcf.rule_cases.run import relocate, run
from textile_pcf.rule_cases.schema import SEVERAL, layout_of_expected
from textile_pcf.rules import RuleSet

ZERO = 1e-12  # absolute tolerance of an expected 0
LINE_NAMES = ("product", "component", "stage", "flow", "item")
MASSES = ("input", "output", "loss")
REDO = "Redo the arithmetic under `work`, then look at the rule."


@dataclass(frozen=True)
class ComparedValue:
    """One expected value with the calculated one.

    Attributes
    ----------
    path : tuple of str or int
        Position in the case.
    expected, calculated : object
        The two values; `calculated` is None if the result does not have it.
    close : bool
        True if they agree within the tolerance of the case.
    message : str
        Explanation if there is nothing to compare with.
    """

    path: tuple[str | int, ...]
    expected: Any
    calculated: Any
    close: bool
    message: str = ""

    @property
    def label(self) -> str:
        """Dotted path of the compared value, e.g. `stages.weaving`."""
        return ".".join(map(str, self.path[1:] if self.path[0] == "expect" else self.path))

    @property
    def relative_difference(self) -> float:
        """Difference of the calculated value from the expected one, relative to the expected one; NaN if undefined. [1]"""
        numbers = (isinstance(each, int | float) for each in (self.expected, self.calculated))
        return (self.calculated - self.expected) / self.expected if all(numbers) and self.expected else math.nan

    @property
    def sentence(self) -> str:
        """Message that names the difference."""
        return self.message or Message(
            "Worked out {expected}, calculated {calculated}.",
            expected=_figure_text(self.expected),
            calculated=_figure_text(self.calculated),
        )


def _figure_text(value: Any) -> str:
    """Format a value for a message, with all digits that can differ."""
    return f"{value:.12g}" if isinstance(value, float) else repr(value)


@dataclass(frozen=True)
class CaseOutcome:
    """Outcome of a worked case.

    Attributes
    ----------
    case : Case
        The case.
    values : tuple of ComparedValue
        All compared values.
    problems : tuple of Problem
        Differences; empty if the case holds.
    result : Footprint or None
        The result; None if the rows were refused.
    """

    case: Case
    values: tuple[ComparedValue, ...]
    problems: tuple[Problem, ...]
    result: Footprint | None = None

    @property
    def holds(self) -> bool:
        """True if there is no difference."""
        return not self.problems

    @property
    def unit(self) -> str:
        """Unit that the figures are per."""
        return str(self.case.data.get("options", {}).get("unit") or (self.result.unit if self.result else ""))

    def stages(self) -> dict[str, dict[str, float]]:
        """Return the calculated emissions of each stage inside the boundary, by product. [kg CO2e per `unit`]"""
        if self.result is None:
            return {}
        return {each["product"]: each["stages"] for each in self.result.to_dict(self.unit)["products"]}


def check(case: Case, loaded: dict[str, RuleSet] | None = None) -> CaseOutcome:
    """Calculate a worked case and compare it with the expected values.

    Parameters
    ----------
    case : Case
        The case.
    loaded : dict, optional
        Cache of rules; rules that are read are added.

    Returns
    -------
    CaseOutcome
        All compared values and differences.

    Examples
    --------
    >>> from textile_pcf.io.strict_yaml import Document
    >>> rule = {"rule": "cloth", "edition": "1", "product": {"unit": "kg"}, "stages": [
    ...     {"id": "weaving", "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}}}]}
    >>> row = {"stage": "weaving", "flow": "electricity", "amount": 3, "unit": "kWh"}
    >>> data = {"name": "by hand", "rule": rule, "rows": [row], "factors": {"electricity": "0.5 kgCO2e/kWh"}}
    >>> check(Case(Document("cloth_cases.yaml", {**data, "expect": {"total": 2}}))).problems[0].what
    'Worked out 2, calculated 1.5.'
    """
    try:
        result = run(case, loaded)
        values = tuple(figures_of(case, result))
    except PcfError as error:
        return _refused_outcome(case, error)
    if case.data.get("expect_error"):
        message, cure = "It is calculated without any problem.", "Take `expect_error` out, or look at the rule."
        return CaseOutcome(case, (), (Problem(case.location("expect_error"), message, cure, code="worked"),), result)
    different = (value for value in values if not value.close)
    return CaseOutcome(
        case,
        values,
        tuple(Problem(case.location(*each.path), each.sentence, REDO, code="worked") for each in different),
        result,
    )


def _refused_outcome(case: Case, error: PcfError) -> CaseOutcome:
    """Outcome of a case that is refused; it holds if the messages contain the expected phrases."""
    expected = case.data.get("expect_error", [])
    messages = str(error), error.localized("zh")
    missing = [index for index, phrase in enumerate(expected) if not any(phrase in text for text in messages)]
    if expected and not missing:
        return CaseOutcome(case, (), ())
    cure = "The messages are listed below; use words of them, or check the rule."
    missing_phrases = [
        Problem(
            case.location("expect_error", index),
            Message("No message contains {expected!r}.", expected=expected[index]),
            cure,
            code="worked",
        )
        for index in missing
    ]
    return CaseOutcome(case, (), (*missing_phrases, *(relocate(case, problem, error) for problem in error.problems)))


# ---------------------------------------------------------------- figures


def figures_of(case: Case, result: Footprint) -> Iterator[ComparedValue]:
    """Yield every value that a case expects, with the one of the result."""
    expect = case.data.get("expect") or {}
    unit = case.data.get("options", {}).get("unit")
    products = {product["product"]: product for product in result.to_dict(unit)["products"]}
    is_several = layout_of_expected(expect) == SEVERAL
    if expect and len(products) > 1 and not is_several:
        what = Message("Of which product are these figures? Write them below its name: {names}.", names=", ".join(products))
        yield ComparedValue(("expect",), expect, None, False, what)
    else:
        calculated = products if is_several else products[result.products[0]]
        yield from _compare_values(expect, calculated, ("expect",), case.tolerance)
    yield from _lines(case, result)
    yield from _masses(case, result)
    yield from _warnings(case, result)


def _warnings(case: Case, result: Footprint) -> Iterator[ComparedValue]:
    """Compare `expect_warnings`: phrases that a warning must contain, in either language."""
    expected = case.data.get("expect_warnings", [])
    message = "\n".join(f"{text}\n{localize(text, 'zh')}" for text in result.warnings()) if expected else ""
    for index, phrase in enumerate(expected):
        missing = "" if phrase in message else Message("No warning contains {phrase!r}.", phrase=phrase)
        yield ComparedValue(("expect_warnings", index), phrase, None if missing else phrase, not missing, missing)


def _compare_values(expected: Any, calculated: Any, path: tuple[str | int, ...], tolerance: float) -> Iterator[ComparedValue]:
    """Yield the values of a tree of mappings, each with the value at the same path of another."""
    if isinstance(expected, Mapping):
        for key, value in expected.items():
            if isinstance(calculated, Mapping) and key in calculated:
                yield from _compare_values(value, calculated[key], (*path, key), tolerance)
            else:
                there = ", ".join(map(str, calculated)) if isinstance(calculated, Mapping) else str(calculated)
                yield ComparedValue(
                    (*path, key),
                    value,
                    None,
                    False,
                    Message("The result has no {key!r}; there is {there}.", key=key, there=there),
                )
    else:
        yield ComparedValue(path, expected, calculated, close(calculated, expected, tolerance))


def close(calculated: Any, expected: Any, tolerance: float) -> bool:
    """Return True if a calculated value agrees with the expected one: numbers within a relative tolerance, others if equal.

    Examples
    --------
    >>> close(1.0004, 1, 0.001), close(1e-15, 0, 1e-9), close("kg", "m2", 0.1), close(None, 0, 0.1)
    (True, True, False, False)
    """
    if isinstance(expected, int | float) and isinstance(calculated, int | float):
        return math.isclose(calculated, expected, rel_tol=tolerance, abs_tol=ZERO if expected == 0 else 0.0)
    return bool(calculated == expected)


def _lines(case: Case, result: Footprint) -> Iterator[ComparedValue]:
    """Compare `expect_lines`: each entry selects one line of the sum and names values that it must have."""
    for index, expected in enumerate(case.data.get("expect_lines", [])):
        selection = {key: value for key, value in expected.items() if key in LINE_NAMES}
        rows = result.contributions
        for key, value in selection.items():
            rows = rows[rows[key].astype(str) == str(value)]
        if len(rows) != 1:
            yield ComparedValue(
                ("expect_lines", index),
                expected,
                None,
                False,
                Message("{count} lines of the sum are named so; name one.", count=len(rows)),
            )
            continue
        calculated = {key: (value.item() if hasattr(value, "item") else value) for key, value in rows.iloc[0].items()}
        figures = {key: str(value) if key == "year" else value for key, value in expected.items() if key not in selection}
        yield from _compare_values(
            figures, {**calculated, "year": str(calculated["year"])}, ("expect_lines", index), case.tolerance
        )


def _masses(case: Case, result: Footprint) -> Iterator[ComparedValue]:
    """Compare `expect_masses`: input, output and loss of one stage and component each."""
    table = result.masses if case.data.get("expect_masses") else None
    for index, expected in enumerate(case.data.get("expect_masses", [])):
        assert table is not None
        product = expected.get("product") or result.products[0]
        selected = (table["product"] == product) & (table["stage"] == expected["stage"])
        rows = table[selected & (table["component"] == expected.get("component", ""))]
        if len(rows) != 1:
            yield ComparedValue(
                ("expect_masses", index),
                expected,
                None,
                False,
                Message("{count} masses are named so; name one.", count=len(rows)),
            )
            continue
        numbers = {key: value for key, value in expected.items() if key in MASSES}
        yield from _compare_values(numbers, rows.iloc[0].to_dict(), ("expect_masses", index), case.tolerance)
