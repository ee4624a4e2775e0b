"""Parts of a checked rule as the calculation uses them: stages, properties, losses, flows and their default values.

Units are parsed, names are resolved to indices in flat lists, and numbers are in canonical units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from textile_pcf.io.localized import LocalizedText
from textile_pcf.messages.message import TranslatedText
from textile_pcf.methods import Method
from textile_pcf.rules.stated_values import Default
from textile_pcf.units import Conversion, Unit, convert, counted_dimensions

PRODUCT = -1  # stage index of the properties of the product itself


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
        fits = unit.dimensions == ratio.dimensions and (unit.dimensions or self._counts(unit))
        return Conversion(unit.factor) if fits else None

    def _counts(self, unit: Unit) -> bool:
        """Whether a plain number is per cent, or a ratio of what the flow counts: g/kg of a mass, but not mL/L."""
        counted = counted_dimensions(unit)
        return counted is None or counted == self.unit.dimensions


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


QuantitySpec = PropertySpec | LossSpec | FlowSpec
"""A quantity of a rule: what activity data give or the rule completes."""
