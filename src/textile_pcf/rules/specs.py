"""Parts of a checked rule as the calculation uses them: stages, properties, losses, flows and their default values.

Units are parsed, names are resolved to indices in flat lists, and numbers are in canonical units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.io.localized import LocalizedText
from textile_pcf.messages.message import TranslatedText
from textile_pcf.methods import Method
from textile_pcf.units import Conversion, Unit, convert

PRODUCT = -1  # stage index of the properties of the product itself


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a number of the rule comes from.

    Attributes
    ----------
    source : str
        Key in `sources` of the rule.
    locator : str
        Table, clause or page in the source.
    """

    source: str
    locator: str


DQ_AXES = ("technology", "geography", "time", "precision")


@dataclass(frozen=True, slots=True)
class StatedSpread:
    """How far a number of the rule may be from the true one.

    Attributes
    ----------
    gsd : float
        Geometric standard deviation; NaN where none is stated. [1]
    low, high : float
        Bounds; NaN where none are stated. [canonical unit of the number]
    ratings : tuple of float
        Data quality of technology, geography, time and precision, 1 (best) to 5; NaN where not stated.
    """

    gsd: float
    low: float
    high: float
    ratings: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Default:
    """A default value of the rule: a number, another property's value, or numbers of which a property chooses one.

    Attributes
    ----------
    values : array, shape (entries,)
        Values in canonical units; NaN where an option of the choosing property has none.
    citations : tuple of Citation, one per entry
        Source of each value.
    by : int
        Index of the property that chooses the entry; -1 when there is one entry.
    bounds : array, shape (entries,), or None
        Upper bounds in the canonical unit of `by`; None when `by` is a choice and entries follow its options.
    exclusive : array of bool, shape (entries,), or None
        Whether a bound itself belongs to the next entry; None when no bound does.
    reference : int
        Index of the property whose value is taken, times `values`; -1 when the value is a number.
    spreads : tuple of StatedSpread or None, one per entry
        Spread of each number; empty where the value is no number.
    """

    values: FloatArray
    citations: tuple[Citation, ...] = ()
    by: int = -1
    bounds: FloatArray | None = None
    reference: int = -1
    spreads: tuple[StatedSpread | None, ...] = ()
    exclusive: BoolArray | None = None

    def entry(self, by: FloatArray) -> IndexArray:
        """Return the entry that each value of the choosing property selects.

        Parameters
        ----------
        by : array, shape (n,)
            Values of the choosing property: a number in its canonical unit, or the index of an option; NaN where unknown.

        Returns
        -------
        array of int, shape (n,)
            Index in `values`; -1 where no entry applies or the entry has no value.

        Examples
        --------
        >>> Default(np.array([0.1, 0.2]), bounds=np.array([10.0, np.inf])).entry(np.array([10.0, 11.0, np.nan]))
        array([ 0,  1, -1])
        >>> Default(np.array([0.1, 0.2]), bounds=np.array([10.0, 20.0]), exclusive=np.array([True, False])).entry(
        ...     np.array([10.0, 20.0])
        ... )
        array([1, 1])
        """
        is_known = ~np.isnan(by)
        if self.bounds is None:
            index = np.where(is_known, by, -1).astype(np.intp)
        else:
            bounds = self.bounds
            if self.exclusive is not None:  # the largest number below a bound is the last one that the entry holds
                bounds = np.where(self.exclusive, np.nextafter(bounds, -np.inf), bounds)
            index = np.searchsorted(bounds, np.where(is_known, by, np.inf))
        index = np.where(is_known & (index < len(self.values)), index, -1)
        return np.where(np.isnan(np.append(self.values, np.nan)[index]), -1, index)


@dataclass(frozen=True, slots=True)
class PropertySpec:
    """A property of the product or of a stage, such as a grammage, a count or the kind of loom.

    Attributes
    ----------
    index : int
        Index in `RuleSet.properties`.
    id : str
        Id of the property, as in the column `flow` of activity data.
    stage : int
        Index of the stage; `PRODUCT` for a property of the product.
    unit : Unit
        Unit in which the rule states the property.
    component : bool
        Whether each component of a blend has a value of its own.
    optional : bool
        Whether it need not be given.
    choice : tuple of str
        Options of a choice; empty for a number.
    default : Default or None
        Value of the rule.
    method : Method or None
        Named method that computes the property when it is not given.
    inputs : mapping of str to int
        Index of the property that each input of the method takes.
    plausible : tuple of float, or None
        Lowest and highest plausible value. [canonical unit]
    titles : tuple of LocalizedText or None, one per option
        Name of each option; None where the rule has none.
    """

    index: int
    id: str
    stage: int
    unit: Unit
    component: bool
    optional: bool
    choice: tuple[str, ...] = ()
    default: Default | None = None
    method: Method | None = None
    inputs: Mapping[str, int] = field(default_factory=dict)
    plausible: tuple[float, float] | None = None
    titles: tuple[LocalizedText | None, ...] = ()

    @property
    def options_text(self) -> TranslatedText:
        """The options of a choice as a list, in Chinese with their names, for messages."""
        return TranslatedText(", ".join(self.choice), "、".join(map(self.option_in_chinese, self.choice)))

    def option_title(self, option: str, language: str = "en") -> str:
        """Return the name of an option in a language; the option itself where the rule has no name for it.

        Examples
        --------
        >>> from textile_pcf.rules import load_rules
        >>> loom = next(spec for spec in load_rules("cotton_fabric@2026.1").properties if spec.id == "loom")
        >>> loom.option_title("air_jet"), loom.option_title("air_jet", "zh"), loom.option_title("by hand", "zh")
        ('Air jet', '喷气', 'by hand')
        """
        title = self.titles[self.choice.index(option)] if option in self.choice else None
        return title.text(language) if title else option

    def option_in_chinese(self, option: str) -> str:
        """Return an option followed by its Chinese name in brackets, where it has one.

        Examples
        --------
        >>> from textile_pcf.rules import load_rules
        >>> loom = next(spec for spec in load_rules("cotton_fabric@2026.1").properties if spec.id == "loom")
        >>> loom.option_in_chinese("air_jet")
        'air_jet（喷气）'
        """
        title = self.option_title(option, "zh")
        return option if title == option else f"{option}（{title}）"

    def option_index(self, text: str) -> int:
        """Return the index of the option that a text names, as an id or by its name in either language; -1 for no option.

        Examples
        --------
        >>> from textile_pcf.rules import load_rules
        >>> loom = next(spec for spec in load_rules("cotton_fabric@2026.1").properties if spec.id == "loom")
        >>> loom.option_index("rapier"), loom.option_index("剑杆"), loom.option_index("Air jet"), loom.option_index("by hand")
        (3, 3, 1, -1)
        """
        if text in self.choice:
            return self.choice.index(text)
        name = text.casefold()
        for index, title in enumerate(self.titles):
            if title and name in (title.en.casefold(), (title.zh or title.en).casefold()):
                return index
        return -1


def comparison_key(option: str) -> str:
    """Return an option or its name without capitals, blanks and underscores, so that spellings can be compared.

    Examples
    --------
    >>> comparison_key("T 恤"), comparison_key("Air_Jet")
    ('t恤', 'airjet')
    """
    return "".join(option.casefold().replace("_", " ").split())


@dataclass(frozen=True, slots=True)
class LossSpec:
    """A loss of mass in a stage. [kg/kg]

    Attributes
    ----------
    index : int
        Index in `RuleSet.losses`.
    id : str
        Id of the loss within its stage.
    stage : int
        Index of the stage.
    unit : Unit
        Unit in which the rule states the loss.
    basis : str
        `input`: in = out / (1 - x); `output`: in = out · (1 + x); `ratio`: in = out · x.
    optional : bool
        Whether it need not be given.
    default : Default or None
        Value of the rule.
    plausible : tuple of float, or None
        Lowest and highest plausible value. [kg/kg]
    """

    index: int
    id: str
    stage: int
    unit: Unit
    basis: str
    optional: bool
    default: Default | None
    plausible: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class FlowSpec:
    """A flow of a stage: value × drivers × emission factor.

    Attributes
    ----------
    index : int
        Index in `RuleSet.flows`.
    id : str
        Id of the flow within its stage.
    stage : int
        Index of the stage.
    unit : Unit
        Unit of what is counted, such as kWh.
    ratio_unit : Unit
        Unit of the value: `unit` per unit of each driver, such as kWh/kg.
    drivers : tuple of str or int
        What multiplies the value: `output`, `input`, `loss`, `product`, or the index of a property.
    optional : bool
        Whether it need not be given.
    default : Default or None
        Value of the rule. [canonical unit of `ratio_unit`]
    factor : str or None
        Item of the emission factor where activity data name none.
    kind : str
        Kind of emission factor: a value of the column `kind`.
    category : str or None
        Category that the item of the emission factor must have.
    group : str
        Life-cycle group under which emissions are reported.
    any_sign : bool
        Whether negative amounts are allowed.
    forbid : tuple of str
        Regions and fallback steps (`country`, `group`) that the search for a factor must not use.
    plausible : tuple of float, or None
        Lowest and highest plausible value. [canonical unit of `ratio_unit`]
    expected : bool
        Whether it belongs to a complete result although it is optional.
    conditions : tuple of (str, int)
        Flows and stages, (`flow` or `stage`, index); where one of them has an amount, the flow is expected.
    excludable : bool
        Whether a row `cutoff` may leave it out although it must be given.
    allocated : bool
        Whether it is shared with co-products of stages further on.
    balance : tuple of int
        Flows whose biogenic carbon this flow balances, indices of `RuleSet.flows`; empty for all other flows.
    """

    index: int
    id: str
    stage: int
    unit: Unit
    ratio_unit: Unit
    drivers: tuple[str | int, ...]
    optional: bool
    default: Default | None
    factor: str | None
    kind: str
    category: str | None
    group: str
    any_sign: bool
    forbid: tuple[str, ...]
    plausible: tuple[float, float] | None
    expected: bool = False
    conditions: tuple[tuple[str, int], ...] = ()
    excludable: bool = False
    allocated: bool = True
    balance: tuple[int, ...] = ()

    def conversion(self, unit: Unit, ratio_unit: Unit | None = None) -> Conversion | None:
        """Return the conversion of amounts in a unit to canonical values of the flow.

        Both ways to write an amount mean the same: 1.2 kWh of a flow per kg, and 1.2 kWh/kg. A total of a period, which has the
        unit kWh as well, says so in the column `per`.

        Parameters
        ----------
        unit : Unit
            Unit of the amounts: that of the flow itself (kWh) or of its value (kWh/kg).
        ratio_unit : Unit, optional
            Unit of the value where it is not the flow's own `ratio_unit`.

        Returns
        -------
        Conversion or None
            None when the unit fits neither.
        """
        ratio = self.ratio_unit if ratio_unit is None else ratio_unit
        to_flow_unit = convert(unit, self.unit)
        if to_flow_unit is not None and not to_flow_unit.inverse:
            return Conversion(to_flow_unit.factor * ratio.factor)
        return Conversion(unit.factor) if unit.dimensions == ratio.dimensions else None


@dataclass(frozen=True, slots=True)
class AllocationSpec:
    """How a stage shares emissions between the product and its co-products.

    Attributes
    ----------
    share : int
        Index of the property that gives the part of the product.
    masses : tuple of int
        Indices of the properties with the mass of each co-product per mass of the product; empty where the share is cited.
    prices : tuple of int
        Indices of the properties with their prices; empty unless the allocation is economic.
    price : int
        Index of the property with the price of the product, -1 unless the allocation is economic.
    """

    share: int
    masses: tuple[int, ...] = ()
    prices: tuple[int, ...] = ()
    price: int = -1


@dataclass(frozen=True, slots=True)
class StageSpec:
    """A stage of the product system.

    Attributes
    ----------
    index : int
        Index in `RuleSet.stages`, in the direction of the material.
    id : str
        Id of the stage.
    component : bool
        Whether the stage takes place once per component of a blend.
    outside : bool
        Whether the stage lies outside the system boundary, so that its emissions are memo items.
    optional : bool
        Whether it takes place only when activity data name it.
    group : str
        Life-cycle group under which emissions are reported.
    region : str
        Region where activity data name none; may be empty.
    losses : tuple of int
        Indices of its losses in `RuleSet.losses`.
    flows : tuple of int
        Indices of its flows in `RuleSet.flows`.
    expected : bool
        Whether it belongs to a complete result although it is optional.
    conditions : tuple of (str, int)
        Flows and stages, (`flow` or `stage`, index); where one of them has an amount, the stage is expected.
    allocation : AllocationSpec or None
        Sharing of emissions with co-products.
    """

    index: int
    id: str
    component: bool
    outside: bool
    optional: bool
    group: str
    region: str
    losses: tuple[int, ...]
    flows: tuple[int, ...]
    expected: bool = False
    conditions: tuple[tuple[str, int], ...] = ()
    allocation: AllocationSpec | None = None
