"""Whether a stage takes place, as formulas: sheets and lines of a stage that was answered `no` turn grey."""

from __future__ import annotations

from typing import Any

from textile_pcf.io.table import column_letter
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.template.form_lines import Page, bilingual, fixed_label
from textile_pcf.template.layout import Layout

NO, YES = ("no*", "否*"), ("yes*", "是*")
PALE, FAINT = "F2F2F2", "A6A6A6"


def answer_ranges(product: Page, layout: Layout, first_row: int) -> dict[str, str]:
    """Return the cells in which each optional stage is answered, as a reference from other sheets.

    Parameters
    ----------
    product : Page
        The sheet of the product.
    layout : Layout
        Its columns.
    first_row : int
        Row of its first section.
    """
    names = ("amount", *layout.product_columns)
    first, last = (column_letter(layout.columns[name] - 1) for name in (names[0], names[-1]))
    ranges, row = {}, first_row
    for section in product.sections:
        row += bool(section.title)
        for line in section.lines:
            if line.answers:
                ranges[line.id] = f"'{product.name}'!${first}${row}:${last}${row}"
            row += 1
    return ranges


def declined(cells: str) -> str:
    """Return the formula of whether a stage is answered `no`, and `yes` for no product.

    Examples
    --------
    >>> declined("'P'!$E$9:$E$9").startswith("AND((COUNTIF('P'!$E$9:$E$9")
    True
    """
    return f"AND({_count(cells, NO)}>0,{_count(cells, YES)}=0)"


def state_formula(cells: str, language: str) -> str:
    """Return the formula of `yes`, `no` or `not answered`, in words."""
    yes, no, unanswered = (_quoted(f"guide_state_{key}", language) for key in ("yes", "no", "open"))
    return f"=IF({_count(cells, YES)}>0,{yes},IF({_count(cells, NO)}>0,{no},{unanswered}))"


def no_in_quotes(language: str) -> str:
    """Return the word of `state_formula` for a stage that does not take place, as a formula writes it."""
    return _quoted("guide_state_no", language)


def _quoted(key: str, language: str) -> str:
    return f'"{fixed_label(key, language, " ")}"'


def write_notice(cell: Any, cells: str, language: str) -> None:
    """Write into a cell that the stage does not take place, shown only while it is answered `no`."""
    from textile_pcf.template.styles import font

    where = cells.partition(":")[0].replace("$", "").replace("'", "")
    english, chinese = (fixed_text("form_no_stage", code, cell=where) for code in ("en", "zh"))
    text = bilingual(language, english, chinese, " ")
    cell.value = f'=IF({declined(cells)},"{text}","")'
    cell.font = font(bold=True, color="C00000")


def grey_while(sheet: Any, area: str, condition: str) -> None:
    """Turn an area of a sheet grey while a condition holds, which refers to cells of the same sheet alone."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import Font, PatternFill

    fill = PatternFill(bgColor=PALE, fill_type="solid")
    rule: Any = FormulaRule  # openpyxl has no types for it
    sheet.conditional_formatting.add(area, rule(formula=[condition], fill=fill, font=Font(color=FAINT)))


def _count(cells: str, words: tuple[str, ...]) -> str:
    return "(" + "+".join(f'COUNTIF({cells},"{word}")' for word in words) + ")"
