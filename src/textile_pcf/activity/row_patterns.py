"""What each row means under a rule: a flow, a property, a loss, a share, a stage row. Asked once per distinct row form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.hints import flow_hint, stage_hint
from textile_pcf.arrays import FloatArray, IndexArray, IntArray
from textile_pcf.columns import group_rows, take
from textile_pcf.errors import Problem
from textile_pcf.rules import PRODUCT, FlowSpec, LossSpec, PropertySpec, RuleSet
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.suggest import nearest
from textile_pcf.units import Conversion, Unit, UnitError, convert, cure_where, describe, parse_unit

PER_PERIOD, PER_PRODUCT, PER_DRIVER = 2, 1, 0
UNCHANGED = Conversion(1.0)
UNKNOWN = ("unknown-stage", "unknown-flow")


class RowKind(IntEnum):
    """What a row speaks of."""

    WRONG = -1
    FLOW = 0
    PROPERTY = 1
    LOSS = 2
    SHARE = 3
    STAGE = 4  # region and year of a stage or of the product; switches an optional stage on
    OUTPUT = 5  # what a stage gave in a period


@dataclass(frozen=True, slots=True)
class RowPattern:
    """The same for all rows of one form."""

    row_kind: RowKind
    stage: int = PRODUCT
    index: int = -1  # place in the rule's list of flows, properties or losses
    per: int = PER_DRIVER
    conversion: Conversion = UNCHANGED
    option: int = -1  # chosen word of a choice
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class InvalidRow:
    """Why rows of a form cannot be used; `column` is where to look."""

    what: str
    cure: str
    column: str
    code: str


Meanings = dict[tuple[object, ...], RowPattern | InvalidRow]
_NOTHING = RowPattern(RowKind.WRONG)


@dataclass(frozen=True, eq=False)
class RowPatterns:
    """What rows of each form mean; arrays of shape (forms,). Wrong ones have kind WRONG.

    An amount becomes canonical by `factor`, or where `inverse` says so by dividing the factor by it.
    """

    first: IndexArray
    row_kind: IntArray
    stage: IntArray
    index: IntArray
    per: IntArray
    option: IntArray
    unit: IntArray
    factor: FloatArray
    inverse: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rows:
    """Meaning of every row. Rows that say the same of whatever product, with whatever amount, are of one `form`."""

    pattern: IndexArray
    patterns: RowPatterns
    units: tuple[Unit | None, ...]
    """Unit of each meaning."""
    problems: tuple[Problem, ...]

    @cached_property
    def factor(self) -> FloatArray:
        """What turns the amount of each row canonical."""
        return take(self.patterns.factor, self.pattern)

    @cached_property
    def most(self) -> float:
        """The largest of these; infinite where one is not positive."""
        factor = self.patterns.factor
        return float(factor.max(initial=0.0)) if (factor > 0).all() else np.inf

    @cached_property
    def inverse(self) -> bool:
        """Whether some amounts become canonical by their inverse."""
        return bool(self.patterns.inverse.any())

    @cached_property
    def outputs(self) -> bool:
        """Whether some tell what a stage gave in a period."""
        return bool((self.patterns.row_kind == RowKind.OUTPUT).any())

    def where(self, wanted: NDArray[np.bool_]) -> IndexArray:
        """Rows whose form is wanted."""
        return rows_where(wanted, self.pattern)

    def of_kind(self, kind: RowKind) -> IndexArray:
        """Rows of a kind."""
        return self.where(self.patterns.row_kind == kind)


def rows_where(wanted: NDArray[np.bool_], form: IndexArray) -> IndexArray:
    """Where a wanted form stands."""
    if not wanted.any():
        return np.empty(0, dtype=np.intp)
    return np.arange(len(form)) if wanted.all() else np.flatnonzero(take(wanted, form))


FORM = ("stage", "flow", "unit", "per", "component", "item", "region", "year")
MEANING = ("stage", "flow", "unit", "per")
KEPT = 100_000  # meanings that are kept; there are never so many but of made-up units


@lru_cache(maxsize=32)
def known_patterns(rules: RuleSet) -> Meanings:
    """What distinct rows mean under a rule, as far as they were seen before."""
    return {}


def interpret_rows(cells: ActivityColumns, rules: RuleSet) -> Rows:
    """What every row means; amounts are not looked at, but for whether there is one."""
    form, first, number, answers = _interpreted(cells, rules, known_patterns(rules))
    problems: list[Problem] = []
    for place, answer in enumerate(answers):
        if isinstance(answer, InvalidRow):
            row = int(first[np.flatnonzero(number == place)[0]])
            if cells.invalid[row] and (answer.code not in UNKNOWN or not cells.text("stage", row)):
                continue  # a cell of these rows was reported already
            rows = np.flatnonzero((number == place)[form])
            problems += cells.problems_at(rows, answer.what, answer.cure, answer.column, answer.code)
    told = [_NOTHING if isinstance(answer, InvalidRow) else answer for answer in answers]
    table = np.array([(one.row_kind, one.stage, one.index, one.per, one.option) for one in told], dtype=np.int64)[number]
    kind, stage, index, per, word = np.ascontiguousarray(table.T)
    if cells.has_invalid:
        kind[cells.invalid[first] & (kind != RowKind.STAGE)] = RowKind.WRONG  # a stage row still tells its region
    factor = np.array([one.conversion.factor for one in told])[number]
    inverse = np.array([one.conversion.inverse for one in told])[number]
    forms = RowPatterns(first, kind, stage, index, per, word, number.astype(np.int64), factor, inverse)
    return Rows(form, forms, tuple(one.unit for one in told), tuple(problems))


def _interpreted(
    cells: ActivityColumns, rules: RuleSet, meanings: Meanings
) -> tuple[IndexArray, IndexArray, IndexArray, list[RowPattern | InvalidRow]]:
    """Form of each row, first row of each form, meaning of each form, and the meanings: each asked for once."""
    texts = cells.texts
    flags = [
        flag.astype(np.int64) for flag, some in ((cells.empty, cells.has_empty), (cells.invalid, cells.has_invalid)) if some
    ]
    first, form = group_rows(*(texts[name] for name in FORM), *flags)
    is_choice = _choice_items(cells, rule_arrays(rules).choice_properties, first)
    codes = [texts[name].codes[first] for name in MEANING]
    asked, number = group_rows(*codes, is_choice, *(flag[first] for flag in flags))
    if len(meanings) > KEPT:
        meanings.clear()
    told = [map(texts[name].categories.__getitem__, code[asked].tolist()) for name, code in zip(MEANING, codes, strict=True)]
    words = map(("", *texts["item"].categories).__getitem__, is_choice[asked].tolist())
    places = first[asked]
    answers = []
    for place, empty, *key in zip(places.tolist(), cells.empty[places].tolist(), *told, words, strict=True):
        answer = meanings.get((empty, *key))
        if answer is None:
            answer = meanings[empty, *key] = _interpret(cells, rules, place, not empty)
        answers.append(answer)
    return form, first, number, answers


def _choice_items(cells: ActivityColumns, choices: frozenset[tuple[str, str]], rows: IndexArray) -> IntArray:
    """Item code + 1 on rows of a choice, whose word decides what they mean; 0 elsewhere."""
    stage, flow, item = cells.texts["stage"], cells.texts["flow"], cells.texts["item"]
    flows = {text: code for code, text in enumerate(flow.categories)}
    stages = {text: code for code, text in enumerate(stage.categories)}
    is_choice = np.zeros((len(stages), len(flows)), dtype=bool)
    for home, name in choices:
        if home in stages and name in flows:
            is_choice[stages[home], flows[name]] = True
    return np.where(is_choice[stage.codes[rows], flow.codes[rows]], item.codes[rows] + 1, 0)


def _interpret(cells: ActivityColumns, rules: RuleSet, row: int, given: bool) -> RowPattern | InvalidRow:
    """Meaning of one row form, read off its first row."""
    stage_id, flow, per = (cells.text(name, row) for name in ("stage", "flow", "per"))
    if stage_id not in rules.names:
        return InvalidRow(f"{rules.name} has no stage {stage_id!r}.", stage_hint(cells, rules, row), "stage", "unknown-stage")
    stage = next((spec.index for spec in rules.stages if spec.id == stage_id), PRODUCT)
    if not flow:
        if given or cells.text("unit", row):
            return InvalidRow("There is an amount but no flow.", "Name the flow, or leave the amount empty.", "flow", "no-flow")
        return RowPattern(RowKind.STAGE, stage)
    if stage == PRODUCT and flow == "share":
        return _share(cells, rules, row, given, per)
    if flow == "output" and stage != PRODUCT:
        return _output(cells, rules, stage, row, given, per)
    kind, index = rules.names[stage_id].get(flow, ("", -1))
    if kind == "flow":
        return _flow(cells, rules, rules.flows[index], row, given, per)
    if kind not in ("property", "loss"):
        what = f"Stage {stage_id!r} has no flow, loss or property {flow!r}."
        return InvalidRow(what, flow_hint(cells, rules, row), "flow", "unknown-flow")
    if per:
        return InvalidRow(f"`per` stands only with flows, and {flow!r} is none.", "Leave `per` empty.", "per", "bad-per")
    if kind == "property":
        spec = rules.properties[index]
        return _choice(cells, spec, row, given) if spec.choice else _quantity(cells, rules, spec, row, given)
    return _quantity(cells, rules, rules.losses[index], row, given)


def _unit(
    cells: ActivityColumns, rules: RuleSet, row: int, wanted: str, fits: Callable[[Unit], bool], many: str = ""
) -> Unit | InvalidRow:
    """Unit of a row; `wanted` is one that may stand there, `many` names all of them."""
    text = cells.text("unit", row)
    if not text:
        return InvalidRow("The amount has no unit.", f"Write the unit, for example {wanted}.", "unit", "no-unit")
    try:
        return parse_unit(text, rules.unit_names)
    except UnitError as error:
        return InvalidRow(error.what, cure_where(error, f"Give it in {many or wanted}.", fits), "unit", "bad-unit")


def _misfit(text: str, unit: Unit, flow: str, wanted: str, title: str = "") -> InvalidRow:
    named = title if title not in ("", flow) else repr(flow)
    what = f"{text!r} is {describe(unit.dimensions)}, but {named} is told in {wanted}."
    return InvalidRow(what, f"Give it in {wanted}.", "unit", "wrong-dimension")


def _share(cells: ActivityColumns, rules: RuleSet, row: int, given: bool, per: str) -> RowPattern | InvalidRow:
    if per or not given:
        return InvalidRow("A share needs an amount and no `per`.", "Write for example 65 with unit %.", "amount", "bad-share")
    unit = _unit(cells, rules, row, "%", lambda unit: not unit.dimensions)
    if isinstance(unit, InvalidRow):
        return unit
    if unit.dimensions:
        return _misfit(cells.text("unit", row), unit, "share", "%")
    return RowPattern(RowKind.SHARE, conversion=Conversion(unit.factor), unit=unit)


def _output(cells: ActivityColumns, rules: RuleSet, stage: int, row: int, given: bool, per: str) -> RowPattern | InvalidRow:
    if per != "period":
        cure = "Write `period` in the column `per`; the mass of a stage follows from the rule otherwise."
        return InvalidRow("`output` is given only for a period.", cure, "per", "bad-per")
    if not given:
        return InvalidRow(
            "The output of the period has no amount.", "Write what the stage gave in the period.", "amount", "no-amount"
        )
    mass = rules.product_property("mass")
    known = {(("mass", 1),), (("length", 1),), (("length", 2),), rules.product_unit.dimensions}
    known |= {_per_of(mass.unit)} if mass else set()
    unit = _unit(cells, rules, row, "kg", lambda unit: unit.dimensions in known, "kg, m, m2 or pieces")
    if isinstance(unit, InvalidRow):
        return unit
    if unit.dimensions not in known:
        return _misfit(cells.text("unit", row), unit, "output", "kg, m, m2 or pieces")
    return RowPattern(RowKind.OUTPUT, stage, per=PER_PERIOD, unit=unit)


def _per_of(unit: Unit) -> tuple[tuple[str, int], ...]:
    """What a mass-per-something unit is per."""
    return tuple((name, -power) for name, power in unit.dimensions if name != "mass")


def _flow(cells: ActivityColumns, rules: RuleSet, spec: FlowSpec, row: int, given: bool, per: str) -> RowPattern | InvalidRow:
    mode = (
        {"": PER_DRIVER, "product": PER_PRODUCT, "period": PER_PERIOD}[per] if per in ("", "product", "period") else PER_DRIVER
    )
    if not given:
        return _flow_without_amount(spec, mode)
    whole = {PER_DRIVER: spec.ratio_unit, PER_PRODUCT: spec.unit / rules.product_unit, PER_PERIOD: spec.unit}[mode]
    wanted = spec.unit.text if mode == PER_PERIOD else f"{spec.unit.text} or {whole.text}"
    unit = _unit(cells, rules, row, spec.unit.text, lambda unit: spec.conversion(unit, whole) is not None, wanted)
    if isinstance(unit, InvalidRow):
        return unit
    conversion = spec.conversion(unit, whole)
    if conversion is None:
        return _misfit(cells.text("unit", row), unit, spec.id, wanted, rules.title(rules.stage_id(spec.stage), spec.id))
    return RowPattern(RowKind.FLOW, spec.stage, spec.index, mode, conversion, unit=unit)


def _flow_without_amount(spec: FlowSpec, mode: int) -> RowPattern | InvalidRow:
    if mode != PER_DRIVER:
        return InvalidRow("There is a `per` but no amount.", "Write the amount, or leave `per` empty.", "amount", "no-amount")
    if spec.default is None:
        cure = f"Write the amount in {spec.unit.text}; the rule has no value for it."
        return InvalidRow("The amount is missing.", cure, "amount", "no-amount")
    return RowPattern(RowKind.FLOW, spec.stage, spec.index)


def _quantity(
    cells: ActivityColumns, rules: RuleSet, spec: PropertySpec | LossSpec, row: int, given: bool
) -> RowPattern | InvalidRow:
    kind = RowKind.LOSS if isinstance(spec, LossSpec) else RowKind.PROPERTY
    if not given:
        computed = isinstance(spec, PropertySpec) and spec.method is not None
        if spec.default is None and not computed:
            cure = f"Write the amount in {spec.unit.text}; the rule has no value for it."
            return InvalidRow("The amount is missing.", cure, "amount", "no-amount")
        return RowPattern(kind, spec.stage, spec.index)
    unit = _unit(cells, rules, row, spec.unit.text, lambda unit: _told_as(unit, rules, spec) is not None)
    if isinstance(unit, InvalidRow):
        return unit
    conversion = _told_as(unit, rules, spec)
    if conversion is None:
        return _misfit(cells.text("unit", row), unit, spec.id, spec.unit.text, rules.title(rules.stage_id(spec.stage), spec.id))
    canonical = Conversion(conversion.factor * spec.unit.factor, conversion.inverse)
    if unit.text == spec.unit.text:
        canonical = Conversion(spec.unit.factor)
    return RowPattern(kind, spec.stage, spec.index, conversion=canonical, unit=unit)


def _told_as(unit: Unit, rules: RuleSet, spec: PropertySpec | LossSpec) -> Conversion | None:
    """How amounts in a unit become the quantity's; of the product also from the whole ratio, such as a mass in g/piece."""
    conversion = convert(unit, spec.unit)
    whole = (spec.unit / rules.product_unit).dimensions
    if conversion is None and spec.stage == PRODUCT and unit.dimensions == whole:
        return Conversion(unit.factor * rules.product_unit.factor / spec.unit.factor)
    return conversion


def _choice(cells: ActivityColumns, spec: PropertySpec, row: int, given: bool) -> RowPattern | InvalidRow:
    word = cells.text("item", row)
    if given:
        what = f"{spec.id!r} is a choice; it has no amount."
        return InvalidRow(what, "Write the word in the column `item`.", "amount", "amount-of-a-choice")
    place = spec.option_index(word) if word else -1
    if place < 0:
        close = nearest(word, spec.choice) if word else None
        cure = f"Did you mean {close!r}?" if close else f"Choose from: {', '.join(spec.choice)}."
        what = f"{word!r} is not a word of {spec.id!r}." if word else f"No word is chosen for {spec.id!r} in column item."
        return InvalidRow(what, cure, "item", "unknown-word")
    return RowPattern(RowKind.PROPERTY, spec.stage, spec.index, option=place)
