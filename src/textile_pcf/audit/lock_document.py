"""The lock file: its content, how it is written, and how it is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, Field

from textile_pcf.audit.canonical import JsonText, parse_json, read_json, sha256_of_json
from textile_pcf.errors import InputError, InvalidValueError, Problem
from textile_pcf.io.documents import Strict, validate_document
from textile_pcf.io.json_text import indented_json
from textile_pcf.io.safe_text import escape_controls, first_control
from textile_pcf.io.strict_yaml import Document
from textile_pcf.messages.message import Message

FORM = 1
"""Form of lock files that this library writes; earlier forms stay readable."""
TOLERANCE = 1e-12
"""Largest relative difference at which a result counts as equal. [1]"""
WRITTEN = "written"
"""Role of files that were written from the result, such as a report."""
ROLES = ("rule", "factors", "activity", "supply", "reference", WRITTEN)
_SHIPPED = re.compile(r"[A-Za-z0-9_\-]+(/[A-Za-z0-9_\-]+)*@[A-Za-z0-9._\-]+")
_DRIVE = re.compile(r"[A-Za-z]:")
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]


def is_shipped_name(path: str) -> bool:
    """Return whether a path of a lock names a shipped file, as `cotton_fabric@2026.1` does.

    Examples
    --------
    >>> is_shipped_name("cotton_fabric@2026.1"), is_shipped_name("./mill@2026.csv"), is_shipped_name("mill.csv")
    (True, False, False)
    """
    return _SHIPPED.fullmatch(path) is not None


def relative_path(path: str) -> str:
    """Return a path of a lock after a check: relative, with `/`, and without control characters."""
    if not path or path.startswith("/") or set("\\\n\r\t") & set(path) or _DRIVE.match(path) or first_control(path):
        what = Message("{path} is not a path from the folder of the lock.", path=repr(path[:80]))
        raise InvalidValueError(what, "Lock the result again; paths are relative and written with /.")
    return path


def _tolerance(value: float) -> float:
    if value != TOLERANCE:
        what = Message("The tolerance {value:g} is not that of this form of lock.", value=value)
        raise InvalidValueError(what, Message("It is {tolerance:g}.", tolerance=TOLERANCE))
    return value


class Made(Strict):
    """What made the lock; part of no comparison."""

    library: str
    """Version of the library."""
    python: str
    """Version of Python."""
    numpy: str
    """Version of numpy."""
    platform: str
    """System and processor."""


class Options(Strict):
    """Conventions as used."""

    gwp: str
    """Set of global warming potentials."""
    biogenic: str
    """Convention of biogenic carbon."""
    electricity: str
    """Accounting of electricity that is declared."""
    keep: list[str] = []
    """Further columns of activity data that pass through to results."""
    columns: dict[str, Any] | None = None
    """What the own columns of a form are, as `columns=` takes it."""


class LockedRule(Strict):
    """The rule of the result."""

    rule: str
    """Name of the rule."""
    edition: str
    """Edition of the rule."""
    boundary: str
    """What the result covers."""
    unit: str
    """Declared unit."""


class LockedFile(Strict):
    """A file that the result was calculated from, or that was written from it."""

    role: Literal["rule", "factors", "activity", "supply", "reference", "written"]
    """What it is to the calculation."""
    path: Annotated[str, AfterValidator(relative_path)]
    """Path from the folder of the lock, with `/`; `name@edition` of a shipped file."""
    sha256: Sha256
    """Hash of its bytes."""
    bytes: Annotated[int, Field(ge=0)]
    """Number of its bytes."""


class LockedProduct(Strict):
    """Results of one product. [kg CO2e per declared unit]"""

    total: Finite
    """Footprint."""
    stages: dict[str, Finite]
    """Emissions by stage inside the boundary."""
    split: dict[str, Finite]
    """Fossil, biogenic, uptake and land use change."""


class LockedResults(Strict):
    """Results of all products."""

    products: dict[str, LockedProduct]
    """Results by product."""
    sha256: Sha256
    """Hash of their canonical JSON."""


class LockedTable(Strict):
    """A table of emission factors of a batch."""

    table: str
    """Its name and edition."""
    sha256: Sha256
    """Hash of the file and its description."""


class LockedScenario(Strict):
    """Emission factors and conventions of one calculation of all products."""

    name: str
    """Its name; empty of the declared footprint."""
    factors: list[LockedTable]
    """Its tables, in order."""
    gwp: str
    """Set of global warming potentials."""
    biogenic: str
    """Convention of biogenic carbon."""


class LockedSpread(Strict):
    """Columns of uncertainty."""

    draws: Annotated[int, Field(ge=0)]
    """Number of draws; 0 for the closed form."""
    seed: int
    """Seed of the draws."""
    assume: dict[str, Finite]
    """Geometric standard deviation by data type, for numbers that state none."""
    pedigree: str
    """`classic`, `empirical` or `none`."""


class LockedSupply(Strict):
    """The supply table of a batch."""

    name: str
    """Its path as it was given."""
    sha256: Sha256
    """Hash of its bytes."""


class LockedRun(Strict):
    """What decides the results of a batch, as its manifest has it under `run`."""

    rule: str
    rule_sha256: Sha256
    scenarios: Annotated[list[LockedScenario], Field(min_length=1)]
    results: str
    on_error: str
    units: list[str]
    library: str
    source: str
    source_sha256: Sha256
    partition_rows: Annotated[int, Field(gt=0)]
    boundary: str | None = None
    supply: LockedSupply | None = None
    quality: bool = False
    weights: bool = False
    fingerprints: bool = False
    uncertainty: LockedSpread | None = None


PartName = Annotated[str, Field(pattern=r"^(results/part-\d{5,}\.parquet|rejected\.csv)$")]


class LockedBatch(Strict):
    """Results of a batch: they stay in its folder, and the lock holds their hashes."""

    folder: Annotated[str, AfterValidator(relative_path)]
    """Path of the folder of the batch from that of the lock, with `/`."""
    manifest: LockedRun
    """What decides the results, as the manifest of the batch has it under `run`."""
    parts: dict[PartName, Sha256]
    """Hash of each file of results, and of the list of rejected products, by path from the folder of the batch."""
    counts: dict[Literal["rows", "products", "rejected"], Annotated[int, Field(ge=0)]]
    """Numbers of rows, of products calculated and of products rejected."""
    sha256: Sha256
    """Hash of the canonical JSON of all else."""


class LockDocument(Strict):
    """A lock file."""

    lock: int
    """Form of the lock."""
    name: str
    """Name of the lock."""
    made: Made
    """What made it."""
    options: Options
    """Conventions as used."""
    rule: LockedRule
    """The rule."""
    files: Annotated[list[LockedFile], Field(min_length=1)]
    """Files, in the order in which they were asked."""
    results: LockedResults
    """Results."""
    tolerance: Annotated[Finite, AfterValidator(_tolerance)] = TOLERANCE
    """Largest relative difference at which a result counts as equal. [1]"""
    seal: Sha256
    """Hash of the canonical JSON of all else."""


class BatchLockDocument(LockDocument):
    """A lock file of a batch."""

    results: LockedBatch  # type: ignore[assignment]
    """Results."""


class Lock(NamedTuple):
    """A lock as it was read.

    Attributes
    ----------
    document : LockDocument
        Its content.
    sealed : bool
        Whether the seal fits the rest, and the hash of the results the results.
    location : str
        Path of the lock, for messages.
    """

    document: LockDocument
    sealed: bool
    location: str


def sealed_text(data: dict[str, Any]) -> str:
    """Return the text of a lock file from its content without seal.

    Parameters
    ----------
    data : dict
        All keys of a lock but `seal`, in their order.
    """
    return indented_json({**data, "seal": sha256_of_json(data)})


def results_sha256(results: dict[str, Any]) -> str:
    """Return the hash of the results of a lock: of its products, or of all that it says of a batch.

    Parameters
    ----------
    results : dict
        The entry `results` of a lock.
    """
    if "products" in results:
        return sha256_of_json(results["products"])
    return sha256_of_json({key: value for key, value in results.items() if key != "sha256"})


def read_lock(path: Path) -> Lock:
    """Read a lock file; see `parse_lock`.

    Raises
    ------
    UsageError
        There is no such file.
    InputError
        It is no lock, or one of a later form.
    """
    return _check(read_json(path, "lock-form"), str(path))


def parse_lock(content: bytes, location: str) -> Lock:
    """Return a lock from the bytes of a lock file.

    Parameters
    ----------
    content : bytes
        The file.
    location : str
        Its path, for messages.

    Raises
    ------
    InputError
        It is no lock (code `lock-form`), or one of a later form (`lock-later`).
    """
    return _check(parse_json(content, location, "lock-form"), location)


def _check(read: JsonText, location: str) -> Lock:
    data, shown = read.data, escape_controls(location)
    form = data.get("lock") if isinstance(data, dict) else None
    if not isinstance(form, int) or isinstance(form, bool) or form < 1:
        what, cure = "This is no lock file.", "Make one: textile-pcf lock FILE --rule RULE."
        raise InputError([Problem(shown, what, cure, code="lock-form")])
    if form > FORM:
        what = Message("This lock is of form {form}; this release reads form {known}.", form=form, known=FORM)
        raise InputError([Problem(shown, what, "Verify it with a later release of textile_pcf.", code="lock-later")])
    results = data.get("results")
    of_batch = isinstance(results, dict) and "parts" in results
    try:
        document = validate_document(BatchLockDocument if of_batch else LockDocument, Document(shown, data), InputError)
    except InputError as error:
        raise InputError(Problem(each.where, each.what, each.cure, code="lock-form") for each in error.problems) from None
    rest = {key: value for key, value in data.items() if key != "seal"}
    whole = sha256_of_json(rest) == document.seal and results_sha256(data["results"]) == document.results.sha256
    return Lock(document, whole and read.canonical_numbers, location)
