"""`Explanation`: the text of an explained footprint, which a notebook shows as a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

STYLE = """<style>
.textile-pcf-explained{font-family:system-ui,"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif}
.textile-pcf-explained{line-height:1.45;max-width:960px;overflow-wrap:anywhere}
.textile-pcf-explained p{margin:.2em 0}.textile-pcf-explained summary{font-weight:600;cursor:pointer}
.textile-pcf-explained details{margin:.4em 0}.textile-pcf-explained .soft{opacity:.72}
.textile-pcf-explained div{font-variant-numeric:tabular-nums}
</style>"""
INDENT = 2
"""Blanks of one level of a text."""


@dataclass(frozen=True)
class StageText:
    """What is said of one stage.

    Attributes
    ----------
    title : str
        Name, id and emissions of the stage.
    rows : tuple of (int, str)
        Depth and text of each row: masses and sums first, where a number comes from below it.
    """

    title: str
    rows: tuple[tuple[int, str], ...]


class Explanation(str):
    """Explanation of a footprint: a text, which a notebook shows with a part to open for each stage.

    Examples
    --------
    >>> stage = StageText("Weaving [weaving] 2.3 kg CO2e/kg", ((1, "power: 4 kWh = 2.3 kg CO2e"), (2, "amount: measured")))
    >>> text = Explanation.of(["P: 2.3 kg CO2e/kg"], [stage], ["total = 2.3 kg CO2e/kg"], "en")
    >>> print(text)
    P: 2.3 kg CO2e/kg
    <BLANKLINE>
    Weaving [weaving] 2.3 kg CO2e/kg
      power: 4 kWh = 2.3 kg CO2e
        amount: measured
    <BLANKLINE>
    total = 2.3 kg CO2e/kg
    >>> "<summary>Weaving" in text._repr_html_()
    True
    """

    _html: str = ""

    @classmethod
    def of(cls, head: Sequence[str], stages: Sequence[StageText], tail: Sequence[str], language: str) -> Explanation:
        """Return the explanation that is made of these parts.

        Parameters
        ----------
        head : sequence of str
            Lines before the stages.
        stages : sequence of StageText
            The stages, in the material's way.
        tail : sequence of str
            Lines behind the stages.
        language : str
            `en` or `zh`.

        Returns
        -------
        Explanation
            The text.
        """
        rows = [*head]
        for stage in stages:
            rows += ["", stage.title, *(" " * INDENT * depth + text for depth, text in stage.rows)]
        text = cls("\n".join([*rows, "", *tail] if tail else rows))
        text._html = _page(head, stages, tail, language)
        return text

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))  # IPython shows the lines, not their `repr`

    def _repr_html_(self) -> str:
        return self._html or f"<pre>{escape(self)}</pre>"


def _page(head: Sequence[str], stages: Sequence[StageText], tail: Sequence[str], language: str) -> str:
    first, *others = [escape(line) for line in head]
    top = f"<p><b>{first}</b></p>" + "".join(f"<p class='soft'>{line}</p>" for line in others)
    parts = "".join(f"<details open><summary>{escape(stage.title)}</summary>{_rows(stage)}</details>" for stage in stages)
    below = "".join(f"<p>{escape(line)}</p>" for line in tail)
    return f"<div class='textile-pcf-explained' lang='{language}'>{STYLE}{top}{parts}{below}</div>"


def _rows(stage: StageText) -> str:
    return "".join(
        f"<div style='margin-left:{1.2 * depth:.1f}em'{' class=soft' if depth > 1 else ''}>{escape(text)}</div>"
        for depth, text in stage.rows
    )
