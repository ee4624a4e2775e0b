"""`compare`: products side by side, if they may be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray, or_none, part_of_total
from textile_pcf.comparison.comparability import check_allowed, refuse_unlike
from textile_pcf.comparison.shared_draws import DrawnDifferences, drawn_differences
from textile_pcf.errors import Problem, UsageError, check_language, wrong_type
from textile_pcf.io.csv_text import table_csv
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.results import Footprint

if TYPE_CHECKING:
    import pandas as pd

MOST = 100
"""Products of one run that are compared with one another unless pairs are named."""
NAME_PAIRS = Message("Name pairs of products, such as P=Q.")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Products side by side.

    Attributes
    ----------
    unit : str
        Unit of the totals; of the first product where units may differ.
    a, b : tuple of str
        Products of each pair.
    total_a, total_b : ndarray, shape (pairs,)
        [kg CO2e per `unit`]
    stages : tuple of str
        Stages inside the boundary of either run.
    by_stage : ndarray, shape (pairs, stages)
        Differences b − a by stage; they add up to `difference`. [kg CO2e per `unit`]
    allowed : tuple of mapping
        Fields that differ and were allowed to: `field`, `a`, `b`.
    drawn : DrawnDifferences or None
        Statistics of the difference under draws; None without draws.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import textile_pcf as tp
    >>> from textile_pcf.calculation import calculate_run
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> other = calculate_run(replace(result.run, gwp="AR5"))
    >>> [entry["field"] for entry in tp.compare(result, other, allow="gwp").allowed]
    ['gwp']
    """

    unit: str
    a: tuple[str, ...]
    b: tuple[str, ...]
    total_a: FloatArray
    total_b: FloatArray
    stages: tuple[str, ...]
    by_stage: FloatArray
    allowed: tuple[Mapping[str, str], ...]
    drawn: DrawnDifferences | None = None

    @property
    def difference(self) -> FloatArray:
        """Total of b minus that of a, shape (pairs,). [kg CO2e per `unit`]"""
        return np.asarray(self.total_b - self.total_a)

    @property
    def ratio(self) -> FloatArray:
        """Total of b divided by that of a, shape (pairs,); NaN where a is 0. [1]"""
        return np.asarray(np.sign(self.total_a) * part_of_total(self.total_b, np.abs(self.total_a)))

    @property
    def table(self) -> pd.DataFrame:
        """One row per pair. [kg CO2e per `unit`]"""
        import pandas as pd

        return pd.DataFrame(self._columns())

    def _columns(self) -> dict[str, Any]:
        columns: dict[str, Any] = {"a": list(self.a), "b": list(self.b), "total_a": self.total_a, "total_b": self.total_b}
        columns |= {"difference": self.difference, "ratio": self.ratio}
        columns |= {} if self.drawn is None else self.drawn.columns()
        return columns | dict(zip(self.stages, self.by_stage.T, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as the command line prints it with `--format json`.

        Returns
        -------
        dict
            Texts, numbers, lists and dicts only, as in JSON.
        """
        pairs = [
            {
                "a": self.a[k],
                "b": self.b[k],
                "total_a": float(self.total_a[k]),
                "total_b": float(self.total_b[k]),
                "difference": float(self.difference[k]),
                "ratio": or_none(self.ratio[k]),
                "stages": dict(zip(self.stages, self.by_stage[k].tolist(), strict=True)),
                **({} if self.drawn is None else self.drawn.record(k)),
            }
            for k in range(len(self.a))
        ]
        drawn = {} if self.drawn is None else {"draws": self.drawn.draws, "seed": self.drawn.seed}
        return {"unit": self.unit, "allowed": [dict(entry) for entry in self.allowed], **drawn, "pairs": pairs}

    def to_csv(self) -> str:
        """Return the table as CSV.

        Returns
        -------
        str
            Header and rows.
        """
        columns = self._columns()
        cells = zip(*(list(column) for column in columns.values()), strict=True)
        rows = ([None if cell != cell else cell for cell in row] for row in cells)
        return table_csv(tuple(columns), (dict(zip(columns, row, strict=True)) for row in rows))

    def show(self, language: str = "en") -> Any:
        """Return the comparison for a notebook in a language.

        Parameters
        ----------
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        ShownComparison
            An object that a notebook shows as HTML, and `print` as text.
        """
        from textile_pcf.comparison.pair_views import ShownComparison

        return ShownComparison(self, check_language(language))

    def _repr_html_(self) -> str:
        from textile_pcf.comparison.pair_views import ShownComparison

        return ShownComparison(self, "en")._repr_html_()

    def __repr__(self) -> str:
        pairs = (f"{a} → {b} {value:+.6g}" for a, b, value in zip(self.a[:3], self.b[:3], self.difference[:3], strict=False))
        more = f" and {len(self.a) - 3} more" if len(self.a) > 3 else ""
        return f"<Comparison [kg CO2e/{self.unit}] {', '.join(pairs)}{more}>"


def compare(
    a: Footprint,
    b: Footprint | None = None,
    pairs: Iterable[tuple[str, str] | str] | None = None,
    unit: str | None = None,
    allow: str | Iterable[str] = (),
    draws: int = 0,
    seed: int = 0,
) -> Comparison:
    """Compare products of two results, or of one; results that are not alike are refused.

    Parameters
    ----------
    a : Footprint
        A result.
    b : Footprint, optional
        The other result; by default products of `a` are compared with one another.
    pairs : iterable of (str, str) or of "A=B", optional
        Products to compare. By default those with the same id; if each result has one product, these two; of one result all
        pairs.
    unit : str, optional
        Unit of the comparison, such as m2 or wear; by default the product unit.
    allow : str or iterable of str, optional
        Fields that may differ: `unit`, `boundary`, `rule`, `edition`, `gwp`, `biogenic`, `electricity`. The result names them.
    draws : int, optional
        Number of draws of both products, with the same draws of every number that they share; none by default.
    seed : int, optional
        Seed of the draws.

    Returns
    -------
    Comparison
        Difference b − a, ratio, and differences by stage; with draws also how sure the difference is.

    Raises
    ------
    InputError
        The results differ in a field that is not allowed to: one problem per field, with both values and the cure; or a
        product has no such unit.
    UsageError
        Something is no result, no field, no pair of products, or no number of draws.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("polyester_jacket"))
    >>> compared = tp.compare(result, pairs=["SHELL=LINING"])
    >>> bool(np.isclose(compared.by_stage.sum(), compared.difference[0]))
    True
    """
    for name, result in (("a", a), ("b", a if b is None else b)):
        if not isinstance(result, Footprint):
            raise wrong_type(name, result, "a result", "Calculate it first: footprint(path, rule).")
    allowed, other = check_allowed(allow), a if b is None else b
    chosen = _chosen(a, b, pairs)
    different = refuse_unlike(a, other, unit, allowed)
    numbers = np.array([(a.place(one), other.place(two)) for one, two in chosen], dtype=np.intp).reshape(-1, 2)
    stages = tuple(dict.fromkeys(stage.id for result in (a, other) for stage in result.stages if not stage.outside))
    first, second = _by_stage(a, numbers[:, 0], stages, unit), _by_stage(other, numbers[:, 1], stages, unit)
    return Comparison(
        unit=unit or a.unit,
        a=tuple(one for one, _ in chosen),
        b=tuple(two for _, two in chosen),
        total_a=_totals(a, numbers[:, 0], unit),
        total_b=_totals(other, numbers[:, 1], unit),
        stages=stages,
        by_stage=second - first,
        allowed=tuple(different),
        drawn=None if draws == 0 else drawn_differences((a, other), chosen, unit, draws, seed),
    )


def _totals(result: Footprint, products: IndexArray, unit: str | None) -> FloatArray:
    return np.asarray((result.totals * result.scale(unit))[products])


def _by_stage(result: Footprint, products: IndexArray, stages: Sequence[str], unit: str | None) -> FloatArray:
    """Return emissions of products by stage inside the boundary; 0 for stages that the rule does not have."""
    values = result.by_stage * result.scale(unit)[:, None]
    place = {stage.id: number for number, stage in enumerate(result.stages) if not stage.outside}
    columns = [values[products, place[stage]] if stage in place else np.zeros(len(products)) for stage in stages]
    return np.stack(columns, axis=1)


def _chosen(a: Footprint, b: Footprint | None, pairs: Iterable[tuple[str, str] | str] | None) -> list[tuple[str, str]]:
    """Return the pairs to compare."""
    if pairs is not None:
        if not isinstance(pairs, Iterable):
            raise wrong_type("pairs", pairs, "a list of pairs", NAME_PAIRS)
        return _check_pairs(a, a if b is None else b, list(pairs) if not isinstance(pairs, str) else [pairs])
    if b is None:
        return _of_one(a)
    shared = [(name, name) for name in a.products if name in set(b.products)]
    if not shared and len(a.products) == len(b.products) == 1:
        return [(a.products[0], b.products[0])]
    if not shared:
        raise UsageError([Problem("pairs", "The two results have no product in common.", NAME_PAIRS, code="pair")])
    return shared


def _of_one(result: Footprint) -> list[tuple[str, str]]:
    if not 2 <= len(result.products) <= MOST:
        what = Message("The result has {count} products.", count=len(result.products))
        cure = NAME_PAIRS if len(result.products) > MOST else Message("Name another result to compare it with.")
        raise UsageError([Problem("pairs", what, cure, code="pair")])
    return list(combinations(result.products, 2))


def _check_pairs(a: Footprint, b: Footprint, pairs: Sequence[Any]) -> list[tuple[str, str]]:
    """Return pairs as they are named, after a check."""
    chosen, problems = [], []
    for pair in pairs:
        found = _split(pair, a, b) if isinstance(pair, str) else tuple(pair) if isinstance(pair, tuple | list) else ()
        if len(found) != 2 or not all(isinstance(name, str) for name in found):
            problems.append(Problem(f"pair {str(pair)[:60]!r}", "This is no pair of products.", NAME_PAIRS, code="pair"))
            continue
        problems += [
            _no_product(name, result) for name, result in zip(found, (a, b), strict=True) if name not in result.products
        ]
        chosen.append((found[0], found[1]))
    if not pairs:
        problems.append(Problem("pairs", "There are no pairs.", NAME_PAIRS, code="pair"))
    if problems:
        raise UsageError(problems)
    return chosen


def _split(text: str, a: Footprint, b: Footprint) -> tuple[str, ...]:
    """Split `A=B` where both are products; ids may hold `=` themselves."""
    places = [place for place, sign in enumerate(text) if sign == "="]
    halves = [(text[:place].strip(), text[place + 1 :].strip()) for place in places]
    known = [half for half in halves if half[0] in a.products and half[1] in b.products]
    return next(iter([*known, *halves]), ())


def _no_product(name: str, result: Footprint) -> Problem:
    known = Message("There are: {known}.", known=", ".join(result.products[:10]))
    cure = did_you_mean(name, result.products, known)
    return Problem(f"product {name[:60]!r}", "There is no such product in this result.", cure, code="pair")
