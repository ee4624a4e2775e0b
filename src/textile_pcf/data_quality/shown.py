"""The quality of a result for people: plain text for a terminal, HTML for a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from textile_pcf.activity import DATA_TYPES
from textile_pcf.activity.cutoff import left_out_title
from textile_pcf.data_quality.as_dict import product_records
from textile_pcf.data_quality.lines import SCORES
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.results.display import STYLE
from textile_pcf.rules import RuleSet

if TYPE_CHECKING:
    from textile_pcf.data_quality.main import Quality
    from textile_pcf.data_quality.priorities import Priorities

NONE = "–"
LEFT = "<style>.textile-pcf td.words{text-align:left}</style>"  # a notebook aligns cells as numbers, these are texts
MOST = 20  # products shown
DETAILED = 5  # up to so many products are shown with what to measure next
SHOWN_SOURCES = 5
SHARES = ("primary_data_share", "primary_activity_share", "default_share")


@dataclass(frozen=True)
class ShownQuality:
    """Quality of a result in one language."""

    quality: Quality
    language: str = "en"

    def _repr_html_(self) -> str:
        return as_html(self.quality, self.language)

    def __str__(self) -> str:
        return as_text(self.quality, self.language)


def as_text(quality: Quality, language: str = "en") -> str:
    """Return ratings, shares and hot spots of each product as text.

    Parameters
    ----------
    quality : Quality
    language : str, optional
        `en` or `zh`.
    """
    records = product_records(quality)
    priorities = quality.priorities if len(records) <= DETAILED else [None] * len(records)
    pairs = zip(records, priorities, strict=True)
    blocks = ([*_text(quality, entry, language), *_next(first, language)] for entry, first in pairs)
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _next(first: Priorities | None, language: str) -> list[str]:
    """Return what to measure next, or the largest numbers without a declared spread, and what the best would save."""
    if first is None:
        return []
    lines = []
    for key, rows in (("measure_next", first.measure_next), ("undeclared", first.undeclared)):
        if rows:
            lines.append(f"  {fixed_text(f'quality_{key}', language)}")
            lines += [f"    {row['source']}: {_moves(row, language)}" for row in rows[:SHOWN_SOURCES]]
    return lines


def _moves(row: dict[str, Any], language: str) -> str:
    """Return what a number carries or moves, and what the low end of its band saves."""
    texts = [f"± {row['sd']:.4g} kg CO2e" if "sd" in row else f"{row['kgCO2e']:.4g} kg CO2e"]
    if row["saving_at_best"]:
        texts.append(fixed_text("quality_saving", language, value=f"{row['saving_at_best']:.4g}"))
    return ", ".join(texts)


def _text(quality: Quality, entry: dict[str, Any], language: str) -> list[str]:
    lines = [f"{entry['product']}: {entry['total']:.6g} {fixed_text('per', language, unit=quality.result.unit)}"]
    lines += [f"  {title}: {text}" for title, text in facts(quality, entry, language)]
    lines.append(f"  {fixed_text('quality_hot_spots', language)}")
    return [*lines, *(f"    {' '.join(cells[:2])}: {', '.join(cells[2:])}" for cells in hot_rows(quality, entry, language))]


def facts(quality: Quality, entry: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """Return titles and texts of the ratings and shares of a product.

    Parameters
    ----------
    quality : Quality
    entry : dict
        The product in the JSON.
    language : str
        `en` or `zh`.
    """
    pef, pact = entry["dqr"]["pef"], entry["dqr"]["pact"]
    level = fixed_text(f"quality_{pef['level'].replace(' ', '_')}", language) if pef["level"] else ""
    rows = [("dqr", " ".join(filter(None, (figure(pef["DQR"]), level))))]
    rows.append(("scores", ", ".join(f"{name} {figure(pef[name])}" for name in SCORES)))
    rows += [("rated_share", percent(pef["rated_share"])), ("if_unrated_5", figure(pef["if_unrated_5"]))]
    ratings = ", ".join(figure(pact[name]) for name in list(pact)[:3])
    rows.append(("pact", fixed_text("quality_pact_known", language, ratings=ratings, part=percent(pact["coverage"]))))
    rows += [(name, percent(entry[name])) for name in SHARES]
    types = [f"{data_type_title(name, language)} {percent(part)}" for name, part in entry["by_data_type"].items()]
    rows.append(("by_data_type", ", ".join(types) or NONE))
    rows.append(("cutoff", _left_out(quality.result.rules, entry["cutoff"], language)))
    needed = entry["requirement"]
    if needed is not None:
        key = "quality_met" if needed["met"] else "quality_not_met"
        rows.append(("requirement", fixed_text(key, language, limit=f"{needed['max_dqr']:g}", count=len(needed["failing"]))))
    return [(fixed_text(f"quality_{key}", language), text) for key, text in rows]


def _left_out(rules: RuleSet, record: dict[str, Any], language: str) -> str:
    """Return what is left out, with its estimated part and reason, and whether that is within the limits of the rule."""
    if not record["left_out"]:
        return NONE
    rows = [
        f"{left_out_title(rules, row['stage'], row['item'], language)} {percent(row['share'])} ({row['reason']})"
        for row in record["left_out"]
    ]
    within = fixed_text("cutoff_within" if record["within"] else "cutoff_beyond", language)
    return f"{', '.join(rows)}; {percent(record['total'])}, {within}"


def hot_rows(quality: Quality, entry: dict[str, Any], language: str) -> list[tuple[str, ...]]:
    """Return stage, flow, item, share, data type and rating of each hot spot as texts."""
    infos = {info.id: info for info in quality.result.stages}
    rows: list[tuple[str, ...]] = []
    for row in entry["hot_spots"]:
        info = infos[row["stage"]]
        name = info.flow(row["flow"], language) + (f" ({row['component']})" if row["component"] else "")
        data_type, rating = data_type_title(row["data_type"], language), f"DQR {figure(row['dqr'])}"
        rows.append((info.name(language), name, row["item"], percent(row["share"]), data_type, rating))
    return rows


def data_type_title(name: str, language: str) -> str:
    """Return the name of a data type of an amount in a language."""
    return fixed_text(name if name in DATA_TYPES else f"quality_type_{name or 'none'}", language)


def figure(value: float | None) -> str:
    """Return a rating as text."""
    return NONE if value is None else f"{value:.3g}"


def percent(value: float | None) -> str:
    """Return a part of 1 as a percentage."""
    return NONE if value is None else f"{value * 100:.1f} %"


def as_html(quality: Quality, language: str = "en") -> str:
    """Return ratings, shares and hot spots as HTML, without external files; at most 20 products.

    Parameters
    ----------
    quality : Quality
    language : str, optional
        `en` or `zh`.
    """
    entries = product_records(quality)
    body = "".join(_html(quality, entry, language) for entry in entries[:MOST])
    more = len(entries) - MOST
    note = f"<p class='soft'>{escape(fixed_text('more_products', language, count=more))}</p>" if more > 0 else ""
    return f"<div class='textile-pcf' lang='{language}'>{STYLE}{LEFT}{body}{note}</div>"


def _html(quality: Quality, entry: dict[str, Any], language: str) -> str:
    rows = "".join(
        f"<tr><th>{escape(title)}</th><td class='words'>{escape(text)}</td></tr>"
        for title, text in facts(quality, entry, language)
    )
    hot = "".join(
        "<tr>" + "".join(f"<td class='words'>{escape(cell)}</td>" for cell in cells) + "</tr>"
        for cells in hot_rows(quality, entry, language)
    )
    summary = escape(fixed_text("quality_hot_spots", language))
    return (
        f"<p><b>{escape(entry['product'])}</b></p><table>{rows}</table>"
        f"<details open><summary>{summary}</summary><table>{hot}</table></details>"
    )
