"""Rows below a table that are no data: totals, signatures, remarks. Each is told at its place, and not read as a product."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textile_pcf.errors import Problem

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
_CHINESE = re.compile(rf"[（(【\[*※]*(?:{'|'.join(CHINESE)})(?:\s+.*|{_TAIL})", re.DOTALL)
_ENGLISH = re.compile(rf"[（(【\[*※]*(?:{'|'.join(map(re.escape, ENGLISH))}){_TAIL}", re.DOTALL | re.IGNORECASE)
_GAP = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
CURE = "Clear this row; below the header, there may only be rows with data."


def is_footer_word(text: Any) -> bool:
    """Whether a cell begins as a total, a signature or a remark does.

    Examples
    --------
    >>> [is_footer_word(text) for text in ("合计", "填表人：王某", " 合 计 ", "审核人 李某", "Total:", "注1：含税")]
    [True, True, True, True, True, True]
    >>> [is_footer_word(text) for text in ("Total-200", "合计布", "日期布", 5)]
    [False, False, False, False]
    """
    if not isinstance(text, str):
        return False
    said = text.strip()
    return any(form.fullmatch(each) for form in (_CHINESE, _ENGLISH) for each in (said, _GAP.sub("", said)))


def take_footers(raw: RawTable, header: Header, top: int) -> RawTable:
    """The rows without those below the header that are no data, which become problems."""
    heads = [header.name(head) for head in raw.rows[top]]
    if not header.naming or not set(header.naming) <= set(heads):
        return raw
    naming = [heads.index(name) for name in header.naming]
    found = {}
    known = {str(row[naming[0]]).strip() for row in raw.rows[top + 1 :] if all(_cells(row, naming))}
    for number in range(top + 1, len(raw.rows)):
        row = raw.rows[number]
        if not all(_cells(row, naming)) and is_footer(_filled(row), _cells(row, naming), known):
            found[number] = min(_filled(row))
    if not found:
        return raw
    faults = [footer(raw.location(number, place), raw.rows[number][place]) for number, place in found.items()]
    kept = [number for number in range(len(raw.rows)) if number not in found]
    rows, lines = [raw.rows[number] for number in kept], [raw.lines[number] for number in kept]
    return replace(raw, rows=rows, lines=lines, faults=(*raw.faults, *faults))


def is_footer(filled: Mapping[int, Any], naming: Sequence[str], known: Collection[str]) -> bool:
    """Whether a row that lacks a cell every row of data has is no data: it says so, or holds one text and names no stage.

    Parameters
    ----------
    filled : mapping
        The cells that hold something, from left to right.
    naming : sequence of str
        Product and stage of the row, one of them empty.
    known : collection of str
        Products of other rows.
    """
    if not filled:
        return False
    first = filled[min(filled)]
    return is_footer_word(first) or (len(filled) == 1 and not naming[-1] and str(first).strip() not in known)


def footer(where: str, text: Any) -> Problem:
    """The problem of a row that is no data."""
    return Problem(where, f"This row is no data ({str(text).strip()[:60]!r}).", CURE, code="footer")


def _filled(row: Sequence[Any]) -> dict[int, Any]:
    return {place: cell for place, cell in enumerate(row) if str(cell).strip()}


def _cells(row: Sequence[Any], places: Sequence[int]) -> list[str]:
    return [str(row[place]).strip() if place < len(row) else "" for place in places]
