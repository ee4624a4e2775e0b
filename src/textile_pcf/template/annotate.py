"""Write problems into a copy of the workbook they were found in: as cell comments, and as a list on a first sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.output_files import refuse_inputs
from textile_pcf.io.safe_text import escape_controls, guard_formula
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import localize, sentences
from textile_pcf.template.copies import copies_of
from textile_pcf.template.links import link_to

AUTHOR = "textile_pcf"
SHEET = "problems"
VALUES_ALONE = "This copy holds the values alone, because the formats of the workbook cannot be read."
SIZE = (360, 140)  # of a comment, in points
_CELL_REFERENCE = re.compile(r"(?P<sheet>.+)!(?:row )?(?P<cell>[A-Z]*\d+)(?::[A-Z]+\d+)?(?: \(|$)")


def annotate(source: str | Path, problems: Iterable[Problem], out: str | Path, language: str = "en") -> None:
    """Write a copy of a workbook with each problem as a comment of its cell, and all problems listed on a first sheet.

    Comments and the sheet of an earlier run are removed first, so a copy can be corrected and checked again.

    Parameters
    ----------
    source : str or Path
        The workbook that was read.
    problems : iterable of Problem
        Problems to write. Problems outside the workbook appear in the list only.
    out : str or Path
        The copy to write.
    language : str
        Language of headings and problems: `en` or `zh`.

    Raises
    ------
    UsageError
        `source` does not end in .xlsx.
    InputError
        The file is no workbook or cannot be read.
    """
    path, translation = Path(source), _holdable_in(language)
    refuse_inputs(Path(out), [path], str(out))
    if path.suffix.lower() != ".xlsx":
        cure = "Save the table as .xlsx, or leave out --annotate."
        raise UsageError([Problem(str(source), "Only a workbook can be annotated.", cure, code="ending")])
    problems = list({(problem.where, problem.what, problem.cure): problem for problem in problems}.values())  # each once
    for book, has_formats in copies_of(path):
        extra = [] if has_formats else [Problem(str(source), VALUES_ALONE, "For a copy with its formats, save it in Excel.")]
        try:
            _write(book, escape_controls(str(source)), [*problems, *extra], language, translation)
            book.save(out)
        except Exception:  # openpyxl may fail to write what it has read
            if not has_formats:
                raise
        else:
            return


def _write(book: Any, source: str, problems: list[Problem], language: str, translation: Callable[[str], str]) -> None:
    """Write problems into an open workbook."""
    from openpyxl.comments import Comment

    _clear(book)
    comments: dict[tuple[str, str], list[str]] = {}
    cells = []
    for problem in problems:
        cell = _cell(book, source, escape_controls(problem.where))
        cells.append(cell)
        if cell is not None:
            comments.setdefault(cell, []).append(translation(sentences(problem.what, problem.cure)))
    for (sheet, coordinate), texts in comments.items():
        target = _writable(book[sheet], coordinate)
        kept = f"{target.comment.text}\n\n" if target.comment else ""
        target.comment = Comment(kept + "\n\n".join(texts), AUTHOR, width=SIZE[0], height=SIZE[1])
    _write_list(book, source, problems, cells, language, translation)


def _holdable_in(language: str) -> Callable[[str], str]:
    """Return a function that localizes a message and removes characters that a workbook cannot hold."""
    return lambda text: escape_controls(localize(text, language))


def _clear(book: Any) -> None:
    """Remove the sheet and the comments of an earlier run."""
    if SHEET in book.sheetnames and book[SHEET]["A1"].value in (
        fixed_text("problems_title", "en"),
        fixed_text("problems_title", "zh"),
    ):
        del book[SHEET]
    for sheet in book.worksheets:
        for cell in sheet._cells.values():  # existing cells only: `iter_rows` creates all in between
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None


def _cell(book: Any, name: str, where: str) -> tuple[str, str] | None:
    """Return sheet and cell that the location of a problem names, or None."""
    match = _CELL_REFERENCE.match(where.removeprefix(f"{name} ")) if where.startswith(f"{name} ") else None
    if match is None or match["sheet"] not in book.sheetnames:
        return None
    return match["sheet"], match["cell"] if not match["cell"].isdigit() else f"A{match['cell']}"


def _writable(sheet: Any, cell: str) -> Any:
    """Return the cell, or the first cell of the merged range that it belongs to."""
    for merged in sheet.merged_cells.ranges:
        if cell in merged:
            return sheet.cell(merged.min_row, merged.min_col)
    return sheet[cell]


def _write_list(
    book: Any,
    name: str,
    problems: list[Problem],
    cells: list[tuple[str, str] | None],
    language: str,
    translation: Callable[[str], str],
) -> None:
    """Write the first sheet: one row per problem, with a link to its cell."""
    from openpyxl.styles import Font

    sheet = book.create_sheet(SHEET, 0)
    rows = [
        [fixed_text("problems_title", language)],
        [fixed_text(f"problems_{key}", language) for key in ("where", "what", "cure")],
    ]
    rows += [
        [escape_controls(problem.where).removeprefix(f"{name} "), translation(problem.what), translation(problem.cure)]
        for problem in problems
    ]
    if not problems:
        rows.append([fixed_text("problems_none", language)])
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            _write_list_cell(sheet, number, column, text)
    for number, target in enumerate(cells, 3):
        if target is not None:
            cell = sheet.cell(number, 1)
            link_to(cell, *target)
            cell.font = Font(color="0563C1", underline="single")
    _set_list_view(book, sheet)


def _write_list_cell(sheet: Any, row: int, column: int, text: str) -> None:
    """Write a text of the list; the first row is the title, the second the headings."""
    from openpyxl.styles import Alignment, Font, PatternFill

    cell = sheet.cell(row, column, text)
    cell.data_type = "s"
    cell.quotePrefix = guard_formula(text) != text
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if row <= 2:
        cell.font = Font(bold=True, size=14 if row == 1 else 11)
    if row == 2:
        cell.fill = PatternFill("solid", fgColor="F8CBAD")


def _set_list_view(book: Any, sheet: Any) -> None:
    """Set widths and printing of the list, and open the workbook at it."""
    for column, width in zip("ABC", (44, 62, 80), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A3"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
