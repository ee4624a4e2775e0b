"""Verification: calculate what a lock names again, and compare it with what the lock holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from textile_pcf.audit.batch_locks import changed_parts, recompute_batch
from textile_pcf.audit.bundles import OpenLock, open_lock
from textile_pcf.audit.canonical import sha256_of_json
from textile_pcf.audit.inputs import input_files, is_unchanged, run_of_files
from textile_pcf.audit.lock_document import TOLERANCE, WRITTEN, BatchLockDocument, LockDocument, is_shipped_name
from textile_pcf.audit.locked_results import Distance, distances, results_by_product
from textile_pcf.audit.reference_files import REFERENCE
from textile_pcf.calculation import calculate_run
from textile_pcf.errors import PcfError, Problem, UsageError
from textile_pcf.io.output_files import as_path
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint, Run

HOLDING = ("identical", "equal")
"""Statuses of a lock that holds."""


class FileStatus(NamedTuple):
    """A file that a lock names, and whether it is as it was: `same` or `changed`."""

    role: str
    path: str
    status: str


@dataclass(frozen=True)
class Verification:
    """What came out when a lock was verified.

    Attributes
    ----------
    status : str
        First that applies: `seal_broken`, `inputs_changed`, `different`, `written_changed` (a file that was written from the
        result), `equal` (within 1e-12) or `identical` (bit for bit).
    sealed : bool
        Whether the lock itself is as it was written.
    files : tuple of FileStatus
        The files that the lock names.
    products : tuple of Distance
        Locked and recomputed totals, and the largest relative difference of each product.
    problems : tuple of Problem
        Why it cannot be calculated, if it cannot.

    Examples
    --------
    >>> check = Verification("identical", True, (), (), ())
    >>> check.holds, check.max_relative
    (True, 0.0)
    """

    status: str
    sealed: bool
    files: tuple[FileStatus, ...]
    products: tuple[Distance, ...]
    problems: tuple[Problem, ...]

    @property
    def holds(self) -> bool:
        """Whether the result is what the lock says."""
        return self.status in HOLDING

    @property
    def max_relative(self) -> float:
        """Largest relative difference of all products. [1]"""
        return max((product.relative for product in self.products), default=0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return the verification as `verify --format json` prints it.

        Returns
        -------
        dict
            `status`, `sealed`, `files`, `products`, `max_relative`, `problems`.
        """
        return {
            "status": self.status,
            "sealed": self.sealed,
            "files": [file._asdict() for file in self.files],
            "products": [product._asdict() for product in self.products],
            "max_relative": self.max_relative,
            "problems": [str(problem) for problem in self.problems],
        }


def verify(source: str | Path) -> Verification:
    """Verify a lock: compare the hashes of its files, calculate again, and compare the results.

    Parameters
    ----------
    source : str or Path
        A lock file, or a bundle (.zip).

    Returns
    -------
    Verification
        Status, files and distances; `holds` says whether the result is what the lock says.

    Raises
    ------
    UsageError
        The lock or a file that it names is missing.
    InputError
        It is no lock, a damaged or hostile one, or one of a later form.

    Examples
    --------
    >>> import tempfile
    >>> import textile_pcf as tp
    >>> path = Path(tempfile.mkdtemp()) / "poplin.zip"
    >>> check = verify(tp.lock(tp.footprint(*tp.load_example("cotton_poplin")), path))
    >>> check.status, check.max_relative
    ('identical', 0.0)
    """
    with open_lock(as_path(source, "lock")) as opened:
        paths = _paths(opened)
        document = opened.lock.document
        pairs = zip(document.files, paths, strict=True)
        files = tuple(FileStatus(file.role, file.path, _status(is_unchanged(file, path))) for file, path in pairs)
        if isinstance(document, BatchLockDocument):
            return _verify_batch(opened, document, paths, files)
        result, problems = _recompute(document, paths)
    recomputed = {} if result is None else results_by_product(result)
    if result is not None:
        problems += _other_rule(document, result)
    locked = document.results.model_dump()["products"]
    products = tuple(distances(locked, recomputed)) if result is not None else ()
    identical = sha256_of_json(recomputed) == sha256_of_json(locked)
    status = _first_status(opened.lock.sealed, files, products, problems, identical)
    return Verification(status, opened.lock.sealed, files, products, tuple(problems))


def _verify_batch(
    opened: OpenLock, document: BatchLockDocument, paths: Sequence[Path], files: tuple[FileStatus, ...]
) -> Verification:
    """Verify the lock of a batch: its result files are as they were, and calculated again they are the same."""
    folder = opened.folder / document.results.folder
    broken = changed_parts(document, folder)
    identical, differing, problems = (False, [], broken) if broken else recompute_batch(document, paths, folder)
    sealed, products = opened.lock.sealed and not broken, tuple(differing)
    status = _first_status(sealed, files, products, problems, identical)
    return Verification(status, sealed, files, products, tuple(problems))


def locked_result(source: str | Path) -> Footprint:
    """Calculate the result of a lock again from its files, for comparisons; `verify` says whether it is the locked one.

    Parameters
    ----------
    source : str or Path
        A lock file, or a bundle (.zip).

    Returns
    -------
    Footprint
        The result, with its run.

    Raises
    ------
    PcfError
        As of `verify`, or the files cannot be calculated any more.
    """
    with open_lock(as_path(source, "lock")) as opened:
        if isinstance(opened.lock.document, BatchLockDocument):
            what, cure = "This is the lock of a batch, not of a result.", "Compare batches with diff_batch, or lock a result."
            raise UsageError([Problem(escape_controls(str(source)), what, cure, code="lock-form")])
        return calculate_run(run_of_files(opened.lock.document, _paths(opened)))


def _status(unchanged: bool) -> str:
    return "same" if unchanged else "changed"


def _first_status(
    sealed: bool, files: Sequence[FileStatus], products: Sequence[Distance], problems: Sequence[Problem], identical: bool
) -> str:
    if not sealed:
        return "seal_broken"
    changed = {file.role for file in files if file.status == "changed"}
    if changed - {WRITTEN}:
        return "inputs_changed"
    if problems or any(product.relative > TOLERANCE for product in products):
        return "different"
    if changed:
        return "written_changed"
    return "identical" if identical else "equal"


def _paths(opened: OpenLock) -> list[Path]:
    """Return the file of each entry of a lock; refuse if some are missing, naming all of them."""
    files = opened.lock.document.files
    found = [(file, opened.locate(file)) for file in files]
    where = escape_controls(opened.lock.location)
    missing = []
    for file, path in found:
        if path is None:
            what = Message("The {role} file {path} is missing.", role=file.role, path=file.path)
            missing.append(Problem(where, what, _cure(opened, file.path), code="file"))
    if missing:
        raise UsageError(missing)
    return [path for _, path in found if path is not None]


def _cure(opened: OpenLock, path: str) -> Message:
    if is_shipped_name(path):
        made = opened.lock.document.made.library[:60]
        return Message("This release does not ship it; the lock was made with {made}.", made=made)
    if opened.beside is not None:
        return Message("Bundles hold no table whose licence forbids passing it on: put yours beside the bundle.")
    return Message("Put it back where the lock names it.")


def _recompute(document: LockDocument, paths: Sequence[Path]) -> tuple[Footprint | None, list[Problem]]:
    """Return the result of the files, or the problems why there is none."""
    try:
        run = run_of_files(document, paths)
        return calculate_run(run), _other_files(document, run)
    except PcfError as error:
        return None, list(error.distinct)


def _other_files(document: LockDocument, run: Run) -> list[Problem]:
    """Return a problem per file that is read now and is not in the lock, such as a new description of a table."""
    expected = [file.role for file in document.files if file.role != WRITTEN]
    files = [file for file in input_files(run) if REFERENCE in expected or file.role != REFERENCE]  # older locks name none
    if [file.role for file in files] == expected:
        return []
    what = Message("The calculation reads {count} files now; the lock names {locked}.", count=len(files), locked=len(expected))
    return [Problem("files", what, "Take away what was added beside the tables or the rule.", code="lock-files")]


def _other_rule(document: LockDocument, result: Footprint) -> list[Problem]:
    """Return a problem if the rule file is of another rule, edition, boundary or unit than the lock says."""
    rules, locked = result.run.activity.rules, document.rule
    now = (rules.document.rule, rules.document.edition, rules.boundary, result.unit)
    if now == (locked.rule, locked.edition, locked.boundary, locked.unit):
        return []
    what = Message("The rule file is of {now}, the lock of {locked}.", now=" ".join(now),
                   locked=" ".join((locked.rule, locked.edition, locked.boundary, locked.unit)))  # fmt: skip
    return [Problem(rules.name, what, "Take the lock and the files as they were written.", code="lock-rule")]
