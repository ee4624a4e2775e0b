"""The sheets of a template workbook as data: which lines each sheet has, in the order of a data collection form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from textile_pcf.io.template_workbook import NAME_ID, PERIOD_ID
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import FlowSpec, PropertySpec, RuleSet, StageSpec
from textile_pcf.template.entries import Entry, default_text, entries, sources_text
from textile_pcf.template.lists import answers, data_types, items_for, option_labels, units_for, units_of
from textile_pcf.units import parse_unit

METADATA = ("component", "data_type", "source", "period", "note", "confirmed")  # columns that describe an amount
MORE = 2  # further lines of a flow whose item the mill names
FIBRES = 4  # lines for the fibres of a blend
LEFT_OUT = 3  # lines for what is left out
SPARE_LINES = 3  # additional lines of each of these in a workbook for several products
SHEET_NAME = 31  # maximum length of a sheet name
SECTIONS = ("output", "properties", "losses", "materials", "energy", "water", "waste", "transport")


@dataclass(frozen=True)
class Line:
    """One line to fill in.

    Attributes
    ----------
    id : str
        `stage.name` of a quantity, the id of a stage, or a key that begins with `#`.
    title : str
        What the mill reads.
    need : str
        Whether the line must be filled in, one of `NEEDS`, or `always` for a stage that is not optional.
    default, citation, help : str
        Default of the rule, its sources, and the note of the rule.
    unit : str
        Unit written beforehand.
    units, items, choices, answers, types : tuple of str
        Lists to choose from: units, factor items, options, yes or no, data types.
    prefilled : dict
        Further texts written beforehand, by column.
    bases : bool
        True if the mill may state what the amount is per.
    inputs : tuple of str
        Columns to fill in; all of them if empty.
    link : str
        Sheet that the title links to.
    """

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
    inputs: tuple[str, ...] = ()  # columns to fill in; empty for all
    link: str = ""


@dataclass(frozen=True)
class Section:
    """Lines under one heading.

    Attributes
    ----------
    title : str
        The heading; empty for none.
    lines : tuple of Line
        Its lines.
    """

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Page:
    """A sheet of the workbook.

    Attributes
    ----------
    name : str
        Name of the sheet.
    title, note : str
        Heading of the sheet and the text below it.
    sections : tuple of Section
        Its lines, under headings.
    component : bool
        True if each fibre of a blend may have lines of its own.
    """

    name: str
    title: str
    note: str
    sections: tuple[Section, ...]
    component: bool = False

    @property
    def required(self) -> int:
        """Number of lines that must be filled in, whichever stages take place."""
        return sum(line.need == "required" for section in self.sections for line in section.lines)


class Naming:
    """Names of sheets: unique and valid in Excel."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def sheet(self, title: str) -> str:
        """Return a unique and valid name for a sheet.

        Examples
        --------
        >>> naming = Naming()
        >>> naming.sheet("Reeling [1/2]"), naming.sheet("Reeling [1/2]")
        ('Reeling 1 2', 'Reeling 1 2 2')
        """
        cleaned = " ".join(re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", title).split()) or "sheet"
        name, number = cleaned[:SHEET_NAME].strip(), 1
        while name.casefold() in self.taken:
            number += 1
            name = f"{cleaned[: SHEET_NAME - 3].strip()} {number}"
        self.taken.add(name.casefold())
        return name


def with_spare_lines(page: Page) -> Page:
    """Return the page with more lines for quantities that several products may need several times."""
    sections = []
    for section in page.sections:
        lines: list[Line] = []
        for index, line in enumerate(section.lines):
            last = index + 1 == len(section.lines) or section.lines[index + 1].id != line.id
            lines += [line] * (1 + SPARE_LINES) if last and index and section.lines[index - 1].id == line.id else [line]
        sections.append(replace(section, lines=tuple(lines)))
    return replace(page, sections=tuple(sections))


def bilingual(language: str, english: str, chinese: str, separator: str = "\n") -> str:
    """Return the text in one language, or in both if `language` is `both`."""
    if language != "both" or english == chinese:
        return english if language == "en" else chinese
    return f"{chinese}{separator}{english}"


def fixed_label(key: str, language: str, separator: str = "\n") -> str:
    """Return a fixed text of the catalogue in one language, or in both."""
    return bilingual(language, fixed_text(key, "en"), fixed_text(key, "zh"), separator)


def _title(rules: RuleSet, stage: str, name: str, language: str, separator: str = "\n") -> str:
    return bilingual(language, rules.title(stage, name), rules.title(stage, name, "zh"), separator)


def _note(rules: RuleSet, stage: str, name: str, language: str) -> str:
    if not name:
        model = next(model for model in rules.document.stages if model.id == stage)
        return bilingual(language, model.note.text(), model.note.text("zh")) if model.note else ""
    return bilingual(language, rules.note(stage, name), rules.note(stage, name, "zh"))


def pages(rules: RuleSet, language: str, naming: Naming) -> list[Page]:
    """Return the sheets to fill in: the product, each stage, and transport.

    Parameters
    ----------
    rules : RuleSet
        The rule.
    language : str
        `en`, `zh` or `both`.
    naming : Naming
        Names in use; the names of the sheets are added.
    """
    by_stage: dict[str, list[Entry]] = {}
    for entry in entries(rules):
        by_stage.setdefault(entry.stage, []).append(entry)
    product_name = naming.sheet(fixed_label("form_product", language, " "))
    stages = [page for spec in rules.stages if (page := _stage_page(rules, spec, by_stage.get(spec.id, []), language, naming))]
    sheet_of = {spec.id: page.name for spec, page in stages}
    transport = _transport_page(rules, by_stage, language, naming)
    product = _product_page(rules, by_stage.get("product", []), sheet_of, transport, language, product_name)
    return [product, *(page for _, page in stages), *([transport] if transport else [])]


def _product_page(
    rules: RuleSet, quantities: list[Entry], sheet_of: dict[str, str], transport: Page | None, language: str, name: str
) -> Page:
    ident = Line(NAME_ID, fixed_label("form_id", language), "required", help=fixed_label("form_id_help", language),
                 prefilled={"amount": "PRODUCT-1"}, inputs=("amount",))  # fmt: skip
    location = Line("product", fixed_label("form_where", language), "optional", help=fixed_label("template_region", language),
                 prefilled={"region": "CN"}, inputs=("region", "year"))  # fmt: skip
    sections = [Section(fixed_label("form_product", language, " "), (ident, location))]
    if quantities:
        lines = tuple(line for entry in quantities for line in _lines(rules, entry, language))
        sections.append(Section(fixed_label("section_properties", language, " "), lines))
    if rules.components:
        share = Line("product.share", fixed_label("form_share", language), help=fixed_label("form_share_help", language),
                     unit="%", units=units_of(parse_unit("%")), types=data_types(language),
                     inputs=("amount", "unit", *METADATA))  # fmt: skip
        sections.append(
            Section(fixed_label("section_fibres", language, " "), (share, *(replace(share, help="") for _ in range(1, FIBRES))))
        )
    left_out = Line("product.cutoff", fixed_label("form_cutoff", language), help=fixed_label("form_cutoff_help", language),
                    unit="%", units=units_of(parse_unit("%")), types=data_types(language),
                    inputs=("item", "amount", "unit", "data_type", "source", "note"))  # fmt: skip
    route = tuple(_route_line(rules, spec, sheet_of, transport, language) for spec in rules.stages)
    sections.append(Section(fixed_label("section_route", language, " "), route))
    lines = (left_out, *(replace(left_out, help="") for _ in range(1, LEFT_OUT)))
    sections.append(Section(fixed_label("section_cutoff", language, " "), lines))
    return Page(
        name, fixed_label("form_product", language, " "), fixed_label("form_product_note", language), tuple(sections), True
    )


def _route_line(rules: RuleSet, spec: StageSpec, sheet_of: dict[str, str], transport: Page | None, language: str) -> Line:
    """Line of a stage in the process route: whether, where and when it takes place."""
    choose = any(("stage", spec.index) in group for group in rules.alternatives)
    need = "choose" if choose else "optional" if spec.optional else "always"
    inputs = ("amount", "region", "year", "note") if spec.optional else ("region", "year", "note")
    sheet = sheet_of.get(spec.id, transport.name if transport and spec.flows else "")
    return Line(
        spec.id, _title(rules, spec.id, "", language, " "), need, help=_note(rules, spec.id, "", language),
        answers=answers(language) if spec.optional else (), link=sheet, inputs=inputs,
    )  # fmt: skip


def _stage_page(
    rules: RuleSet, stage: StageSpec, quantities: list[Entry], language: str, naming: Naming
) -> tuple[StageSpec, Page] | None:
    """Sheet of a stage, or None if it has nothing but transport."""
    sections: dict[str, list[Line]] = {}
    for entry in quantities:
        section = section_of(entry)
        if section != "transport":
            sections.setdefault(section, []).extend(_lines(rules, entry, language))
    if not sections:
        return None
    if stage.flows:
        sections["output"] = [_output_line(rules, stage, language)]
    ordered = (
        _signature(language),
        *(
            Section(fixed_label(f"section_{name}", language, " "), tuple(sections[name]))
            for name in SECTIONS
            if name in sections
        ),
    )
    title = _title(rules, stage.id, "", language, " ")
    page = Page(naming.sheet(title), f"{title}  [{stage.id}]", _note(rules, stage.id, "", language), ordered, stage.component)
    return stage, page


def _signature(language: str) -> Section:
    """Section for the reporting period, and who filled in the sheet and when."""
    period = Line(
        PERIOD_ID, fixed_label("form_period", language), help=fixed_label("form_period_help", language), inputs=("amount",)
    )
    by, day = (Line(f"#{key}", fixed_label(f"form_{key}", language), inputs=("amount",)) for key in ("filled_by", "date"))
    return Section("", (period, by, day))


def _output_line(rules: RuleSet, stage: StageSpec, language: str) -> Line:
    units = ("kg", "t", *(["m", "万米", "m2"] if rules.product_property("grammage") else []))
    return Line(
        f"{stage.id}.output", fixed_label("form_output", language), help=fixed_label("form_output_help", language), unit="kg",
        units=units, types=data_types(language), prefilled={"per": "period"},
        inputs=("amount", "unit", "per", "year", *METADATA),
    )  # fmt: skip


def _transport_page(rules: RuleSet, by_stage: dict[str, list[Entry]], language: str, naming: Naming) -> Page | None:
    sections = []
    for stage, quantities in by_stage.items():
        lines = tuple(
            line for entry in quantities if section_of(entry) == "transport" for line in _lines(rules, entry, language)
        )
        if lines:
            sections.append(Section(f"{_title(rules, stage, '', language, ' ')}  [{stage}]", lines))
    if not sections:
        return None
    title = fixed_label("section_transport", language, " ")
    component = any(spec.component and _carries(rules, spec) for spec in rules.stages)
    return Page(
        naming.sheet(title), title, fixed_label("form_transport_note", language), (_signature(language), *sections), component
    )


def _carries(rules: RuleSet, stage: StageSpec) -> bool:
    return any(is_transport(rules.flows[index]) for index in stage.flows)


def is_transport(spec: FlowSpec) -> bool:
    """Return True if a flow is measured in mass × distance."""
    return spec.unit.dimensions == parse_unit("t*km").dimensions


def section_of(entry: Entry) -> str:
    """Return the section of a data collection form that a quantity belongs to.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> sections = {(e.stage, e.name): section_of(e) for e in entries(load_rules("cotton_fabric@2026.1"))}
    >>> sections["weaving", "electricity"], sections["dyeing", "dye"], sections["wastewater", "cod"]
    ('energy', 'materials', 'waste')
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
    """Yield the line of a quantity, and further lines if several items may be given."""
    spec = entry.spec
    name = f"{entry.stage}.{entry.name}"
    choices = option_labels(spec, language) if isinstance(spec, PropertySpec) else ()
    items = items_for(spec, language) if isinstance(spec, FlowSpec) else ()
    default = default_text(rules, spec, language).removeprefix("= ")
    if isinstance(spec, FlowSpec) and spec.factor:
        default = f"{default}\n{spec.factor}".strip()
    title = _title(rules, entry.stage, entry.name, language)
    yield Line(
        name, title, entry.need, default, sources_text(rules, spec), _note(rules, entry.stage, entry.name, language),
        "" if choices else spec.unit.text, () if choices else units_for(spec), items, choices,
        types=data_types(language), bases=isinstance(spec, FlowSpec),
        inputs=() if isinstance(spec, FlowSpec) else ("item", *METADATA) if choices else ("amount", "unit", *METADATA),
    )  # fmt: skip
    if isinstance(spec, FlowSpec) and spec.category and not spec.factor:
        further = Line(name, f"{title} {fixed_label('form_more', language, ' ')}", unit=spec.unit.text, units=units_for(spec),
                       items=items, types=data_types(language), bases=True)  # fmt: skip
        yield from (further,) * MORE
