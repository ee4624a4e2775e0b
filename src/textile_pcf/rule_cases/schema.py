"""Content of a worked case: the models behind its JSON Schema. Numbers are still as a person wrote them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, WithJsonSchema

from textile_pcf.activity import COLUMNS
from textile_pcf.factors.table import COLUMNS as FACTOR_COLUMNS
from textile_pcf.io.documents import Strict

ONE, SEVERAL = "[one]", "[several]"
_CELL = {"type": ["string", "number", "boolean", "null"]}


def _rows_of(columns: tuple[str, ...]) -> dict[str, Any]:
    """JSON Schema of rows with these columns. Other keys are reported when the case is run."""
    return {"type": "object", "properties": dict.fromkeys(columns, _CELL), "additionalProperties": _CELL}


_FACTORS = {
    "anyOf": [
        {"type": "array", "items": {"anyOf": [{"type": "string"}, _rows_of(FACTOR_COLUMNS)]}},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "additionalProperties": {"type": "array", "items": _rows_of(FACTOR_COLUMNS)}},
        {"type": "null"},
    ]
}
Row = Annotated[dict[str, Any], WithJsonSchema(_rows_of(COLUMNS))]
Factors = Annotated[list[Any] | dict[str, Any] | None, WithJsonSchema(_FACTORS)]


class Masses(Strict):
    """Masses of a stage. [kg per product unit]"""

    input: float | None = None
    """What goes in."""
    output: float | None = None
    """What comes out."""
    loss: float | None = None
    """What is lost."""


class MassesOf(Masses):
    """Masses of one stage and fibre."""

    stage: str
    """Id of the stage."""
    component: str = ""
    """The fibre; empty for all of them, or in a common stage."""
    product: str | None = None
    """The product; the first where none is named."""


class Expected(Strict):
    """What was worked out of one product, by the keys of its JSON result; what is not named is not compared."""

    product: str | None = None
    """Its id."""
    unit: str | None = None
    """What the result is per."""
    total: float | None = None
    """The footprint. [kg CO2e per `unit`]"""
    headline: dict[str, float] = {}
    """excluding, including: without and with biogenic CO2 removals. [kg CO2e per `unit`]"""
    stages: dict[str, float] = {}
    """Of each stage. [kg CO2e per `unit`]"""
    groups: dict[str, float] = {}
    """Of each life-cycle stage. [kg CO2e per `unit`]"""
    split: dict[str, float] = {}
    """fossil, biogenic, uptake, land_use_change. [kg CO2e per `unit`]"""
    aircraft: float | None = None
    """Of aircraft; part of fossil. [kg CO2e per `unit`]"""
    by_component: dict[str, float] = {}
    """Of each fibre, and of the common stages under "". [kg CO2e per `unit`]"""
    masses: dict[str, Masses] = {}
    """Of each stage. [kg per `unit`]"""
    memo: dict[str, float] = {}
    """Of stages outside the boundary, not in the total. [kg CO2e per `unit`]"""
    carbon_content: dict[str, float | None] = {}
    """Carbon that leaves with the product. [kg per `unit`]"""
    beside: dict[str, float] = {}
    """Totals by the other accounting of electricity. [kg CO2e per `unit`]"""
    boundaries: dict[str, float] = {}
    """Totals under the boundaries of the rule. [kg CO2e per `unit`]"""
    gwp_sets: dict[str, float] = {}
    """Part of the gross emissions under each set of global warming potentials. [1]"""
    cutoff: dict[str, Any] = {}
    """What is left out, and what is open; shares are parts of 1."""
    warnings: list[str] = []
    """All its warnings, word for word."""


def layout_of_expected(value: Any) -> str:
    """Return `ONE` if the expected values are those of one product, `SEVERAL` if they are given by product id."""
    if not isinstance(value, dict) or not value or set(value) & set(Expected.model_fields):
        return ONE
    inner = [set(each) & set(Expected.model_fields) for each in value.values() if isinstance(each, dict)]
    return SEVERAL if len(inner) == len(value) and any(inner) else ONE


AnyExpected = Annotated[
    Annotated[Expected, Tag(ONE)] | Annotated[dict[str, Expected], Tag(SEVERAL)], Discriminator(layout_of_expected)
]


class Options(Strict):
    """How it is calculated, as on the command line."""

    gwp: Literal["AR4", "AR5", "AR6", "EF3.1"] | None = None
    """Set of global warming potentials; the rule's where none is named."""
    biogenic: Literal["minus_one_plus_one", "zero_zero"] | None = None
    """Convention for biogenic CO2; the rule's where none is named."""
    boundary: Literal["cradle_to_gate", "gate_to_gate", "cradle_to_grave"] | None = None
    """One of the boundaries that the rule offers; its first where none is named."""
    unit: str | None = None
    """Unit of the product that results refer to, such as m2."""
    supply: str | list[Row] | None = None
    """Supply table of the sites: its rows, or its path from this file."""


class CaseDocument(Strict):
    """One worked case."""

    name: Annotated[str, Field(min_length=1)]
    """What it shows, in a few words; a name stands once in a file."""
    rule: str | dict[str, Any] | None = None
    """Shipped `name` or `name@edition`, a path from this file, or the rule itself; `X.yaml` beside `X_cases.yaml` where none
    is named."""
    rows: Annotated[list[Row], Field(min_length=1)]
    """Activity data as a mill writes them; product P where none is named."""
    factors: Factors = None
    """`{item: "0.5 kgCO2e/kWh"}`, a list of rows, several tables `{mine: [rows], second: [rows]}` in the order asked, or a list
    of names and paths; the shipped table `default` where there are none."""
    options: Options = Options()
    """How it is calculated."""
    tolerance: str | float | None = None
    """How far a figure may be from the one worked out, as a part of it, such as `0.1 %`; 1e-9 where nothing is said."""
    work: str | float = ""
    """The arithmetic, for a person with a pocket calculator."""
    tags: list[str] = []
    """Words to find it by."""
    expect: AnyExpected | None = None
    """What was worked out; for several products one entry for each id."""
    expect_lines: list[dict[str, Any]] = []
    """Lines of the sum: stage, flow, item … that name one, and the columns it must have."""
    expect_masses: list[MassesOf] = []
    """Masses of a stage and fibre."""
    expect_warnings: list[str] = []
    """Words that a warning must have, English or Chinese."""
    expect_error: list[str] = []
    """Words that the messages must have, English or Chinese: the rows must be refused."""
