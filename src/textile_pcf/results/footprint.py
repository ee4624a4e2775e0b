"""`Footprint`: what was calculated, with every view of it and every form in which it leaves the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textile_pcf._extensions import extension
from textile_pcf._frozen import quick_init
from textile_pcf.results.views import Views

if TYPE_CHECKING:
    from textile_pcf.comparison import Scenarios
    from textile_pcf.plot import Plots


@quick_init
@dataclass(frozen=True, eq=False, repr=False)
class Footprint(Views):
    """Product carbon footprints of one run.

    `by_stage` holds all stages, `totals` those inside the boundary. All sums are computed from the inventory when they are
    first read, by `results.figures:Figures`; tables and texts are `results.views:Views`.

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
    >>> bool(abs(result.by_stage.sum() - result.totals.sum()) < 1e-9), len(result)
    (True, 1)
    """

    def to_excel(
        self, path: str | Path, unit: str | None = None, language: str = "en", study: Any = None, **options: Any
    ) -> Path:
        """Write a workbook with live formulas; see `textile_pcf.report.to_excel`.

        Parameters
        ----------
        path : str or Path
            File to write.
        unit : str, optional
            Unit such as `m2`; by default the product unit.
        language : str, optional
            `en` or `zh`.
        study : mapping or path, optional
            What the cover says, such as company, product, period, date and author.
        **options : optional
            Further content: `uncertainty`, `previous`, `changes`, `measures`; see `textile_pcf.report.Options`.

        Returns
        -------
        Path
            The file.
        """
        return extension("report").to_excel(self, path, unit, language, study, **options)  # type: ignore[no-any-return]

    def to_html(
        self, path: str | Path, unit: str | None = None, language: str = "en", study: Any = None, **options: Any
    ) -> Path:
        """Write a report in one HTML file; see `textile_pcf.report.to_html`.

        Parameters
        ----------
        path : str or Path
            File to write.
        unit : str, optional
            Unit such as `m2`; by default the product unit.
        language : str, optional
            `en` or `zh`.
        study : mapping or path, optional
            What the cover says, such as company, product, period, date and author.
        **options : optional
            Further content: `uncertainty`, `previous`, `changes`, `measures`; see `textile_pcf.report.Options`.

        Returns
        -------
        Path
            The file.
        """
        return extension("report").to_html(self, path, unit, language, study, **options)  # type: ignore[no-any-return]

    def to_pdf(
        self, path: str | Path, unit: str | None = None, language: str = "en", study: Any = None, **options: Any
    ) -> Path:
        """Write the report as PDF on A4 paper; see `textile_pcf.report.to_pdf`.

        Parameters
        ----------
        path : str or Path
            File to write.
        unit : str, optional
            Unit such as `m2`; by default the product unit.
        language : str, optional
            `en` or `zh`.
        study : mapping or path, optional
            What the cover says, such as company, product, period, date and author.
        **options : optional
            Further content: `uncertainty`, `previous`, `changes`, `measures`; see `textile_pcf.report.Options`.

        Returns
        -------
        Path
            The file.
        """
        return extension("report").to_pdf(self, path, unit, language, study, **options)  # type: ignore[no-any-return]

    def to_live_report(self, path: str | Path, unit: str | None = None, language: str = "en", changes: Any = None) -> Path:
        """Write a live report, in which amounts can be moved; see `textile_pcf.report.live.to_live_report`.

        Parameters
        ----------
        path : str or Path
            File to write.
        unit : str, optional
            Unit in which figures are shown first, such as `m2`; by default the product unit.
        language : str, optional
            `en` or `zh`.
        changes : path, mapping or list, optional
            A change file, or its content; each of its scenarios becomes a button.

        Returns
        -------
        Path
            The file.
        """
        return extension("report").to_live_report(self, path, unit, language, changes)  # type: ignore[no-any-return]

    def scenario(self, changes: str | Path | Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Scenarios:
        """Calculate this result again under ordered changes; see `textile_pcf.scenario`.

        Parameters
        ----------
        changes : path, mapping or list
            A change file, or its content.

        Returns
        -------
        Scenarios
            Of each scenario a result and its saving.
        """
        return extension("comparison").scenario(self, changes)  # type: ignore[no-any-return]

    @property
    def plot(self) -> Plots:
        """Pictures: `stages`, `waterfall`, `sankey`, `compare`, `hotspots`; see `textile_pcf.plot.Plots`."""
        return extension("plot").Plots(self)  # type: ignore[no-any-return]

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
