"""Views of a footprint: tables, texts and the display of notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import check_language
from textile_pcf.io.json_text import indented_json
from textile_pcf.results import method_record, table_files, tables
from textile_pcf.results.as_dict import as_dict
from textile_pcf.results.balance_terms import balance_terms
from textile_pcf.results.composition_terms import composition_terms
from textile_pcf.results.contributions import to_frame
from textile_pcf.results.display import Shown, as_html
from textile_pcf.results.explain import explain_lines
from textile_pcf.results.explanation import Explanation
from textile_pcf.results.figures import Figures
from textile_pcf.results.one_product import ProductResult
from textile_pcf.results.run import only_product

if TYPE_CHECKING:
    import pandas as pd

INTERNAL = frozenset({
    "all_lines", "allocation_record", "balance_terms", "by_stage_and_part", "composition_terms", "cutoff_record",
    "emissions_by_process", "emissions_by_stage", "factor_hash", "inventory", "lines", "masked", "masks", "measures",
    "merges_stages", "names", "notes", "original", "place", "process_places", "removals", "restricted_tables", "saved_quality",
    "scale", "split_totals", "stage_masses", "terms", "total_with_share", "units_in", "used",
})  # fmt: skip
"""Members for other packages of the library, which completion does not offer."""


class Views(Figures):
    """Tables and texts of the figures of one run."""

    @overload
    def total(self, unit: str | None = None, as_quantity: Literal[False] = False) -> pd.Series[float]: ...

    @overload
    def total(self, unit: str | None = None, *, as_quantity: Any) -> Any: ...

    @overload
    def total(self, unit: str | None, as_quantity: Any) -> Any: ...

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

    @overload
    def per_stage(
        self, unit: str | None = None, as_quantity: Literal[False] = False, *, empty_stages: bool = False
    ) -> pd.DataFrame: ...

    @overload
    def per_stage(self, unit: str | None = None, *, as_quantity: Any, empty_stages: bool = False) -> Any: ...

    @overload
    def per_stage(self, unit: str | None, as_quantity: Any, *, empty_stages: bool = False) -> Any: ...

    def per_stage(self, unit: str | None = None, as_quantity: Any = False, *, empty_stages: bool = False) -> Any:
        """Return the footprint by stage inside the boundary. [kg CO2e per product unit, or per `unit`]

        Parameters
        ----------
        unit, as_quantity
            As of `total`.
        empty_stages : bool
            Also stages in which no product has an exchange.

        Returns
        -------
        DataFrame or pint.Quantity
            Shape (products, stages); the quantity in the order of `products` and of the columns of the DataFrame.
        """
        return tables.per_stage(self, unit, as_quantity, empty_stages)

    @overload
    def per_group(self, unit: str | None = None, as_quantity: Literal[False] = False) -> pd.DataFrame: ...

    @overload
    def per_group(self, unit: str | None = None, *, as_quantity: Any) -> Any: ...

    @overload
    def per_group(self, unit: str | None, as_quantity: Any) -> Any: ...

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

    @overload
    def per_unit(self, unit: str, as_quantity: Literal[False] = False) -> pd.Series[float]: ...

    @overload
    def per_unit(self, unit: str, as_quantity: Any) -> Any: ...

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
    def split(self) -> pd.DataFrame:
        """Fossil, biogenic, uptake, land use change, a DataFrame. [kg CO2e per product unit]"""
        return tables.split(self)

    @property
    def contributions(self) -> pd.DataFrame:
        """Every line of the sum, as a DataFrame. [kg CO2e per product unit]"""
        return to_frame(self.lines, self.products, self.stages)

    @property
    def masses(self) -> pd.DataFrame:
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

    def explain(self, product: str | None = None, stage: str | None = None, language: str = "en") -> Explanation:
        """Explain a footprint line by line, so that a pocket calculator can check it; in `en` or `zh`.

        Parameters
        ----------
        product : str, optional
            Id of a product; needed if the result has several.
        stage : str, optional
            Id of a stage; by default all stages.
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        Explanation
            The explanation, a text that a notebook shows as a page. [kg CO2e per product unit]

        Raises
        ------
        UsageError
            There is no such product, stage or language, or the result has several products and none is named.
        """
        number = only_product(self.products) if product is None else self.place(product)
        return explain_lines(self, number, stage, check_language(language))

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

    def to_frame(self, unit: str | None = None, *, lines: bool = False, empty_stages: bool = False) -> pd.DataFrame:
        """Return one row per product: unit, total, both headline figures, kept columns, stages. [kg CO2e per `unit`]

        Parameters
        ----------
        unit : str, optional
            Unit such as `m2`; by default the product unit.
        lines : bool
            One row per line of the sum, with the unit in the column `per`.
        empty_stages : bool
            Also stages in which no product has an exchange.

        Returns
        -------
        DataFrame
            Its index is `product`; of lines, the number of the line.

        Raises
        ------
        InputError
            Some product cannot be converted to that unit.
        """
        if lines:
            return table_files.line_frame(self, unit)
        return table_files.product_frame(self, unit, empty_stages).set_index("product")

    @overload
    def to_json(self, path: None = None, unit: str | None = None) -> str: ...

    @overload
    def to_json(self, path: str | Path, unit: str | None = None) -> Path: ...

    def to_json(self, path: str | Path | None = None, unit: str | None = None) -> str | Path:
        """Write what `--format json` writes: `to_dict` as text. `save` writes a result to be read again.

        Parameters
        ----------
        path : str or Path, optional
            File to write; by default the text is returned.
        unit : str, optional
            Unit such as `m2`; by default the product unit.

        Returns
        -------
        str or Path
            The text, or the file.

        Raises
        ------
        UsageError
            The file cannot be written.
        """
        text = indented_json(self.to_dict(unit))
        return text if path is None else table_files.write_text(path, text)

    @overload
    def to_csv(self, path: None = None, unit: str | None = None, *, lines: bool = False) -> str: ...

    @overload
    def to_csv(self, path: str | Path, unit: str | None = None, *, lines: bool = False) -> Path: ...

    def to_csv(self, path: str | Path | None = None, unit: str | None = None, *, lines: bool = False) -> str | Path:
        """Write what `--format csv` writes: one row per product and one column per stage of the rule, or every line.

        Parameters
        ----------
        path : str or Path, optional
            File to write; by default the text is returned.
        unit : str, optional
            Unit such as `m2`; by default the product unit.
        lines : bool
            One row per line of the sum.

        Returns
        -------
        str or Path
            The text, or the file.

        Raises
        ------
        UsageError
            The file cannot be written.
        """
        text = table_files.csv_text(self, unit, lines)
        return text if path is None else table_files.write_text(path, text)

    def to_parquet(self, path: str | Path, unit: str | None = None, *, lines: bool = False) -> Path:
        """Write what `--format parquet` writes: the columns of `to_csv`.

        Parameters
        ----------
        path : str or Path
            File to write.
        unit : str, optional
            Unit such as `m2`; by default the product unit.
        lines : bool
            One row per line of the sum.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        UsageError
            The file cannot be written, or pyarrow is not installed.
        """
        return table_files.write_parquet(self, path, unit, lines)

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.products)

    def __contains__(self, product: object) -> bool:
        return product in self.products

    def __getitem__(self, product: str) -> ProductResult:
        return ProductResult(self, self.place(product))

    def __dir__(self) -> list[str]:
        return sorted(name for name in super().__dir__() if not name.startswith("_") and name not in INTERNAL)

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
