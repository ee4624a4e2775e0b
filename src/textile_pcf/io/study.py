"""The study: company, site, product, period and people behind a result. Reports show it; nothing is calculated with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from textile_pcf.errors import InputError, Problem, UsageError, wrong_type
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.io.plain_data import plain_data
from textile_pcf.io.read_table import read_table_with_header
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.sheets import Book
from textile_pcf.io.strict_yaml import Document, read_yaml
from textile_pcf.io.study_statements import FIELDS, Entry, Study, collect_study
from textile_pcf.io.table import Header
from textile_pcf.io.template_marks import is_template
from textile_pcf.io.template_study import template_entries
from textile_pcf.messages.catalogue import LANGUAGES, fixed_text
from textile_pcf.messages.message import Message

SHEET = "study"
COLUMNS = {"字段": "field", "项目": "field", "内容": "value", "填写内容": "value", "产品": "product", "产品编号": "product"}
YAML_ENDINGS, WORKBOOKS = (".yaml", ".yml", ".json"), (".xlsx", ".xlsm")
ENDINGS = (*YAML_ENDINGS, *WORKBOOKS, ".csv", ".tsv", ".txt")
HEADER = Header(("field", "value", "product"), COLUMNS, key_columns=("field", "value"), time_columns=("value",))


def read_study(source: Any, products: Sequence[str] | None = None, required: Iterable[str] = ()) -> Study:
    """Read a study from a mapping, a YAML or JSON file, a table, or a workbook with a sheet for it.

    Parameters
    ----------
    source : mapping, str or Path
        Fields with their texts, and `products` with those of single products; a table has the columns `field`, `value` and
        `product`, a workbook a sheet `study` with these columns, or the sheet that a template made.
    products : sequence of str, optional
        Products of the result that it is a study of; not checked by default.
    required : iterable of str
        Fields that must be stated for each of them.

    Returns
    -------
    Study

    Raises
    ------
    InputError
        With every field that there is not, is stated twice, has no text or is required, and every product that the result
        does not have.
    UsageError
        The file does not exist or is of no known kind.

    Examples
    --------
    >>> read_study({"company": "Mill", "date": "2025-03-01"}).for_product("P-1")
    {'company': 'Mill', 'date': '2025-03-01'}
    """
    problems: list[Problem] = []
    if isinstance(source, Study):
        study = source
    elif isinstance(source, Mapping | str | Path):
        name, entries, problems = _statements(source)
        study = collect_study(name, entries, problems)
    else:
        raise wrong_type("study", source, "a study", "Give the path of a file, or its fields as a mapping.")
    problems += [] if products is None else study.problems(products, required)
    if problems:
        raise InputError(problems)
    return replace(study, sha256=sha256_of(study.name)) if isinstance(source, str | Path) else study


def _statements(source: Mapping[str, Any] | str | Path) -> tuple[str, list[Entry], list[Problem]]:
    """Return the name of a source, its statements, and what is wrong with its cells."""
    if isinstance(source, Mapping):
        return "study", list(_from_document(Document("study", plain_data(source, "study", InputError)))), []
    name, ending = str(source), Path(source).suffix.lower()
    if ending not in ENDINGS:
        what = Message("{name!r} is no kind of file that holds a study.", name=Path(name).name)
        cure = Message("Name one that ends in {endings}.", endings=", ".join(ENDINGS))
        raise UsageError([Problem("study", what, cure, code="usage")])
    if ending in YAML_ENDINGS:
        document = read_yaml(name, InputError, numbers="none")
        if not isinstance(document.data, Mapping):
            cure = Message("Its fields are: {fields}.", fields=", ".join(FIELDS))
            raise InputError([Problem(name, "This is no mapping of fields and their texts.", cure, code="study")])
        return name, list(_from_document(document)), []
    if ending in WORKBOOKS:
        return name, *_from_workbook(name)
    return name, list(_from_table(name)), []


def study_in(source: str | Path) -> Study | None:
    """Return the study on the sheet of a workbook with activity data; None if there is none or nothing is filled in.

    Parameters
    ----------
    source : str or Path
        The file with the activity data. What is no workbook has no such sheet.

    Raises
    ------
    InputError
        The sheet is filled in wrongly; see `read_study`.
    """
    name = str(source)
    if Path(name).suffix.lower() not in WORKBOOKS or not Path(name).is_file():
        return None
    book = _book(name)
    if not is_template(book) and not _sheet_title(book):
        return None
    study = read_study(name)
    return None if study.is_empty else study


def _book(name: str) -> Book:
    return Book(read_bytes(name), name, InputError)


def _from_workbook(name: str) -> tuple[list[Entry], list[Problem]]:
    """Return the statements of a workbook and what is wrong with its cells."""
    book = _book(name)
    if not is_template(book):
        return list(_from_table(name, _sheet_title(book) or SHEET)), []
    return template_entries(book, name)


def _sheet_title(book: Book) -> str:
    """Return the title of the sheet of the study in a workbook, in any language; an empty text if there is none."""
    titles = {SHEET, *(fixed_text("sheet_study", language).casefold() for language in LANGUAGES)}
    return next((sheet.title for sheet in book.worksheets if sheet.title.strip().casefold() in titles), "")


def _from_document(document: Document) -> Iterator[Entry]:
    """Yield the statements of a mapping, without those left empty."""
    for name, value in document.data.items():
        if name != "products":
            yield Entry(name, value, "", document.location((name,)))
        elif not isinstance(value, Mapping):
            yield Entry(None, value, "", document.location(("products",)))
        else:
            for product, stated in value.items():
                where = document.location(("products", product))
                if not isinstance(stated, Mapping):
                    yield Entry(None, stated, product, where)
                    continue
                for own, text in stated.items():
                    yield Entry(own, text, product, document.location(("products", product, own)))


def _from_table(name: str, sheet: str = SHEET) -> Iterator[Entry]:
    """Yield the statements of a table with the columns `field`, `value` and perhaps `product`."""
    table = read_table_with_header(HEADER, name, sheet, InputError)
    missing = [column for column in ("field", "value") if column not in table.columns]
    if missing:
        what = Message("Columns are missing: {missing}.", missing=", ".join(missing))
        raise InputError([Problem(name, what, "A study has the columns field and value.", code="missing-column")])
    product = table.columns.get("product", [""] * table.rows)
    for row in range(table.rows):
        cells = (table.columns["field"][row], table.columns["value"][row], product[row])
        yield Entry(*cells, table.location(row, "value"))
