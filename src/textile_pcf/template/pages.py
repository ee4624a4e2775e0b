"""The sheets of a template workbook as data: which lines each sheet has, in the order of a data collection form."""

from __future__ import annotations

from dataclasses import replace

from textile_pcf.io.template_workbook import NAME_ID, PERIOD_ID
from textile_pcf.rules import RuleSet, StageSpec
from textile_pcf.template.entries import Entry, entries
from textile_pcf.template.form_lines import Line, Naming, Page, Section, fixed_label
from textile_pcf.template.lists import answers, data_types, units_of
from textile_pcf.template.quantity_lines import (
    METADATA,
    example_line,
    is_transport,
    note_of,
    output_line,
    quantity_lines,
    section_of,
    title_of,
)
from textile_pcf.units import parse_unit

FIBRES = 4  # lines for the fibres of a blend
LEFT_OUT = 3  # lines for what is left out
SPARE_LINES = 3  # additional lines of each of these in a workbook for several products
HEADING = 38  # letters of the heading of a section, which ends where a notice stands
SECTIONS = ("output", "properties", "losses", "materials", "energy", "water", "waste", "transport")


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
        lines = tuple(line for entry in quantities for line in quantity_lines(rules, entry, language))
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
        spec.id, title_of(rules, spec.id, "", language, " "), need, help=note_of(rules, spec.id, "", language),
        answers=answers(language) if spec.optional else (), link=sheet, inputs=inputs,
    )  # fmt: skip


def _stage_page(
    rules: RuleSet, stage: StageSpec, quantities: list[Entry], language: str, naming: Naming
) -> tuple[StageSpec, Page] | None:
    """Return the sheet of a stage, or None if it has only transport."""
    sections: dict[str, list[Line]] = {}
    for entry in quantities:
        section = section_of(entry)
        if section != "transport":
            sections.setdefault(section, []).extend(quantity_lines(rules, entry, language))
    if not sections:
        return None
    if stage.flows:
        sections["output"] = [output_line(rules, stage, language)]
    example = example_line((line for name in SECTIONS for line in sections.get(name, ())), language)
    ordered = (
        _signature(language, example),
        *(
            Section(fixed_label(f"section_{name}", language, " "), tuple(sections[name]))
            for name in SECTIONS
            if name in sections
        ),
    )
    title = title_of(rules, stage.id, "", language, " ")
    note = note_of(rules, stage.id, "", language)
    return stage, Page(naming.sheet(title), f"{title}  [{stage.id}]", note, ordered, stage.component, stage.id)


def _signature(language: str, example: Line | None = None) -> Section:
    """Section for the reporting period, who filled in the sheet and when, and an example."""
    period = Line(
        PERIOD_ID, fixed_label("form_period", language), help=fixed_label("form_period_help", language), inputs=("amount",)
    )
    by, day = (Line(f"#{key}", fixed_label(f"form_{key}", language), inputs=("amount",)) for key in ("filled_by", "date"))
    return Section("", (period, by, day, *([example] if example else ())))


def _transport_page(rules: RuleSet, by_stage: dict[str, list[Entry]], language: str, naming: Naming) -> Page | None:
    sections = []
    for stage, quantities in by_stage.items():
        lines = tuple(
            line for entry in quantities if section_of(entry) == "transport" for line in quantity_lines(rules, entry, language)
        )
        if lines:
            title = title_of(rules, stage, "", language, " ")
            heading = f"{title}  [{stage}]"
            sections.append(Section(heading if len(heading) <= HEADING else title, lines, stage))
    if not sections:
        return None
    title = fixed_label("section_transport", language, " ")
    component = any(spec.component and _carries(rules, spec) for spec in rules.stages)
    return Page(
        naming.sheet(title), title, fixed_label("form_transport_note", language), (_signature(language), *sections), component
    )


def _carries(rules: RuleSet, stage: StageSpec) -> bool:
    return any(is_transport(rules.flows[index]) for index in stage.flows)
