"""The words of the tables that `targets` reads, and the numbers of `constants.yaml`.

>>> constant("sbti_rate")
4.2
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from textile_pcf.io.documents import cited_numbers
from textile_pcf.io.headers import key
from textile_pcf.io.table import Header
from textile_pcf.units import UnitError, parse_unit, split_quantity

HEADS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "series": {
        "entity": ("企业", "主体"), "year": ("年份", "年", "年度"), "quantity": ("指标",), "amount": ("数量", "数值"),
        "unit": ("单位", "计量单位"), "scopes": ("范围",), "boundary": ("边界", "系统边界"), "gwp": ("GWP", "增温潜势"),
        "accounting": ("核算方式",), "source": ("来源", "数据来源"), "note": ("备注",),
    },
    "recalculations": {
        "entity": ("企业", "主体"), "year": ("年份", "年", "年度"), "scopes": ("范围",), "old": ("原值",), "new": ("新值",),
        "unit": ("单位", "计量单位"), "reason": ("原因",), "source": ("来源", "数据来源"), "note": ("备注",),
    },
    "attribution": {
        "entity": ("企业", "主体"), "from": ("起始年", "起"), "to": ("终止年", "止"), "effect": ("效应", "因素"),
        "amount": ("数量", "数值"), "unit": ("单位", "计量单位"), "source": ("来源", "数据来源"), "note": ("备注",),
    },
}  # fmt: skip
"""Table → column → Chinese heads."""
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "series": ("entity", "year", "quantity", "amount"),
    "recalculations": ("entity", "year", "old", "new", "reason"),
    "attribution": ("entity", "from", "to", "effect", "amount"),
}
"""Columns that a table must have."""
QUANTITIES = ("emissions", "output", "intensity", "offsets")
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "quantity": {
        "emissions": ("排放量", "排放"), "output": ("产量", "产出"), "intensity": ("强度",), "offsets": ("抵消量", "抵消"),
    },
    "reason": {
        "structural": ("结构变化",), "method": ("方法变化",), "error": ("错误", "差错"), "outsourcing": ("外包", "内包"),
    },
    "accounting": {"location_based": ("基于位置",), "market_based": ("基于市场",)},
    "effect": {
        "activity": ("活动数据",), "factor": ("factors", "因子"), "rule": ("规则",), "gwp": ("增温潜势",),
        "biogenic": ("生物源",), "supply": ("能源供应",), "code": ("程序",),
    },
}  # fmt: skip
"""Closed list → word → other ways to write it."""


def constant(name: str) -> float:
    """Return a number of `constants.yaml`, in its own unit.

    Parameters
    ----------
    name : str
        Its key.

    Examples
    --------
    >>> constant("sbti_first_base")
    2020.0
    """
    return cited_numbers(Path(__file__).parent / "constants.yaml").constants[name].value


@cache
def table_header(title: str) -> Header:
    """Return the known columns of a table, with their Chinese heads.

    Parameters
    ----------
    title : str
        `series`, `recalculations` or `attribution`.
    """
    aliases = {alias: name for name, others in HEADS[title].items() for alias in others}
    return Header(tuple(HEADS[title]), aliases, collect_problems=True)


@cache
def word_ids(word_list: str) -> dict[str, str]:
    """Return the word of each way to write it, in comparable form.

    Parameters
    ----------
    word_list : str
        A closed list, such as `quantity`.

    Examples
    --------
    >>> word_ids("effect")["factors"], word_ids("quantity")["产量"]
    ('factor', 'output')
    """
    return {key(text): word for word, others in WORDS[word_list].items() for text in (word, *others)}


def effect_groups(text: str) -> tuple[str, ...] | None:
    """Return the groups of inputs that an effect names, None if one does not exist.

    Parameters
    ----------
    text : str
        A word of a diff; of joint groups `activity+rule`.

    Examples
    --------
    >>> effect_groups("factors"), effect_groups("activity+rule"), effect_groups("weather")
    (('factor',), ('activity', 'rule'), None)
    """
    groups = [word_ids("effect").get(key(part)) for part in text.split("+")]
    return None if None in groups else tuple(group for group in groups if group)


def part_of(text: object) -> float | None:
    """Return a percentage as a part of 1; None if it has no `%` or is below zero.

    Parameters
    ----------
    text : object
        Such as `"4.2 %"`: 4.2 and 0.042 look alike without the sign.

    Examples
    --------
    >>> round(part_of("4.2 %"), 12), part_of(4.2)
    (0.042, None)
    """
    try:
        number, unit = split_quantity(str(text))
        if unit and parse_unit(unit) == parse_unit("%") and number >= 0:
            return number / 100
    except UnitError:
        pass
    return None


def scope_numbers(texts: Iterable[str]) -> tuple[int, ...] | None:
    """Return sorted scopes, None if one is not 1, 2 or 3.

    Parameters
    ----------
    texts : iterable of str
        Digits.

    Examples
    --------
    >>> scope_numbers(["2", "1"]), scope_numbers(["4"])
    ((1, 2), None)
    """
    found = {text: int(text) for text in texts if text in ("1", "2", "3")}
    return None if set(texts) - set(found) else tuple(sorted(found.values()))
