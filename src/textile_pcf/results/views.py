"""Views of a footprint: tables, texts and the display of notebooks."""

from __future__ import annotations

from typing import Any

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import check_language
from textile_pcf.results import method_record, tables
from textile_pcf.results.as_dict import as_dict
from textile_pcf.results.balance_terms import balance_terms
from textile_pcf.results.composition_terms import composition_terms
from textile_pcf.results.contributions import to_frame
from textile_pcf.results.display import Shown, as_html
from textile_pcf.results.explain import explain_lines
from textile_pcf.results.figures import Figures


class Views(Figures):
    """Tables and texts of the figures of one run."""

    def total(self, unit: str | None = None, as_quantity: Any = False) -> Any:
        """Return the footprint of each product. [kg CO2e per product unit, or per `unit`]

        Parameters
        ----------
        unit : str, optional
            Unit of the product, such as m2 or 100 m; by default the declared unit.
        as_quantity : bool or pint.UnitRegistry
            True for quantities of the library's registry (`units.registry()`); or a registry that defines kgCO2e.

        Returns
        -------
        Series or pint.Quantity
            Shape (products,); the quantity in the order of `products`.

        Raises
        ------
        InputError
            Some product cannot be converted to that unit.
        UsageError
            The registry does not define kgCO2e, or not the unit.
        """
        return tables.total(self, unit, as_quantity)

    def per_stage(self, unit: str | None = None, as_quantity: Any = False) -> Any:
        """Return the footprint by stage inside the boundary. [kg CO2e per product unit, or per `unit`]

        Parameters
        ----------
        unit, as_quantity
            As of `total`.

        Returns
        -------
        DataFrame or pint.Quantity
            Shape (products, stages); the quantity in the order of `products` and of the stages inside the boundary.
        """
        return tables.per_stage(self, unit, as_quantity)

    def per_group(self, unit: str | None = None, as_quantity: Any = False) -> Any:
        """Return the footprint by life-cycle stage. [kg CO2e per product unit, or per `unit`]

        Parameters
        ----------
        unit, as_quantity
            As of `total`.

        Returns
        -------
        DataFrame or pint.Quantity
            Shape (products, groups); the quantity in the order of `products` and of the columns of the DataFrame.
        """
        return tables.per_group(self, unit, as_quantity)

    def per_unit(self, unit: str, as_quantity: Any = False) -> Any:
        """Return the footprint of each product per `m2`, `m`, `100 m`, `kg`, `piece`. [kg CO2e per `unit`]

        Parameters
        ----------
        unit, as_quantity
            As of `total`.

        Returns
        -------
        Series or pint.Quantity
            Shape (products,).

        Raises
        ------
        InputError
            Some product cannot be converted to that unit: grammage, width or mass is not known.
        """
        return self.total(unit, as_quantity)

    @property
    def split(self) -> Any:
        """Fossil, biogenic, uptake, land use change, a DataFrame. [kg CO2e per product unit]"""
        return tables.split(self)

    @property
    def contributions(self) -> Any:
        """Every line of the sum, as a DataFrame. [kg CO2e per product unit]"""
        return to_frame(self.lines, self.products, self.stages)

    @property
    def masses(self) -> Any:
        """Input, output and loss of every stage and fibre, as a DataFrame. [kg per product unit]"""
        return tables.masses(self)

    def cutoff_record(self, product: int) -> dict[str, Any]:
        """Return what a product leaves out against the limits of the rule, and what is open. Shares are parts of 1.

        Parameters
        ----------
        product : int
            Index of the product.

        Returns
        -------
        dict
            As `cutoff` of the JSON of a result.
        """
        return method_record.cutoff_record(self, product)

    def allocation_record(self, product: int) -> list[dict[str, Any]]:
        """Return how each stage of a product shares emissions with its co-products.

        Parameters
        ----------
        product : int
            Index of the product.

        Returns
        -------
        list of dict
            As `allocation` of the JSON of a result.
        """
        return method_record.allocation_record(self, product)

    def balance_terms(self, line: int, language: str) -> list[str]:
        """Return what leaves and what each input carries, of a line that balances biogenic carbon.

        Parameters
        ----------
        line : int
            Index of the line.
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
            One text per term; nothing for another line.
        """
        return balance_terms(self, line, language)

    def composition_terms(self, line: int, language: str) -> list[str]:
        """Return the inputs of the composed factor of a line, with their sources.

        Parameters
        ----------
        line : int
            Index of the line.
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
            One text per input; nothing for another factor.
        """
        return composition_terms(self, line, language)

    def total_with_share(self, stage: int, share: float) -> FloatArray:
        """Return the totals if a stage gave another share to the product.

        Parameters
        ----------
        stage : int
            Index of a stage with an allocation.
        share : float
            Share of the product. [1]

        Returns
        -------
        ndarray, shape (products,)
            Totals with that share. [kg CO2e per product unit]
        """
        return method_record.total_with_share(self, stage, share)

    def explain(self, product: str, stage: str | None = None, language: str = "en") -> str:
        """Explain a footprint line by line, so that a pocket calculator can check it; in `en` or `zh`.

        Parameters
        ----------
        product : str
            Id of a product.
        stage : str, optional
            Id of a stage; by default all stages.
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        str
            The explanation. [kg CO2e per product unit]

        Raises
        ------
        UsageError
            There is no such product, stage or language.
        """
        return explain_lines(self, self.place(product), stage, check_language(language))

    def to_dict(self, unit: str | None = None) -> dict[str, Any]:
        """Return the result as the command line prints it with `--format json`. [kg CO2e per product unit, or per `unit`]

        Parameters
        ----------
        unit : str, optional
            Unit such as `m2`; by default the product unit.

        Returns
        -------
        dict
            Texts, numbers, lists and dicts only, as in JSON.
        """
        return as_dict(self, unit)

    def __repr__(self) -> str:
        shown = ", ".join(f"{product} {total:.6g}" for product, total in zip(self.products[:3], self.totals[:3], strict=False))
        more = f" and {len(self.products) - 3} more" if len(self.products) > 3 else ""
        return f"<Footprint [kg CO2e/{self.unit}] {shown}{more}; {self.provenance['rule']}, {self.provenance['status']}>"

    def show(self, language: str = "en") -> Shown:
        """The result as a notebook shows it, in `en` or `zh`.

        Parameters
        ----------
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        Shown
            Object with the HTML and the text of the result.
        """
        return Shown(self, check_language(language))

    def _repr_html_(self) -> str:
        return as_html(self)
