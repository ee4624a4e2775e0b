"""`Uncertainty`: how sure the footprints of a result are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import FloatArray, read_only
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint
from textile_pcf.uncertainty_analysis.closed_form import ClosedForm, closed_form
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.keyed_draws import GENERATOR
from textile_pcf.uncertainty_analysis.sensitivities import Sensitivity, sensitivities
from textile_pcf.uncertainty_analysis.simulation import Simulation
from textile_pcf.uncertainty_analysis.statistics import Statistics, statistics
from textile_pcf.uncertainty_analysis.tables import source_records

if TYPE_CHECKING:
    import pandas as pd

STATISTICS = tuple(field.name for field in fields(Statistics))
CLOSED = ("mean", "sd", "gsd", "median", "p2_5", "p97_5")
SHOWN = 5
WHY_THREE = Message(
    "The mean lies above the stated value where spreads are skewed; the sum of medians is not the median of the sum."
)


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """How sure the footprints of a result are: statistics of draws, closed form, and the sources of the spread.

    Draws are keyed by the id of their source, so those of a product are the same whatever else is in the run.

    Attributes
    ----------
    result : Footprint
        The result.
    draws, seed : int
        Number of draws, and the seed of all of them.
    unit : str or None
        Unit of the footprints; None for the declared one.
    pedigree : str
        `classic`, `empirical` or `none`.
    assumed : mapping of str to float
        Geometric standard deviation by data type, for numbers that state none.
    evaluation : Evaluation
        Footprints of the result under other numbers.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> u = tp.uncertainty(result, draws=1000, assume={"estimated": 1.2})
    >>> u.products, u.samples("COTTON-POPLIN").shape
    (('COTTON-POPLIN',), (1000,))
    """

    result: Footprint
    draws: int
    seed: int
    unit: str | None
    pedigree: str
    assumed: Mapping[str, float]
    evaluation: Evaluation

    @property
    def products(self) -> tuple[str, ...]:
        """The products.

        :meta private:
        """  # the reference documents `products` of the result; the same name cannot be documented twice
        return self.result.products

    @cached_property
    def _simulation(self) -> Simulation:
        return Simulation(self.evaluation, self.draws, self.seed)

    @cached_property
    def deterministic(self) -> FloatArray:
        """Footprints by the stated numbers, shape (products,). [kg CO2e per unit]"""
        return read_only(self.result.totals * self.evaluation.stated_scale)

    @cached_property
    def statistics(self) -> Statistics:
        """Statistics of the draws of each product, arrays of shape (products,). [kg CO2e per unit]"""
        return self._simulation.total_statistics()

    def samples(self, product: str) -> FloatArray:
        """Return the draws of one product; they are drawn again, not kept. [kg CO2e per unit]

        Parameters
        ----------
        product : str
            Id of a product.

        Returns
        -------
        ndarray, shape (draws,)
            [kg CO2e per unit]

        Raises
        ------
        UsageError
            There is no such product.
        """
        return self._simulation.samples(self.result.place(product))

    def stage_statistics(self, product: str) -> Statistics:
        """Return statistics of the stages of one product inside the boundary, arrays of shape (stages,). [kg CO2e per unit]

        Parameters
        ----------
        product : str
            Id of a product.

        Returns
        -------
        Statistics
            Arrays of shape (stages,), in the order of the stages inside the boundary.
        """
        return statistics(self._simulation.stage_samples(self.result.place(product)))

    def closed_form_of(self, product: str) -> ClosedForm:
        """Return the closed form of one product. [kg CO2e per unit]

        Parameters
        ----------
        product : str
            Id of a product.

        Returns
        -------
        ClosedForm
            Moments, and the part of each source in the variance.
        """
        return self._closed[self.result.place(product)]

    @cached_property
    def _closed(self) -> list[ClosedForm]:
        return [closed_form(self.evaluation, product) for product in range(len(self.products))]

    @cached_property
    def _sensitivities(self) -> list[Sensitivity]:
        return [sensitivities(self.evaluation, product) for product in range(len(self.products))]

    # -- tables ---------------------------------------------------------------------------------------------------

    @property
    def total(self) -> pd.DataFrame:
        """Statistics of each product, a DataFrame. [kg CO2e per unit]"""
        import pandas as pd

        columns = {name: getattr(self.statistics, name) for name in STATISTICS}
        return pd.DataFrame({"deterministic": self.deterministic, **columns}, index=pd.Index(self.products, name="product"))

    @property
    def stages(self) -> pd.DataFrame:
        """Statistics of each stage of each product, a DataFrame. [kg CO2e per unit]

        :meta private:
        """  # the reference documents `stages` of the result; the same name cannot be documented twice
        import pandas as pd

        rows = [
            {"product": product, "stage": stage, **numbers}
            for product in self.products
            for stage, numbers in self._stages_dict(product).items()
        ]
        return pd.DataFrame(rows).set_index(["product", "stage"])

    @property
    def closed_form(self) -> pd.DataFrame:
        """Closed form of each product, a DataFrame. [kg CO2e per unit]"""
        import pandas as pd

        rows = [{name: getattr(form, name) for name in CLOSED} for form in self._closed]
        return pd.DataFrame(rows, index=pd.Index(self.products, name="product"))

    @property
    def sources(self) -> pd.DataFrame:
        """Sources of each product, by falling part in the variance, a DataFrame. [kg CO2e per unit]"""
        import pandas as pd

        records = [{"product": name, **record} for name, records in self._records.items() for record in records]
        return pd.DataFrame(records).astype({"low_10": float, "high_10": float, "elasticity": float})

    @property
    def undeclared(self) -> pd.DataFrame:
        """Sources without a declared spread, which are held fixed, by falling kg CO2e, a DataFrame. [kg CO2e per unit]"""
        import pandas as pd

        rows = [{"product": name, **row} for name in self.products for row in self._undeclared(name)]
        return pd.DataFrame(rows, columns=["product", "source", "kgCO2e"])

    @cached_property
    def _records(self) -> dict[str, list[dict[str, Any]]]:
        return {
            name: source_records(sensitivity, form, float(total))
            for name, sensitivity, form, total in zip(
                self.products, self._sensitivities, self._closed, self.deterministic, strict=True
            )
        }

    def _undeclared(self, product: str) -> list[dict[str, Any]]:
        fixed = [record for record in self._records[product] if record["declared"] is None]
        rows = [{"source": record["source"], "kgCO2e": record["kgCO2e"]} for record in fixed]
        return sorted(rows, key=lambda row: -abs(row["kgCO2e"]))

    def declared_share(self, product: str) -> dict[str, float]:
        """Return the parts of the gross emissions whose amount and whose factor have a declared spread.

        Parameters
        ----------
        product : str
            Id of a product.

        Returns
        -------
        dict of str to float
            `amounts` and `factors`; the driver itself counts as declared, and so does a link in place of a factor. [1]
        """
        place = self.result.place(product)
        gross = np.abs(self.evaluation.lines.emissions[self.evaluation.lines.of(place)])
        amounts, factors = self.evaluation.declared_lines(place)
        total = float(gross.sum())
        parts = {"amounts": amounts, "factors": factors}
        return {name: float(gross[known].sum() / total) if total else 1.0 for name, known in parts.items()}

    def warnings(self, product: str) -> list[str]:
        """Return what a reader must know of the spread of one product.

        Parameters
        ----------
        product : str
            Id of a product.

        Returns
        -------
        list of str
            Empty if every number has a declared spread.
        """
        product = self.products[self.result.place(product)]
        records, fixed = self._records[product], len(self._undeclared(product))
        template = Message(
            "{fixed} of {count} inputs have no declared spread and are held fixed.", fixed=fixed, count=len(records)
        )
        return [template] if fixed else []

    # -- for people and programs ----------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return everything as the command line prints it with `--format json`. [kg CO2e per unit]

        Returns
        -------
        dict
            Texts, numbers, lists and dicts only, as in JSON.
        """
        return {
            "draws": self.draws,
            "seed": self.seed,
            "generator": GENERATOR,
            "pedigree": self.pedigree,
            "assumed": dict(self.assumed),
            "provenance": dict(self.result.provenance),
            "products": [self._product_dict(place, product) for place, product in enumerate(self.products)],
        }

    def to_dict_of(self, product: str) -> dict[str, Any]:
        """Return one product as in `products` of `to_dict`. [kg CO2e per unit]

        Parameters
        ----------
        product : str
            Id of a product.

        Returns
        -------
        dict
            Texts, numbers, lists and dicts only, as in JSON.
        """
        return self._product_dict(self.result.place(product), product)

    def _product_dict(self, place: int, product: str) -> dict[str, Any]:
        form = self._closed[place]
        return {
            "product": product,
            "unit": self.unit or self.result.unit,
            "deterministic": float(self.deterministic[place]),
            **{name: _number(getattr(self.statistics, name)[place]) for name in STATISTICS},
            "closed_form": {name: _number(getattr(form, name)) for name in CLOSED},
            "declared_share": self.declared_share(product),
            "undeclared": self._undeclared(product),
            "stages": self._stages_dict(product),
            "sources": self._records[product],
            "warnings": [str(text) for text in self.warnings(product)],
        }

    def _stages_dict(self, product: str) -> dict[str, dict[str, Any]]:
        place, found = self.result.place(product), self.stage_statistics(product)
        inside = self.evaluation.inside
        stated = self.result.by_stage[place, inside] * self.evaluation.stated_scale[place]
        return {
            self.result.stages[stage].id: {
                "deterministic": float(stated[row]),
                **{name: _number(getattr(found, name)[row]) for name in STATISTICS},
            }
            for row, stage in enumerate(inside.tolist())
        }

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{product} {mean:.6g} [{low:.6g}, {high:.6g}]"
            for product, mean, low, high in zip(
                self.products[:3], self.statistics.mean, self.statistics.p2_5, self.statistics.p97_5, strict=False
            )
        )
        return f"<Uncertainty {self.draws} draws, seed {self.seed}: {shown}>"

    def _repr_html_(self) -> str:
        """Return a table of the totals for a notebook."""
        names = ("deterministic", "median", "mean", "p2_5", "p97_5", "gsd")
        head = "".join(f"<th>{name}</th>" for name in ("product", *names))
        rows = []
        for place, product in enumerate(self.products[:SHOWN]):
            numbers = {"deterministic": self.deterministic[place]} | {n: getattr(self.statistics, n)[place] for n in names[1:]}
            cells = "".join(f"<td>{'' if np.isnan(numbers[name]) else f'{numbers[name]:.4g}'}</td>" for name in names)
            rows.append(f"<tr><td>{escape(product)}</td>{cells}</tr>")
        note = escape(f"kg CO2e per {self.unit or self.result.unit}; {self.draws} draws, seed {self.seed}. {WHY_THREE}")
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table><p>{note}</p>"


def _number(value: float) -> float | None:
    """Return a number for JSON, None if it is none."""
    return float(value) if np.isfinite(value) else None
