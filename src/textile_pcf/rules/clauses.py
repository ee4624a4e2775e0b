"""Models of what a rule states beside its stages: clauses in words, requirements on data, validity, and who verified it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from textile_pcf.errors import InvalidValueError
from textile_pcf.io.documents import Strict
from textile_pcf.io.localized import Text
from textile_pcf.messages.message import Message

Topic = Literal["unit", "boundary", "cutoff", "allocation", "data", "scenarios", "reporting", "validity"]
TOPICS: tuple[Topic, ...] = ("unit", "boundary", "cutoff", "allocation", "data", "scenarios", "reporting", "validity")
ClauseStatus = Literal["ours", "interpreted", "read"]


def _iso_date(value: Any) -> Any:
    if isinstance(value, str | int | float):  # pydantic takes a number for seconds since 1970
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            what = Message("{text!r} is not a date.", text=str(value)[:60])
            raise InvalidValueError(what, "Write year-month-day, as in 2026-01-01.") from None
    return value


IsoDate = Annotated[date, BeforeValidator(_iso_date)]


class Grounded(Strict):
    """What a statement rests on."""

    status: ClauseStatus = "interpreted"
    """`read`: so says a text that was read; `interpreted`: what was read about it leads here; `ours`: a choice of the rule."""
    source: str | None = None
    """Key in `sources`; needed unless the status is `ours`."""
    locator: str | None = None
    """Clause, table or page in the source."""


class Clause(Grounded):
    """One statement of the rule in words."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_\-]*$", max_length=64)]
    """Name of the clause, by which reviewers and extending rules refer to it."""
    text: Text
    """What is stated."""


class DataRequirements(Grounded):
    """What the mill must know from its own records."""

    primary: list[str] = []
    """Flows and losses (`stage.flow`) that must not be values of the rule where their stage takes place; else a warning."""
    primary_mass_share: Annotated[float, Field(gt=0, le=100)] | None = None
    """Percentage of the mass of the materials that must be primary data."""
    period_months: Annotated[int, Field(ge=1, le=120)] | None = None
    """Number of consecutive months that the data cover."""
    note: Text | None = None
    """What else is required."""


class Validity(Grounded):
    """How long a result under the rule may be used."""

    months: Annotated[int, Field(ge=1, le=120)]
    """Number of months from the day of issue."""
    review: Literal["yearly"] | None = None
    """How often the result is looked at again within that time."""


class QualityLimit(Grounded):
    """Limit of the data quality rating of a result."""

    max_dqr: Annotated[float, Field(ge=1, le=5)]
    """Worst rating that is accepted, 1 best to 5."""


class Verified(Strict):
    """Who compared the rule with the text of the standard, as its authors declare it."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the document that was read."""
    edition: str
    """Edition of the standard that was read."""
    reviewer: str
    """Who compared it."""
    date: IsoDate
    """When."""


class Clauses(Strict):
    """Statements of the rule by topic."""

    unit: list[Clause] = []
    """Functional or declared unit."""
    boundary: list[Clause] = []
    """What is inside, what is left out, and why."""
    cutoff: list[Clause] = []
    """What may be left out because it is small."""
    allocation: list[Clause] = []
    """How burdens are shared between products."""
    data: list[Clause] = []
    """Which data are required, and how good they must be."""
    scenarios: list[Clause] = []
    """Stages outside the gate."""
    reporting: list[Clause] = []
    """What must be reported with a result."""
    validity: list[Clause] = []
    """How long a result holds."""

    def of(self, topic: Topic) -> list[Clause]:
        """Return the clauses of a topic."""
        clauses: list[Clause] = getattr(self, topic)
        return clauses

    def all(self) -> list[Clause]:
        """Return the clauses of all topics in order."""
        return [clause for topic in TOPICS for clause in self.of(topic)]
