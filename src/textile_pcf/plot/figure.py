"""What every picture shares: a figure of its own or the axes given, colours, fonts, and the data it was drawn from."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.catalogue import LANGUAGES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

# Okabe and Ito's colours, told apart by the colour-blind; grey is for the rest
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
EMITS, TAKES_UP, SUM, REST, MIDDLE = "#0072B2", "#E69F00", "#404040", "#999999", "#7a7a7a"
CHINESE = (  # families that have Chinese characters, best first
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP",
    "Noto Serif CJK SC", "Noto Serif CJK JP", "SimSun", "Songti SC", "AR PL UMing CN", "Arial Unicode MS",
    "Droid Sans Fallback",
)  # fmt: skip
_FILES = ("cjk", "notosanssc", "sourcehan", "msyh", "simhei", "pingfang", "wqy", "heiti", "uming", "arialuni")
_SAMPLE = "碳足迹纺织"


@dataclass(frozen=True)
class Picture:
    """A picture and what it was drawn from.

    Parameters
    ----------
    data : DataFrame
        The numbers that are drawn. [kg CO2e per product unit, or the unit asked for]
    ax : matplotlib Axes
        Where it is drawn.
    """

    data: pd.DataFrame
    ax: Axes
    own: bool = field(default=True, repr=False)
    """Whether the figure was made for this picture; then a notebook shows it."""

    @property
    def figure(self) -> Figure | SubFigure:
        """The figure that holds the axes."""
        figure = self.ax.figure
        assert figure is not None
        return figure

    def save(self, path: str | Path, dpi: float = 150) -> Path:
        """Write the figure to a file; the ending tells the format: .png, .svg, .pdf."""
        figure: Any = self.figure
        figure.savefig(path, dpi=dpi, bbox_inches="tight", facecolor="white")
        return Path(path)

    def _repr_png_(self) -> bytes | None:
        if not self.own:
            return None
        file = io.BytesIO()
        figure: Any = self.figure
        figure.savefig(file, format="png", dpi=110, bbox_inches="tight", facecolor="white")
        return file.getvalue()


def canvas(ax: Axes | None, width: float, height: float) -> Axes:
    """The axes given, or those of a new figure that belongs to nobody else. [inch]"""
    if ax is not None:
        return ax
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        cure = 'Run: pip install "textile_pcf[plot]"'
        raise UsageError([Problem("plot", "Pictures need matplotlib.", cure, code="extra")]) from None
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def checked_language(language: str) -> str:
    """`en` or `zh`.

    Raises
    ------
    UsageError
        Another language; or Chinese, and no font of this machine has its characters.
    """
    if language not in LANGUAGES:
        cure = f"Choose from: {', '.join(LANGUAGES)}."
        raise UsageError([Problem(f"language {language!r}", "There is no such language.", cure, code="language")])
    return language


def finish(ax: Axes, language: str, own: bool) -> None:
    """Give every text of the axes, or of their figure where it is the picture's own, a font that has its characters."""
    from matplotlib.text import Text

    texts = [text for text in ax.findobj(Text) if isinstance(text, Text)]
    if own:
        figure: Any = ax.get_figure(root=True)
        texts = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    if language != "zh" and not any(_is_chinese(text.get_text()) for text in texts):
        return
    family = chinese_family()
    if family is None:
        if language != "zh":
            return  # only an id is Chinese: matplotlib warns of what it cannot draw
        what = "No font of this machine has Chinese characters."
        cure = 'Install one, such as Noto Sans CJK SC (Debian: apt-get install fonts-noto-cjk), or ask for language "en".'
        raise UsageError([Problem("language 'zh'", what, cure, code="no-font")])
    for text in texts:
        text.set_fontfamily([family, "DejaVu Sans"] if language == "zh" else ["DejaVu Sans", family])


def chinese_family() -> str | None:
    """A font family of this machine that has Chinese characters; None where there is none."""
    return _search(_installed())


@cache
def _installed() -> frozenset[str]:
    """Families matplotlib knows, those included that were installed after it last looked."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    if known.isdisjoint(CHINESE):
        for path in font_manager.findSystemFonts():
            if any(part in Path(path).name.lower() for part in _FILES):
                font_manager.fontManager.addfont(path)
        known = {font.name for font in font_manager.fontManager.ttflist}
    return frozenset(known)


@cache
def _search(installed: frozenset[str]) -> str | None:
    return next((family for family in CHINESE if family in installed and _has_characters(family)), None)


def _has_characters(family: str) -> bool:
    """Whether the file that would be used really holds the characters."""
    from matplotlib import font_manager, ft2font

    path = font_manager.findfont(font_manager.FontProperties(family=[family]), fallback_to_default=False)
    characters = ft2font.FT2Font(path).get_charmap()
    return all(ord(sign) in characters for sign in _SAMPLE)


def _is_chinese(text: str) -> bool:
    return any("\u2e80" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef" for sign in text)
