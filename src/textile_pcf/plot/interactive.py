"""Interactive Sankey diagram by plotly, as a self-contained HTML page without network access."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.output_files import as_path
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.plot.data import PlotData, format_number
from textile_pcf.plot.figure import MIDDLE, SUM
from textile_pcf.plot.sankey_layout import Bands, Node, column, fit_scale

if TYPE_CHECKING:
    import pandas as pd

FONT = 'system-ui, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif'
INK, PAPER = "#1c2430", "#ffffff"
ABOVE, BELOW, ROW, LEAST, NAME = 56, 48, 32, 280, 17  # points: margins, a box with its label, minimum height, line of text
BAND = "66"  # opacity of a band, of ff
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
    """An interactive picture with the numbers that it shows.

    Attributes
    ----------
    data : DataFrame
        The numbers of the picture. [kg CO2e per product unit, or per the requested unit]
    figure : plotly.graph_objects.Figure
        The picture; it can be changed further.
    title : str
        Title of the page.
    language : str
        `en` or `zh`.
    """

    data: pd.DataFrame
    figure: Any
    title: str
    language: str = "en"

    def html(self) -> str:
        """Return a self-contained HTML page. Its content security policy forbids every network request."""
        body = self.figure.to_html(full_html=False, include_plotlyjs=True, div_id="picture", config=_config(self.language))
        return PAGE.format(language=self.language, policy=POLICY, title=escape(self.title), paper=PAPER, font=FONT, body=body)

    def save(self, path: str | Path) -> Path:
        """Write the page: one .html file of about 5 MB.

        Parameters
        ----------
        path : str or Path
            File to write; it must end in .html or .htm.

        Returns
        -------
        Path
            The file that was written.

        Raises
        ------
        UsageError
            The path does not end in .html, or is no path of this machine.
        """
        target = as_path(path, "path")
        if target.suffix.lower() not in (".html", ".htm"):
            message, cure = "An interactive picture is a page.", "End the name in .html, or leave out interactive."
            raise UsageError([Problem(str(path), message, cure, code="ending")])
        target.write_text(self.html(), encoding="utf-8", newline="")
        return target

    def _repr_html_(self) -> str:
        """Show the page in a notebook, in a sandboxed frame that can reach neither the notebook nor the network."""
        height = int(self.figure.layout.height) + 12
        return (
            f'<iframe srcdoc="{escape(self.html(), quote=True)}" sandbox="allow-scripts allow-downloads" '
            f'style="width:100%;height:{height}px;border:0" title="{escape(self.title, quote=True)}"></iframe>'
        )


def draw_interactive(plot_data: PlotData, bands: Bands) -> LivePicture:
    """Draw the bands of a product as a plotly Sankey diagram.

    Raises
    ------
    UsageError
        plotly is not installed.
    """
    try:
        import plotly.graph_objects as plotly
    except ImportError:
        cure = 'Run: pip install "textile_pcf[interactive]"'
        raise UsageError([Problem("plot", "Interactive pictures need plotly.", cure, code="extra")]) from None
    height = max(LEAST, ROW * max(len(bands.colours), len(bands.stages), 1))
    sankey = plotly.Sankey(
        node=_nodes(plot_data, bands, height), link=_links(plot_data, bands), arrangement="perpendicular", textfont={"size": 13}
    )
    figure = plotly.Figure(sankey if bands.total > 0 else None)
    figure.update_layout(
        title={"text": f"<b>{_escape_markup(bands.title)}</b>", "x": 0.012, "font": {"size": 16}},
        font={"family": FONT, "color": INK}, paper_bgcolor=PAPER, plot_bgcolor=PAPER, template=None,
        height=height + ABOVE + BELOW, margin={"l": 14, "r": 14, "t": ABOVE, "b": BELOW}, hoverlabel={"font": {"family": FONT}},
    )  # fmt: skip
    if bands.uptake:
        figure.add_annotation(
            text=_escape_markup(bands.uptake), x=0, y=0, xref="paper", yref="paper", xanchor="left", yanchor="top", yshift=-14,
            showarrow=False, font={"size": 12},
        )  # fmt: skip
    return LivePicture(bands.data, figure, bands.title, plot_data.language)


def _config(language: str) -> dict[str, Any]:
    """Return the plotly configuration: two buttons, labelled in the language. Neither sends data."""
    save, reset = fixed_text("live_save", language), fixed_text("live_reset", language)
    texts = {"Download plot as a PNG": save, "Download plot": save, "Reset view": reset, "Reset": reset}
    return {
        "displaylogo": False, "responsive": True, "showSendToCloud": False,
        "modeBarButtons": [["toImage", "resetViewSankey"]], "toImageButtonOptions": {"filename": "sankey", "scale": 2},
        "locale": "own", "locales": {"own": {"dictionary": texts, "format": {}}},
    }  # fmt: skip


def _escape_markup(text: str) -> str:
    """Escape a text so that plotly reads no tag or link in it."""
    return escape(text, quote=False)


def _number(plot_data: PlotData, bands: Bands, value: float) -> str:
    return f"{format_number(value, bands.total)} {plot_data.axis} ({value / bands.total:.1%})"


def _nodes(plot_data: PlotData, bands: Bands, height: int) -> dict[str, Any]:
    """Return the boxes of the diagram: sources, stages and the sum."""
    if bands.total <= 0:
        return {}
    min_height, sides = NAME / height, bands.shares
    scale = fit_scale(min_height, *sides)
    left = column(list(bands.colours), sides[0] * scale, list(bands.colours.values()), min_height)
    middle = column(bands.stages, sides[1] * scale, [MIDDLE] * len(bands.stages), min_height)
    boxes = [*left.values(), *middle.values(), Node(bands.sink, (1 - scale) / 2, scale, SUM)]
    names, values = [_escape_markup(box.name) for box in boxes], [box.height / scale * bands.total for box in boxes]
    return {
        "label": [f"{name}  {format_number(value, bands.total)}" for name, value in zip(names, values, strict=True)],
        "color": [box.colour for box in boxes],
        "customdata": [f"<b>{name}</b><br>{_number(plot_data, bands, v)}" for name, v in zip(names, values, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
        "x": [*[0.01] * len(left), *[0.48] * len(middle), 0.99],
        "y": [box.top + box.height / 2 for box in boxes],
        "pad": height * (1 - scale) / max(len(left) - 1, len(middle) - 1, 1),  # plotly computes all heights from it
        "thickness": 16, "line": {"width": 0},
    }  # fmt: skip


def _links(plot_data: PlotData, bands: Bands) -> dict[str, Any]:
    """Return the bands between the boxes."""
    sources, stages = list(bands.colours), bands.stages
    first, last = len(sources), len(sources) + len(stages)
    ends = sorted(
        (sources.index(str(source)), first + stages.index(str(stage)), float(value))
        for source, stage, value in bands.emissions.itertuples(index=False)
    )
    by_stage = bands.emissions.groupby("stage_name")["kgCO2e"].sum()
    ends += [(first + index, last, float(by_stage[name])) for index, name in enumerate(stages)]
    names = [_escape_markup(name) for name in (*sources, *stages, bands.sink)]
    colours = [*bands.colours.values(), *[MIDDLE] * len(stages)]
    return {
        "sort": "input",  # keep the order of the links at each box
        "source": [source for source, _, _ in ends],
        "target": [target for _, target, _ in ends],
        "value": [value for _, _, value in ends],
        "color": [f"{colours[source]}{BAND}" for source, _, _ in ends],
        "customdata": [f"{names[s]} → <b>{names[t]}</b><br>{_number(plot_data, bands, value)}" for s, t, value in ends],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
