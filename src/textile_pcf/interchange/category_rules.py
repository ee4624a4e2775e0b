"""Published product category rules as machine-readable YAML (`structured.yaml` of the TianGong library), read as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textile_pcf.errors import Problem, RuleError
from textile_pcf.interchange.item_names import item_id
from textile_pcf.interchange.openlca_units import UNIT_WORDS
from textile_pcf.io.output_files import as_path
from textile_pcf.io.strict_yaml import Document, DocumentPath, read_yaml
from textile_pcf.messages.message import Message, TranslatedText
from textile_pcf.units import UnitError, parse_unit

INPUTS, OUTPUTS = "inputs", "outputs"
KINDS = ("product", "waste", "elementary")
REFERENCE, INTERNAL, CO_PRODUCT, COUNTED, NOT_COUNTED = "reference", "internal", "co_product", "counted", "not_counted"
UPTAKE = "uptake"
_GREENHOUSE_GAS = re.compile(
    r"carbon dioxide|(?<!non-)(?<!non)methane|dinitrogen (mon)?oxide|nitrous oxide|co2|ch4|n2o|sf6|nf3|hexafluoride\b|"
    r"nitrogen trifluoride\b|sulph?uryl fluoride\b|ane, .*fluoro-|fluoro\w*(carbon|methane|ethane|ethylene|propane|propene|"
    r"butane|pentane|hexane)|\b(h?c|h|p)fcs?\b|halon|refrigerant|\br-?\d{2,4}[a-z]{0,2}\b|"
    r"二氧化碳|(?<!非)甲烷|氧化亚氮|一氧化二氮|六氟化硫|三氟化氮|氟化碳|氢氟(?!酸)|全氟(?![辛壬癸])|氟氯|氯氟|氟利昂|哈龙|制冷剂"
)
_CONDITIONAL = ("conditional", "applicability")
KINDS_CURE = "Write the rows as lists below: {kinds}."


@dataclass(frozen=True)
class CategoryRow:
    """One row of a process: what it takes or gives off.

    Attributes
    ----------
    id, process : str
        Its id, unique in the rules, and that of its process.
    direction, kind : str
        `inputs` or `outputs`; `product`, `waste` or `elementary`.
    title : TranslatedText
        Its name.
    uuid : str
        Id of its flow; several rows may share one.
    unit, unit_text : str
        Unit as we write it, empty where it is not known; and as printed.
    per_reference : bool
        Whether its amount is per reference product, else per output of the process.
    doubtful_basis : bool
        Whether the words on that and its kind disagree.
    measure : str
        What to measure.
    conditional : bool
        Whether it applies only sometimes.
    role : str
        `reference`, `internal`, `co_product`, `counted`, `not_counted` or `uptake`.
    """

    id: str
    process: str
    direction: str
    kind: str
    title: TranslatedText
    uuid: str
    unit: str
    unit_text: str
    per_reference: bool
    doubtful_basis: bool
    measure: str
    conditional: bool
    role: str = COUNTED


@dataclass(frozen=True)
class CategoryProcess:
    """A process with its rows."""

    id: str
    title: TranslatedText
    optional: bool
    condition: str
    rows: tuple[CategoryRow, ...]


@dataclass(frozen=True)
class CategoryRules:
    """Published category rules.

    Attributes
    ----------
    id, title, unit : str
        Id, representative product, unit of the reference product; the unit is empty where it is not known.
    reference : str
        Amount and unit of the reference product, as printed.
    processes : tuple of CategoryProcess
        In the order of the material.
    notes : tuple of (str, str)
        Heading and text on product, function, boundary and allocation.
    sources : dict of str to (str, str)
        Reference and use of each source.
    """

    id: str
    title: str
    unit: str
    reference: str
    processes: tuple[CategoryProcess, ...]
    notes: tuple[tuple[str, str], ...]
    sources: dict[str, tuple[str, str]]

    @property
    def rows(self) -> Iterator[CategoryRow]:
        """All rows, process by process."""
        return (row for process in self.processes for row in process.rows)


def read_category_rules(path: str | Path) -> CategoryRules:
    """Read published category rules.

    Parameters
    ----------
    path : path
        A file `structured.yaml`.

    Raises
    ------
    RuleError
        It is no such file; all problems are listed.
    UsageError
        There is no such file.
    """
    document = read_yaml(as_path(path, "path"), RuleError)
    problems: list[Problem] = []
    processes = _processes(document, problems)
    if not any(process.rows for process in processes) and not problems:
        cure = "Give a structured.yaml with `process_map` and `process_inventory`."
        what = "These are no category rules: no process holds rows."
        problems.append(Problem(document.name, what, cure, code="category-rules"))
    if problems:
        raise RuleError(problems)
    data = document.data
    definition, identity = _mapping(data.get("reference_flow_definition")), _mapping(data.get("product_category_identity"))
    reference = _mapping(definition.get("product_flow_ref"))
    return CategoryRules(
        id=_text(identity.get("canonical_pcr_id")) or Path(document.name).stem,
        title=_text(identity.get("representative_product")) or _text(reference.get("name")) or Path(document.name).stem,
        unit=_unit(_text(definition.get("reference_unit"))),
        reference=" ".join(filter(None, (_text(definition.get(key)) for key in ("reference_amount", "reference_unit")))),
        processes=_with_roles(processes, _text(reference.get("uuid"))),
        notes=tuple(_notes(data)),
        sources={
            _text(each.get("id")): (_text(each.get("reference")) or _text(each.get("id")), _text(each.get("used_for")))
            for each in _list(data.get("data_sources"))
            if _text(each.get("id"))
        },
    )


def _processes(document: Document, problems: list[Problem]) -> list[CategoryProcess]:
    """Return the processes in the order of the map, also those without rows; what only the inventory holds comes after."""
    inventory = document.data.get("process_inventory")
    mapped = {_text(each.get("id")): each for each in _list(document.data.get("process_map"))}
    found: dict[str, CategoryProcess] = {}
    row_ids: set[str] = set()
    for number, each in enumerate(inventory if isinstance(inventory, list) else ()):
        where = document.location(("process_inventory", number))
        process = _mapping(each)
        identifier = item_id(_text(process.get("id")))
        if not identifier or identifier in found:
            what = "This process has no id." if not identifier else "The id of this process appears twice."
            problems.append(Problem(where, what, "Correct the file.", code="category-rules"))
            continue
        about = mapped.get(_text(process.get("id")), {})
        problems += _form_problems(document, number)
        found[identifier] = _process(identifier, about, process, tuple(_rows(identifier, process, row_ids)))
    for name, about in mapped.items():
        if item_id(name) and item_id(name) not in found:
            found[item_id(name)] = _process(item_id(name), about, {}, ())
    order = {item_id(name): place for place, name in enumerate(mapped)}
    return sorted(found.values(), key=lambda each: order.get(each.id, len(order)))


def _process(
    identifier: str, about: Mapping[str, Any], data: Mapping[str, Any], rows: tuple[CategoryRow, ...]
) -> CategoryProcess:
    """Return a process of what the map and the inventory say of it."""
    title = _title(about, "name") or _title(data, "label") or TranslatedText(identifier)
    inclusion = _text(about.get("inclusion"))
    optional = bool(inclusion) and inclusion != "required"
    return CategoryProcess(identifier, title, optional, _text(about.get("inclusion_condition")), rows)


def _form_problems(document: Document, number: int) -> Iterator[Problem]:
    """Yield the problems of rows that would be passed over: of an unknown kind, in another form, or without a name."""

    def problem(path: DocumentPath, what: str, cure: str) -> Problem:
        return Problem(document.location(path), what, cure, code="category-rules")

    for direction in (INPUTS, OUTPUTS):
        path: DocumentPath = ("process_inventory", number, direction)
        kinds = document.data["process_inventory"][number].get(direction) or {}
        if not isinstance(kinds, Mapping):
            yield problem(path, "Here rows are expected below their kinds.", Message(KINDS_CURE, kinds=", ".join(KINDS)))
            continue
        for kind, rows in kinds.items():
            if kind not in KINDS and rows:
                what = Message("{kind!r} is no kind of rows.", kind=str(kind))
                yield problem((*path, kind), what, Message(KINDS_CURE, kinds=", ".join(KINDS)))
            elif not isinstance(rows or [], list):
                yield problem((*path, kind), "Here a list of rows is expected.", "Begin each row with `- `.")
            else:
                for index, row in enumerate(rows or ()):
                    if not item_id(_row_name(_mapping(row))):
                        what = Message("This row has neither `row_id` nor `name`.")
                        yield problem((*path, kind, index), what, "Correct the file.")


def _row_name(row: Mapping[str, Any]) -> str:
    return _text(row.get("row_id")) or str(_title(row, "name") or _title(row, "role") or "")


def _rows(process: str, data: Mapping[str, Any], row_ids: set[str]) -> Iterator[CategoryRow]:
    for direction in (INPUTS, OUTPUTS):
        for kind in KINDS:
            for each in _list(_mapping(data.get(direction)).get(kind)):
                title = _title(each, "name") or _title(each, "role")
                identifier = item_id(_row_name(each))
                if not identifier:
                    continue
                number, distinct = 1, identifier
                while distinct in row_ids:
                    number += 1
                    distinct = f"{identifier}_{number}"
                row_ids.add(distinct)
                yield _row((process, direction, kind, distinct), title or TranslatedText(distinct), each)


def _row(place: tuple[str, str, str, str], title: TranslatedText, data: Mapping[str, Any]) -> CategoryRow:
    process, direction, kind, identifier = place
    amount = _mapping(data.get("amount"))
    basis = _mapping(amount.get("basis"))
    description, words = _text(data.get("description")), _text(basis.get("text"))
    says_reference, is_reference = "reference" in words.casefold(), _text(basis.get("kind")) == "reference_flow"
    measure = [description, _text(amount.get("expression")), words]
    return CategoryRow(
        id=identifier, process=process, direction=direction, kind=kind, title=title,
        uuid=_text(_mapping(data.get("flow_ref")).get("uuid")),
        unit=_unit(_text(data.get("property_unit"))), unit_text=_text(data.get("property_unit")),
        per_reference=is_reference, doubtful_basis=says_reference and not is_reference,
        measure=" ".join(f"{each.rstrip('.')}." for each in measure if each),
        conditional=description.casefold().startswith(_CONDITIONAL),
    )  # fmt: skip


def _with_roles(processes: list[CategoryProcess], reference: str) -> tuple[CategoryProcess, ...]:
    """Say of each row what it is: the product, a transfer inside, a co-product, counted, or no greenhouse gas."""
    rows = [row for process in processes for row in process.rows]
    made = [row for row in rows if row.direction == OUTPUTS and row.kind != "elementary"]
    taken = [row for row in rows if row.direction == INPUTS and row.kind != "elementary"]
    products = [row for row in made if row.kind == "product" and row.uuid and row.uuid == reference]
    order = {process.id: place for place, process in enumerate(processes)}
    last = products[-1].id if products else ""

    def same(one: CategoryRow, other: CategoryRow) -> bool:
        """Whether a later process takes what an earlier one makes."""
        flows = one.uuid and one.uuid == other.uuid
        names = item_id(str(one.title)) == item_id(str(other.title)) or other.id.startswith(one.id)
        return order[one.process] < order[other.process] and one.kind == other.kind and bool(flows or names)

    def role(row: CategoryRow) -> str:
        if row.id == last:
            return REFERENCE
        if row.kind == "elementary":
            gas = is_greenhouse_gas(f"{row.title}; {row.title.localized('zh')}")
            return NOT_COUNTED if not gas else COUNTED if row.direction == OUTPUTS else UPTAKE
        if any(same(*((row, other) if row.direction == OUTPUTS else (other, row))) for other in
               (taken if row.direction == OUTPUTS else made)):  # fmt: skip
            return INTERNAL
        return CO_PRODUCT if row.direction == OUTPUTS and row.kind == "product" else COUNTED

    return tuple(replace(each, rows=tuple(replace(row, role=role(row)) for row in each.rows)) for each in processes)


def _notes(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for heading, key in (("Product", "product_category_identity"), ("Function", "functional_unit")):
        for name, value in _mapping(data.get(key)).items():
            if isinstance(value, str) and name != "canonical_pcr_id":
                yield f"{heading}, {name.replace('_', ' ')}", value
    for heading, rules in (
        ("Boundary", _mapping(data.get("system_boundary")).get("rules")),
        ("Allocation", data.get("allocation_rules")),
    ):
        for each in _list(rules):
            if _text(each.get("rule")):
                yield f"{heading}, {_text(each.get('applies_to')) or 'all'}", _text(each.get("rule"))


def is_greenhouse_gas(name: str) -> bool:
    """Return whether a substance is a greenhouse gas by its name.

    Examples
    --------
    >>> is_greenhouse_gas("Carbon dioxide, fossil"), is_greenhouse_gas("HFC-134a"), is_greenhouse_gas("六氟化硫")
    (True, True, True)
    >>> is_greenhouse_gas("NMVOC, non-methane volatile organic compounds"), is_greenhouse_gas("Carbon monoxide")
    (False, False)
    """
    return _GREENHOUSE_GAS.search(name.casefold()) is not None


def _unit(text: str) -> str:
    """Return the unit in a text such as `Mass / kg commercial product`; empty where it is none.

    Before the stroke stands what is measured. If a unit stands there, as in `kWh / kg`, it is a ratio and no unit of an amount.
    """
    measured, _, unit = text.rpartition("/")
    words = unit.split()
    if words[0:1] == ["1"]:
        del words[0]
    if not words or _known_unit(measured.strip()):
        return ""
    return _known_unit(UNIT_WORDS.get(words[0], words[0])) or _known_unit(" ".join(words[:2]))


def _known_unit(text: str) -> str:
    """Return the text of a unit; empty where it is none, or a number alone."""
    try:
        unit = parse_unit(text) if text else None
    except UnitError:
        return ""
    return "" if unit is None or text.replace(".", "").isdecimal() else unit.text


def _title(data: Mapping[str, Any], key: str) -> TranslatedText | None:
    """Return a name, with its Chinese where the file has it: `{en:, zh:}`, or a key ending in `_zh`."""
    value = data.get(key)
    if isinstance(value, Mapping):
        english = _text(value.get("en")) or _text(value.get("zh"))
        return TranslatedText(english, _text(value.get("zh")) or None) if english else None
    return TranslatedText(_text(value), _text(data.get(f"{key}_zh")) or None) if _text(value) else None


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
