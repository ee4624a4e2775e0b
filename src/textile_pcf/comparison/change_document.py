"""Content of a change file: scenarios, each an ordered list of changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from textile_pcf.errors import InputError, Problem, wrong_type
from textile_pcf.io.documents import Strict, validate_document
from textile_pcf.io.plain_data import plain_data
from textile_pcf.io.strict_yaml import Document, read_yaml
from textile_pcf.messages.message import Message, sentences
from textile_pcf.messages.suggestion import did_you_mean

UNNAMED = "scenario"
"""Name of a scenario that is given as a list of changes."""
Year = Annotated[int, Field(ge=1900, le=2200)]


class Place(Strict):
    """Where a change applies: rows, and values of the rule, that have all that is named."""

    product: str | None = None
    """Id of the product; all products otherwise."""
    stage: str | None = None
    """Id of the stage, or `product`."""
    component: str | None = None
    """Fibre."""
    flow: str | None = None
    """Id of the flow, property or loss."""
    item: str | None = None
    """Item of the emission factor."""

    def text(self) -> str:
        """Return the place as text, such as `dyeing.electricity`."""
        parts = [self.product, self.stage, self.component, self.flow, self.item]
        return ".".join(part for part in parts if part is not None)


class _Change(Strict):
    note: str = ""
    """Why, for the reader."""


class SetAmount(_Change):
    """Another amount; a row is made where the rule fills in."""

    change: Literal["set"]
    at: Place
    amount: float | str
    """`7 kWh/kg`, or a number with `unit`."""
    unit: str = ""
    """Unit of the amount."""


class ScaleAmount(_Change):
    """The amount in use, given or the rule's, times a number; its bounds with it."""

    change: Literal["scale"]
    at: Place
    by: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ReplaceItem(_Change):
    """Another emission factor."""

    change: Literal["replace"]
    at: Place
    item: str


class MoveRegion(_Change):
    """Another region of rows; without flow, component or item, of the stage or product."""

    change: Literal["region"]
    at: Place = Place()
    to: str


class MoveYear(_Change):
    """Another year of rows; without flow, component or item, of the stage or product."""

    change: Literal["year"]
    at: Place = Place()
    to: Year


class RemoveRows(_Change):
    """Rows left out."""

    change: Literal["remove"]
    at: Place


class AddRow(_Change):
    """A further row."""

    change: Literal["add"]
    row: dict[str, str | float | int | None]
    """Columns of activity data; without `product` a row for each product."""


class ChangeFactors(_Change):
    """Other tables of emission factors."""

    change: Literal["factors"]
    tables: Annotated[list[str], Field(min_length=1)]
    """Names of shipped tables, or paths from the folder of the change file."""


class ChangeInput(_Change):
    """Another rule, supply table, set of potentials or convention."""

    change: Literal["rule", "supply", "gwp", "biogenic"]
    to: str


Change = SetAmount | ScaleAmount | ReplaceItem | MoveRegion | MoveYear | RemoveRows | AddRow | ChangeFactors | ChangeInput
WORDS = ("set", "scale", "replace", "region", "year", "remove", "add", "factors", "rule", "supply", "gwp", "biogenic")


class ScenarioDocument(Strict):
    """One scenario."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    """Name, once in a file."""
    changes: list[Annotated[Change, Field(discriminator="change")]]
    """Applied in this order."""


class ChangeDocument(Strict):
    """A change file."""

    scenarios: Annotated[list[ScenarioDocument], Field(min_length=1)]


class ChangeFile:
    """Scenarios with the location of every change, and the folder that their paths begin from.

    Parameters
    ----------
    document : Document
        The data with their lines.
    folder : Path
        Folder of the file.
    """

    def __init__(self, document: Document, folder: Path) -> None:
        self.document, self.folder = document, folder
        problems = list(_words(document))
        if problems:
            raise InputError(problems)
        self.scenarios = validate_document(ChangeDocument, document, InputError).scenarios
        names = [scenario.name for scenario in self.scenarios]
        twice = [number for number, name in enumerate(names) if name in names[:number]]
        if twice:
            raise InputError(
                Problem(
                    document.location(("scenarios", number, "name")),
                    Message("There are two scenarios {name!r}.", name=names[number]),
                    "Name each once.",
                    code="change",
                )
                for number in twice
            )

    def location(self, scenario: int, change: int) -> str:
        """Return the location of a change for messages."""
        return self.document.location(("scenarios", scenario, "changes", change))


def _words(document: Document) -> list[Problem]:
    """Return a problem for each change that does not exist, with the nearest word."""
    problems: list[Problem] = []
    scenarios = document.data.get("scenarios") if isinstance(document.data, Mapping) else None
    for number, scenario in enumerate(scenarios if isinstance(scenarios, list) else []):
        changes = scenario.get("changes") if isinstance(scenario, Mapping) else None
        for place, change in enumerate(changes if isinstance(changes, list) else []):
            if not isinstance(change, Mapping) or change.get("change") in WORDS:
                continue
            word, where = change.get("change"), document.location(("scenarios", number, "changes", place, "change"))
            known = Message("Choose from: {choices}.", choices=", ".join(WORDS))
            if word is None:
                add = sentences(Message("Add `{key}: ...` here.", key="change"), known)
                problems.append(Problem(where, Message("{key!r} is missing.", key="change"), add, code="change"))
                continue
            cure = did_you_mean(str(word), WORDS, known)
            problems.append(Problem(where, Message("There is no change {word!r}.", word=str(word)[:60]), cure, code="change"))
    return problems


def read_changes(source: Any) -> ChangeFile:
    """Read scenarios.

    Parameters
    ----------
    source : path, mapping or list
        A change file, or its content: `{scenarios: [...]}`, one scenario, a list of scenarios or a list of changes.

    Raises
    ------
    InputError
        An unknown or missing key, a change that does not exist, a name that appears twice.
    UsageError
        This is no file and no data.
    """
    if isinstance(source, str | Path):
        return ChangeFile(read_yaml(source, InputError), Path(source).parent)
    if isinstance(source, list | tuple):
        changes = bool(source) and all(isinstance(entry, Mapping) and "change" in entry for entry in source)
        scenarios: list[Any] = [{"name": UNNAMED, "changes": list(source)}] if changes else list(source)
        return _from_memory({"scenarios": scenarios})
    if isinstance(source, Mapping):
        data = dict(source) if "scenarios" in source or "changes" not in source else {"scenarios": [dict(source)]}
        return _from_memory(data)
    raise wrong_type("changes", source, "a change file", "Give a path, a mapping or a list of changes.")


def _from_memory(data: Mapping[str, Any]) -> ChangeFile:
    return ChangeFile(Document("changes", plain_data(data, "changes", InputError)), Path())
