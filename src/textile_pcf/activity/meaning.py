"""What each row means under a rule: a flow, a property, a loss, a share, a stage row. Asked once per distinct row form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.cells import Cells
from textile_pcf.columns import Array, combine, picked
from textile_pcf.errors import Problem
from textile_pcf.rules import PRODUCT, FlowSpec, LossSpec, PropertySpec, RuleSet
from textile_pcf.units import Conversion, Unit, UnitError, convert, describe, nearest, parse_unit

Ints = NDArray[np.int64]
Places = NDArray[np.intp]
PERIOD, ABSOLUTE, AS_RULE = 2, 1, 0
AS_TOLD = Conversion(1.0)
UNKNOWN = ("unknown-stage", "unknown-flow")


class Kind(IntEnum):
    """What a row speaks of."""

    WRONG = -1
    FLOW = 0
    PROPERTY = 1
    LOSS = 2
    SHARE = 3
    STAGE = 4  # region and year of a stage or of the product; switches an optional stage on
    OUTPUT = 5  # what a stage gave in a period


@dataclass(frozen=True, slots=True)
class Meaning:
    """The same for all rows of one form."""

    kind: Kind
    stage: int = PRODUCT
    index: int = -1  # place in the rule's list of flows, properties or losses
    per: int = AS_RULE
    conversion: Conversion = AS_TOLD
    word: int = -1  # chosen word of a choice
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why rows of a form cannot be used; `column` is where to look."""

    what: str
    cure: str
    column: str
    code: str


Meanings = dict[tuple[object, ...], Meaning | Wrong]


@dataclass(frozen=True)
class Forms:
    """What rows of each form mean; arrays of shape (forms,). Wrong ones have kind WRONG."""

    first: Places
    kind: Ints
    stage: Ints
    index: Ints
    per: Ints
    word: Ints
    meaning: Ints


@dataclass(frozen=True)
class Rows:
    """Meaning of every row. Rows that say the same of whatever product, with whatever amount, are of one `form`."""

    form: Places
    forms: Forms
    value: Array
    units: tuple[Unit | None, ...]
    """Unit of each meaning."""
    problems: tuple[Problem, ...]
    conversions: tuple[Conversion, ...] = ()
    """How amounts of each meaning become canonical."""

    def among(self, wanted: NDArray[np.bool_]) -> Places:
        """Rows whose form is wanted."""
        if wanted.all():
            return np.arange(len(self.form))
        return np.flatnonzero(wanted[self.form]) if wanted.any() else np.empty(0, dtype=np.intp)

    def of_kind(self, *kinds: Kind) -> Places:
        """Rows of some kinds."""
        return self.among(np.isin(self.forms.kind, kinds))


FORM = ("stage", "flow", "unit", "per", "component", "item", "region", "year")
MEANING = ("stage", "flow", "unit", "per")


def rows_meaning(cells: Cells, rules: RuleSet, meanings: Meanings | None = None) -> Rows:
    """What every row means, with its amount in canonical units; `meanings` keeps answers from one partition to the next."""
    form, first, number, answers = _answers(cells, rules, {} if meanings is None else meanings)
    problems: list[Problem] = []
    for place, answer in enumerate(answers):
        if isinstance(answer, Wrong):
            row = int(first[np.flatnonzero(number == place)[0]])
            if cells.spoilt[row] and (answer.code not in UNKNOWN or not cells.text("stage", row)):
                continue  # a cell of these rows was reported already
            rows = np.flatnonzero((number == place)[form])
            problems += cells.problems_at(rows, answer.what, answer.cure, answer.column, answer.code)
    told = [Meaning(Kind.WRONG) if isinstance(answer, Wrong) else answer for answer in answers]
    names = ("kind", "stage", "index", "per", "word")
    columns = {name: np.array([int(getattr(one, name)) for one in told], dtype=np.int64)[number] for name in names}
    columns["kind"][cells.spoilt[first] & (columns["kind"] != Kind.STAGE)] = Kind.WRONG  # a stage row still tells its region
    forms = Forms(first=first, meaning=number.astype(np.int64), **columns)
    amounts = cells.numbers["amount"]
    value = _canonical(amounts, form, [one.conversion for one in told], number)
    low, high = (
        (float(value.min(initial=0.0)), float(value.max(initial=0.0))) if not np.isnan(value).any() else (np.nan, np.nan)
    )
    if not np.isfinite(low) or not np.isfinite(high):
        too_big = np.isinf(value) & np.isfinite(amounts) & (forms.kind != Kind.WRONG)[form]
        cure = "Check the amount and its unit."
        problems += cells.problems_at(
            np.flatnonzero(too_big), "The amount is beyond what can be counted.", cure, "amount", "huge"
        )
        form, forms = _with_wrong(form, forms, too_big)
    if not low >= 0:
        problems += _signs(cells, rules, form, forms, amounts < 0)
    zero = Rows(form, forms, value, (), ()).of_kind(Kind.OUTPUT)
    what = "The output of the period is zero."
    problems += cells.problems_at(zero[amounts[zero] == 0], what, "Write what the stage gave.", "amount", "zero-output")
    units, conversions = tuple(one.unit for one in told), tuple(one.conversion for one in told)
    return Rows(form, forms, value, units, tuple(problems), conversions)


def _answers(cells: Cells, rules: RuleSet, meanings: Meanings) -> tuple[Places, Places, Places, list[Meaning | Wrong]]:
    """Form of each row, first row of each form, meaning of each form, and the meanings: each asked for once."""
    texts, empty = cells.texts, np.isnan(cells.numbers["amount"])
    extra = [flag.astype(np.int64) for flag in (empty, cells.spoilt) if flag.any()]
    first, form = combine(*(texts[name] for name in FORM), *extra)
    is_choice = _choice_items(cells, rules, first)
    codes = [texts[name].codes[first] for name in MEANING]
    asked, number = combine(*codes, is_choice, empty[first].astype(np.int64), cells.spoilt[first].astype(np.int64))
    answers = []
    for place, word in zip(first[asked].tolist(), is_choice[asked].tolist(), strict=True):
        key = (*(cells.text(name, place) for name in MEANING), bool(empty[place]), word and cells.text("item", place))
        answer = meanings.get(key)
        if answer is None:
            answer = meanings[key] = _meaning(cells, rules, place, not empty[place])
        answers.append(answer)
    return form, first, number, answers


def _canonical(amounts: Array, form: Places, conversions: list[Conversion], number: Places) -> Array:
    """Amounts in canonical units."""
    value = picked(np.array([conversion.factor for conversion in conversions])[number], form)
    inverse = np.array([conversion.inverse for conversion in conversions])[number]
    with np.errstate(divide="ignore", over="ignore"):
        if inverse.any():
            return np.where(inverse[form], value / amounts, amounts * value)
        value *= amounts
    return value


def _with_wrong(form: Places, forms: Forms, rows: NDArray[np.bool_]) -> tuple[Places, Forms]:
    """Some rows become wrong whatever their form."""
    if not rows.any():
        return form, forms
    columns = {name: np.append(getattr(forms, name), getattr(forms, name)[0]) for name in Forms.__dataclass_fields__}
    columns["kind"][-1], columns["first"][-1] = Kind.WRONG, np.flatnonzero(rows)[0]
    return np.where(rows, len(forms.kind), form), Forms(**columns)


def _choice_items(cells: Cells, rules: RuleSet, rows: Places) -> Ints:
    """Item code + 1 on rows of a choice, whose word decides what they mean; 0 elsewhere."""
    choices = {(rules.stage_id(spec.stage), spec.id) for spec in rules.properties if spec.choice}
    stage, flow, item = cells.texts["stage"], cells.texts["flow"], cells.texts["item"]
    table = np.array([[(s, f) in choices for f in flow.categories] for s in stage.categories], dtype=bool)
    return np.where(table[stage.codes[rows], flow.codes[rows]], item.codes[rows] + 1, 0)


def _meaning(cells: Cells, rules: RuleSet, row: int, given: bool) -> Meaning | Wrong:
    """Meaning of one row form, read off its first row."""
    stage_id, flow, per = (cells.text(name, row) for name in ("stage", "flow", "per"))
    if stage_id not in rules.names:
        close = nearest(stage_id, rules.names)
        cure = f"Did you mean {close!r}?" if close else f"Its stages are: product, {', '.join(s.id for s in rules.stages)}."
        return Wrong(f"{rules.name} has no stage {stage_id!r}.", cure, "stage", "unknown-stage")
    stage = next((spec.index for spec in rules.stages if spec.id == stage_id), PRODUCT)
    if not flow:
        if given or cells.text("unit", row):
            return Wrong("There is an amount but no flow.", "Name the flow, or leave the amount empty.", "flow", "no-flow")
        return Meaning(Kind.STAGE, stage)
    if stage == PRODUCT and flow == "share":
        return _share(cells, row, given, per)
    if flow == "output" and stage != PRODUCT:
        return _output(cells, rules, stage, row, given, per)
    kind, index = rules.names[stage_id].get(flow, ("", -1))
    if kind == "flow":
        return _flow(cells, rules, rules.flows[index], row, given, per)
    if per:
        return Wrong(f"`per` stands only with flows, and {flow!r} is none.", "Leave `per` empty.", "per", "bad-per")
    if kind == "property":
        spec = rules.properties[index]
        return _choice(cells, spec, row, given) if spec.choice else _quantity(cells, rules, spec, row, given)
    if kind == "loss":
        return _quantity(cells, rules, rules.losses[index], row, given)
    return _unknown_flow(rules, stage_id, flow)


def _unknown_flow(rules: RuleSet, stage_id: str, flow: str) -> Wrong:
    names = list(rules.names[stage_id]) + (["share"] if stage_id == "product" else [])
    close = nearest(flow, names)
    elsewhere = [stage for stage, ids in rules.names.items() if flow in ids]
    cure = f"Did you mean {close!r}?" if close else f"It has: {', '.join(names) or 'none'}."
    if elsewhere:
        cure = f"{flow!r} is at stage {', '.join(elsewhere)}."
    return Wrong(f"Stage {stage_id!r} has no flow, loss or property {flow!r}.", cure, "flow", "unknown-flow")


def _unit(cells: Cells, row: int, wanted: str) -> Unit | Wrong:
    text = cells.text("unit", row)
    if not text:
        return Wrong("The amount has no unit.", f"Write the unit, for example {wanted}.", "unit", "no-unit")
    try:
        return parse_unit(text)
    except UnitError as error:
        return Wrong(error.what, error.cure, "unit", "bad-unit")


def _misfit(text: str, unit: Unit, flow: str, wanted: str) -> Wrong:
    what = f"{text!r} is {describe(unit.dimensions)}, but {flow!r} is told in {wanted}."
    return Wrong(what, f"Give it in {wanted}.", "unit", "wrong-dimension")


def _share(cells: Cells, row: int, given: bool, per: str) -> Meaning | Wrong:
    if per or not given:
        return Wrong("A share needs an amount and no `per`.", "Write for example 65 with unit %.", "amount", "bad-share")
    unit = _unit(cells, row, "%")
    if isinstance(unit, Wrong):
        return unit
    if unit.dimensions:
        return _misfit(cells.text("unit", row), unit, "share", "%")
    return Meaning(Kind.SHARE, conversion=Conversion(unit.factor), unit=unit)


def _output(cells: Cells, rules: RuleSet, stage: int, row: int, given: bool, per: str) -> Meaning | Wrong:
    if per != "period":
        cure = "Write `period` in the column `per`; the mass of a stage follows from the rule otherwise."
        return Wrong("`output` is given only for a period.", cure, "per", "bad-per")
    if not given:
        return Wrong(
            "The output of the period has no amount.", "Write what the stage gave in the period.", "amount", "no-amount"
        )
    unit = _unit(cells, row, "kg")
    if isinstance(unit, Wrong):
        return unit
    known = ((("mass", 1),), (("length", 1),), (("length", 2),), rules.product_unit.dimensions)
    mass = rules.product_property("mass")
    if unit.dimensions not in known and not (mass and unit.dimensions == _per_of(mass.unit)):
        return _misfit(cells.text("unit", row), unit, "output", "kg, m, m2 or pieces")
    return Meaning(Kind.OUTPUT, stage, per=PERIOD, unit=unit)


def _per_of(unit: Unit) -> tuple[tuple[str, int], ...]:
    """What a mass-per-something unit is per."""
    return tuple((name, -power) for name, power in unit.dimensions if name != "mass")


def _flow(cells: Cells, rules: RuleSet, spec: FlowSpec, row: int, given: bool, per: str) -> Meaning | Wrong:
    mode = {"": AS_RULE, "product": ABSOLUTE, "period": PERIOD}[per] if per in ("", "product", "period") else AS_RULE
    if not given:
        return _flow_without_amount(spec, mode)
    unit = _unit(cells, row, spec.unit.text)
    if isinstance(unit, Wrong):
        return unit
    whole = {AS_RULE: spec.whole, ABSOLUTE: spec.unit / rules.product_unit, PERIOD: spec.unit}[mode]
    conversion = spec.conversion(unit, whole)
    if conversion is None:
        wanted = spec.unit.text if mode == PERIOD else f"{spec.unit.text} or {whole.text}"
        return _misfit(cells.text("unit", row), unit, spec.id, wanted)
    return Meaning(Kind.FLOW, spec.stage, spec.index, mode, conversion, unit=unit)


def _flow_without_amount(spec: FlowSpec, mode: int) -> Meaning | Wrong:
    if mode != AS_RULE:
        return Wrong("There is a `per` but no amount.", "Write the amount, or leave `per` empty.", "amount", "no-amount")
    if spec.default is None:
        cure = f"Write the amount in {spec.unit.text}; the rule has no value for it."
        return Wrong("The amount is missing.", cure, "amount", "no-amount")
    return Meaning(Kind.FLOW, spec.stage, spec.index)


def _quantity(cells: Cells, rules: RuleSet, spec: PropertySpec | LossSpec, row: int, given: bool) -> Meaning | Wrong:
    kind = Kind.LOSS if isinstance(spec, LossSpec) else Kind.PROPERTY
    if not given:
        computed = isinstance(spec, PropertySpec) and spec.method is not None
        if spec.default is None and not computed:
            cure = f"Write the amount in {spec.unit.text}; the rule has no value for it."
            return Wrong("The amount is missing.", cure, "amount", "no-amount")
        return Meaning(kind, spec.stage, spec.index)
    unit = _unit(cells, row, spec.unit.text)
    if isinstance(unit, Wrong):
        return unit
    conversion = convert(unit, spec.unit)
    if conversion is None and spec.stage == PRODUCT:  # the whole ratio, such as a mass in g/piece
        whole = (spec.unit / rules.product_unit).dimensions
        conversion = (
            Conversion(unit.factor * rules.product_unit.factor / spec.unit.factor) if unit.dimensions == whole else None
        )
    if conversion is None:
        return _misfit(cells.text("unit", row), unit, spec.id, spec.unit.text)
    canonical = Conversion(conversion.factor * spec.unit.factor, conversion.inverse)
    if unit.text == spec.unit.text:
        canonical = Conversion(spec.unit.factor)
    return Meaning(kind, spec.stage, spec.index, conversion=canonical, unit=unit)


def _choice(cells: Cells, spec: PropertySpec, row: int, given: bool) -> Meaning | Wrong:
    word = cells.text("item", row)
    if given:
        what = f"{spec.id!r} is a choice; it has no amount."
        return Wrong(what, "Write the word in the column `item`.", "amount", "amount-of-a-choice")
    if word not in spec.choice:
        close = nearest(word, spec.choice) if word else None
        cure = f"Did you mean {close!r}?" if close else f"Choose from: {', '.join(spec.choice)}."
        what = f"{word!r} is not a word of {spec.id!r}." if word else f"No word is chosen for {spec.id!r} in column item."
        return Wrong(what, cure, "item", "unknown-word")
    return Meaning(Kind.PROPERTY, spec.stage, spec.index, word=spec.choice.index(word))


def _signs(cells: Cells, rules: RuleSet, form: Places, forms: Forms, negative: NDArray[np.bool_]) -> Iterator[Problem]:
    """Negative amounts where they make no sense."""
    any_sign = np.array([flow.any_sign for flow in rules.flows] or [False])
    is_flow = forms.kind == Kind.FLOW
    allowed = (is_flow & any_sign[np.where(is_flow, forms.index, 0)]) | (forms.kind == Kind.WRONG)
    rows = np.flatnonzero(negative & ~allowed[form])
    yield from cells.problems_at(
        rows, "The amount is negative.", "Write what is used, as a positive number.", "amount", "negative"
    )
