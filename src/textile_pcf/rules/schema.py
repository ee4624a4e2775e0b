"""Models of a rule file: what may be written in it, with values and units as written. The JSON Schema is made of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from textile_pcf.errors import InvalidValueError
from textile_pcf.io.documents import Source, Strict
from textile_pcf.io.localized import LocalizedText, Text
from textile_pcf.messages.message import Message
from textile_pcf.rules.clauses import Clauses, DataRequirements, IsoDate, QualityLimit, Validity, Verified
from textile_pcf.rules.method_schema import Allocation, Boundaries, Boundary, FactorAge, Identifier, StageBoundary
from textile_pcf.rules.spread_schema import SPREAD_SCHEMA, Spread

RESERVED = frozenset({"product", "share", "output", "input", "loss", "mass", "cutoff"})
MASS_DRIVERS = ("output", "input", "loss")

Group = Literal["raw_material", "production", "distribution", "use", "end_of_life"]
GwpSet = Literal["AR4", "AR5", "AR6", "EF3.1"]
Biogenic = Literal["minus_one_plus_one", "zero_zero"]


class Entry(Spread):
    """One number of a chosen default, with its own source where the entries do not share one."""

    value: float
    """Magnitude, in the unit of the quantity."""
    source: str | None = None
    """Key in `sources`."""
    locator: str | None = None
    """Table, clause or page in the source."""


def _entry(value: Any) -> Any:
    return {"value": value} if isinstance(value, (int, float)) and not isinstance(value, bool) else value


AnyEntry = Annotated[Entry, BeforeValidator(_entry)]


class ChosenDefault(Strict):
    """A default that another property chooses: by its option, or by the range of its value."""

    by: str
    """The property that chooses."""
    words: dict[str, AnyEntry] = {}
    """Value for each option of a choice."""
    upto: dict[float, AnyEntry] = {}
    """Value up to each bound, inclusive, bounds ascending and in the property's unit; `.inf` for all above."""
    below: dict[float, AnyEntry] = {}
    """Value below each bound, which itself belongs to the next one; alone or beside `upto`."""

    @property
    def has_ranges(self) -> bool:
        """Whether the entries are ranges of a number."""
        return bool(self.upto or self.below)

    @model_validator(mode="after")
    def _check_one_table(self) -> ChosenDefault:
        if bool(self.words) == self.has_ranges:
            raise InvalidValueError(
                "Either options or ranges (`upto`, `below`) must be given, not both.",
                "Give a value for each option, or `upto` or `below` with a value for each bound.",
            )
        return self


def _chosen(value: Any) -> Any:
    if isinstance(value, dict) and "words" not in value:
        known = {key: value[key] for key in ("by", "upto", "below") if key in value}
        options = {key: entry for key, entry in value.items() if key not in known}
        return {**known, "words": options} if options else known
    return value


_CHOSEN_SCHEMA = {
    "type": "object",
    "required": ["by"],
    "properties": {"by": {"type": "string"}, "upto": {"type": "object"}, "below": {"type": "object"}},
    "additionalProperties": {
        "anyOf": [
            {"type": "number"},
            {"type": "object", "required": ["value"], "properties": {"value": {"type": "number"}, **SPREAD_SCHEMA}},
        ]
    },
}
AnyChosen = Annotated[ChosenDefault, BeforeValidator(_chosen), WithJsonSchema(_CHOSEN_SCHEMA)]


Value = float | str | AnyChosen
Plausible = tuple[float, float] | tuple[float, float, str]


class Quantity(Spread):
    """A number with a unit: given by the activity data, cited here, or computed by a named method."""

    unit: str | None = None
    """Unit of `value` and `plausible`; activity data may use any unit of the same dimension."""
    value: Value | None = None
    """The default: a number, the id of a property, or a default chosen by a property."""
    source: str | None = None
    """Key in `sources`."""
    locator: str | None = None
    """Table, clause or page in the source."""
    optional: bool = False
    """Need not be given."""
    plausible: Plausible | None = None
    """Lowest and highest plausible amount, and their unit where it is another; outside it a warning is given."""
    title: Text | None = None
    """Name for reports."""
    note: Text | None = None
    """What to measure and how; shown where the number is missing."""


def _choice_tag(value: Any) -> str:
    """Return the tag of the layout in which a choice is written, so that mistakes are reported for this layout only."""
    return "[names]" if isinstance(value, dict) else "[words]"


Options = Annotated[
    Annotated[list[str], Tag("[words]")] | Annotated[dict[str, Text], Tag("[names]")], Discriminator(_choice_tag)
]


class Property(Quantity):
    """A quantity that is neither a loss nor a flow: grammage, count, loom, hours."""

    choice: Options | None = None
    """The options: a list, or each with its name, `{en, zh}`; activity data give the chosen one in the column `item`."""
    method: str | None = None
    """The named method that computes it when it is not given."""
    inputs: dict[str, str] = {}
    """Input of the method: the property it takes, where the names differ."""

    @property
    def options(self) -> dict[str, LocalizedText | None]:
        """Options of a choice in order, each with its name where it has one."""
        if isinstance(self.choice, dict):
            return dict(self.choice)
        return dict.fromkeys(self.choice or ())


class Loss(Quantity):
    """A loss of mass in a stage. Without a value the mill must give it."""

    id: Identifier
    """Name of the loss within its stage."""
    basis: Literal["input", "output", "ratio"]
    """input: in = out/(1-x). output: in = out·(1+x). ratio: in = out·x."""


class Matching(Strict):
    """How far the search for an emission factor may fall back."""

    forbid: list[str] = []
    """Regions, or the steps `country` and `group`, that must not be used."""


class Flow(Quantity):
    """A flow of a stage: value × drivers × emission factor."""

    per: str | list[str] = "output"
    """What the value is multiplied by: output, input, loss, product, a property, or several of them."""
    factor: str | None = None
    """Item of the emission factor when the activity row names none."""
    kind: str = "life_cycle"
    """Kind of emission factor that may stand here."""
    category: str | None = None
    """Category an activity row's item must come from."""
    group: Group | None = None
    """Reported under this group instead of the stage's."""
    sign: Literal["positive", "any"] = "positive"
    """`any` where a negative amount makes sense."""
    matching: Matching | None = None
    """Fallback of this flow, in addition to the rule's."""
    required: bool = False
    """Belongs to a complete result: if no row gives it, the result lists it as open. For optional flows."""
    required_if: list[str] = []
    """As `required`, where one of these has an amount: flows (`id` of the stage, `stage.flow`) or stages."""
    excludable: bool = False
    """A row `cutoff` may leave it out although it is neither optional nor has a value."""
    allocated: bool = True
    """false: stays whole where a stage further on shares emissions with co-products."""
    balance: Annotated[list[str], Field(min_length=1)] | None = None
    """Categories of flows that bring or give off biogenic carbon of the product, up to this stage: what this flow takes up is
    the CO2 of the carbon that leaves, less what they carry already. It has no value and no row."""


class Stage(Strict):
    """A unit process; stages are listed in the direction of the material."""

    id: Identifier
    """Name of the stage."""
    title: Text | None = None
    """Name for reports."""
    note: Text | None = None
    """What belongs to the stage."""
    group: Group = "production"
    """Life-cycle group under which reports sum its emissions."""
    scope: Literal["product", "component"] = "product"
    """`component`: once per fibre of a blend; these stages come first."""
    optional: bool = False
    """Takes place only when an activity row names it."""
    required: bool = False
    """An optional stage that belongs to a complete result: if no row names it, the result lists it as open."""
    required_if: list[str] = []
    """As `required`, where one of these has an amount: flows (`stage.flow`) or stages."""
    boundary: StageBoundary = "inside"
    """`outside`: mass passes unchanged and contributions are memo only. A list: the boundaries that hold the stage."""
    allocation: Allocation | None = None
    """Emissions up to and at the stage that its co-products carry."""
    region: str | None = None
    """Region of its flows when no activity row says."""
    properties: dict[Identifier, Property] = {}
    """Quantities of the stage."""
    losses: list[Loss] = []
    """Losses of mass, in the direction of the material."""
    flows: dict[Identifier, Flow] = {}
    """What the stage takes and gives off."""

    @model_validator(mode="after")
    def _add_allocation(self) -> Stage:
        """Add the quantities of the allocation to those that activity data may give."""
        for name, written in (self.allocation.properties() if self.allocation else {}).items():
            if name in self.properties:
                what = Message("{name!r} is a name of the allocation.", name=name)
                raise InvalidValueError(what, "Choose another id for the property.")
            self.properties[name] = Property.model_validate(written)
        return self


class Product(Strict):
    """The product: its unit, from which masses are solved backwards, and its properties."""

    unit: str
    """The declared or functional unit; property `mass` is required where it is not a mass."""
    properties: dict[Identifier, Property] = {}
    """Quantities of the product; `mass`, `grammage` and `width` turn results into other units."""


class Basis(Strict):
    """A standard that the rule follows, and how much of it was read."""

    standard: str
    """Its number and name."""
    access: Literal["text", "contents", "abstract", "news", "secondary"]
    """What was read of it."""
    note: Text | None = None
    """What was taken from it."""


class Electricity(Strict):
    """How electricity bought under contracts counts, when a supply table lists the contracts."""

    declared: Literal["location_based", "market_based"] = "location_based"
    """The total that is declared; the other is reported with it."""


class Cutoff(Strict):
    """Flows that may be left out, as a part of the result."""

    single: str | None = None
    """Limit for each flow, for example `1 %`."""
    total: str | None = None
    """Limit for all flows together, for example `5 %`."""
    note: Text | None = None
    """Where the limits come from."""


class Alternative(Strict):
    """A group of stages and flows of which a product takes exactly one."""

    one_of: Annotated[list[str], Field(min_length=2)]
    """Stages (`id`) and flows (`stage.flow`)."""
    note: Text | None = None
    """What the choice is about."""


def _edition(value: Any) -> Any:
    if isinstance(value, (int, float)):
        raise InvalidValueError(
            "An edition is text, or 2026.10 would read as 2026.1.", Message('Write it in quotes: "{value}".', value=value)
        )
    return value


Edition = Annotated[str, BeforeValidator(_edition), AfterValidator(str.strip), Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]*$")]


class RuleDocument(Strict):
    """A product category rule: one published edition."""

    rule: Identifier
    """Name of the rule."""
    edition: Edition
    """Name of the edition, in quotes."""
    status: Literal["interpretation", "verified", "own"] = "own"
    """`interpretation` where the text of the standard was not read; never claim more."""
    verified: Verified | None = None
    """What was read, by whom and when; needed where the status is `verified`, and shown as declared by the authors."""
    title: Text | None = None
    """Name for reports."""
    note: Text | None = None
    """What a reader must know before using the rule."""
    valid_from: IsoDate | None = None
    """The newest edition by this date is the default."""
    based_on: list[Basis] = []
    """Standards the rule follows."""
    boundary: Boundaries = "cradle_to_gate"
    """What the result covers; of a list a calculation chooses one, the first if nobody does."""
    gwp: GwpSet = "AR6"
    """Set of global warming potentials."""
    biogenic: Biogenic = "minus_one_plus_one"
    """Whether biogenic CO2 counts -1 when taken up and +1 when given off, or 0 and 0."""
    cutoff: Cutoff = Cutoff()
    """Cut-off criteria."""
    max_factor_age: FactorAge | None = None
    """Years between the activity data and an emission factor, beyond which there is a warning."""
    electricity: Electricity = Electricity()
    """Which total counts when electricity is bought under contracts."""
    clauses: Clauses = Clauses()
    """What the rule states in words, by topic, each clause with its status and source."""
    data_requirements: DataRequirements | None = None
    """What the mill must know from its own records."""
    quality: QualityLimit | None = None
    """Limit of the data quality rating."""
    validity: Validity | None = None
    """How long a result may be used."""
    sources: dict[str, Source] = {}
    """Everything that numbers are cited from."""
    units: dict[str, str] = {}
    """Units of its own, such as `bale: 217.7 kg`; known in the rule and in activity data under it."""
    product: Product
    """The product."""
    stages: Annotated[list[Stage], Field(min_length=1)]
    """Stages in the direction of the material; masses are solved backwards from the product."""
    alternatives: list[Alternative] = []
    """Groups of stages and flows of which exactly one is taken."""
    matching: Matching = Matching()
    """Fallback allowed when emission factors are searched."""

    @property
    def boundaries(self) -> tuple[Boundary, ...]:
        """The boundaries that the rule offers; the first is the default."""
        return tuple(self.boundary) if isinstance(self.boundary, list) else (self.boundary,)
