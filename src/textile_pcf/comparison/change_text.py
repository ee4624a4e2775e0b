"""A change of a scenario in words, for the person who reads what it did."""

from __future__ import annotations

from collections.abc import Sequence

from textile_pcf.comparison.change_document import AddRow, Change, ChangeFactors, ChangeInput
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.results.contributions import StageInfo


def change_text(change: Change, language: str = "en", stages: Sequence[StageInfo] = ()) -> str:
    """Return a change as text, such as `scale dyeing.electricity 0.8`; in Chinese with the names of stage and flow.

    Parameters
    ----------
    change : Change
        Content of a change file.
    language : str, optional
        `en` or `zh`.
    stages : sequence of StageInfo, optional
        Stages whose names are used in Chinese.

    Examples
    --------
    >>> from textile_pcf.comparison.change_document import Place, ScaleAmount
    >>> change = ScaleAmount(change="scale", at=Place(stage="dyeing", flow="electricity"), by=0.8)
    >>> change_text(change), change_text(change, "zh")
    ('scale dyeing.electricity 0.8', 'dyeing.electricity：乘以 0.8')
    """
    text = fixed_text(f"scenario_{change.change}", language, place=_place(change, language, stages), value=_value(change))
    return " ".join(text.split()).removeprefix("：")


def _value(change: Change) -> str:
    """Return what a change brings in."""
    if isinstance(change, ChangeFactors):
        return ", ".join(change.tables)
    values = (getattr(change, name) for name in ("amount", "unit", "by", "item", "to") if hasattr(change, name))
    return " ".join(filter(None, (f"{value:g}" if isinstance(value, float) else str(value) for value in values)))


def _place(change: Change, language: str, stages: Sequence[StageInfo]) -> str:
    """Return where a change applies: ids in English, names as far as they are known in Chinese."""
    if isinstance(change, ChangeFactors | ChangeInput):
        return ""
    names = ("product", "stage", "component", "flow", "item")
    given = change.row if isinstance(change, AddRow) else change.at.model_dump()
    parts = {name: str(given.get(name) or "") for name in names}
    found = next((info for info in stages if info.id == parts["stage"]), None)
    if language != "en" and found is not None:
        parts |= {"stage": found.name(language), "flow": found.flow(parts["flow"], language)}
    return ".".join(filter(None, parts.values()))
