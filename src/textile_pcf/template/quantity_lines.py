"""The lines of the quantities of a rule: what is asked for, the rule's value in words, and the lists to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textile_pcf.factors import default_table
from textile_pcf.io.template_products import EXAMPLE_ID
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import FlowSpec, PropertySpec, QuantitySpec, RuleSet, StageSpec
from textile_pcf.template.default_words import default_words
from textile_pcf.template.entries import Entry, sources_text
from textile_pcf.template.form_lines import Line, bilingual, fixed_label
from textile_pcf.template.lists import data_types, factor_name, items_for, option_labels, units_for
from textile_pcf.units import parse_unit

METADATA = ("component", "data_type", "source", "period", "note", "confirmed")  # columns that describe an amount
MORE = 2  # further lines of a flow whose item the mill names


def title_of(rules: RuleSet, stage: str, name: str, language: str, separator: str = "\n") -> str:
    """Return the name of a stage or of something in it, in one language or in both."""
    return bilingual(language, rules.title(stage, name), rules.title(stage, name, "zh"), separator)


def note_of(rules: RuleSet, stage: str, name: str, language: str) -> str:
    """Return what to measure for a quantity, or the note of a stage, in one language or in both."""
    if not name:
        model = next(model for model in rules.document.stages if model.id == stage)
        return bilingual(language, model.note.text(), model.note.text("zh")) if model.note else ""
    return bilingual(language, rules.note(stage, name), rules.note(stage, name, "zh"))


def is_transport(spec: FlowSpec) -> bool:
    """Return True if a flow is measured in mass × distance."""
    return spec.unit.dimensions == parse_unit("t*km").dimensions


def section_of(entry: Entry) -> str:
    """Return the section of a data collection form that a quantity belongs to.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> from textile_pcf.template.entries import entries
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


def output_line(rules: RuleSet, stage: StageSpec, language: str) -> Line:
    """Return the line of the output of a stage in a period."""
    units = ("kg", "t", *(["m", "万米", "m2"] if rules.product_property("grammage") else []))
    return Line(
        f"{stage.id}.output", fixed_label("form_output", language), help=fixed_label("form_output_help", language), unit="kg",
        units=units, types=data_types(language), prefilled={"per": "period"},
        inputs=("amount", "unit", "per", "year", *METADATA),
    )  # fmt: skip


def quantity_lines(rules: RuleSet, entry: Entry, language: str) -> Iterator[Line]:
    """Yield the line of a quantity, and further lines if several items may be given."""
    spec = entry.spec
    name, table = f"{entry.stage}.{entry.name}", default_table(rules.document.edition)
    choices = option_labels(spec, language) if isinstance(spec, PropertySpec) else ()
    items = items_for(spec, language, table) if isinstance(spec, FlowSpec) else ()
    title = title_of(rules, entry.stage, entry.name, language)
    yield Line(
        name, title, entry.need, _default(rules, spec, language, table), sources_text(rules, spec),
        note_of(rules, entry.stage, entry.name, language),
        "" if choices else spec.unit.text, () if choices else units_for(spec), items, choices,
        types=data_types(language), bases=isinstance(spec, FlowSpec),
        inputs=() if isinstance(spec, FlowSpec) else ("item", *METADATA) if choices else ("amount", "unit", *METADATA),
    )  # fmt: skip
    if isinstance(spec, FlowSpec) and spec.category and not spec.factor:
        further = Line(name, f"{title} {fixed_label('form_more', language, ' ')}", unit=spec.unit.text, units=units_for(spec),
                       items=items, types=data_types(language), bases=True)  # fmt: skip
        yield from (further,) * MORE


def _default(rules: RuleSet, spec: QuantitySpec, language: str, table: str) -> str:
    """Return the value of the rule in words, and the emission factor that it names."""
    texts = [default_words(rules, spec, code) for code in ("en", "zh")]
    factor = ["", ""]
    if isinstance(spec, FlowSpec) and spec.factor:
        factor = [fixed_text("default_factor", code, name=factor_name(spec, code, table), item=spec.factor)
                  for code in ("en", "zh")]  # fmt: skip
    return "\n".join(filter(None, (bilingual(language, *texts), bilingual(language, *factor))))


def example_line(lines: Iterable[Line], language: str) -> Line | None:
    """Return the example of a sheet: its first flow, filled in as the total of a year; None for a sheet without flows."""
    shown = next((line for line in lines if line.bases and line.units), None)
    if shown is None:
        return None
    title = bilingual(language, *(f"{fixed_text('form_example', code)}: " for code in ("en", "zh"))).replace("\n", " ")
    measured, period = data_types(language)[0], "period"
    source = fixed_label("form_example_source", language, " ")
    return Line(EXAMPLE_ID, f"{title}{shown.title}", help=fixed_label("form_example_help", language), unit=shown.unit,
                prefilled={"per": period, "data_type": measured, "source": source, "period": "2024-01 – 2024-12"},
                inputs=("amount",))  # fmt: skip
