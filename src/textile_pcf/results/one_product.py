"""`ProductResult`: one product of a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textile_pcf.errors import check_language
from textile_pcf.results.as_dict import product_dict
from textile_pcf.results.display import one_product_html
from textile_pcf.results.explain import explain_lines

if TYPE_CHECKING:
    import pandas as pd

    from textile_pcf.results.explanation import Explanation
    from textile_pcf.results.views import Views


@dataclass(frozen=True, eq=False)
class ProductResult:
    """One product of a result: `result["SKU"]`.

    Attributes
    ----------
    result : Footprint
        The result of all products.
    row : int
        Index of the product in `result.products`.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> one = tp.footprint(*tp.load_example("cotton_poplin"))["COTTON-POPLIN"]
    >>> one
    <ProductResult COTTON-POPLIN ... kg CO2e/kg>
    >>> bool(abs(one.per_stage().sum() - one.total()) < 1e-12)
    True
    """

    result: Views
    row: int

    @property
    def product(self) -> str:
        """Id of the product."""
        return self.result.products[self.row]

    @property
    def unit(self) -> str:
        """Unit of the product."""
        return self.result.unit

    @property
    def kept(self) -> dict[str, str]:
        """Kept columns of activity data, by name."""
        return {name: texts[self.row] for name, texts in self.result.kept.items()}

    @property
    def contributions(self) -> pd.DataFrame:
        """Every line of the sum. [kg CO2e per product unit]"""
        lines = self.result.contributions
        return lines[lines["product"] == self.product].reset_index(drop=True)

    @property
    def masses(self) -> pd.DataFrame:
        """Input, output and loss of every stage and fibre. [kg per product unit]"""
        masses = self.result.masses
        return masses[masses["product"] == self.product].reset_index(drop=True)

    def total(self, unit: str | None = None) -> float:
        """Return the footprint. [kg CO2e per product unit, or per `unit`]

        Parameters
        ----------
        unit : str, optional
            Unit such as `m2`; by default the product unit.

        Returns
        -------
        float
            The declared figure.

        Raises
        ------
        InputError
            Some product of the result cannot be converted to that unit.
        """
        return float(self.result.totals[self.row] * self.result.scale(unit)[self.row])

    def per_stage(self, unit: str | None = None, *, empty_stages: bool = False) -> pd.Series[float]:
        """Return the footprint by stage inside the boundary. [kg CO2e per product unit, or per `unit`]

        Parameters
        ----------
        unit : str, optional
            Unit such as `m2`; by default the product unit.
        empty_stages : bool
            Also stages in which the product has no emissions.

        Returns
        -------
        Series
            Shape (stages,).
        """
        stages = self.result.per_stage(unit, empty_stages=empty_stages).iloc[self.row]
        return stages if empty_stages else stages[stages != 0]

    def warnings(self) -> list[str]:
        """Return the warnings of the product and of the whole run.

        Returns
        -------
        list of str
            Each distinct warning once.
        """
        return self.result.warnings(self.product)

    def explain(self, stage: str | None = None, language: str = "en") -> Explanation:
        """Explain the footprint line by line; see `Footprint.explain`.

        Parameters
        ----------
        stage : str, optional
            Id of a stage; by default all stages.
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        Explanation
            The explanation.
        """
        return explain_lines(self.result, self.row, stage, check_language(language))

    def to_dict(self, unit: str | None = None) -> dict[str, Any]:
        """Return the entry of the product in the JSON of the result. [kg CO2e per product unit, or per `unit`]

        Parameters
        ----------
        unit : str, optional
            Unit such as `m2`; by default the product unit.

        Returns
        -------
        dict
            Texts, numbers, lists and dicts only, as in JSON.
        """
        return product_dict(self.result, self.row, unit)

    def __repr__(self) -> str:
        return f"<ProductResult {self.product} {self.total():.6g} kg CO2e/{self.unit}>"

    def _repr_html_(self) -> str:
        return one_product_html(self.result, self.row)
