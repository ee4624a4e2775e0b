"""The Sankey picture to be touched: one page that holds everything it needs and asks nobody for anything."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.plot.data import PlotData, short
from textile_pcf.plot.figure import MIDDLE, SUM
from textile_pcf.plot.sankey_layout import Bands, Node, column, fitted

if TYPE_CHECKING:
    import pandas as pd

FONT = 'system-ui, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif'
INK, PAPER = "#1c2430", "#ffffff"
ABOVE, BELOW, ROW, LEAST, NAME = 56, 48, 32, 280, 17  # points: margins, a box with its name, the least height, a line of text
BAND = "66"  # how much of its colour a band has, of ff
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>html, body {{ margin: 0; background: {paper}; font-family: {font}; }}</style>
</head>
<body>
{body}
</body>
</html>
"""


@dataclass(frozen=True)
class LivePicture:
    """A picture to be touched, and what it was drawn from.

    Parameters
    ----------
    data : DataFrame
        The numbers that are drawn. [kg CO2e per product unit, or the unit asked for]
    figure : plotly Figure
        The picture, to be changed further.
    """

    data: pd.DataFrame
    figure: Any
    title: str
    language: str = "en"

    def html(self) -> str:
        """The page: the picture with all that it needs to be drawn. It may fetch nothing, and says so to the browser."""
        drawn = self.figure.to_html(full_html=False, include_plotlyjs=True, div_id="picture", config=_config(self.language))
        return PAGE.format(language=self.language, policy=POLICY, title=escape(self.title), paper=PAPER, font=FONT, body=drawn)

    def save(self, path: str | Path) -> Path:
        """Write the page: one .html file of about 5 MB.

        Raises
        ------
        UsageError
            The path does not end in .html.
        """
        target = Path(path)
        if target.suffix.lower() not in (".html", ".htm"):
            what, cure = "An interactive picture is a page.", "End the name in .html, or leave out interactive."
            raise UsageError([Problem(str(path), what, cure, code="ending")])
        target.write_text(self.html(), encoding="utf-8", newline="")
        return target

    def _repr_html_(self) -> str:
        """In a notebook: the page in a frame of its own, which can reach neither the notebook nor the net."""
        height = int(self.figure.layout.height) + 12
        return (
            f'<iframe srcdoc="{escape(self.html(), quote=True)}" sandbox="allow-scripts allow-downloads" '
            f'style="width:100%;height:{height}px;border:0" title="{escape(self.title, quote=True)}"></iframe>'
        )


def draw_live(told: PlotData, found: Bands) -> LivePicture:
    """The picture.

    Raises
    ------
    UsageError
        plotly is not installed.
    """
    try:
        plotly = import_module("plotly.graph_objects")
    except ImportError:
        cure = 'Run: pip install "textile_pcf[interactive]"'
        raise UsageError([Problem("plot", "Interactive pictures need plotly.", cure, code="extra")]) from None
    high = max(LEAST, ROW * max(len(found.colours), len(found.stages), 1))
    sankey = plotly.Sankey(
        node=_nodes(told, found, high), link=_links(told, found), arrangement="perpendicular", textfont={"size": 13}
    )
    figure = plotly.Figure(sankey if found.whole > 0 else None)
    figure.update_layout(
        title={"text": f"<b>{_plain(found.title)}</b>", "x": 0.012, "font": {"size": 16}},
        font={"family": FONT, "color": INK}, paper_bgcolor=PAPER, plot_bgcolor=PAPER, template=None,
        height=high + ABOVE + BELOW, margin={"l": 14, "r": 14, "t": ABOVE, "b": BELOW}, hoverlabel={"font": {"family": FONT}},
    )  # fmt: skip
    if found.below:
        figure.add_annotation(
            text=_plain(found.below), x=0, y=0, xref="paper", yref="paper", xanchor="left", yanchor="top", yshift=-14,
            showarrow=False, font={"size": 12},
        )  # fmt: skip
    return LivePicture(found.data, figure, found.title, told.language)


def _config(language: str) -> dict[str, Any]:
    """Two buttons, in the language; none of them, and nothing else, sends anything anywhere."""
    save, reset = fixed_text("live_save", language), fixed_text("live_reset", language)
    told = {"Download plot as a PNG": save, "Download plot": save, "Reset view": reset, "Reset": reset}
    return {
        "displaylogo": False, "responsive": True, "showSendToCloud": False,
        "modeBarButtons": [["toImage", "resetViewSankey"]], "toImageButtonOptions": {"filename": "sankey", "scale": 2},
        "locale": "own", "locales": {"own": {"dictionary": told, "format": {}}},
    }  # fmt: skip


def _plain(text: str) -> str:
    """A text of which nothing is taken for a tag or a link."""
    return escape(text, quote=False)


def _number(told: PlotData, found: Bands, value: float) -> str:
    return f"{short(value, found.whole)} {told.axis} ({value / found.whole:.1%})"


def _nodes(told: PlotData, found: Bands, high: int) -> dict[str, Any]:
    """Boxes: kinds of flow, stages, the whole, each in its place."""
    if found.whole <= 0:
        return {}
    least, sides = NAME / high, found.shares
    scale = fitted(least, *sides)
    left = column(list(found.colours), sides[0] * scale, list(found.colours.values()), least)
    middle = column(found.stages, sides[1] * scale, [MIDDLE] * len(found.stages), least)
    boxes = [*left.values(), *middle.values(), Node(found.last, (1 - scale) / 2, scale, SUM)]
    names, values = [_plain(box.name) for box in boxes], [box.height / scale * found.whole for box in boxes]
    return {
        "label": [f"{name}  {short(value, found.whole)}" for name, value in zip(names, values, strict=True)],
        "color": [box.colour for box in boxes],
        "customdata": [f"<b>{name}</b><br>{_number(told, found, v)}" for name, v in zip(names, values, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
        "x": [*[0.01] * len(left), *[0.48] * len(middle), 0.99],
        "y": [box.top + box.height / 2 for box in boxes],
        "pad": high * (1 - scale) / max(len(left) - 1, len(middle) - 1, 1),  # from it plotly computes the height of all boxes
        "thickness": 16, "line": {"width": 0},
    }  # fmt: skip


def _links(told: PlotData, found: Bands) -> dict[str, Any]:
    """Bands between the boxes."""
    sources, stages = list(found.colours), found.stages
    first, last = len(sources), len(sources) + len(stages)
    ends = sorted(
        (sources.index(str(source)), first + stages.index(str(stage)), float(value))
        for source, stage, value in found.drawn.itertuples(index=False)
    )
    by_stage = found.drawn.groupby("stage_name")["kgCO2e"].sum()
    ends += [(first + place, last, float(by_stage[name])) for place, name in enumerate(stages)]
    names = [_plain(name) for name in (*sources, *stages, found.last)]
    colours = [*found.colours.values(), *[MIDDLE] * len(stages)]
    return {
        "sort": "input",  # leaving and arriving in the order of the other side
        "source": [source for source, _, _ in ends],
        "target": [target for _, target, _ in ends],
        "value": [value for _, _, value in ends],
        "color": [f"{colours[source]}{BAND}" for source, _, _ in ends],
        "customdata": [f"{names[s]} → <b>{names[t]}</b><br>{_number(told, found, value)}" for s, t, value in ends],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
