"""The statements of a study: which fields there are, and what is wrong with what is stated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from textile_pcf.errors import Problem
from textile_pcf.io.headers import key
from textile_pcf.io.study_values import study_text
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message, TranslatedText
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.suggest import nearest

PRODUCT_FIELDS = ("product", "model", "composition", "description")
"""Fields that may differ from product to product."""
FIELDS = ("company", "site", "address", "contact", "commissioner", "author", "reviewer", "date", "period", "version", "goal",
          "audience", "note", *PRODUCT_FIELDS)  # fmt: skip
OF_PRODUCTS = ("site", *PRODUCT_FIELDS)
"""Fields that may be stated for single products."""


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
    >>> from textile_pcf.io.study import read_study
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


def study_problems(name: str, statements: Iterable[Entry], problems: list[Problem]) -> list[Problem]:
    """Return what is wrong with the sheet of a template workbook, for a check of the whole workbook.

    Parameters
    ----------
    name : str
        Path of the workbook.
    statements : iterable of Entry
    problems : list of Problem
        What is wrong with its cells; the others are added to them.
    """
    collect_study(name, statements, problems)
    return problems


def collect_study(name: str, entries: Iterable[Entry], problems: list[Problem]) -> Study:
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
    return TranslatedText(fixed_text(f"study_{name}_help"), fixed_text(f"study_{name}_help", "zh"))


def _unknown_product(name: str, where: str, products: Sequence[str]) -> Problem:
    what = Message("The study names the product {product!r}, which is not in the result.", product=name)
    known = Message("There are: {known}.", known=", ".join(products[:10]))
    return Problem(where, what, did_you_mean(name, products, known), name, "no-product")
