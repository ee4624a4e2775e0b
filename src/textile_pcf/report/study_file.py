"""Read a study: from a mapping, a YAML or JSON file, a table of two columns, or the sheet `study` of a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from textile_pcf.errors import InputError, Problem, UsageError, wrong_type
from textile_pcf.io.output_files import as_path
from textile_pcf.io.sheets import Book
from textile_pcf.io.strict_yaml import Document, DocumentPath, read_bytes, read_yaml
from textile_pcf.messages.catalogue import LANGUAGES, fixed_text
from textile_pcf.messages.message import Message
from textile_pcf.report.study import FIELDS, Study, check_study

SHEET = "study"
_TITLES = frozenset({SHEET, *(fixed_text("sheet_study", language).casefold() for language in LANGUAGES)})
"""Titles of the sheet of the study."""
_HEADINGS = _TITLES | {"field", "key", "字段", "项目", "名称"}
"""First cells of a row of headings, which is passed over."""
_YAML, _WORKBOOK, _TEXT = (".yaml", ".yml", ".json"), (".xlsx", ".xlsm"), (".csv", ".tsv", ".txt")
ENDINGS = (*_YAML, *_WORKBOOK, *_TEXT)
NEEDED = "company, product, period, date, author"
_Line = tuple[int, Sequence[Any]]


def read_study(source: Any, ids: Iterable[str]) -> Study | None:
    """Return what the cover of a report says.

    Names of fields may be those of the cover in English or Chinese: `company`, `公司`.

    Parameters
    ----------
    source : mapping, path or None
        The fields; or a file in YAML or JSON, a CSV table or a sheet `study` with a field and its text in each row, and in a
        third column the id of the product that it is of. None for a report without a cover.
    ids : iterable of str
        Ids of the products of the result.

    Returns
    -------
    Study or None

    Raises
    ------
    InputError
        A field is missing, unknown or wrong; every problem with its place.
    UsageError
        The file does not exist, or is of another kind.

    Examples
    --------
    >>> about = {"公司": "某纺织有限公司", "产品": "府绸", "数据期间": "2025", "报告日期": "2026-03-31", "编制人": "王"}
    >>> read_study(about, ["P"]).company
    '某纺织有限公司'
    """
    if source is None or isinstance(source, Study):
        return source
    if isinstance(source, Mapping):
        return check_study(_with_names(Document("study", dict(source))), ids)
    if not isinstance(source, str | Path):
        raise wrong_type("study", source, "a study", Message("Give a mapping with {fields}, or a file.", fields=NEEDED))
    return check_study(_with_names(_read(as_path(source, "study"))), ids)


def _read(path: Path) -> Document:
    """Return the fields of a file with their places."""
    ending = path.suffix.lower()
    if ending in _YAML:
        return read_yaml(path, InputError)
    if ending in _WORKBOOK:
        return _from_workbook(path)
    if ending in _TEXT:
        return _from_csv(path)
    what = Message("{name!r} is no kind of file that holds a study.", name=path.name)
    raise UsageError(
        [Problem("study", what, Message("Name one that ends in {endings}.", endings=", ".join(ENDINGS)), code="usage")]
    )


def _from_csv(path: Path) -> Document:
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError([Problem(str(path), "This is not UTF-8 text.", "Save the file as UTF-8.", code="encoding")]) from None
    rows = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    try:
        return _from_rows(str(path), [(rows.line_num, row) for row in rows])
    except csv.Error as error:
        what = Message("This table cannot be read: {error}.", error=str(error))
        raise InputError([Problem(str(path), what, "Save it as CSV UTF-8.", code="csv")]) from None


def _from_workbook(path: Path) -> Document:
    book = Book(read_bytes(path), str(path), InputError)
    page = next((page for page in book.worksheets if page.title.strip().casefold() in _TITLES), None)
    if page is None:
        cure = Message("Name the sheet of the study {sheet!r}.", sheet=SHEET)
        raise InputError(
            [Problem(str(path), Message("This workbook has no sheet {sheet!r}.", sheet=SHEET), cure, code="sheet")]
        )
    rows = [(row.number, [row[position].value for position in range(3)]) for row in page.rows]
    return _from_rows(f"{path} {page.title}", rows)


def _from_rows(name: str, rows: Iterable[_Line]) -> Document:
    """Return the fields of rows with a name, a text and perhaps the id of a product; rows without a text are not given."""
    data: dict[str, Any] = {}
    lines: dict[DocumentPath, int] = {(): 1}
    problems = []
    for number, (label, value, ident) in ((number, _three(row)) for number, row in rows):
        if not label or label.casefold() in _HEADINGS or value in ("", None):
            continue
        key = _key(label)
        path: DocumentPath = ("products", ident, key) if ident else (key,)
        fields = data.setdefault("products", {}).setdefault(ident, {}) if ident else data
        if key in fields:
            what = Message("{key!r} stands here twice.", key=label)
            problems.append(Problem(f"{name}:{number}", what, "Delete one of the two rows.", code="duplicate"))
            continue
        fields[key] = value
        lines[path] = number
        for length in range(1, len(path)):
            lines.setdefault(path[:length], number)
    if problems:
        raise InputError(problems)
    return Document(name, data, lines)


def _three(row: Sequence[Any]) -> tuple[str, Any, str]:
    cells = [_cell(cell) for cell in (*row, "", "", "")[:3]]
    return str(cells[0]), cells[1], str(cells[2])


def _cell(value: Any) -> Any:
    """Return a cell as a text: a date as year-month-day, a whole number without decimals."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _key(label: str) -> str:
    """Return the field that a label names in any language; an unknown label as it is."""
    return _labels().get(" ".join(str(label).split()).casefold(), str(label))


def _labels() -> dict[str, str]:
    return {fixed_text(f"study_{name}", language).casefold(): name for name in FIELDS for language in LANGUAGES}


def _with_names(document: Document) -> Document:
    """Return a document in which labels of the cover are names of fields."""

    def renamed(fields: Any) -> Any:
        return {_key(str(key)): value for key, value in fields.items()} if isinstance(fields, dict) else fields

    if not isinstance(document.data, dict):
        return document
    data = renamed(document.data)
    if len(data) < len(document.data):
        twice = [key for key in document.data if _key(str(key)) != key and _key(str(key)) in document.data]
        what = Message("{key!r} stands here twice.", key=twice[0] if twice else "study")
        raise InputError([Problem(document.location(tuple(twice[:1])), what, "Delete one of the two.", code="duplicate")])
    if isinstance(data.get("products"), dict):
        data["products"] = {str(ident): renamed(fields) for ident, fields in data["products"].items()}
    lines = {_renamed_path(path): line for path, line in document.lines.items()}
    return Document(document.name, data, lines, document.files)


def _renamed_path(path: DocumentPath) -> DocumentPath:
    if path and path[0] == "products":
        return (*path[:2], *(_key(str(part)) for part in path[2:3]), *path[3:])
    return (*(_key(str(part)) for part in path[:1]), *path[1:])
