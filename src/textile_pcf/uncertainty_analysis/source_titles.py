"""The numbers behind a footprint in words, for people."""

from __future__ import annotations

from collections.abc import Sequence

from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, Source, spec_of
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.results import Footprint
from textile_pcf.rules import QuantitySpec

COLON = {"en": ": ", "zh": "："}
TITLES = {RowKind.SHARE: "section_fibres", RowKind.OUTPUT: "section_output"}  # of rows that no entry of a rule names


def source_title(result: Footprint, key: Source, language: str = "en") -> str:
    """Return a number behind a footprint in words: stage and name of a row or of a number of the rule, or the factor.

    Parameters
    ----------
    result : Footprint
    key : Source
        The number, `key` of a `NamedSource`.
    language : str, optional
        `en` or `zh`.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> from textile_pcf.inventory.defaults import RuleNumber
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> source_title(result, ActivityRow(1)), source_title(result, RuleNumber("loss", 0), "zh")
    ('The product: Mass per area', '轧花：籽棉与皮棉比')
    """
    activity = result.run.activity
    if isinstance(key, FactorRow):
        texts = result.run.factors.behind[key.sheet].texts
        name = (texts["name_zh"][key.row] if language == "zh" else "") or texts["item"][key.row]
        return " ".join(filter(None, (name, texts["region"][key.row], texts["year"][key.row])))
    if isinstance(key, ActivityRow):
        return _row_title(result, key.row, language)
    spec = spec_of(activity, key)
    assert spec is not None
    stage = activity.rules.stage_id(spec.stage)
    title = _joined(activity.rules.title(stage, spec.id, language), stage, result, language)
    default = spec.default
    if default is None or default.by < 0 or default.bounds is not None:
        return title
    chooser = activity.rules.properties[default.by]
    return f"{title} ({chooser.option_title(chooser.choice[key.entry], language)})"


def _row_title(result: Footprint, row: int, language: str) -> str:
    """Return stage and name of a row of the activity table, with its component and its item."""
    activity = result.run.activity
    patterns, pattern = activity.rows.patterns, activity.rows.pattern[row]
    cells = {name: activity.columns.text(name, row) for name in ("stage", "component", "flow", "item")}
    kind, index = int(patterns.row_kind[pattern]), int(patterns.index[pattern])
    rules = activity.rules
    of_kind: dict[int, Sequence[QuantitySpec]] = {
        RowKind.FLOW: rules.flows, RowKind.PROPERTY: rules.properties, RowKind.LOSS: rules.losses
    }  # fmt: skip
    specs = of_kind.get(kind, ())
    if index < 0 or not specs:
        title = fixed_text(TITLES[RowKind(kind)], language) if kind in TITLES else cells["flow"]
        return _joined(title, cells["stage"], result, language) + _brackets(cells["component"])
    spec = specs[index]
    stage = rules.stage_id(spec.stage)
    title = _joined(rules.title(stage, spec.id, language), stage, result, language)
    return title + _brackets(", ".join(filter(None, (cells["component"], cells["item"]))))


def _joined(name: str, stage: str, result: Footprint, language: str) -> str:
    rules = result.run.activity.rules
    place = fixed_text("report_the_product", language) if stage == "product" else rules.title(stage, language=language)
    return f"{place}{COLON[language]}{name}"


def _brackets(text: str) -> str:
    return f" ({text})" if text else ""
