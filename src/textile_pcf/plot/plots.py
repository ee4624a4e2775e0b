"""Pictures of a result: `footprint.plot`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, overload

from textile_pcf.errors import Problem, UsageError
from textile_pcf.plot import bars, sankey
from textile_pcf.plot.data import PlotData, product_index
from textile_pcf.plot.figure import Picture, check_language
from textile_pcf.plot.interactive import LivePicture, draw_interactive
from textile_pcf.plot.sankey_layout import build_bands

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from textile_pcf.results import Footprint


@dataclass(frozen=True)
class Plots:
    """Pictures of a result.

    `product` may be left out if the result has one product. All methods return a `Picture` with `.data`, `.ax`, `.figure` and
    `.save(path)`, and share these parameters: `unit` (kg, m2, piece …; the unit of the product by default), `language` (`en` or
    `zh`) and `ax` (matplotlib axes to draw on; a new figure by default).

    Attributes
    ----------
    result : Footprint
        The result to draw.
    """

    result: Footprint

    def stages(
        self, product: str | None = None, *, unit: str | None = None, language: str = "en", ax: Axes | None = None
    ) -> Picture:
        """Draw emissions by stage: bars of one product, or one stacked bar for each of several. [kg CO2e per unit]

        Stages outside the system boundary are pale and marked with a star. They are not in the total.

        Parameters
        ----------
        product : str, optional
            Id of a product; all products by default.
        unit : str, optional
            Unit of the figures, such as `m2`; the unit of the product by default.
        language : str
            `en` or `zh`.
        ax : matplotlib.axes.Axes, optional
            Axes to draw on; a new figure by default.

        Returns
        -------
        Picture
            `data` has one row per stage, or for several products one row per product and one column per stage.

        Raises
        ------
        UsageError
            There is no such product or language, matplotlib is not installed, or no font has Chinese characters.
        InputError
            The product cannot be converted to `unit`.

        Examples
        --------
        >>> import textile_pcf as tp
        >>> result = tp.footprint("examples/cotton_poplin/activity.csv", rule="cotton_fabric")
        >>> picture = result.plot.stages(language="en")
        >>> bool(abs(picture.data["kgCO2e"].sum() - result.headline.excluding[0]) < 1e-9)
        True
        """
        plot_data = PlotData(self.result, unit, check_language(language))
        if product is None and len(self.result.products) > 1:
            return bars.draw_stacked(plot_data, ax)
        return bars.stages(plot_data, product_index(self.result, product), ax)

    def waterfall(
        self, product: str | None = None, *, unit: str | None = None, language: str = "en", ax: Axes | None = None
    ) -> Picture:
        """Draw how the footprint builds up, stage after stage, to the total. [kg CO2e per unit]

        Parameters
        ----------
        product, unit, language, ax : optional
            As for `stages`; `product` is needed if the result has several products.

        Returns
        -------
        Picture
            `data` has one row per stage and one for the total: stage, name, group, kgCO2e and start [kg CO2e per unit].

        Raises
        ------
        UsageError, InputError
            As for `stages`; also if the result has several products and `product` is None.

        Examples
        --------
        >>> import textile_pcf as tp
        >>> result = tp.footprint("examples/cotton_poplin/activity.csv", rule="cotton_fabric")
        >>> result.plot.waterfall().data["stage"].iloc[-1]
        'total'
        """
        return bars.waterfall(PlotData(self.result, unit, check_language(language)), product_index(self.result, product), ax)

    @overload
    def sankey(
        self, product: str | None = None, *, most: int = 8, interactive: Literal[False] = False, unit: str | None = None,
        language: str = "en", ax: Axes | None = None,
    ) -> Picture: ...  # fmt: skip
    @overload
    def sankey(
        self, product: str | None = None, *, most: int = 8, interactive: Literal[True], unit: str | None = None,
        language: str = "en", ax: None = None,
    ) -> LivePicture: ...  # fmt: skip
    def sankey(
        self,
        product: str | None = None,
        *,
        most: int = 8,
        interactive: bool = False,
        unit: str | None = None,
        language: str = "en",
        ax: Axes | None = None,
    ) -> Picture | LivePicture:
        """Draw emissions as a Sankey diagram: from what is used, through the stages, to the footprint. [kg CO2e per unit]

        A band cannot be negative. Uptake of CO2 is in `.data` with its sign, and is written below the picture.

        Parameters
        ----------
        product : str, optional
            Id of a product; needed if the result has several.
        most : int
            Number of groups of flows with a box of their own; the largest are taken, the others share one.
        interactive : bool
            Return an interactive picture: boxes show their numbers under the pointer and can be moved. It appears in a
            notebook, `.save("sankey.html")` writes one self-contained page, and `.figure` is a plotly figure.
        unit, language, ax : optional
            As for `stages`; `ax` cannot be combined with `interactive`.

        Returns
        -------
        Picture or LivePicture
            `data` has one row per band: source, target, kgCO2e [kg CO2e per unit].

        Raises
        ------
        UsageError, InputError
            As for `stages`; also if the result has several products and `product` is None, if `interactive` is True and plotly
            is not installed, or if `ax` is combined with `interactive`.

        Examples
        --------
        >>> import textile_pcf as tp
        >>> result = tp.footprint("examples/cotton_poplin/activity.csv", rule="cotton_fabric")
        >>> list(result.plot.sankey().data.columns)
        ['source', 'target', 'kgCO2e']
        """
        plot_data = PlotData(self.result, unit, check_language(language))
        bands = build_bands(plot_data, product_index(self.result, product), most)
        if not interactive:
            return sankey.draw(bands, plot_data, ax)
        if ax is not None:
            message = "An interactive picture is not drawn on axes."
            raise UsageError([Problem("ax", message, "Leave out ax, or interactive.", code="usage")])
        return draw_interactive(plot_data, bands)

    def hotspots(
        self,
        product: str | None = None,
        *,
        most: int = 20,
        unit: str | None = None,
        language: str = "en",
        ax: Axes | None = None,
    ) -> Picture:
        """Draw the flows of one product as ranked bars, the largest emission first. [kg CO2e per unit]

        Uptake of CO2 is drawn at the end, to the left of zero.

        Parameters
        ----------
        product : str, optional
            Id of a product; needed if the result has several.
        most : int
            Number of flows with a bar of their own; the smaller ones share a grey bar.
        unit, language, ax : optional
            As for `stages`.

        Returns
        -------
        Picture
            `data` has one row per flow: stage, stage_name, flow, flow_name, kgCO2e [kg CO2e per unit] and share of what all
            stages emit [1].

        Raises
        ------
        UsageError, InputError
            As for `stages`; also if the result has several products and `product` is None.

        Examples
        --------
        >>> import textile_pcf as tp
        >>> result = tp.footprint("examples/cotton_poplin/activity.csv", rule="cotton_fabric")
        >>> largest = result.plot.hotspots().data.iloc[0]
        >>> print(largest["stage"], largest["flow"])
        weaving electricity
        """
        plot_data = PlotData(self.result, unit, check_language(language))
        return bars.hotspots(plot_data, product_index(self.result, product), max(most, 0), ax)

    def compare(
        self,
        other: Footprint | None = None,
        product: str | None = None,
        other_product: str | None = None,
        *,
        names: tuple[str, str] | None = None,
        unit: str | None = None,
        language: str = "en",
        ax: Axes | None = None,
    ) -> Picture:
        """Draw two products stage by stage: of this result and another, or both of this result. [kg CO2e per unit]

        Parameters
        ----------
        other : Footprint, optional
            The result of the second product; this result by default.
        product, other_product : str, optional
            Ids of the two products. By default `other_product` is `product` if `other` has it.
        names : tuple of str, optional
            Names of the two in the legend; the ids of the products by default.
        unit, language, ax : optional
            As for `stages`.

        Returns
        -------
        Picture
            `data` has one row per stage: stage, name, left, right, difference [kg CO2e per unit].

        Raises
        ------
        UsageError, InputError
            As for `stages`.

        Examples
        --------
        >>> import textile_pcf as tp
        >>> cotton, blend = (tp.footprint(*tp.load_example(name)) for name in ("cotton_poplin", "polyester_cotton_blend"))
        >>> list(cotton.plot.compare(blend).data.columns)
        ['stage', 'name', 'left', 'right', 'difference']
        """
        checked = check_language(language)
        first = product_index(self.result, product)
        right = self.result if other is None else other
        same_product = (
            self.result.products[first] if other is not None and self.result.products[first] in right.products else None
        )
        second = product_index(right, other_product or same_product)
        return bars.compare(
            PlotData(self.result, unit, checked), first, PlotData(right, unit or self.result.unit, checked), second, names, ax
        )
