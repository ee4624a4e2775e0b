"""Content of a document of improvements: measures, what each changes, and its money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from textile_pcf.errors import Problem, RuleError, wrong_type
from textile_pcf.io.documents import Strict, validate_document
from textile_pcf.io.plain_data import plain_data
from textile_pcf.io.strict_yaml import Document, read_yaml
from textile_pcf.messages.message import Message
from textile_pcf.units import Unit, UnitError, describe, parse_unit, split_quantity

Text = Annotated[str, Field(min_length=1, max_length=2000)]
MONEY, ENERGY = parse_unit("CNY"), parse_unit("MWh")
ACTIONS = ("multiply", "add", "set")
LARGEST = 1e100


class ImprovementsError(RuleError):
    """A document of improvements is invalid.

    Parameters
    ----------
    problems : iterable of Problem
        Every problem, not only the first.
    """

    subject = "the improvements"


class RowChange(Strict):
    """What a measure does to given rows: one of `multiply`, `add`, `set`."""

    stage: Text
    flow: Text
    component: str | None = None
    """Fibre; all of them otherwise."""
    item: str | None = None
    """Item of the emission factor; all of them otherwise."""
    products: Annotated[list[Text], Field(min_length=1)] | None = None
    """Products; all of them otherwise."""
    multiply: Annotated[float, Field(ge=0, allow_inf_nan=False, lt=LARGEST)] | None = None
    """The amount times a number."""
    add: str | None = None
    """An amount more, such as `0.02 kWh`; less with a minus."""
    set: str | None = None
    """Another amount, such as `0.3 kWh/kg`."""


class SupplyChange(Strict):
    """Electricity of one's own: an energy, or a share of the load."""

    carrier: Literal["electricity"]
    item: Text
    """Item of its emission factor, such as `electricity_pv`."""
    on_site: str | None = None
    """Energy per year, such as `500 MWh`."""
    share: str | None = None
    """Part of the load, such as `50 %`."""


class Measure(Strict):
    """One measure."""

    id: Text
    """Name, once in a document."""
    source: Text
    """Where the figures come from."""
    changes: Annotated[list[RowChange], Field(min_length=1)] | None = None
    supply: SupplyChange | None = None
    investment: str | None = None
    """Money spent once, such as `800000 CNY`."""
    lifetime: Annotated[float, Field(gt=0, le=200, allow_inf_nan=False)] | None = None
    """Years over which the investment is paid back."""
    running: str | None = None
    """Money per year beside energy; 0 CNY where none is given."""
    saving: str | None = None
    """Money saved per year; else amounts times prices."""
    claimed: bool = False
    """Whether the figures are only what was claimed in public."""
    title: str = ""
    title_zh: str = ""
    locator: str = ""
    note: str = ""


class ImprovementsDocument(Strict):
    """A document of improvements."""

    discount: str | None = None
    """Rate of interest per year, such as `8 %`; no rate is assumed."""
    improvements: Annotated[list[Measure], Field(min_length=1)]


@dataclass(frozen=True)
class Money:
    """The money of a measure. [CNY, CNY per year]"""

    investment: float
    running: float
    saving: float | None


@dataclass(frozen=True)
class Improvements:
    """Checked measures with their locations.

    Attributes
    ----------
    document : Document
    discount : float
        [1 per year]
    measures : tuple of Measure
    money : tuple of Money
        Of each measure.
    """

    document: Document
    discount: float
    measures: tuple[Measure, ...]
    money: tuple[Money, ...]

    def location(self, number: int, *path: str | int) -> str:
        """Return the location of a part of a measure.

        Parameters
        ----------
        number : int
            Index of the measure.
        *path : str or int
            Keys below it.
        """
        return self.document.location(("improvements", number, *path))


def read_improvements(source: Any) -> Improvements:
    """Read and check a document of improvements.

    Parameters
    ----------
    source : path, mapping or Improvements
        A YAML or JSON file, or its content: `{discount: ..., improvements: [...]}`.

    Raises
    ------
    ImprovementsError
        With every problem: unknown keys, a change without an action, a value of the form that is not filled in …
    UsageError
        There is no such file.
    """
    if isinstance(source, Improvements):
        return source
    if isinstance(source, str | Path):
        document = read_yaml(source, ImprovementsError)
    elif isinstance(source, Mapping):
        document = Document("improvements", plain_data(source, "improvements", ImprovementsError))
    else:
        raise wrong_type("improvements", source, "a document of improvements", "Give a path or a mapping.")
    try:
        found = validate_document(ImprovementsDocument, document, ImprovementsError)
    except ImprovementsError as error:
        raise ImprovementsError(replace(problem, code="improvements") for problem in error.problems) from None
    problems = [Problem(document.location(path), what, cure, code="improvements") for path, what, cure in _faults(found)]
    if problems:
        raise ImprovementsError(problems)
    money = tuple(Money(_money(one.investment), _money(one.running), None if one.saving is None else _money(one.saving))
                  for one in found.improvements)  # fmt: skip
    return Improvements(document, percent(found.discount) or 0.0, tuple(found.improvements), money)


def percent(text: str | None) -> float | None:
    """Return a percentage as a part of 1; None if it has no `%` or is below zero.

    Parameters
    ----------
    text : str or None
        Such as `8 %`.

    Examples
    --------
    >>> percent("8 %"), percent("0.08")
    (0.08, None)
    """
    try:
        number, unit = split_quantity(text or "")
    except UnitError:
        return None
    return number / 100 if unit.strip() in ("%", "％") and number >= 0 else None


def quantity(text: str, kind: Unit) -> float | Fault:
    """Return a quantity in the unit of its kind, or what is wrong with the text.

    Parameters
    ----------
    text : str
        Such as `500 MWh`.
    kind : Unit
        Unit of the result.

    Examples
    --------
    >>> quantity("500 MWh", ENERGY), quantity("1.2万CNY", MONEY)
    (500.0, 12000.0)
    """
    cure = Message("Write it with its unit, such as 500 {unit}.", unit=kind.text)
    try:
        number, unit_text = split_quantity(text)
        unit = parse_unit(unit_text) if unit_text else None
    except UnitError as error:
        return error.what, error.cure
    if unit is None or unit.dimensions != kind.dimensions or not abs(number) < LARGEST:
        if unit is None:
            return Message("{text!r} has no unit.", text=text[:60]), cure
        what = Message("{text!r} measures {given}, and here it is {kind}.", text=text[:60], given=describe(unit.dimensions),
                       kind=describe(kind.dimensions))  # fmt: skip
        return what, cure
    return number * unit.factor / kind.factor


Fault = tuple[str, str]
Place = tuple[str | int, ...]


def _money(text: str | None) -> float:
    found = 0.0 if text is None else quantity(text, MONEY)
    assert isinstance(found, float)
    return found


def _faults(found: ImprovementsDocument) -> Iterator[tuple[Place, str, str]]:
    """Yield what is wrong beyond the types of values: where, what, and the cure."""
    if found.discount is None:
        what = Message("The rate of interest is not filled in.")
        yield ("discount",), what, Message("Write it in percent per year, such as 8 %.")
    elif percent(found.discount) is None:
        what = Message("{text!r} is no rate of interest.", text=found.discount[:60])
        yield ("discount",), what, Message("Write it in percent per year, such as 8 %.")
    names: dict[str, int] = {}
    for number, measure in enumerate(found.improvements):
        place: Place = ("improvements", number)
        if names.setdefault(measure.id, number) != number:
            what = Message("There are two improvements {name!r}.", name=measure.id)
            yield (*place, "id"), what, Message("Name each once.")
        for path, what_text, cure in (*_shape_faults(measure), *_money_faults(measure)):
            yield (*place, *path), what_text, cure


def _shape_faults(measure: Measure) -> Iterator[tuple[Place, str, str]]:
    if (measure.changes is None) == (measure.supply is None):
        what = Message("A measure has either `changes` or `supply`.")
        yield ("id",), what, Message("Keep one; state the other as a measure of its own.")
    for number, change in enumerate(measure.changes or ()):
        given = [name for name in ACTIONS if getattr(change, name) is not None]
        if len(given) != 1:
            what = Message("A change has one of `multiply`, `add` and `set`, and this one has {count}.", count=len(given))
            yield ("changes", number), what, Message("Fill in one of them; the mill's own figure is needed.")
        for name in set(given) & {"add", "set"}:
            try:
                split_quantity(getattr(change, name))
            except UnitError as error:
                yield ("changes", number, name), error.what, error.cure
    if measure.supply is None:
        return
    given = [name for name in ("on_site", "share") if getattr(measure.supply, name) is not None]
    if len(given) != 1:
        what = Message("A supply has one of `on_site` and `share`, and this one has {count}.", count=len(given))
        yield ("supply",), what, Message("Give the energy of a year, such as 500 MWh, or the share of the load, such as 50 %.")
        return
    share = percent(measure.supply.share)
    if measure.supply.on_site is not None:
        found = quantity(measure.supply.on_site, ENERGY)
        if not isinstance(found, float):
            yield ("supply", "on_site"), *found
        elif found <= 0:
            yield ("supply", "on_site"), Message("An energy of {value:g} is none.", value=found), Message("Give it above zero.")
    elif share is None or share == 0:
        what = Message("{text!r} is no share of the load.", text=str(measure.supply.share)[:60])
        yield ("supply", "share"), what, Message("Write it in percent, such as 50 %.")


def _money_faults(measure: Measure) -> Iterator[tuple[Place, str, str]]:
    if measure.investment is None:
        what = Message("The investment of {name!r} is not filled in.", name=measure.id)
        yield ("investment",), what, Message("Give the money of your offer, such as 800000 CNY; 0 CNY if there is none.")
    if measure.lifetime is None:
        what = Message("The lifetime of {name!r} is not filled in.", name=measure.id)
        yield ("lifetime",), what, Message("Give the years over which the investment is paid back, such as 10.")
    for name in ("investment", "running", "saving"):
        text = getattr(measure, name)
        found = 0.0 if text is None else quantity(text, MONEY)
        if not isinstance(found, float):
            yield (name,), *found
        elif found < 0 and name != "running":
            what = Message("{value:g} is below {low:g}.", value=found, low=0.0)
            yield (name,), what, Message("Give a number that is not smaller.")
