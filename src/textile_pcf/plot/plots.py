"""`result.plot`: the pictures, each a table of numbers and the axes it is drawn on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, overload

from textile_pcf.errors import Problem, UsageError
from textile_pcf.plot import bars, sankey
from textile_pcf.plot.data import PlotData, chosen
from textile_pcf.plot.figure import Picture, checked_language
from textile_pcf.plot.interactive import LivePicture, draw_live
from textile_pcf.plot.sankey_layout import bands

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from textile_pcf.results import Footprint


@dataclass(frozen=True)
class Plots:
    """Pictures of a result.

    Every picture takes `unit` (kg, m2, piece …; the product's own unit otherwise), `language` (`en` or `zh`) and `ax` (axes of
    yours to draw on; a figure of its own otherwise), and returns a `Picture` with `.data`, `.ax`, `.figure` and `.save(path)`.
    `product` may be left out where the result has one product.
    """

    result: Footprint

    def stages(
        self, product: str | None = None, *, unit: str | None = None, language: str = "en", ax: Axes | None = None
    ) -> Picture:
        """Emissions by stage: bars of one product, or one stacked bar for each of several. [kg CO2e per unit]

        Stages outside the boundary are pale and marked; they are not in the total.

        Raises
        ------
        UsageError
            No such product or language, matplotlib is not installed, or no font has Chinese characters.
        InputError
            The product cannot be told in that unit.

        Examples
        --------
        >>> import textile_pcf as tp
        >>> result = tp.footprint("examples/cotton_poplin/activity.csv", rule="cotton_fabric")
        >>> picture = result.plot.stages(language="en")
        >>> bool(abs(picture.data["kgCO2e"].sum() - result.total().iloc[0]) < 1e-9)
        True
        """
        told = PlotData(self.result, unit, checked_language(language))
        if product is None and len(self.result.products) > 1:
            return bars.stacked(told, ax)
        return bars.stages(told, chosen(self.result, product), ax)

    def waterfall(
        self, product: str | None = None, *, unit: str | None = None, language: str = "en", ax: Axes | None = None
    ) -> Picture:
        """How the footprint builds up, stage after stage, to the total. [kg CO2e per unit]

        Raises
        ------
        UsageError, InputError
            As for `stages`; also when there are several products and none is named.
        """
        return bars.waterfall(PlotData(self.result, unit, checked_language(language)), chosen(self.result, product), ax)

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
        """Emissions as bands: from what is used, through the stages, to the footprint. [kg CO2e per unit]

        The `most` largest kinds of flow are shown by name, the others together. What takes up CO2 cannot be drawn as a band: it
        stands in `.data` with its sign and below the picture in words.

        `interactive=True` gives the same picture to be touched: boxes tell their numbers under the pointer and may be moved. It
        shows itself in a notebook, `.save("sankey.html")` writes one page that needs nothing else, and `.figure` is a plotly
        figure.

        Raises
        ------
        UsageError, InputError
            As for `stages`; also when there are several products and none is named, when plotly is not installed for
            `interactive`, or `ax` is given with it.
        """
        told = PlotData(self.result, unit, checked_language(language))
        found = bands(told, chosen(self.result, product), most)
        if not interactive:
            return sankey.draw(found, told, ax)
        if ax is not None:
            what = "An interactive picture is not drawn on axes."
            raise UsageError([Problem("ax", what, "Leave out ax, or interactive.", code="usage")])
        return draw_live(told, found)

    def hotspots(
        self,
        product: str | None = None,
        *,
        most: int = 20,
        unit: str | None = None,
        language: str = "en",
        ax: Axes | None = None,
    ) -> Picture:
        """Where the emissions are: each flow of each stage as an area, the largest first. [kg CO2e per unit]

        What takes up CO2 has no area: it stands in `.data` with its sign and below the picture in words.

        Raises
        ------
        UsageError, InputError
            As for `stages`; also when there are several products and none is named.
        """
        told = PlotData(self.result, unit, checked_language(language))
        return bars.hotspots(told, chosen(self.result, product), most, ax)

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
        """Two products stage by stage, of this result and another, or of this one alone. [kg CO2e per unit]

        Parameters
        ----------
        other : Footprint, optional
            Another result; this one where none is given.
        product, other_product : str, optional
            What is compared; `other_product` is the same as `product` where another result is given.
        names : two texts, optional
            What the two are called; the ids of the products otherwise.

        Raises
        ------
        UsageError, InputError
            As for `stages`.
        """
        lang = checked_language(language)
        first = chosen(self.result, product)
        right = self.result if other is None else other
        same = self.result.products[first] if other is not None and self.result.products[first] in right.products else None
        second = chosen(right, other_product or same)
        return bars.compare(
            PlotData(self.result, unit, lang), first, PlotData(right, unit or self.result.unit, lang), second, names, ax
        )
