"""`diff`: why a footprint changed, as one effect per group of inputs that adds up exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.comparison.comparability import differing_fields
from textile_pcf.comparison.inputs import GROUPS, differing_groups
from textile_pcf.comparison.line_sums import LineIndex, LineSums
from textile_pcf.comparison.mixed_results import MixedResults
from textile_pcf.comparison.shapley import shapley_effects
from textile_pcf.errors import InputError, Problem, UsageError, check_language, wrong_type
from textile_pcf.io.csv_text import table_csv
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint

if TYPE_CHECKING:
    import pandas as pd

CODE = "code"
BOTH, NEW, REMOVED = "both", "new", "removed"
NEGLIGIBLE = 1e-12  # relative to the larger total; a smaller effect of the code is rounding


@dataclass(frozen=True, eq=False)
class Diff:
    """Change of footprints between two runs, and the effect of each group of inputs on it.

    Attributes
    ----------
    unit : str
        Unit of the products.
    products : tuple of str
        Products of the old run, then those that only the new one has.
    status : tuple of str
        `both`, `new` or `removed` for each product.
    old, new : ndarray, shape (products,)
        Totals; NaN where a run does not have the product. [kg CO2e per product unit]
    differing : tuple of str
        Groups of inputs that differ.
    together : tuple of str
        Groups that have one effect together, such as `activity+rule`, because a run with one of them alone does not exist.
    effects : mapping of str to ndarray, shape (products,)
        Effect of each group and of `code`; NaN for products of one run only. [kg CO2e per product unit]
    differs : tuple of mapping
        Fields in which results that are compared must be the same, where they are not: `field`, `old`, `new`.
    lines : LineSums
        Emissions of the mixed runs by line, of the products of both runs.
    line_effects : ndarray, shape (effects, lines)
        Effects by line, without `code`. [kg CO2e per product unit]

    Examples
    --------
    >>> from dataclasses import replace
    >>> import textile_pcf as tp
    >>> from textile_pcf.calculation import calculate_run
    >>> old = tp.footprint(*tp.load_example("t_shirt"))
    >>> change = tp.diff(old, calculate_run(replace(old.run, gwp="AR5")))
    >>> change.differing, bool(np.isclose(change.effects["gwp"][0], change.change[0]))
    (('gwp',), True)
    """

    unit: str
    products: tuple[str, ...]
    status: tuple[str, ...]
    old: FloatArray
    new: FloatArray
    differing: tuple[str, ...]
    together: tuple[str, ...]
    effects: Mapping[str, FloatArray]
    differs: tuple[Mapping[str, str], ...]
    lines: LineSums = field(repr=False)
    line_effects: FloatArray = field(repr=False)

    @property
    def change(self) -> FloatArray:
        """New minus old total, shape (products,). [kg CO2e per product unit]"""
        return np.asarray(self.new - self.old)

    @property
    def is_performance(self) -> bool:
        """Whether the change may stand for what a producer changed: one unit and one rule. Tracking over time needs both."""
        return not any(entry["field"] in ("unit", "boundary", "rule", "edition") for entry in self.differs) and (
            "rule" not in self.differing
        )

    @cached_property
    def shared(self) -> IndexArray:
        """Indices of the products of both runs; lines count them from 0."""
        return np.flatnonzero(np.array([status == BOTH for status in self.status], dtype=bool))

    @property
    def table(self) -> pd.DataFrame:
        """Old and new totals and effects, one row per product. [kg CO2e per product unit]"""
        import pandas as pd

        columns = {"status": self.status, "old": self.old, "new": self.new, "change": self.change, **self.effects}
        return pd.DataFrame(columns, index=pd.Index(self.products, name="product"))

    def attribution(
        self, entity: str, start: str | int, end: str | int, product: str | None = None, *, other_rule: bool = False
    ) -> pd.DataFrame:
        """Return the effects on one product as the table that `targets check --attribution` reads.

        Parameters
        ----------
        entity : str
            Name of what the target is about.
        start, end : str or int
            Periods of the old and the new run, such as 2024 and 2025.
        product : str, optional
            The product; needed where the runs have several in common.
        other_rule : bool, optional
            Return a table although the rules differ: it then explains a change, but is no performance.

        Returns
        -------
        DataFrame
            Columns `entity`, `from`, `to`, `effect`, `amount`, `unit`; one row per effect. They add up to the change.

        Raises
        ------
        InputError
            The rules differ.
        UsageError
            There is no such product in both runs, or several and none is named.
        """
        from textile_pcf.comparison.attribution import attribution_rows

        return attribution_rows(self, (entity, start, end), product, other_rule)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as the command line prints it with `--format json`.

        Returns
        -------
        dict
            Texts, numbers, lists and dicts only, as in JSON.
        """
        from textile_pcf.comparison.diff_views import as_dict

        return as_dict(self)

    def to_csv(self) -> str:
        """Return the table as CSV; empty cells where a run does not have the product.

        Returns
        -------
        str
            Header and rows.
        """
        table = self.table.reset_index()
        columns = [str(name) for name in table.columns]
        cells = ([None if cell != cell else cell for cell in row] for row in table.itertuples(index=False))
        return table_csv(columns, (dict(zip(columns, row, strict=True)) for row in cells))

    def show(self, language: str = "en") -> Any:
        """Return the change for a notebook in a language.

        Parameters
        ----------
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        ShownDiff
            An object that a notebook shows as HTML, and `print` as text.
        """
        from textile_pcf.comparison.diff_views import ShownDiff

        return ShownDiff(self, check_language(language))

    def _repr_html_(self) -> str:
        from textile_pcf.comparison.diff_views import ShownDiff

        return ShownDiff(self, "en")._repr_html_()

    def __repr__(self) -> str:
        entries = zip(self.products[:3], self.status, self.change.tolist(), strict=False)
        shown = ", ".join(f"{name} {status if status != BOTH else f'{value:+.6g}'}" for name, status, value in entries)
        more = f" and {len(self.products) - 3} more" if len(self.products) > 3 else ""
        return f"<Diff [kg CO2e/{self.unit}] {shown}{more}>"


def diff(
    old: Footprint,
    new: Footprint,
    *,
    stored_old: Mapping[str, float] | None = None,
    stored_new: Mapping[str, float] | None = None,
) -> Diff:
    """Split the change between two results into effects of activity data, factors, rule, GWP set, convention and supply.

    Parameters
    ----------
    old, new : Footprint
        Results of the two runs, calculated by this library.
    stored_old, stored_new : mapping of str to float, optional
        Totals by product as they were published, such as those of a lock: what other code gave is the effect `code`.
        [kg CO2e per product unit]

    Returns
    -------
    Diff
        Effects that add up to the change: by product, stage and line.

    Raises
    ------
    InputError
        The products have different units.
    UsageError
        Something is no result.

    Notes
    -----
    The effect of a group is its Shapley value over the results of all runs that take some groups from the new run and the
    rest from the old one, all by the present code. It has no order, and old and new exchanged turn every sign.

    References
    ----------
    Shapley, L. S. (1953): A value for n-person games. Contributions to the Theory of Games 2, 307-317.

    Examples
    --------
    The same rows and factors under potentials of AR5 instead of AR6: the change is an effect of nothing else.

    >>> from dataclasses import replace
    >>> import textile_pcf as tp
    >>> from textile_pcf.calculation import calculate_run
    >>> old = tp.footprint(*tp.load_example("t_shirt"))
    >>> change = tp.diff(old, calculate_run(replace(old.run, gwp="AR5")))
    >>> [name for name, effect in change.effects.items() if effect[0]]
    ['gwp']
    """
    for name, result in (("old", old), ("new", new)):
        if not isinstance(result, Footprint):
            raise wrong_type(name, result, "a result", "Calculate it first: footprint(path, rule).")
    _check_units(old, new)
    shared = [name for name in old.products if name in set(new.products)]
    index = LineIndex(tuple(shared), (old.inventory.activity, new.inventory.activity))
    differing = differing_groups(old.run, new.run)
    mixed = MixedResults(old, new, index).mix(differing)
    lines = index.collect(mixed.sums)
    line_effects = shapley_effects(lines.values)
    products = (*old.products, *(name for name in new.products if name not in set(old.products)))
    before, after = _totals(old, stored_old, products), _totals(new, stored_new, products)
    status = tuple(NEW if np.isnan(a) else REMOVED if np.isnan(b) else BOTH for a, b in zip(before, after, strict=True))
    played = dict(zip(mixed.names, _by_product(line_effects, lines, len(shared)), strict=True))
    return Diff(
        unit=old.unit,
        products=products,
        status=status,
        old=before,
        new=after,
        differing=differing,
        together=tuple(name for name in mixed.names if "+" in name),
        effects=_all_effects(played, status, _code_effect(old, new, (before, after), products)),
        differs=_differs(old, new),
        lines=lines,
        line_effects=line_effects,
    )


def _check_units(old: Footprint, new: Footprint) -> None:
    before, after = old.run.activity.rules.product_unit, new.run.activity.rules.product_unit
    if (before.dimensions, before.factor) != (after.dimensions, after.factor):
        what = Message("The unit of the products differs: {first} and {second}.", first=before.text, second=after.text)
        cure = "A change can be explained for one declared unit only."
        raise InputError([Problem("diff (unit)", what, cure, code="not-comparable")])


def _differs(old: Footprint, new: Footprint) -> tuple[Mapping[str, str], ...]:
    return tuple({"field": e["field"], "old": e["a"], "new": e["b"]} for e in differing_fields(old, new))


def _totals(result: Footprint, stored: Mapping[str, float] | None, products: Sequence[str]) -> FloatArray:
    """Return the total of each product, as it was stored where it was; NaN where there is none."""
    calculated = dict(zip(result.products, result.totals.tolist(), strict=True))
    if stored is not None:
        unknown = [name for name in calculated if name not in stored]
        if unknown:
            what = Message("There is no stored total of {names}.", names=", ".join(unknown[:10]))
            raise UsageError([Problem("stored", what, "Give the totals of all products of the run.", code="stored")])
        wrong = [name for name in calculated if not _is_total(stored[name])]
        if wrong:
            what = Message("The stored total of {name} is no finite number.", name=wrong[0])
            raise UsageError([Problem("stored", what, "Give the totals of all products of the run.", code="stored")])
        calculated = {name: float(stored[name]) for name in calculated}
    return np.array([calculated.get(name, np.nan) for name in products], dtype=np.float64)


def _is_total(value: object) -> bool:
    return isinstance(value, int | float | np.number) and bool(np.isfinite(value))


def _by_product(values: FloatArray, lines: LineSums, products: int) -> FloatArray:
    """Return sums of lines by product, shape (rows, products)."""
    sums = [np.bincount(lines.product, weights=row, minlength=products) for row in values]
    return np.array(sums, dtype=np.float64).reshape(len(values), products)


def _code_effect(old: Footprint, new: Footprint, totals: Sequence[FloatArray], products: Sequence[str]) -> FloatArray:
    """Return what other code made of the same inputs: what the stored totals change beyond the calculated ones."""
    before, after = _totals(old, None, products), _totals(new, None, products)
    code = (totals[1] - after) - (totals[0] - before)
    larger = np.fmax(np.abs(totals[0]), np.abs(totals[1]))
    return np.where(np.abs(code) <= NEGLIGIBLE * larger, 0.0, code)


def _all_effects(played: Mapping[str, FloatArray], status: Sequence[str], code: FloatArray) -> dict[str, FloatArray]:
    """Return the effects of all groups on all products; 0 of groups that do not differ, NaN for products of one run."""
    shared = np.array([one == BOTH for one in status], dtype=bool)
    within = {group for name in played for group in name.split("+")}
    names = [name for group in GROUPS for name in ([*played] if group in within else [group]) if group in name.split("+")]
    effects = {}
    for name in dict.fromkeys(names):
        effects[name] = np.where(shared, 0.0, np.nan)
        effects[name][shared] = played.get(name, 0.0)
    return {**effects, CODE: np.where(shared, code, np.nan)}
