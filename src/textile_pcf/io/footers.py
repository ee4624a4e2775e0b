"""Footer rows: totals, signatures and remarks below a table. Each is reported with its location and not read as data."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message

if TYPE_CHECKING:
    from textile_pcf.io.table import Header, RawTable

CHINESE = (
    "合计", "小计", "总计", "共计", "累计", "汇总", "总和", "总数", "平均", "平均值", "本页合计", "本月合计", "本年合计",
    "填表", "填表人", "填报", "填报人", "填表单位", "填报单位", "填表日期", "填报日期", "制表", "制表人", "制表日期",
    "制单", "制单人", "编制", "编制人", "审核", "审核人", "复核", "复核人", "校核", "校对", "审批", "审批人", "批准",
    "批准人", "核准", "负责人", "单位负责人", "部门负责人", "主管", "经办", "经办人", "联系人", "联系电话", "电话", "统计",
    "统计人", "统计员", "统计负责人", "记录人", "录入人", "签字", "签名", "签章", "盖章", "公章", "日期", "备注", "注",
    "说明", "填表说明", "附注", "注意", "数据来源", "来源", "以下空白",
)  # fmt: skip
ENGLISH = (
    "total", "totals", "subtotal", "sub total", "sub-total", "grand total", "sum", "average", "signature", "signed",
    "signed by", "prepared by", "filled in by", "checked by", "reviewed by", "approved by", "verified by", "date", "note",
    "notes", "remark", "remarks", "source", "end of table",
)  # fmt: skip
_TAIL = r"\s*\d*\s*(?:[:：（(）)】\]、．._].*)?"
_CHINESE = rf"[（(【\[*※]*(?:{'|'.join(CHINESE)})(?:\s+.*|{_TAIL})"
_ENGLISH = rf"(?i)[（(【\[*※]*(?:{'|'.join(map(re.escape, ENGLISH))}){_TAIL}"
_SPACES_IN_CHINESE = r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])"
CURE = "Clear this row; below the header, there may only be rows with data."


def is_footer_word(text: Any) -> bool:
    """Return whether a cell begins like a total, a signature or a remark.

    Parameters
    ----------
    text : object
        The cell; other types than str are no footer.

    Examples
    --------
    >>> [is_footer_word(text) for text in ("合计", "填表人：王某", " 合 计 ", "审核人 李某", "Total:", "注1：含税")]
    [True, True, True, True, True, True]
    >>> [is_footer_word(text) for text in ("Total-200", "合计布", "日期布", 5)]
    [False, False, False, False]
    """
    if not isinstance(text, str):
        return False
    stripped = text.strip()
    variants = (stripped, re.sub(_SPACES_IN_CHINESE, "", stripped))
    return any(re.fullmatch(pattern, variant, re.DOTALL) for pattern in (_CHINESE, _ENGLISH) for variant in variants)


def take_footers(raw: RawTable, header: Header, top: int) -> RawTable:
    """Return the rows without footer rows, which become problems.

    Parameters
    ----------
    raw : RawTable
        All rows.
    header : Header
        Names the key columns (product and stage), which every row of data fills in.
    top : int
        Index of the header row.

    Returns
    -------
    RawTable
        `raw` itself if there are no footers or the key columns are missing.
    """
    heads = [header.name(head) for head in raw.rows[top]]
    if not header.key_columns or not set(header.key_columns) <= set(heads):
        return raw
    key_indices = [heads.index(name) for name in header.key_columns]
    products = {str(row[key_indices[0]]).strip() for row in raw.rows[top + 1 :] if all(_cells(row, key_indices))}
    footers: dict[int, int] = {}  # row → index of its first cell with content
    for number in range(top + 1, len(raw.rows)):
        contents, keys = _contents(raw.rows[number]), _cells(raw.rows[number], key_indices)
        if not all(keys) and is_footer(contents, keys, products):
            footers[number] = min(contents)
    if not footers:
        return raw
    problems = [footer_problem(raw.location(number, index), raw.rows[number][index]) for number, index in footers.items()]
    kept = [number for number in range(len(raw.rows)) if number not in footers]
    rows, lines = [raw.rows[number] for number in kept], [raw.lines[number] for number in kept]
    return replace(raw, rows=rows, lines=lines, shape_problems=(*raw.shape_problems, *problems))


def is_footer(contents: Mapping[int, Any], keys: Sequence[str], products: Collection[str]) -> bool:
    """Return whether a row without product or stage is a footer.

    It is one if it begins with a footer word, or if it holds a single text, which is neither a stage nor a known product.

    Parameters
    ----------
    contents : mapping
        The cells with content by column index.
    keys : sequence of str
        Product and stage of the row; at least one of them is empty.
    products : collection of str
        Products of other rows.
    """
    if not contents:
        return False
    first = contents[min(contents)]
    return is_footer_word(first) or (len(contents) == 1 and not keys[-1] and str(first).strip() not in products)


def footer_problem(where: str, text: Any) -> Problem:
    """Return the problem of a footer row.

    Parameters
    ----------
    where : str
        Location of its first cell with content.
    text : object
        Content of that cell.
    """
    return Problem(where, Message("This row is no data ({text!r}).", text=str(text).strip()[:60]), CURE, code="footer")


def _contents(row: Sequence[Any]) -> dict[int, Any]:
    """Return the cells with content by their index."""
    return {index: cell for index, cell in enumerate(row) if str(cell).strip()}


def _cells(row: Sequence[Any], indices: Sequence[int]) -> list[str]:
    """Return some cells of a row as stripped texts; cells beyond its end are empty."""
    return [str(row[index]).strip() if index < len(row) else "" for index in indices]
