"""Layout shared by both Sankey diagrams: bands from what is used, through the stages, to the footprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.plot.data import PlotData, format_number
from textile_pcf.plot.figure import COLOURS, REST

if TYPE_CHECKING:
    import pandas as pd

GAP = 0.012  # between boxes [share of the height]


@dataclass(frozen=True)
class Node:
    """A box of the diagram.

    Attributes
    ----------
    name : str
        Label of the box.
    top, height : float
        Position of the upper edge, and height. [share of the height]
    colour : str
        Colour as `#rrggbb`.
    """

    name: str
    top: float
    height: float
    colour: str


@dataclass(frozen=True)
class Bands:
    """The bands of one product. [kg CO2e per unit]

    Attributes
    ----------
    title : str
        Title of the diagram.
    data : DataFrame
        All bands with their sign: source, target, kgCO2e.
    emissions : DataFrame
        Bands to draw: source, stage_name, kgCO2e, all positive.
    colours : dict
        Colour of each source, the largest source first, the rest in grey.
    sink : str
        Name of the last box: the footprint, or the emissions if there is uptake.
    uptake : str
        Sentence that lists the uptake of CO2; empty if there is none.
    """

    title: str
    data: pd.DataFrame
    emissions: pd.DataFrame
    colours: dict[str, str]
    sink: str
    uptake: str

    @property
    def total(self) -> float:
        """All emissions, uptake not deducted. [kg CO2e per unit]"""
        return float(self.emissions["kgCO2e"].sum())

    @property
    def stages(self) -> list[str]:
        """Names of the emitting stages, in the order of production."""
        return list(dict.fromkeys(self.emissions["stage_name"]))

    @property
    def shares(self) -> tuple[FloatArray, FloatArray]:
        """Shares of the emissions by source, shape (sources,), and by stage, shape (stages,). [1]"""
        by_source, by_stage = (self.emissions.groupby(name)["kgCO2e"].sum() for name in ("source", "stage_name"))
        left = np.array([by_source[name] for name in self.colours], dtype=float)
        return left / self.total, np.array([by_stage[name] for name in self.stages], dtype=float) / self.total


def build_bands(plot_data: PlotData, product: int, count: int) -> Bands:
    """Build the bands of a product.

    Parameters
    ----------
    plot_data : PlotData
        The result in a unit and a language.
    product : int
        Index of the product.
    count : int
        Number of sources with a box of their own; the largest are taken, the others share one.
    """
    import pandas as pd

    flows = plot_data.flows(product)
    used = flows.loc[flows["kgCO2e"] > 0].copy()
    size = used.groupby("flow_name")["kgCO2e"].sum().sort_values(ascending=False)
    named = list(size.index[: count if len(size) <= count else max(count - 1, 1)])
    used["source"] = [name if name in named else plot_data.text("rest") for name in used["flow_name"]]
    emissions = _sum_by(used, "source", "stage_name")
    negative = _sum_by(flows.loc[flows["kgCO2e"] < 0], "flow_name", "stage_name")
    footprint = plot_data.text("footprint")
    by_stage = _sum_by(flows.assign(target=footprint), "stage_name", "target")
    parts = [_as_links(emissions), _as_links(negative), _as_links(by_stage)]
    colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(named)}
    return Bands(
        f"{plot_data.result.products[product]}: {format_number(plot_data.total(product))} {plot_data.axis}",
        pd.concat(parts, ignore_index=True), emissions, colours | dict.fromkeys(set(emissions["source"]) - set(named), REST),
        plot_data.text("emissions") if len(negative) else footprint, plot_data.uptake_text(negative),
    )  # fmt: skip


def _sum_by(table: pd.DataFrame, source: str, target: str) -> Any:
    return table.groupby([source, target], as_index=False, sort=False)["kgCO2e"].sum()


def _as_links(table: Any) -> Any:
    """Rename the columns of a table of bands to source, target, kgCO2e."""
    return table.set_axis(["source", "target", "kgCO2e"], axis=1)


def fit_scale(min_height: float, *columns: FloatArray) -> float:
    """Return the largest scale at which every column of boxes fits into the height.

    Parameters
    ----------
    min_height : float
        Height that the label of a small box needs. [share of the height]
    *columns : ndarray, shape (boxes,)
        Shares of the boxes of each column. [1]

    Returns
    -------
    float
        Height of all emissions, 0.05 at least. [share of the height]
    """
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        fits = all(np.maximum(middle * shares, min_height).sum() + GAP * (len(shares) - 1) <= 1 for shares in columns)
        low, high = (middle, high) if fits else (low, middle)
    return max(low, 0.05)


def column(names: list[str], heights: FloatArray, colours: list[str], min_height: float) -> dict[str, Node]:
    """Place boxes one above the other, with the column centred in the height.

    Parameters
    ----------
    names, colours : list of str
        Label and colour of each box.
    heights : ndarray, shape (boxes,)
        Height of each box. [share of the height]
    min_height : float
        Height reserved for a small box, so that its label fits. [share of the height]

    Returns
    -------
    dict
        Boxes by name.
    """
    spaces = np.maximum(heights, min_height)
    top = (1 - spaces.sum() - GAP * (len(spaces) - 1)) / 2
    nodes: dict[str, Node] = {}
    for name, height, reserved, colour in zip(names, heights, spaces, colours, strict=True):
        nodes[name] = Node(name, top + (reserved - height) / 2, float(height), colour)
        top += reserved + GAP
    return nodes
