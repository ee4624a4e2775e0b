"""Problems written back into a copy of the workbook they were found in: as comments of their cells, and as a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.output_files import refuse_inputs
from textile_pcf.io.safe_text import escape_controls, guard_formula
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.template.copies import copies_of
from textile_pcf.template.links import link_to

AUTHOR = "textile_pcf"
SHEET = "problems"
VALUES_ALONE = "This copy holds the values alone, because the formats of the workbook cannot be read."
SIZE = (360, 140)  # of a comment, in points
_PLACE = re.compile(r"(?P<sheet>.+)!(?:row )?(?P<cell>[A-Z]*\d+)(?::[A-Z]+\d+)?(?: \(|$)")


def annotate(
    source: str | Path, problems: Iterable[Problem], out: str | Path, language: str = "en",
    tell: Callable[[str], str] | None = None,
) -> None:  # fmt: skip
    """Write a copy of a workbook with every problem as a comment of its cell, and all of them listed on a first sheet.

    What an earlier run wrote is taken out first, so a copy may be corrected and checked again.

    Parameters
    ----------
    tell : function, optional
        Tells a sentence in the language.

    Raises
    ------
    UsageError
        The source does not end in .xlsx.
    InputError
        It is no workbook, or one that cannot be read.
    """
    path, told = Path(source), _holdable_by(tell or str)
    refuse_inputs(Path(out), [path], str(out))
    if path.suffix.lower() != ".xlsx":
        cure = "Save the table as .xlsx, or leave out --annotate."
        raise UsageError([Problem(str(source), "Only a workbook can be annotated.", cure, code="ending")])
    found = list({(problem.where, problem.what, problem.cure): problem for problem in problems}.values())  # told once
    for book, whole in copies_of(path):
        rest = [] if whole else [Problem(str(source), VALUES_ALONE, "For a copy with its formats, save it in Excel.")]
        try:
            _write(book, escape_controls(str(source)), [*found, *rest], language, told)
            book.save(out)
        except Exception:  # what openpyxl has read of others it may yet not be able to write
            if not whole:
                raise
        else:
            return


def _write(book: Any, source: str, found: list[Problem], language: str, told: Callable[[str], str]) -> None:
    """Write problems into a workbook."""
    from openpyxl.comments import Comment

    _clear(book)
    spoken: dict[tuple[str, str], list[str]] = {}
    places = []
    for problem in found:
        place = _cell(book, source, escape_controls(problem.where))
        places.append(place)
        if place is not None:
            spoken.setdefault(place, []).append(f"{told(problem.what)} {told(problem.cure)}")
    for (sheet, cell), texts in spoken.items():
        target = _writable(book[sheet], cell)
        kept = f"{target.comment.text}\n\n" if target.comment else ""
        target.comment = Comment(kept + "\n\n".join(texts), AUTHOR, width=SIZE[0], height=SIZE[1])
    _list(book, source, found, places, language, told)


def _holdable_by(tell: Callable[[str], str]) -> Callable[[str], str]:
    """Tells a sentence so that a workbook can hold it."""
    return lambda text: escape_controls(tell(text))


def _clear(book: Any) -> None:
    """Take out what an earlier run wrote."""
    if SHEET in book.sheetnames and book[SHEET]["A1"].value in (
        fixed_text("problems_title", "en"),
        fixed_text("problems_title", "zh"),
    ):
        del book[SHEET]
    for sheet in book.worksheets:
        for cell in sheet._cells.values():  # only cells that there are: `iter_rows` makes all between them
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None


def _cell(book: Any, name: str, where: str) -> tuple[str, str] | None:
    """Sheet and cell that a problem names."""
    match = _PLACE.match(where.removeprefix(f"{name} ")) if where.startswith(f"{name} ") else None
    if match is None or match["sheet"] not in book.sheetnames:
        return None
    return match["sheet"], match["cell"] if not match["cell"].isdigit() else f"A{match['cell']}"


def _writable(sheet: Any, cell: str) -> Any:
    """The cell, or the first one of the merged cells it belongs to."""
    for merged in sheet.merged_cells.ranges:
        if cell in merged:
            return sheet.cell(merged.min_row, merged.min_col)
    return sheet[cell]


def _list(
    book: Any, name: str, found: list[Problem], places: list[tuple[str, str] | None], language: str, told: Callable[[str], str]
) -> None:
    """The first sheet: every problem, with a link to its cell."""
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet = book.create_sheet(SHEET, 0)
    rows = [
        [fixed_text("problems_title", language)],
        [fixed_text(f"problems_{key}", language) for key in ("where", "what", "cure")],
    ]
    rows += [
        [escape_controls(problem.where).removeprefix(f"{name} "), told(problem.what), told(problem.cure)] for problem in found
    ]
    if not found:
        rows.append([fixed_text("problems_none", language)])
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column, text)
            cell.data_type = "s"
            cell.quotePrefix = guard_formula(text) != text
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if number <= 2:
                cell.font = Font(bold=True, size=14 if number == 1 else 11)
            if number == 2:
                cell.fill = PatternFill("solid", fgColor="F8CBAD")
    for number, place in enumerate(places, 3):
        if place is not None:
            cell = sheet.cell(number, 1)
            link_to(cell, *place)
            cell.font = Font(color="0563C1", underline="single")
    for name_of, width in zip("ABC", (44, 62, 80), strict=True):
        sheet.column_dimensions[name_of].width = width
    sheet.freeze_panes = "A3"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
