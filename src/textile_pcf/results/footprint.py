"""`Footprint`: what was calculated, and every view of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf._extensions import extension
from textile_pcf.arrays import BoolArray, FloatArray, read_only
from textile_pcf.columns import ArrowStrings
from textile_pcf.engine.loops import sum_by_group
from textile_pcf.errors import check_language
from textile_pcf.inventory.completeness import Completeness, completeness
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.matching import factor_rows
from textile_pcf.inventory.processes import Processes
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.results import method_record, tables
from textile_pcf.results.as_dict import as_dict
from textile_pcf.results.balance_terms import balance_terms
from textile_pcf.results.carbon_content import carbon_content
from textile_pcf.results.composition_terms import composition_terms
from textile_pcf.results.contributions import SPLIT, Contributions, StageInfo, to_frame
from textile_pcf.results.default_shares import Gross, default_shares
from textile_pcf.results.display import Shown, as_html
from textile_pcf.results.explain import explain_lines
from textile_pcf.results.gwp_sets import gwp_sets
from textile_pcf.results.headline import Headline, emissions_by_stage, headline
from textile_pcf.results.lines import build_contributions, stage_info
from textile_pcf.results.provenance import provenance
from textile_pcf.results.run import Run, product_index
from textile_pcf.results.stage_terms import stage_terms
from textile_pcf.results.unit_scale import unit_scale
from textile_pcf.results.warnings import result_warnings
from textile_pcf.rules import RuleSet
from textile_pcf.units.product_units import ProductUnits


@dataclass(frozen=True, eq=False)
class Footprint:
    """Product carbon footprints of one run.

    All sums are computed from the inventory when they are first read.

    Attributes
    ----------
    inventory : Inventory
        Amount and factor of every exchange.
    run : Run
        The inputs of the calculation.
    beside : mapping of str to ndarray, shape (products,)
        Totals by another convention, such as `location_based`. [kg CO2e per product unit]

    Examples
    --------
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> result.products, result.unit, result.by_stage.shape[0]
    (('COTTON-POPLIN',), 'kg', 1)
    >>> bool(np.isclose(result.by_stage.sum(), result.totals.sum()))
    True
    """

    inventory: Inventory
    run: Run = field(repr=False)
    beside: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...] | ArrowStrings:
        """The products, as they are stored."""
        return self.inventory.products

    @cached_property
    def products(self) -> tuple[str, ...]:
        """The products, in the order in which they first appear."""
        return tuple(self.names)

    @property
    def rules(self) -> RuleSet:
        """The rule of the result."""
        return self.run.activity.rules

    @property
    def biogenic(self) -> str:
        """Convention of biogenic carbon: `minus_one_plus_one` or `zero_zero`."""
        return self.run.biogenic

    @property
    def unit(self) -> str:
        """Unit of the products."""
        return self.rules.product_unit.text

    @cached_property
    def stages(self) -> tuple[StageInfo, ...]:
        """Stages of the rule."""
        return stage_info(self.rules)

    @cached_property
    def carbon_content(self) -> FloatArray | None:
        """Fossil and biogenic carbon of one product unit, shape (products, 2); NaN where not known. [kg C]"""
        return carbon_content(self.inventory)

    @cached_property
    def measures(self) -> ProductUnits:
        """Conversion of product units into mass."""
        return product_units_of(self.inventory.activity, self.inventory.quantities.properties)

    @property
    def stage_masses(self) -> Processes:
        """Mass into and out of every process. [kg per product unit]"""
        return self.inventory.processes

    @cached_property
    def lines(self) -> Contributions:
        """One contribution per exchange, as columns."""
        lines = build_contributions(self.inventory, self.run.factors)
        for name in ("value", "drivers", "amount", "factor", "split", "aircraft"):
            read_only(getattr(lines, name))
        return lines

    @property
    def all_lines(self) -> Contributions:
        """All contributions with their numbers, for sums; a published result has them, and does not show them."""
        return self.lines

    @property
    def masked(self) -> BoolArray | None:
        """Which lines show no number because they must not be passed on; None unless the result is a published one."""
        return None

    @property
    def restricted_tables(self) -> list[str]:
        """Labels of the tables of which values are used that must not be passed on."""
        from textile_pcf.results.licence import find_restricted

        return find_restricted(self.run.factors, self.used())

    @property
    def merges_stages(self) -> bool:
        """Whether stages are merged into one sum, as in a strict publication."""
        return False

    def factor_hash(self, line: int) -> str:
        """Return the hash of the factor of a masked line; empty of others.

        Parameters
        ----------
        line : int
            Index of the line.

        Returns
        -------
        str
            32 hexadecimal digits, or nothing.
        """
        return ""

    @cached_property
    def notes(self) -> tuple[tuple[int, str], ...]:
        """Warnings, each with the index of its product; -1 if it is about the whole run."""
        return result_warnings(self.inventory, self.run)

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """Rule, tables, set of global warming potentials, hashes of all inputs, library: enough to recompute bit for bit."""
        return provenance(self.run)

    def used(self) -> Mapping[int, Sequence[int]]:
        """Return the rows of the factor tables that are used, by index of the table.

        Returns
        -------
        mapping of int to sequence of int
            Index of a table → rows in it, from 0.
        """
        return factor_rows(self.inventory.matches)

    def terms(self, product: int, stage: int, language: str) -> list[str]:
        """Return text on the losses and the computed properties of a stage of a product.

        Parameters
        ----------
        product : int
            Index of the product.
        stage : int
            Index of the stage.
        language : str
            `en` or `zh`.

        Returns
        -------
        list of str
            One text per line of the explanation.
        """
        return stage_terms(self.inventory.activity, self.inventory.quantities, product, stage, language)

    # -- numbers --------------------------------------------------------------------------------------------------

    def scale(self, unit: str | None = None) -> FloatArray:
        """Return product units in one `unit`, shape (products,).

        Parameters
        ----------
        unit : str, optional
            Unit such as `m2`; by default the product unit.

        Returns
        -------
        ndarray, shape (products,)
            [product units per `unit`]

        Raises
        ------
        InputError
            Some product cannot be converted to that unit.
        """
        return unit_scale(self, unit)

    @cached_property
    def by_stage(self) -> FloatArray:
        """Emissions per product and stage, stages outside the boundary included, shape (products, stages). [kg CO2e]"""
        return read_only(np.add.reduce(self.by_stage_and_part[:, :, : len(SPLIT)], axis=2))

    @cached_property
    def by_stage_and_part(self) -> FloatArray:
        """Emissions by product, stage and part, shape (products, stages, 5)."""
        products, stages = len(self.names), len(self.stages)
        emissions_by_process = self.inventory.emissions_by_process
        if len(emissions_by_process) == products * stages:  # one process per product and stage
            return emissions_by_process.reshape(stages, products, -1).transpose(1, 0, 2)
        processes = self.stage_masses
        return sum_by_group(emissions_by_process, processes.product * stages + processes.stage, products * stages).reshape(
            products, stages, -1
        )

    @cached_property
    def totals(self) -> FloatArray:
        """Footprint of each product, shape (products,). [kg CO2e per product unit]"""
        inside = np.array([not stage.outside for stage in self.stages])
        return read_only(self.by_stage[:, inside].sum(axis=1))

    @cached_property
    def emissions_by_stage(self) -> FloatArray:
        """Emissions per product and stage without biogenic CO2 removals, shape (products, stages). [kg CO2e]"""
        return read_only(emissions_by_stage(self))

    @cached_property
    def split_totals(self) -> FloatArray:
        """Fossil, biogenic, uptake and land use change, shape (products, 4). [kg CO2e per product unit]"""
        inside = np.array([not stage.outside for stage in self.stages])
        return read_only(self.by_stage_and_part[:, inside, : len(SPLIT)].sum(axis=1))

    @cached_property
    def headline(self) -> Headline:
        """Footprint of each product excluding and including biogenic CO2 removals; `totals` is the declared one."""
        return headline(self)

    @cached_property
    def gross(self) -> Gross:
        """Gross emissions of each product, uptake apart, and how much of them rests on the rule and on shipped tables."""
        return default_shares(self.inventory, self.run.factors)

    @property
    def default_share(self) -> FloatArray:
        """Part of the gross emissions whose amount is a number of the rule, shape (products,). [1]"""
        return self.gross.part(self.gross.ruled)

    @property
    def default_factor_share(self) -> FloatArray:
        """Part of the gross emissions whose factor is of a shipped table, and no supplier's, shape (products,). [1]"""
        return self.gross.part(self.gross.generic)

    @cached_property
    def completeness(self) -> Completeness:
        """What rows answer of the flows and stages that the rule knows."""
        return completeness(self.inventory)

    @cached_property
    def gwp_sets(self) -> tuple[tuple[str, ...], FloatArray]:
        """Sets of global warming potentials, and the share of the gross emissions of each product under each. [1]"""
        return gwp_sets(self.inventory, self.run.factors, self.run.gwp)

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

    # -- tables ---------------------------------------------------------------------------------------------------

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

    def warnings(self, product: str | None = None) -> list[str]:
        """Return the warnings of one product, or of all.

        Parameters
        ----------
        product : str, optional
            Id of a product; by default warnings of all products.

        Returns
        -------
        list of str
            Each distinct warning once; empty if there are none.
        """
        number = None if product is None else self.place(product)
        return list(dict.fromkeys(text for of, text in self.notes if number is None or of in (number, -1)))

    # -- for people and programs ----------------------------------------------------------------------------------

    def place(self, product: str) -> int:
        """Return the index of a product in `products`.

        Parameters
        ----------
        product : str
            Id of a product.

        Returns
        -------
        int
            Index, from 0.

        Raises
        ------
        UsageError
            There is no such product; the nearest is named.
        """
        return product_index(self.products, product)

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

    def to_excel(self, path: str | Path, unit: str | None = None, language: str = "en") -> Path:
        """Write a workbook with live formulas; see `textile_pcf.report.to_excel`.

        Parameters
        ----------
        path : str or Path
            File to write.
        unit : str, optional
            Unit such as `m2`; by default the product unit.
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        Path
            The file.
        """
        return extension("report").to_excel(self, path, unit, language)  # type: ignore[no-any-return]

    def to_html(self, path: str | Path, unit: str | None = None, language: str = "en") -> Path:
        """Write a report in one HTML file; see `textile_pcf.report.to_html`.

        Parameters
        ----------
        path : str or Path
            File to write.
        unit : str, optional
            Unit such as `m2`; by default the product unit.
        language : str, optional
            `en` or `zh`.

        Returns
        -------
        Path
            The file.
        """
        return extension("report").to_html(self, path, unit, language)  # type: ignore[no-any-return]

    def scenario(self, changes: Any) -> Any:
        """Calculate this result again under ordered changes; see `textile_pcf.scenario`.

        Parameters
        ----------
        changes : path, mapping or list
            A change file, or what stands in one.

        Returns
        -------
        Scenarios
            Of each scenario a result and its saving.
        """
        return extension("comparison").scenario(self, changes)

    @property
    def plot(self) -> Any:
        """Pictures: `stages`, `waterfall`, `sankey`, `compare`, `hotspots`; see `textile_pcf.plot.Plots`."""
        return extension("plot").Plots(self)

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

    def save(self, path: str | Path) -> Path:
        """Write the result to a JSON file that `tp.load_result` reads, with every view and without its inputs.

        Parameters
        ----------
        path : str or Path
            File to write; its name ends in .json, or in .parquet for the lines as columns and all else in its metadata.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        UsageError
            The name ends in something else, the result is a published one, or the file cannot be written.
        """
        return extension("audit").save(self, path)  # type: ignore[no-any-return]

    def published(self, strict: bool = False) -> Footprint:
        """Return the result as it may be passed on: lines with factors that must not be are masked.

        Masked lines lose amount, value, drivers, factor and emissions; item, region, year and source stay, with a hash of the
        factor that its owner can check. Sums stay. Stages that can be solved for a masked number are named in a warning.

        Parameters
        ----------
        strict : bool, optional
            Merge such stages into one sum, and leave out sums that would give a masked number away.

        Returns
        -------
        Footprint
            The published result.

        Raises
        ------
        UsageError
            Strict, and the total alone gives a masked number away.
        """
        result: Footprint = extension("audit").published(self, strict)
        return result

    def label(
        self,
        product: str,
        unit: str | None = None,
        decimals: int = 2,
        significant: int | None = None,
        issued: date | str | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Return what a label shows of one product, as a plain mapping; no mark is drawn.

        Parameters
        ----------
        product : str
            Id of a product.
        unit : str, optional
            Unit such as `m2`; by default the declared unit.
        decimals : int, optional
            Decimals of the value, rounded half to even.
        significant : int, optional
            Significant digits of the value, in place of decimals.
        issued : date or str, optional
            Day of issue; the rule says how long the figure is valid.
        **options
            `language` (`en` or `zh`) adds titles for people; `quality` is the entry of the product in the JSON of `quality`, by
            default computed; `interval=True` adds the interval of the figure in closed form.

        Returns
        -------
        dict
            Value as a decimal text, unit, boundary, rule and conventions. [kg CO2e per unit]

        Raises
        ------
        UsageError
            There is no such product, number of digits or date.
        InputError
            The product cannot be converted to the unit, or the rule has no period of validity.
        """
        audit = extension("audit")
        shown = audit.LabelOptions(unit, decimals, significant, issued, **options)
        return audit.label(self, product, shown)  # type: ignore[no-any-return]

    def to_datapackage(self, path: Any = None, **options: Any) -> Any:
        """The system behind the result as a data package of Brightway: `textile_pcf.brightway.to_datapackage`. [kg CO2e]

        Parameters
        ----------
        path : path, optional
            Folder or zip file to write; by default the package is held in memory.
        **options
            Further arguments of `textile_pcf.brightway.to_datapackage`.

        Returns
        -------
        Datapackage
            As `bw_processing` makes it.

        Raises
        ------
        UsageError
            Brightway is not installed, the path is taken, or the licence of a factor forbids the file.
        """
        return extension("brightway").to_datapackage(self, path, **options)

    def to_pact(
        self,
        about: Any,
        path: str | Path | None = None,
        *,
        products: Sequence[str] | None = None,
        unit: str | None = None,
        digits: int = 12,
        own_use: bool = False,
    ) -> list[dict[str, Any]]:
        """Return each product as a ProductFootprint of PACT 3.0, cradle to gate. [kg CO2e per declared unit]

        Parameters
        ----------
        about : path or dict
            The about file: company, ids and names of the products, period, geography, standards.
        path : path, optional
            File to write: `{"data": [record, …]}`.
        products : sequence of str, optional
            Ids of products; by default all.
        unit : str, optional
            Declared unit, such as m2 or 100 g; by default the product unit.
        digits : int, optional
            Significant digits of the parts, 1 to 17; totals are the exact sums of what is printed.
        own_use : bool, optional
            Allow records that would give a factor away which must not be passed on.

        Returns
        -------
        list of dict
            The records, in the order of the products.

        Raises
        ------
        InputError
            The about file or the result cannot be written as such records; every problem is listed.
        UsageError
            A product or file does not exist, or a licence forbids the record.
        """
        pact = extension("interchange")
        options = pact.ExportOptions(unit, digits, own_use)
        return pact.to_pact(self, about, path, products=products, options=options)  # type: ignore[no-any-return]

    def to_openlca(
        self, path: str | Path, *, products: Sequence[str] | None = None, aggregated: bool = False, own_use: bool = False
    ) -> Path:
        """Write the unit processes behind the result as a package of openLCA (JSON-LD, schema version 2).

        Parameters
        ----------
        path : path
            Zip file to write.
        products : sequence of str, optional
            Ids of products, which bring what they take; by default all.
        aggregated : bool, optional
            One process per product that gives off its parts and takes nothing.
        own_use : bool, optional
            Write values that must not be passed on.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        UsageError
            A product does not exist, a licence forbids the file, or it cannot be written.
        """
        package = extension("interchange")
        written: Path = package.to_openlca(self, path, products=products, aggregated=aggregated, own_use=own_use)
        return written

    def _repr_html_(self) -> str:
        return as_html(self)
