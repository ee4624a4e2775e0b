"""The lock file: what may stand in it, how it is written, and how it is read."""

from __future__ import annotations

import platform
import re
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import AfterValidator, Field

from textile_pcf._version import __version__
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
ROLES = ("rule", "factors", "activity", "supply", "reference")
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
    """A file that the result was calculated from."""

    role: Literal["rule", "factors", "activity", "supply", "reference"]
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


def environment() -> dict[str, str]:
    """Return the versions of library, Python and numpy, and the platform.

    Examples
    --------
    >>> list(environment())
    ['library', 'python', 'numpy', 'platform']
    """
    return {
        "library": f"textile_pcf {__version__}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": f"{platform.system()} {platform.machine()}",
    }


def sealed_text(data: dict[str, Any]) -> str:
    """Return the text of a lock file from its content without seal.

    Parameters
    ----------
    data : dict
        All keys of a lock but `seal`, in their order.
    """
    return indented_json({**data, "seal": sha256_of_json(data)})


def read_lock(path: Path) -> Lock:
    """Read a lock file; see `parse_lock`.

    Raises
    ------
    UsageError
        There is no such file.
    InputError
        It is no lock, or one of a later form.
    """
    return _checked(read_json(path, "lock-form"), str(path))


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
    return _checked(parse_json(content, location, "lock-form"), location)


def _checked(read: JsonText, location: str) -> Lock:
    data, shown = read.data, escape_controls(location)
    form = data.get("lock") if isinstance(data, dict) else None
    if not isinstance(form, int) or isinstance(form, bool) or form < 1:
        what, cure = "This is no lock file.", "Make one: textile-pcf lock FILE --rule RULE."
        raise InputError([Problem(shown, what, cure, code="lock-form")])
    if form > FORM:
        what = Message("This lock is of form {form}; this release reads form {known}.", form=form, known=FORM)
        raise InputError([Problem(shown, what, "Verify it with a later release of textile_pcf.", code="lock-later")])
    try:
        document = validate_document(LockDocument, Document(shown, data), InputError)
    except InputError as error:
        raise InputError(Problem(each.where, each.what, each.cure, code="lock-form") for each in error.problems) from None
    rest = {key: value for key, value in data.items() if key != "seal"}
    results = data["results"]
    whole = sha256_of_json(rest) == document.seal and sha256_of_json(results["products"]) == document.results.sha256
    return Lock(document, whole and read.canonical_numbers, location)
