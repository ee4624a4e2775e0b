"""The sheets of a workbook as data: which lines stand on which sheet, in the order of a data collection form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from textile_pcf.io.template_workbook import NAME_ID, PERIOD_ID
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import FlowSpec, PropertySpec, RuleSet, StageSpec
from textile_pcf.template.entries import Entry, default_text, entries, sources_text
from textile_pcf.template.lists import answers, data_types, items_for, units_for, units_of, words_of
from textile_pcf.units import parse_unit

ABOUT = ("component", "data_type", "source", "period", "note", "confirmed")  # what is said of any amount
MORE = 2  # further lines for a flow whose item the mill names
FIBRES = 4  # lines for the fibres of a blend
ROOMIER = 3  # lines more of each of these where a workbook is for several products
SHEET_NAME = 31  # letters that a sheet's name may have
SECTIONS = ("output", "properties", "losses", "materials", "energy", "water", "waste", "transport")


@dataclass(frozen=True)
class Line:
    """One line to fill in."""

    id: str
    title: str
    need: str = "optional"
    default: str = ""
    citation: str = ""
    help: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    prefilled: dict[str, str] = field(default_factory=dict)
    bases: bool = False
    inputs: tuple[str, ...] = ()  # the columns to fill in, where not all are
    link: str = ""


@dataclass(frozen=True)
class Section:
    """Lines under one heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Page:
    """A sheet; `component` where each fibre of a blend may have lines of its own."""

    name: str
    title: str
    note: str
    sections: tuple[Section, ...]
    component: bool = False

    @property
    def required(self) -> int:
        """Lines that must be filled in, whatever takes place."""
        return sum(line.need == "required" for section in self.sections for line in section.lines)


class Naming:
    """Names of sheets: no two alike, none that Excel refuses."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def sheet(self, title: str) -> str:
        """A name for a sheet.

        Examples
        --------
        >>> naming = Naming()
        >>> naming.sheet("Reeling [1/2]"), naming.sheet("Reeling [1/2]")
        ('Reeling 1 2', 'Reeling 1 2 2')
        """
        plain = " ".join(re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", title).split()) or "sheet"
        name, number = plain[:SHEET_NAME].strip(), 1
        while name.casefold() in self.taken:
            number += 1
            name = f"{plain[: SHEET_NAME - 3].strip()} {number}"
        self.taken.add(name.casefold())
        return name


def roomier(page: Page) -> Page:
    """The page with more lines where several may be filled in for one thing, as several products need."""
    sections = []
    for section in page.sections:
        lines: list[Line] = []
        for place, line in enumerate(section.lines):
            last = place + 1 == len(section.lines) or section.lines[place + 1].id != line.id
            lines += [line] * (1 + ROOMIER) if last and place and section.lines[place - 1].id == line.id else [line]
        sections.append(replace(section, lines=tuple(lines)))
    return replace(page, sections=tuple(sections))


def told(language: str, english: str, chinese: str, between: str = "\n") -> str:
    """A text in the language asked for, or in both."""
    if language != "both" or english == chinese:
        return english if language == "en" else chinese
    return f"{chinese}{between}{english}"


def fixed(key: str, language: str, between: str = "\n") -> str:
    """A fixed word of the workbook in the language asked for, or in both."""
    return told(language, fixed_text(key, "en"), fixed_text(key, "zh"), between)


def _title(rules: RuleSet, stage: str, name: str, language: str, between: str = "\n") -> str:
    return told(language, rules.title(stage, name), rules.title(stage, name, "zh"), between)


def _note(rules: RuleSet, stage: str, name: str, language: str) -> str:
    if not name:
        model = next(model for model in rules.document.stages if model.id == stage)
        return told(language, model.note.text(), model.note.text("zh")) if model.note else ""
    return told(language, rules.note(stage, name), rules.note(stage, name, "zh"))


def pages(rules: RuleSet, language: str, naming: Naming) -> list[Page]:
    """The sheets to fill in: the product, each stage, transport."""
    by_stage: dict[str, list[Entry]] = {}
    for entry in entries(rules):
        by_stage.setdefault(entry.stage, []).append(entry)
    product_name = naming.sheet(fixed("form_product", language, " "))
    stages = [page for spec in rules.stages if (page := _stage_page(rules, spec, by_stage.get(spec.id, []), language, naming))]
    sheet_of = {spec.id: page.name for spec, page in stages}
    transport = _transport_page(rules, by_stage, language, naming)
    product = _product_page(rules, by_stage.get("product", []), sheet_of, transport, language, product_name)
    return [product, *(page for _, page in stages), *([transport] if transport else [])]


def _product_page(
    rules: RuleSet, found: list[Entry], sheet_of: dict[str, str], transport: Page | None, language: str, name: str
) -> Page:
    ident = Line(NAME_ID, fixed("form_id", language), "required", help=fixed("form_id_help", language),
                 prefilled={"amount": "PRODUCT-1"}, inputs=("amount",))  # fmt: skip
    where = Line("product", fixed("form_where", language), "optional", help=fixed("template_region", language),
                 prefilled={"region": "CN"}, inputs=("region", "year"))  # fmt: skip
    sections = [Section(fixed("form_product", language, " "), (ident, where))]
    if found:
        lines = tuple(line for entry in found for line in _lines(rules, entry, language))
        sections.append(Section(fixed("section_properties", language, " "), lines))
    if rules.components:
        share = Line("product.share", fixed("form_share", language), "optional", help=fixed("form_share_help", language),
                     unit="%", units=units_of(parse_unit("%")), types=data_types(language),
                     inputs=("amount", "unit", *ABOUT))  # fmt: skip
        sections.append(
            Section(fixed("section_fibres", language, " "), (share, *(replace(share, help="") for _ in range(1, FIBRES))))
        )
    route = tuple(_route_line(rules, spec, sheet_of, transport, language) for spec in rules.stages)
    sections.append(Section(fixed("section_route", language, " "), route))
    return Page(name, fixed("form_product", language, " "), fixed("form_product_note", language), tuple(sections), True)


def _route_line(rules: RuleSet, spec: StageSpec, sheet_of: dict[str, str], transport: Page | None, language: str) -> Line:
    """Whether a stage takes place, where and when."""
    choose = any(("stage", spec.index) in group for group in rules.alternatives)
    need = "choose" if choose else "optional" if spec.optional else "always"
    inputs = ("amount", "region", "year", "note") if spec.optional else ("region", "year", "note")
    own = sheet_of.get(spec.id, transport.name if transport and spec.flows else "")
    return Line(
        spec.id, _title(rules, spec.id, "", language, " "), need, help=_note(rules, spec.id, "", language),
        answers=answers(language) if spec.optional else (), link=own, inputs=inputs,
    )  # fmt: skip


def _stage_page(
    rules: RuleSet, stage: StageSpec, found: list[Entry], language: str, naming: Naming
) -> tuple[StageSpec, Page] | None:
    """The sheet of a stage; None where there is nothing to say of it but transport."""
    sections: dict[str, list[Line]] = {}
    for entry in found:
        section = section_of(entry)
        if section != "transport":
            sections.setdefault(section, []).extend(_lines(rules, entry, language))
    if not sections:
        return None
    if stage.flows:
        sections["output"] = [_output_line(rules, stage, language)]
    ordered = (
        _signature(language),
        *(Section(fixed(f"section_{name}", language, " "), tuple(sections[name])) for name in SECTIONS if name in sections),
    )
    title = _title(rules, stage.id, "", language, " ")
    page = Page(naming.sheet(title), f"{title}  [{stage.id}]", _note(rules, stage.id, "", language), ordered, stage.component)
    return stage, page


def _signature(language: str) -> Section:
    """Who filled a sheet in and when, and the period that its lines speak of."""
    period = Line(PERIOD_ID, fixed("form_period", language), help=fixed("form_period_help", language), inputs=("amount",))
    by, day = (Line(f"#{key}", fixed(f"form_{key}", language), inputs=("amount",)) for key in ("filled_by", "date"))
    return Section("", (period, by, day))


def _output_line(rules: RuleSet, stage: StageSpec, language: str) -> Line:
    units = ("kg", "t", *(["m", "万米", "m2"] if rules.product_property("grammage") else []))
    return Line(
        f"{stage.id}.output", fixed("form_output", language), help=fixed("form_output_help", language), unit="kg",
        units=units, types=data_types(language), prefilled={"per": "period"},
        inputs=("amount", "unit", "per", "year", *ABOUT),
    )  # fmt: skip


def _transport_page(rules: RuleSet, by_stage: dict[str, list[Entry]], language: str, naming: Naming) -> Page | None:
    sections = []
    for stage, found in by_stage.items():
        lines = tuple(line for e in found if section_of(e) == "transport" for line in _lines(rules, e, language))
        if lines:
            sections.append(Section(f"{_title(rules, stage, '', language, ' ')}  [{stage}]", lines))
    if not sections:
        return None
    title = fixed("section_transport", language, " ")
    component = any(spec.component and _carries(rules, spec) for spec in rules.stages)
    return Page(
        naming.sheet(title), title, fixed("form_transport_note", language), (_signature(language), *sections), component
    )


def _carries(rules: RuleSet, stage: StageSpec) -> bool:
    return any(is_transport(rules.flows[index]) for index in stage.flows)


def is_transport(spec: FlowSpec) -> bool:
    """Whether a flow counts mass × distance."""
    return spec.unit.dimensions == parse_unit("t*km").dimensions


def section_of(entry: Entry) -> str:
    """Section of a data collection form that something belongs to.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> found = {(e.stage, e.name): section_of(e) for e in entries(load_rules("cotton_fabric@2026.1"))}
    >>> found["weaving", "electricity"], found["dyeing", "dye"], found["dyeing", "dyeing_loss"], found["wastewater", "cod"]
    ('energy', 'materials', 'losses', 'waste')
    """
    spec = entry.spec
    if not isinstance(spec, FlowSpec):
        return "properties" if isinstance(spec, PropertySpec) else "losses"
    if is_transport(spec):
        return "transport"
    if spec.unit.dimensions == parse_unit("MJ").dimensions or spec.kind in ("combustion", "well_to_tank"):
        return "energy"
    if "end_of_life" in (spec.kind, spec.category) or spec.kind.startswith("direct"):
        return "waste"
    return "water" if spec.unit.dimensions == parse_unit("m3").dimensions else "materials"


def _lines(rules: RuleSet, entry: Entry, language: str) -> Iterator[Line]:
    """The line of something a rule lets the mill give, with further ones where several items may stand."""
    spec = entry.spec
    name = f"{entry.stage}.{entry.name}"
    choices = words_of(spec, language) if isinstance(spec, PropertySpec) else ()
    items = items_for(spec, language) if isinstance(spec, FlowSpec) else ()
    default = default_text(rules, spec, language).removeprefix("= ")
    if isinstance(spec, FlowSpec) and spec.factor:
        default = f"{default}\n{spec.factor}".strip()
    title = _title(rules, entry.stage, entry.name, language)
    yield Line(
        name, title, entry.need, default, sources_text(rules, spec), _note(rules, entry.stage, entry.name, language),
        "" if choices else spec.unit.text, () if choices else units_for(spec), items, choices,
        types=data_types(language), bases=isinstance(spec, FlowSpec),
        inputs=() if isinstance(spec, FlowSpec) else ("item", *ABOUT) if choices else ("amount", "unit", *ABOUT),
    )  # fmt: skip
    if isinstance(spec, FlowSpec) and spec.category and not spec.factor:
        further = Line(name, f"{title} {fixed('form_more', language, ' ')}", unit=spec.unit.text, units=units_for(spec),
                       items=items, types=data_types(language), bases=True)  # fmt: skip
        yield from (further,) * MORE
