"""Parts shared by all pictures: figure and axes, colours, fonts, and the `Picture` with its data."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.output_files import as_path
from textile_pcf.messages.catalogue import LANGUAGES
from textile_pcf.messages.letters import wrap
from textile_pcf.messages.message import Message

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

# Okabe and Ito's palette, safe for colour-blind readers; grey is for the rest
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
EMITS, TAKES_UP, SUM, REST, MIDDLE = "#0072B2", "#E69F00", "#404040", "#999999", "#7a7a7a"
CHINESE = (  # font families with Chinese characters, the best first
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP",
    "Noto Serif CJK SC", "Noto Serif CJK JP", "SimSun", "Songti SC", "AR PL UMing CN", "Arial Unicode MS",
    "Droid Sans Fallback",
)  # fmt: skip
_FILES = ("cjk", "notosanssc", "sourcehan", "msyh", "simhei", "pingfang", "wqy", "heiti", "uming", "arialuni")
NOTE = 110  # letters of a line below a picture
_SAMPLE = "碳足迹纺织"


@dataclass(frozen=True)
class Picture:
    """A matplotlib picture with the numbers that it shows.

    Attributes
    ----------
    data : DataFrame
        The numbers of the picture. [kg CO2e per product unit, or per the requested unit]
    ax : matplotlib.axes.Axes
        The axes of the picture.
    owns_figure : bool
        True if the figure was made for this picture. Notebooks then show it.
    """

    data: pd.DataFrame
    ax: Axes
    owns_figure: bool = field(default=True, repr=False)

    @property
    def figure(self) -> Figure | SubFigure:
        """The figure that holds the axes."""
        figure = self.ax.figure
        assert figure is not None
        return figure

    def save(self, path: str | Path, dpi: float = 150) -> Path:
        """Write the figure to a file.

        Parameters
        ----------
        path : str or Path
            File to write; its ending sets the format: .png, .svg or .pdf.
        dpi : float
            Resolution of a .png file. [dots per inch]

        Returns
        -------
        Path
            The file that was written.

        Raises
        ------
        UsageError
            `path` is no path of this machine.
        """
        figure: Any = self.figure
        target = as_path(path, "path")
        figure.savefig(target, dpi=dpi, bbox_inches="tight", facecolor="white")
        return target

    def _repr_png_(self) -> bytes | None:
        if not self.owns_figure:
            return None
        file = io.BytesIO()
        figure: Any = self.figure
        figure.savefig(file, format="png", dpi=110, bbox_inches="tight", facecolor="white")
        return file.getvalue()


def make_axes(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the axes of the caller, or those of a new figure that pyplot does not manage.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        Axes of the caller.
    width, height : float
        Size of a new figure. [inch]

    Raises
    ------
    UsageError
        matplotlib is not installed.
    """
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


def add_notes(ax: Axes, notes: Iterable[str]) -> None:
    """Write what a reader must know below the label of the axis, in lines of at most `NOTE` letters.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes of the picture; the label of the x axis is set already.
    notes : iterable of str
        Sentences, in the language of the picture.
    """
    lines = [line for note in notes for line in wrap(note, NOTE)]
    below = -42 if ax.get_xlabel() else -26
    ax.annotate("\n".join(lines), (0, 0), xytext=(0, below), xycoords="axes fraction", textcoords="offset points",
                va="top", ha="left", fontsize=8.5, linespacing=1.4, color="0.3", annotation_clip=False)  # fmt: skip


def check_language(language: str) -> str:
    """Return the language of a picture.

    Raises
    ------
    UsageError
        There is no such language.
    """
    if language not in LANGUAGES:
        cure = Message("Choose from: {choices}.", choices=", ".join(LANGUAGES))
        raise UsageError([Problem(f"language {language!r}", "There is no such language.", cure, code="language")])
    return language


def set_fonts(ax: Axes, language: str, owns_figure: bool) -> None:
    """Set a font with Chinese characters on the texts of a picture, if any text needs one, and show all texts as written.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes of the picture.
    language : str
        `en` or `zh`.
    owns_figure : bool
        Set the font on the whole figure, not only on the axes.

    Raises
    ------
    UsageError
        The language is Chinese and no font of this machine has Chinese characters.
    """
    from matplotlib.text import Text

    texts = [text for text in ax.findobj(Text) if isinstance(text, Text)]
    if owns_figure:
        figure: Any = ax.get_figure(root=True)
        texts = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    for text in texts:
        text.set_parse_math(False)  # ids and names are shown as they are written, also with $
    if language != "zh" and not any(_is_chinese(text.get_text()) for text in texts):
        return
    family = chinese_family()
    if family is None:
        if language != "zh":
            return  # only an id is Chinese; matplotlib warns of missing characters
        message = "No font of this machine has Chinese characters."
        cure = 'Install one, such as Noto Sans CJK SC (Debian: apt-get install fonts-noto-cjk), or use language "en".'
        raise UsageError([Problem("language 'zh'", message, cure, code="no-font")])
    for text in texts:
        text.set_fontfamily([family, "DejaVu Sans"] if language == "zh" else ["DejaVu Sans", family])


def chinese_family() -> str | None:
    """Return a font family of this machine that has Chinese characters, or None."""
    return _search(_installed())


@cache
def _installed() -> frozenset[str]:
    """Names of the font families that matplotlib knows, including those installed after it built its cache."""
    from matplotlib import font_manager

    families = {font.name for font in font_manager.fontManager.ttflist}
    if families.isdisjoint(CHINESE):
        for path in font_manager.findSystemFonts():
            if any(part in Path(path).name.lower() for part in _FILES):
                font_manager.fontManager.addfont(path)
        families = {font.name for font in font_manager.fontManager.ttflist}
    return frozenset(families)


@cache
def _search(families: frozenset[str]) -> str | None:
    return next((family for family in CHINESE if family in families and _has_characters(family)), None)


def _has_characters(family: str) -> bool:
    """Return True if the font file of a family holds Chinese characters."""
    from matplotlib import font_manager, ft2font

    path = font_manager.findfont(font_manager.FontProperties(family=[family]), fallback_to_default=False)
    characters = ft2font.FT2Font(path).get_charmap()
    return all(ord(sign) in characters for sign in _SAMPLE)


def _is_chinese(text: str) -> bool:
    return any("\u2e80" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef" for sign in text)
