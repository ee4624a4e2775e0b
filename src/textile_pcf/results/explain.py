"""Explanation of a footprint: each term as a line that can be checked with a pocket calculator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import Message, localize
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.results.explanation import Explanation, StageText
from textile_pcf.results.headline import headline_rows, headline_text
from textile_pcf.results.localized_lines import amount_origin, driver_text, request_text
from textile_pcf.results.number_text import number
from textile_pcf.results.statements import method_statements

if TYPE_CHECKING:
    from textile_pcf.results.views import Views


def explain_lines(result: Views, product: int, stage: str | None, language: str = "en") -> Explanation:
    """Return masses and terms of one product as text, stage by stage, in `en` or `zh`."""
    _check_stage(result, stage)
    stages = []
    for place, info in enumerate(result.stages):
        if stage is not None and info.id != stage:
            continue
        lines = np.flatnonzero((result.lines.product == product) & (result.lines.stage == place))
        if not len(lines) and stage is None and not (result.merges_stages and result.by_stage[product, place]):
            continue
        stages.append(_stage(result, product, place, lines.tolist(), language))
    return Explanation.of(_head(result, product, language), stages, _tail(result, product, stage, language), language)


def _stage(result: Views, product: int, place: int, lines: list[int], language: str) -> StageText:
    """Return masses, losses, computed properties and terms of one stage."""
    info, total = result.stages[place], result.by_stage[product, place]
    if np.isnan(total):
        return StageText(f"{info.name(language)} [{info.id}] {fixed_text('explain_merged', language)}", ())
    outside = fixed_text("explain_outside", language) if info.outside else ""
    title = f"{info.name(language)} [{info.id}] {number(total)} kg CO2e/{result.unit}{outside}"
    rows = [(1, text) for text in _masses(result, product, place, language)]
    rows += [(1, text.removeprefix("  ")) for text in result.terms(product, place, language)]
    return StageText(title, (*rows, *(row for line in lines for row in _term(result, line, language))))


def _check_stage(result: Views, stage: str | None) -> None:
    """Check that a stage exists."""
    ids = [info.id for info in result.stages]
    if stage is not None and not isinstance(stage, str):
        raise wrong_type("stage", stage, "the id of a stage", Message("There are: {known}.", known=", ".join(ids)))
    if stage is not None and stage not in ids:
        titled = (
            info.id for info in result.stages if stage.casefold() in (info.name("en").casefold(), info.name("zh").casefold())
        )
        several = Message("There are: {known}.", known=", ".join(ids))
        cure = did_you_mean(stage, ids, several, next(titled, None))
        raise UsageError([Problem(f"stage {stage!r}", "There is no such stage in this result.", cure, code="no-stage")])


def _head(result: Views, product: int, language: str) -> list[str]:
    source = {key: result.provenance[key] for key in ("rule", "status", "boundary", "gwp", "biogenic")}
    if language == "zh":
        source |= {key: fixed_text(source[key], language) for key in ("status", "boundary", "biogenic")}
    total = f"{number(result.totals[product])} {fixed_text('per', language, unit=result.unit)}"
    both = "" if result.merges_stages else f", {headline_text(result, product, language)}"
    return [f"{result.products[product]}: {total}{both}", fixed_text("explain_head", language, **source)]


def _masses(result: Views, product: int, stage: int, language: str) -> list[str]:
    masses = result.stage_masses
    texts = []
    for entry in np.flatnonzero((masses.product == product) & (masses.stage == stage)):
        named = masses.component[int(entry)]
        fibre = f" {named}" if named else ""
        into, out = masses.input[entry], masses.output[entry]
        values = {"fibre": fibre, "into": number(into), "out": number(out), "lost": number(into - out)}
        texts.append(fixed_text("explain_mass", language, **values))
    return texts


def _term(result: Views, line: int, language: str) -> list[tuple[int, str]]:
    lines = result.lines
    fibre = lines.text("component", line)
    name = _flow(result, line, language)
    name = fixed_text("explain_of_fibre", language, name=name, fibre=fibre) if fibre else name
    if result.masked is not None and result.masked[line]:
        shown = {"name": name, "item": lines.text("item", line), "code": result.factor_hash(line) or "-"}
        return [(1, fixed_text("explain_masked", language, **shown))]
    value, unit = lines.value[line], lines.text("unit", line)
    drivers = [f"{number(times)} {driver_text(driver, language)}" for _, driver, times in lines.line_drivers(line)]
    amount = " × ".join([f"{number(value)} {lines.text('value_unit', line)}", *drivers])
    emissions = float(lines.split[line].sum())
    factor = f"{number(lines.factor[line])} {lines.text('factor_unit', line)}"
    written = lines.text("as_written", line)
    as_given = _origin_text("explain_given_as", localize(written, language), language) if written else ""
    origin = _join_parts(_data_type(lines.text("data_type", line), language), *amount_origin(lines, line, language))
    rows = [
        (1, f"{name}: {amount}{as_given} = {number(lines.amount[line])} {unit}"),
        (2, f"× {factor} = {number(emissions)} kg CO2e"),
        (2, _origin_text("explain_amount", origin, language)),
        (2, _origin_text("explain_factor", _factor(result, line, language), language)),
    ]
    rows[2:2] = [(2, text) for text in result.balance_terms(line, language)]
    rows += [(3, f"= {text}") for text in result.composition_terms(line, language)]
    parts = [
        f"{fixed_text(text, language)} {number(part)}" for text, part in zip(_PARTS, lines.split[line], strict=True) if part
    ]
    if len(parts) > 1:
        rows.append((2, fixed_text("explain_parts", language, parts=", ".join(parts))))
    return rows


def _origin_text(key: str, text: str, language: str) -> str:
    """Return the fixed text of a key with the text that it frames."""
    return fixed_text(key, language, text=text)


def _flow(result: Views, line: int, language: str) -> str:
    """Return the id of a flow; in Chinese its name as well."""
    name = result.lines.text("flow", line)
    title = result.stages[int(result.lines.stage[line])].flow(name, language)
    return f"{title} [{name}]" if language == "zh" and title != name else name


def _data_type(text: str, language: str) -> str:
    return fixed_text(text, language) if text else ""


def _factor(result: Views, line: int, language: str) -> str:
    lines = result.lines
    item = lines.text("item", line)
    if not lines.text("factor_table", line):
        return fixed_text("explain_linked", language, item=item)
    away = request_text(lines.text("fallback", line), language)
    request = fixed_text("explain_asked", language, away=away) if away else ""
    found = f"{item} {lines.text('region', line)} {lines.text('year', line)}".rstrip() + request
    printed = localize(lines.text("printed", line), language)
    cited = _join_parts(found, printed, *(lines.text(name, line) for name in ("factor_source", "factor_locator")))
    return f"{cited} [{lines.text('factor_table', line)}]"


_PARTS = ("fossil", "biogenic", "uptake", "land_use_change")


def _join_parts(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _tail(result: Views, product: int, stage: str | None, language: str) -> list[str]:
    texts = []
    if stage is None:
        values = np.nan_to_num(result.by_stage[product])
        inside = [k for k, info in enumerate(result.stages) if not info.outside and values[k]]
        terms = " + ".join(number(result.by_stage[product, k]) for k in inside)
        total = number(result.totals[product])
        texts.append(fixed_text("explain_total", language, terms=terms or "0", total=total, unit=result.unit))
        if not result.merges_stages:
            texts += _other_sums(result, product, language)
    warnings = result.warnings(result.products[product])
    texts += [fixed_text("explain_warning", language, text=localize(text, language)) for text in warnings]
    return texts


def _other_sums(result: Views, product: int, language: str) -> list[str]:
    """Return both headline figures, and what a reader must know of the method."""
    (excluding, kilograms, _), (removals, net, _), (including, both, _) = headline_rows(result, product, language)
    figures = f"{excluding} {number(kilograms)} + {removals} {number(net)} = {including} {number(both)}"
    return [figures, *(f"{title}: {text}" for title, text in method_statements(result, product, language))]
