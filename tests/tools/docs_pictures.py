"""Pictures that stand in pages and in the README, drawn from results: `docs/_static/<example>.<language>.svg`.

`python tests/tools/docs_pages.py` renews them; `tests/endtoend/test_docs.py` says when it is due.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "docs/_static"
EDGE, HEAD, FOOT = 24, 84, 56
FONT = "system-ui,'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"
SAID = {
    "en": ("Cotton poplin, kg CO2e per kg", "{} of gross emissions from values of the rule, not measured"),
    "zh": ("全棉府绸，kg CO2e / kg", "总排放的 {} 来自规则默认值，非实测"),
}


def pictures() -> dict[Path, str]:
    """Every picture with what it should hold."""
    return {STATIC / f"cotton_poplin.{language}.svg": picture("cotton_poplin", language) for language in SAID}


def picture(name: str, language: str) -> str:
    """A result as a card: number, stages as bars, what the number means. Its own ground, so that dark pages show it too."""
    import textile_pcf as tp
    from textile_pcf.messages.catalogue import fixed_text
    from textile_pcf.results.display import WIDTH, stage_bars

    result = tp.footprint(*tp.load_example(name))
    title, ruled = SAID[language]
    bars = stage_bars(result, 0, language)
    height = float(bars.partition("viewBox='0 0 ")[2].split()[1].rstrip("'"))
    total = float(result.totals[0])
    share = float(result.default_share[0])
    basis = f"{result.provenance['rule']}: {fixed_text(result.provenance['status'], language)}"
    size = (WIDTH + 2 * EDGE, height + HEAD + FOOT)
    inner = bars.replace("<svg ", f"<svg x='{EDGE}' y='{HEAD - 12}' height='{height:g}' ", 1)
    sized = f"viewBox='0 0 {size[0]:g} {size[1]:g}' width='{size[0]:g}' height='{size[1]:g}'"
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' {sized}"
        f" color='#1f2933' font-family=\"{FONT}\" font-size='13'>\n"
        f"<style>text{{fill:currentColor}}</style>\n<rect width='100%' height='100%' rx='8' fill='#ffffff' stroke='#d5dbe1'/>\n"
        f"<text x='{EDGE}' y='44'><tspan font-size='30' font-weight='600'>{total:.2f}</tspan>"
        f"<tspan dx='10' font-size='15'>{escape(title)}</tspan></text>\n{inner}\n"
        f"<text x='{EDGE}' y='{size[1] - 34:g}' opacity='.8'>{escape(ruled.format(f'{share:.0%}'))}</text>\n"
        f"<text x='{EDGE}' y='{size[1] - 14:g}' opacity='.8'>{escape(basis)}</text>\n</svg>\n"
    )
