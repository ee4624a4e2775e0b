"""`Footprint`: what was calculated, and every view of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf._extensions import extension
from textile_pcf.arrays import FloatArray, read_only
from textile_pcf.columns import ArrowStrings
from textile_pcf.engine.loops import sum_by_group
from textile_pcf.errors import InputError, Problem, UsageError, check_language, wrong_type
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.matching import factor_rows
from textile_pcf.inventory.processes import Processes
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.results.carbon_content import carbon_content
from textile_pcf.results.contributions import SPLIT, Contributions, StageInfo, to_frame
from textile_pcf.results.default_shares import Gross, default_shares
from textile_pcf.results.display import Shown, as_html
from textile_pcf.results.explain import explain_lines
from textile_pcf.results.lines import build_contributions, stage_info
from textile_pcf.results.provenance import provenance
from textile_pcf.results.run import Run
from textile_pcf.results.stage_terms import stage_terms
from textile_pcf.results.warnings import result_warnings
from textile_pcf.suggest import nearest
from textile_pcf.units import Unit, UnitError, cure_where, quantities
from textile_pcf.units.product_units import ProductUnits

CARBON = ("fossil", "biogenic")
ASK = "Ask for kg, m2, m, 100 m or piece."


def _part(part: FloatArray, total: FloatArray) -> FloatArray:
    """Return part ÷ total, 0 where the total is 0. [1]"""
    return np.divide(part, total, out=np.zeros(len(total)), where=total > 0)


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
    def unit(self) -> str:
        """Unit of the products."""
        return self.run.activity.rules.product_unit.text

    @cached_property
    def stages(self) -> tuple[StageInfo, ...]:
        """Stages of the rule."""
        return stage_info(self.run.activity.rules)

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

    @cached_property
    def notes(self) -> tuple[tuple[int, str], ...]:
        """Warnings, each with the index of its product; -1 if it is about the whole run."""
        return result_warnings(self.inventory, self.run)

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """Rule, tables, set of global warming potentials, hashes of all inputs, library: enough to recompute bit for bit."""
        return provenance(self.run)

    def used(self) -> Mapping[int, Sequence[int]]:
        """Return the rows of the factor tables that are used, by index of the table."""
        return factor_rows(self.inventory.matches)

    def terms(self, product: int, stage: int, language: str) -> list[str]:
        """Return text on the losses and the computed properties of a stage of a product."""
        return stage_terms(self.inventory.activity, self.inventory.quantities, product, stage, language)

    # -- numbers --------------------------------------------------------------------------------------------------

    def scale(self, unit: str | None = None) -> FloatArray:
        """Return product units in one `unit`, shape (products,).

        Raises
        ------
        InputError
            Some product cannot be converted to that unit.
        """
        if unit is None:
            return np.ones(len(self.names))
        if not isinstance(unit, str):
            raise wrong_type("unit", unit, "a unit", "Write it as text, such as m2 or 100 m.")
        try:
            scale = self.measures.product_units(self.measures.parse(unit))
        except UnitError as error:
            cure = cure_where(error, ASK, lambda other: bool(np.isfinite(self.measures.product_units(other)).any()))
            raise InputError([Problem(f"unit {unit!r}", error.what, cure, code="bad-unit")]) from error
        unknown = [product for product, known in zip(self.products, np.isfinite(scale) & (scale > 0), strict=True) if not known]
        if unknown:
            raise InputError([self._unknown_unit(unit, product) for product in unknown])
        return scale

    def _unknown_unit(self, unit: str, product: str) -> Problem:
        target: Unit = self.measures.parse(unit)
        what = f"The footprint per {self.unit} cannot be told per {unit}."
        needed = self.measures.needed_property(target)
        cure = f"Give {needed} of the product, or ask for another unit." if needed else ASK
        return Problem(f"product {product}", what, cure, product, "unit")

    @cached_property
    def _counted(self) -> FloatArray:
        """Split emissions of each line; 0 outside the boundary."""
        outside = np.array([stage.outside for stage in self.stages], dtype=bool)[self.lines.stage]
        return np.where(outside[:, None], 0.0, self.lines.split)

    @cached_property
    def by_stage(self) -> FloatArray:
        """Emissions per product and stage, stages outside the boundary included, shape (products, stages). [kg CO2e]"""
        return read_only(np.add.reduce(self._by_stage_and_part[:, :, : len(SPLIT)], axis=2))

    @cached_property
    def _by_stage_and_part(self) -> FloatArray:
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
    def split_totals(self) -> FloatArray:
        """Fossil, biogenic, uptake and land use change, shape (products, 4). [kg CO2e per product unit]"""
        inside = np.array([not stage.outside for stage in self.stages])
        return read_only(self._by_stage_and_part[:, inside, : len(SPLIT)].sum(axis=1))

    @cached_property
    def gross(self) -> Gross:
        """Gross emissions of each product, uptake apart, and how much of them rests on the rule and on shipped tables."""
        return default_shares(self.inventory, self.run.factors)

    @property
    def default_share(self) -> FloatArray:
        """Part of the gross emissions whose amount is a number of the rule, shape (products,). [1]"""
        return _part(self.gross.ruled, self.gross.total)

    @property
    def default_factor_share(self) -> FloatArray:
        """Part of the gross emissions whose factor is of a shipped table, and no supplier's, shape (products,). [1]"""
        return _part(self.gross.generic, self.gross.total)

    def _by_code(self, column: str) -> tuple[tuple[str, ...], FloatArray]:
        coded = getattr(self.lines, column)
        names = tuple(dict.fromkeys(coded.categories))
        place = np.array([names.index(text) for text in coded.categories], dtype=np.intp)[coded.codes]
        total = sum_by_group(
            self._counted.sum(axis=1)[:, None], self.lines.product * len(names) + place, len(self.products) * len(names)
        )
        return names, total.reshape(len(self.products), len(names))

    # -- tables ---------------------------------------------------------------------------------------------------

    def _quantities(self, values: FloatArray, unit: str | None, as_quantity: Any) -> Any:
        return quantities.as_quantity(values, self.measures.parse(unit or self.unit), as_quantity)

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
        import pandas as pd

        scale = self.scale(unit)
        if as_quantity is not False:
            return self._quantities(self.totals * scale, unit, as_quantity)
        name = f"kgCO2e/{unit or self.unit}"
        return pd.Series(self.totals * scale, index=pd.Index(self.products, name="product"), name=name)

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
        import pandas as pd

        inside = [number for number, stage in enumerate(self.stages) if not stage.outside]
        values = self.by_stage[:, inside] * self.scale(unit)[:, None]
        if as_quantity is not False:
            return self._quantities(values, unit, as_quantity)
        columns = pd.Index([self.stages[number].id for number in inside], name="stage")
        return pd.DataFrame(values, index=pd.Index(self.products, name="product"), columns=columns)

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
        import pandas as pd

        names, by_group = self._by_code("group")
        values = by_group * self.scale(unit)[:, None]
        if as_quantity is not False:
            return self._quantities(values, unit, as_quantity)
        index = pd.Index(self.products, name="product")
        return pd.DataFrame(values, index=index, columns=pd.Index(names, name="group"))

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
        import pandas as pd

        return pd.DataFrame(self.split_totals, index=pd.Index(self.products, name="product"), columns=pd.Index(SPLIT))

    @property
    def contributions(self) -> Any:
        """Every line of the sum, as a DataFrame. [kg CO2e per product unit]"""
        return to_frame(self.lines, self.products, self.stages)

    @property
    def masses(self) -> Any:
        """Input, output and loss of every stage and fibre, as a DataFrame. [kg per product unit]"""
        import pandas as pd

        processes = self.stage_masses
        return pd.DataFrame(
            {
                "product": pd.Categorical.from_codes(processes.product, pd.Index(self.products)),
                "component": list(processes.component),
                "stage": pd.Categorical.from_codes(processes.stage, pd.Index([stage.id for stage in self.stages])),
                "input": processes.input,
                "output": processes.output,
                "loss": processes.input - processes.output,
            }
        )

    def warnings(self, product: str | None = None) -> list[str]:
        """Return the warnings of one product, or of all."""
        number = None if product is None else self.place(product)
        return list(dict.fromkeys(text for of, text in self.notes if number is None or of in (number, -1)))

    # -- for people and programs ----------------------------------------------------------------------------------

    def place(self, product: str) -> int:
        """Return the index of a product in `products`.

        Raises
        ------
        UsageError
            There is no such product; the nearest is named.
        """
        if not isinstance(product, str):
            raise wrong_type("product", product, "the id of a product", "Write the id as text.")
        if product in self.products:
            return self.products.index(product)
        close = nearest(product, self.products)
        cure = f"Did you mean {close!r}?" if close else f"There are: {', '.join(self.products[:10])}."
        raise UsageError([Problem(f"product {product!r}", "There is no such product in this result.", cure, code="no-product")])

    def explain(self, product: str, stage: str | None = None, language: str = "en") -> str:
        """Explain a footprint line by line, so that a pocket calculator can check it; in `en` or `zh`.

        Raises
        ------
        UsageError
            There is no such product, stage or language.
        """
        check_language(language)
        ids = [info.id for info in self.stages]
        if stage is not None and not isinstance(stage, str):
            raise wrong_type("stage", stage, "the id of a stage", f"There are: {', '.join(ids)}.")
        if stage is not None and stage not in ids:
            close = nearest(stage, ids)
            cure = f"Did you mean {close!r}?" if close else f"There are: {', '.join(ids)}."
            raise UsageError([Problem(f"stage {stage!r}", "There is no such stage in this result.", cure, code="no-stage")])
        return explain_lines(self, self.place(product), stage, language)

    def to_dict(self, unit: str | None = None) -> dict[str, Any]:
        """Return the result as the command line prints it with `--format json`. [kg CO2e per product unit, or per `unit`]"""
        scale = self.scale(unit)
        groups, by_group = self._by_code("group")
        fibres, by_fibre = self._by_code("component")
        masses = self._stage_masses_by_product()
        aircraft = np.bincount(self.lines.product, weights=self._counted_aircraft(), minlength=len(self.products))
        inside = np.array([name in {info.group for info in self.stages if not info.outside} for name in groups])
        used = self._used(groups, "group") + inside, self._fibres(fibres)

        def one(number: int) -> dict[str, Any]:
            by = float(scale[number])
            stages = list(enumerate(self.stages))
            return {
                "product": self.products[number],
                "unit": unit or self.unit,
                "total": float(self.totals[number]) * by,
                "stages": {info.id: float(self.by_stage[number, k]) * by for k, info in stages if not info.outside},
                "groups": {name: float(by_group[number, k]) * by for k, name in enumerate(groups) if used[0][number, k]},
                "split": {name: float(self.split_totals[number, k]) * by for k, name in enumerate(SPLIT)},
                "aircraft": float(aircraft[number]) * by,
                "by_component": {name: float(by_fibre[number, k]) * by for k, name in enumerate(fibres) if used[1][number, k]},
                "masses": {
                    info.id: {"input": float(masses[0][number, k]) * by, "output": float(masses[1][number, k]) * by,
                              "loss": float(masses[0][number, k] - masses[1][number, k]) * by}
                    for k, info in stages
                },
                "memo": {info.id: float(self.by_stage[number, k]) * by for k, info in stages if info.outside},
                "default_share": float(self.default_share[number]),
                "default_factor_share": float(self.default_factor_share[number]),
                **self._additional(number, by),
                "warnings": self.warnings(self.products[number]),
            }  # fmt: skip

        return {"products": [one(number) for number in range(len(self.products))], "provenance": dict(self.provenance)}

    def _additional(self, number: int, by: float) -> dict[str, Any]:
        """Return carbon content and totals by another convention, where there are any."""
        values: dict[str, Any] = {}
        if self.carbon_content is not None:
            content = zip(CARBON, self.carbon_content[number], strict=True)
            values["carbon_content"] = {name: None if np.isnan(kg) else float(kg) * by for name, kg in content}
        if self.beside:
            values["beside"] = {name: float(totals[number]) * by for name, totals in self.beside.items()}
        return values

    def _counted_aircraft(self) -> FloatArray:
        outside = np.array([stage.outside for stage in self.stages], dtype=bool)[self.lines.stage]
        return np.where(outside, 0.0, self.lines.aircraft)

    def _fibres(self, names: tuple[str, ...]) -> FloatArray:
        """Return which components each product has, and the common stages (""), shape (products, names)."""
        processes = self.stage_masses
        have = np.zeros((len(self.products), len(names)))
        for code, name in enumerate(processes.component.categories):
            if name in names:
                have[processes.product[processes.component.codes == code], names.index(name)] = 1
        have[:, names.index("")] = 1
        return have

    def _used(self, names: tuple[str, ...], column: str) -> FloatArray:
        """Return of which groups or components each product has lines, shape (products, names)."""
        coded = getattr(self.lines, column)
        place = np.array([names.index(text) for text in coded.categories], dtype=np.intp)[coded.codes]
        count = np.bincount(self.lines.product * len(names) + place, minlength=len(self.products) * len(names))
        return np.asarray(count.reshape(len(self.products), len(names)), dtype=float)

    def _stage_masses_by_product(self) -> tuple[FloatArray, FloatArray]:
        processes = self.stage_masses
        both = np.stack([processes.input, processes.output], axis=1)
        total = sum_by_group(
            both, processes.product * len(self.stages) + processes.stage, len(self.products) * len(self.stages)
        )
        shape = (len(self.products), len(self.stages))
        return total[:, 0].reshape(shape), total[:, 1].reshape(shape)

    def __repr__(self) -> str:
        shown = ", ".join(f"{product} {total:.6g}" for product, total in zip(self.products[:3], self.totals[:3], strict=False))
        more = f" and {len(self.products) - 3} more" if len(self.products) > 3 else ""
        return f"<Footprint [kg CO2e/{self.unit}] {shown}{more}; {self.provenance['rule']}, {self.provenance['status']}>"

    def to_excel(self, path: str | Path, unit: str | None = None, language: str = "en") -> Path:
        """Write a workbook with live formulas; see `textile_pcf.report.to_excel`."""
        return extension("report").to_excel(self, path, unit, language)  # type: ignore[no-any-return]

    def to_html(self, path: str | Path, unit: str | None = None, language: str = "en") -> Path:
        """Write a report in one HTML file; see `textile_pcf.report.to_html`."""
        return extension("report").to_html(self, path, unit, language)  # type: ignore[no-any-return]

    @property
    def plot(self) -> Any:
        """Pictures: `stages`, `waterfall`, `sankey`, `compare`, `hotspots`; see `textile_pcf.plot.Plots`."""
        return extension("plot").Plots(self)

    def show(self, language: str = "en") -> Shown:
        """The result as a notebook shows it, in `en` or `zh`."""
        return Shown(self, check_language(language))

    def to_datapackage(self, path: Any = None, **options: Any) -> Any:
        """The system behind the result as a data package of Brightway: `textile_pcf.brightway.to_datapackage`. [kg CO2e]

        Raises
        ------
        UsageError
            Brightway is not installed, the path is taken, or the licence of a factor forbids the file.
        """
        return extension("brightway").to_datapackage(self, path, **options)

    def _repr_html_(self) -> str:
        return as_html(self)
