"""`scenario`: what a footprint would be under ordered changes, and what each of them saves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import FloatArray, or_none, part_of_total
from textile_pcf.calculation import calculate_run
from textile_pcf.comparison.apply_changes import apply_change
from textile_pcf.comparison.change_document import Change, ChangeFile, read_changes
from textile_pcf.comparison.change_text import change_text
from textile_pcf.errors import InputError, PcfError, Problem, UsageError, check_language, wrong_type
from textile_pcf.io.csv_text import table_csv
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.results import Footprint, Run

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Step:
    """One change of a scenario.

    Attributes
    ----------
    change : str
        The change as text, such as `scale dyeing.electricity 0.8`.
    note : str
        Why, as the change file says.
    effect : ndarray, shape (products,)
        What it changes after the changes before it. [kg CO2e per product unit]
    alone : ndarray, shape (products,)
        What it changes by itself; NaN where it needs an earlier change. [kg CO2e per product unit]
    made : Change
        The change itself.
    """

    change: str
    note: str
    effect: FloatArray
    alone: FloatArray
    made: Change = field(repr=False)


@dataclass(frozen=True, eq=False)
class Scenario:
    """A result under changes, and what each of them does.

    Attributes
    ----------
    name : str
    result : Footprint
        The result after all changes.
    total : ndarray, shape (products,)
        Totals of the products of the base; NaN of those that were removed. [kg CO2e per product unit]
    saving : ndarray, shape (products,)
        Total of the base minus that of the scenario. [kg CO2e per product unit]
    steps : tuple of Step
        The changes in their order; their effects add up to −saving.
    """

    name: str
    result: Footprint = field(repr=False)
    total: FloatArray
    saving: FloatArray
    steps: tuple[Step, ...]

    @property
    def interaction(self) -> FloatArray:
        """What the changes do together beyond what each does alone; NaN where one needs an earlier one."""
        return np.asarray(-self.saving - sum((step.alone for step in self.steps), np.zeros(len(self.saving))))


@dataclass(frozen=True, eq=False)
class Scenarios:
    """Scenarios of one result.

    Attributes
    ----------
    base : Footprint
        The result without changes.
    scenarios : tuple of Scenario

    Examples
    --------
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> change = {"change": "scale", "at": {"stage": "weaving", "flow": "electricity"}, "by": 0.8}
    >>> scenarios = tp.scenario(result, [change])
    >>> round(float(scenarios[0].saving[0] / result.by_stage[0].sum()), 3) > 0
    True
    """

    base: Footprint
    scenarios: tuple[Scenario, ...]

    def __len__(self) -> int:
        return len(self.scenarios)

    def __iter__(self) -> Iterator[Scenario]:
        return iter(self.scenarios)

    def __getitem__(self, name: str | int) -> Scenario:
        if isinstance(name, int):
            return self.scenarios[name]
        names = [one.name for one in self.scenarios]
        if name in names:
            return self.scenarios[names.index(name)]
        known = Message("There are: {known}.", known=", ".join(names))
        cure = did_you_mean(name, names, known)
        raise UsageError([Problem(f"scenario {name!r}", "There is no such scenario.", cure, code="no-scenario")])

    @property
    def table(self) -> pd.DataFrame:
        """One row per product and scenario. [kg CO2e per product unit]"""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per product and scenario, as plain values.

        Returns
        -------
        list of dict
            Keys `product`, `scenario`, `base`, `total`, `saving`, `saving_share`, `interaction`.
        """
        return [
            {
                "product": product,
                "scenario": one.name,
                "base": float(self.base.totals[number]),
                "total": or_none(one.total[number]),
                "saving": or_none(one.saving[number]),
                "saving_share": or_none(self.saving_share(one)[number]),
                "interaction": or_none(one.interaction[number]),
            }
            for number, product in enumerate(self.base.products)
            for one in self.scenarios
        ]

    def saving_share(self, scenario: Scenario) -> FloatArray:
        """Return the saving of a scenario divided by the base, shape (products,); NaN where the base is not above 0. [1]

        Parameters
        ----------
        scenario : Scenario
            One of the scenarios.

        Returns
        -------
        ndarray, shape (products,)
            [1]
        """
        base = self.base.totals
        return part_of_total(scenario.saving, base)

    def ranking(self, product: str) -> list[str]:
        """Return the names of the scenarios by falling saving.

        Parameters
        ----------
        product : str
            Id of a product.

        Returns
        -------
        list of str
            Names; without scenarios that do not have the product.
        """
        number = self.base.place(product)
        known = [one for one in self.scenarios if not np.isnan(one.saving[number])]
        return [one.name for one in sorted(known, key=lambda one: -float(one.saving[number]))]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as the command line prints it with `--format json`.

        Returns
        -------
        dict
            Texts, numbers, lists and dicts only, as in JSON.
        """
        from textile_pcf.comparison.scenario_views import as_dict

        return as_dict(self)

    def to_csv(self) -> str:
        """Return `rows` as CSV.

        Returns
        -------
        str
            Header and rows.
        """
        rows = self.rows()
        return table_csv(tuple(rows[0]) if rows else (), rows)

    def show(self, language: str = "en") -> Any:
        """Return the scenarios for a notebook in a language.

        Parameters
        ----------
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        ShownScenarios
            An object that a notebook shows as HTML, and `print` as text.
        """
        from textile_pcf.comparison.scenario_views import ShownScenarios

        return ShownScenarios(self, check_language(language))

    def _repr_html_(self) -> str:
        from textile_pcf.comparison.scenario_views import ShownScenarios

        return ShownScenarios(self, "en")._repr_html_()


def scenario(result: Footprint, changes: Any) -> Scenarios:
    """Calculate a result again under ordered changes; nothing is modified.

    Parameters
    ----------
    result : Footprint
        The base.
    changes : path, mapping or list
        A change file, or its content: scenarios, or the changes of one.

    Returns
    -------
    Scenarios
        Of each scenario a result, its saving, and the effect of each change in its order and alone.

    Raises
    ------
    InputError
        The change file is not valid, a change hits nothing, or a changed run does not calculate.
    UsageError
        There is no such file, rule or table.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> tp.scenario(result, []).to_dict()["products"][0]["scenarios"]
    Traceback (most recent call last):
    textile_pcf.errors.InputError: 1 problem in the input:
    ...
    """
    if not isinstance(result, Footprint):
        raise wrong_type("result", result, "a result", "Calculate it first: footprint(path, rule).")
    file = read_changes(changes)
    return Scenarios(result, tuple(_scenario(result, file, number) for number in range(len(file.scenarios))))


def _scenario(base: Footprint, file: ChangeFile, number: int) -> Scenario:
    document = file.scenarios[number]
    result, totals, steps = base, base.totals, []
    for place, change in enumerate(document.changes):
        location = file.location(number, place)
        result = _calculate(apply_change(result.run, change, location, file.folder), base, location)
        before, totals = totals, _totals(result, base)
        alone = totals - before if place == 0 else _alone(base, change, file, location)
        steps.append(Step(change_text(change), change.note, totals - before, alone, change))
    return Scenario(document.name, result, totals, base.totals - totals, tuple(steps))


def _alone(base: Footprint, change: Change, file: ChangeFile, location: str) -> FloatArray:
    """Return what a change does to the base; NaN where it needs an earlier one."""
    try:
        result = _calculate(apply_change(base.run, change, location, file.folder), base, location)
    except PcfError:
        return np.full(len(base.products), np.nan)
    return _totals(result, base) - base.totals


def _calculate(run: Run, base: Footprint, location: str) -> Footprint:
    result = calculate_run(run)
    before, after = base.run.activity.rules.product_unit, run.activity.rules.product_unit
    if (before.dimensions, before.factor) != (after.dimensions, after.factor):
        what = Message("The unit of the products differs: {first} and {second}.", first=before.text, second=after.text)
        raise InputError([Problem(location, what, "A scenario keeps the unit of its products.", code="change")])
    return result


def _totals(result: Footprint, base: Footprint) -> FloatArray:
    """Return totals in the order of the products of the base; NaN where there is no such product."""
    if result.products == base.products:
        return result.totals
    found = dict(zip(result.products, result.totals.tolist(), strict=True))
    return np.array([found.get(product, np.nan) for product in base.products], dtype=np.float64)
