"""The study: company, site, product, period and people behind a result. Reports show it; nothing is calculated with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from textile_pcf.errors import InputError, Problem, UsageError, wrong_type
from textile_pcf.io.headers import key
from textile_pcf.io.plain_data import plain_data
from textile_pcf.io.read_table import read_table_with_header
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.sheets import Book
from textile_pcf.io.strict_yaml import Document, read_bytes, read_yaml
from textile_pcf.io.study_values import study_text
from textile_pcf.io.table import Header
from textile_pcf.io.template_study import template_entries
from textile_pcf.io.template_workbook import is_template
from textile_pcf.messages.catalogue import LANGUAGES, fixed_text
from textile_pcf.messages.message import Message
from textile_pcf.suggest import nearest

SHEET = "study"
PRODUCT_FIELDS = ("product", "model", "composition", "description")
"""Fields that may differ from product to product."""
FIELDS = ("company", "site", "address", "contact", "commissioner", "author", "reviewer", "date", "period", "version", "goal",
          "audience", "note", *PRODUCT_FIELDS)  # fmt: skip
OF_PRODUCTS = ("site", *PRODUCT_FIELDS)
"""Fields that may be stated for single products."""
COLUMNS = {"字段": "field", "项目": "field", "内容": "value", "填写内容": "value", "产品": "product", "产品编号": "product"}
YAML_ENDINGS, WORKBOOKS = (".yaml", ".yml", ".json"), (".xlsx", ".xlsm")
ENDINGS = (*YAML_ENDINGS, *WORKBOOKS, ".csv", ".tsv", ".txt")
HEADER = Header(("field", "value", "product"), COLUMNS, key_columns=("field", "value"), time_columns=("value",))


class Entry(NamedTuple):
    """One statement of a study, before it is checked: field, value, product (empty for all), and where it stands."""

    field: Any
    value: Any
    product: Any
    where: str


@dataclass(frozen=True)
class Study:
    """What a study says of itself.

    Attributes
    ----------
    name : str
        Path of the file; `study` for a mapping.
    fields : mapping
        What is stated for all products, by field.
    products : mapping
        What is stated for single products, by id and field.
    places : mapping
        Where each product is first named, for messages.
    sha256 : str
        Hash of the file; empty for a mapping.

    Examples
    --------
    >>> study = read_study({"company": "Mill", "products": {"P-1": {"composition": "100 % cotton"}}})
    >>> study.text("company"), study.text("composition", "P-1"), study.text("site")
    ('Mill', '100 % cotton', '')
    """

    name: str
    fields: Mapping[str, str]
    products: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict, repr=False)
    sha256: str = ""

    def text(self, field: str, product: str = "") -> str:
        """Return what is stated for a field: the product's own, else that for all products, else an empty text."""
        return self.products.get(product, {}).get(field) or self.fields.get(field, "")

    def for_product(self, product: str) -> dict[str, str]:
        """Return what is stated for a product, by field in the order of `FIELDS`; fields without a statement are left out."""
        return {name: text for name in FIELDS if (text := self.text(name, product))}

    def problems(self, products: Sequence[str], required: Iterable[str] = ()) -> list[Problem]:
        """Return what is wrong with the study of the products of a result.

        Parameters
        ----------
        products : sequence of str
            Products of the result.
        required : iterable of str
            Fields that must be stated for each of them.

        Returns
        -------
        list of Problem
            Each product that the result does not have, and each required field that is not stated.
        """
        problems = [_unknown_product(name, self.places.get(name, self.name), products) for name in self.products
                    if name not in products]  # fmt: skip
        for name in required:
            if any(not self.text(name, product) for product in products):
                what = Message("The study does not say {field!r}.", field=name)
                cure = Message("Write it: {help_text}", help_text=_help(name))
                problems.append(Problem(f"{self.name} ({name})", what, cure, code="study-missing"))
        return problems

    @cached_property
    def is_empty(self) -> bool:
        """Whether nothing is stated."""
        return not self.fields and not any(self.products.values())


def field_title(name: str, language: str = "en") -> str:
    """Return the title of a field.

    Examples
    --------
    >>> field_title("company"), field_title("company", "zh")
    ('Company', '企业名称')
    """
    return fixed_text(f"study_{name}", language)


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
        study = _collect(name, entries, problems)
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
        document = read_yaml(name, InputError)
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


def study_problems(book: Book, name: str) -> list[Problem]:
    """Return what is wrong with the sheet of a template workbook, for a check of the whole workbook."""
    entries, problems = template_entries(book, name)
    _collect(name, [Entry(*entry) for entry in entries], problems)
    return problems


def _book(name: str) -> Book:
    return Book(read_bytes(name), name, InputError)


def _from_workbook(name: str) -> tuple[list[Entry], list[Problem]]:
    """Return the statements of a workbook and what is wrong with its cells."""
    book = _book(name)
    if not is_template(book):
        return list(_from_table(name, _sheet_title(book) or SHEET)), []
    entries, problems = template_entries(book, name)
    return [Entry(*entry) for entry in entries], problems


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


def _collect(name: str, entries: Iterable[Entry], problems: list[Problem]) -> Study:
    """Return the study of these statements, and add to the problems everything that is wrong with them."""
    fields: dict[str, str] = {}
    products: dict[str, dict[str, str]] = {}
    places: dict[str, str] = {}
    for entry in entries:
        found, product = _field_of(entry, problems), str(entry.product).strip()
        if found is None or entry.value in ("", None):
            continue
        text = study_text(entry.value, found, entry.where, problems)
        stated = products.setdefault(product, {}) if product else fields
        places.setdefault(product, entry.where)
        if product and found not in OF_PRODUCTS:
            what = Message("{field!r} is stated for one product, but holds for the whole study.", field=found)
            problems.append(Problem(entry.where, what, "State it once, without a product.", code="study"))
        if found in stated:
            what = Message("{field!r} is stated twice.", field=found)
            problems.append(Problem(entry.where, what, "State it once.", code="study-twice"))
        stated.setdefault(found, text)
    return Study(name, fields, products, {product: where for product, where in places.items() if product})


def _field_of(entry: Entry, problems: list[Problem]) -> str | None:
    """Return the field that a statement is about, by its name or its Chinese title; None if there is none."""
    if entry.field is None:
        cure = "Write each product's id, and below it its fields with their texts."
        problems.append(Problem(entry.where, "`products` holds no fields.", cure, code="study"))
        return None
    text = key(str(entry.field))
    names = {key(title): name for name in FIELDS for title in (name, field_title(name), field_title(name, "zh"))}
    if text in names:
        return names[text]
    if not text and entry.value in ("", None):
        return None
    close = nearest(text, names)
    known = Message("Its fields are: {fields}.", fields=", ".join(FIELDS))
    cure = Message("Did you mean {close!r}?", close=names[close]) if close else known
    what = Message("{text!r} is no field of a study.", text=str(entry.field)[:60])
    problems.append(Problem(entry.where, what, cure, code="study-field"))
    return None


def _help(name: str) -> Message:
    from textile_pcf.messages.message import TranslatedText

    return TranslatedText(fixed_text(f"study_{name}_help"), fixed_text(f"study_{name}_help", "zh"))


def _unknown_product(name: str, where: str, products: Sequence[str]) -> Problem:
    what = Message("The study names the product {product!r}, which is not in the result.", product=name)
    close = nearest(name, products)
    known = Message("There are: {known}.", known=", ".join(products[:10]))
    return Problem(where, what, Message("Did you mean {close!r}?", close=close) if close else known, name, "no-product")
