"""The files that a run was read from, and the run that files give again."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from textile_pcf.activity import build_activity
from textile_pcf.audit.lock_document import ROLES, WRITTEN, LockDocument, LockedFile, is_shipped_name, relative_path
from textile_pcf.audit.reference_files import DESCRIPTION, REFERENCE, installed_reference, reference_files, reference_path
from textile_pcf.batch.inputs import FinishedBatch
from textile_pcf.errors import InvalidValueError, PcfWarning, Problem, UsageError, wrong_type
from textile_pcf.factors import FactorSheet, load_factors
from textile_pcf.io.output_files import as_path, is_file
from textile_pcf.io.resources import data_root, sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.results import Run
from textile_pcf.rules import RuleSet, load_rules, rule_files
from textile_pcf.supply import load_supply

IN_MEMORY = "This has no file, and a lock names files. Write it to a file, and calculate from there."


class InputFile(NamedTuple):
    """A file that a run was read from.

    Attributes
    ----------
    role : str
        `rule`, `factors`, `activity`, `supply`, `reference` or `written`.
    path : Path
        The file.
    shipped : str
        `name@edition` if it is shipped with the library; empty else.
    """

    role: str
    path: Path
    shipped: str


def input_files(run: Run) -> list[InputFile]:
    """Return the files of a run: rule with the rules it extends, tables in order with their descriptions, activity, supply.

    Shipped files that are read beside these come last, with the role `reference`.

    Parameters
    ----------
    run : Run

    Raises
    ------
    UsageError
        Something of the run is in memory only.
    """
    files, missing = [], []
    for role, name, found in _by_role(run):
        if found:
            files += found
        else:
            missing.append(Problem(f"{role} {escape_controls(name)}", "This is in memory.", IN_MEMORY, code="in-memory"))
    if missing:
        raise UsageError(missing)
    return _with_references(files, run.factors.tables)


def batch_files(batch: FinishedBatch) -> list[InputFile]:
    """Return the files of a batch, in the order of `input_files`.

    Parameters
    ----------
    batch : FinishedBatch

    Raises
    ------
    UsageError
        The activity data are in several files.
    """
    if not isinstance(batch.activity, Path) or not is_file(batch.activity):
        what, cure = "The activity data of this batch are in several files.", "Calculate it from one file, and lock that."
        raise UsageError([Problem(escape_controls(str(batch.folder)), what, cure, code="several-files")])
    files = [*_rule_files(batch.rules), *(file for sheet in batch.factors.tables for file in _table_files(sheet))]
    files.append(InputFile("activity", batch.activity, ""))
    if batch.supply is not None:
        files += _plain_file("supply", batch.supply.name)
    return _with_references(files, batch.factors.tables)


def written_files(paths: Sequence[str | Path]) -> list[InputFile]:
    """Return files that were written from a result.

    Parameters
    ----------
    paths : sequence of str or Path

    Raises
    ------
    UsageError
        There is no such file; all are listed.
    """
    if not isinstance(paths, list | tuple):
        raise wrong_type("written", paths, "a list of paths", 'Write a list, such as ["report.html"].')
    files = [as_path(path, "written") for path in paths]
    what, cure = "There is no such file.", "Write it first, then lock the result with it."
    missing = [Problem(f"written {escape_controls(str(path))}", what, cure, code="file") for path in files if not is_file(path)]
    if missing:
        raise UsageError(missing)
    return [InputFile(WRITTEN, path, "") for path in files]


def _with_references(files: list[InputFile], tables: Sequence[FactorSheet]) -> list[InputFile]:
    """Return files with the shipped ones that are read beside them."""
    named = {file.path.resolve() for file in files}
    beside = [(path, name) for path, name in reference_files(tables) if path.resolve() not in named]
    return [*files, *(InputFile(REFERENCE, path, name) for path, name in beside if is_file(path))]


def _by_role(run: Run) -> Iterator[tuple[str, str, list[InputFile]]]:
    """Yield role, name and files of each input; no files if it is in memory."""
    rules, table = run.activity.rules, run.activity.columns.table
    yield "rule", rules.name, _rule_files(rules)
    for sheet in run.factors.tables:
        yield "factors", sheet.label, _table_files(sheet)
    yield "activity", table.name, _plain_file("activity", table.name if table.source_type != "frame" else "")
    if run.supply is not None:
        yield "supply", run.supply.name, _plain_file("supply", run.supply.name if run.supply.sha256 else "")


def _rule_files(rules: RuleSet) -> list[InputFile]:
    if rules.path is None or not is_file(rules.path):
        return []
    return [InputFile("rule", path, _shipped_rule(path)) for path in rule_files(rules.path)]


def _shipped_rule(path: Path) -> str:
    root = data_root("rules").resolve()
    if not path.resolve().is_relative_to(root):
        return ""
    return f"{path.resolve().parent.relative_to(root).as_posix()}@{path.stem}"


def _table_files(sheet: FactorSheet) -> list[InputFile]:
    if sheet.path is None or not is_file(sheet.path):
        return []
    description = sheet.path.with_suffix(DESCRIPTION)
    shipped = sheet.label if sheet.shipped and "@" in sheet.label else ""
    files = [InputFile("factors", sheet.path, shipped)]
    if description != sheet.path and is_file(description):
        files.append(InputFile("factors", description, shipped and f"{shipped}{DESCRIPTION}"))
    return files


def _plain_file(role: str, name: str) -> list[InputFile]:
    return [InputFile(role, Path(name), "")] if name and is_file(name) else []


def locked_file(file: InputFile, folder: Path) -> LockedFile:
    """Return a file as a lock in a folder names it.

    Parameters
    ----------
    file : InputFile
    folder : Path
        Folder of the lock.

    Raises
    ------
    UsageError
        The file is on another drive than the lock, or its name cannot stand in a lock.
    """
    where = f"{file.role} {escape_controls(str(file.path))}"
    try:
        path = file.shipped or _path_from(folder, file.path)
        relative_path(path).encode()
    except (InvalidValueError, UnicodeError):
        what = "This name cannot stand in a lock: it holds a backslash, a control character, or is not UTF-8."
        raise UsageError([Problem(where, what, "Rename the file.", code="name")]) from None
    except ValueError:
        what = "The file is on another drive than the lock."
        raise UsageError([Problem(where, what, "Write the lock beside it.", code="name")]) from None
    return LockedFile(role=file.role, path=path, sha256=sha256_of(file.path), bytes=file.path.stat().st_size)


def _path_from(folder: Path, file: Path) -> str:
    """Return a path from a folder with `/`; `./` stands before one that would read as the name of a shipped file."""
    path = os.path.relpath(file.parent.resolve() / file.name, folder.resolve()).replace(os.sep, "/")
    return f"./{path}" if is_shipped_name(path) else path


def locate(file: LockedFile, folder: Path) -> Path | None:
    """Return the file that a lock names, or None if there is none.

    Of a shipped file, that with the locked hash is taken: of this installation, or of the copies in a bundle. A reference
    file is always that of this installation, which the calculation reads.

    Parameters
    ----------
    file : LockedFile
    folder : Path
        Folder of the lock.
    """
    if not is_shipped_name(file.path):
        return folder / file.path if is_file(folder / file.path) else None
    found = [path for path in _shipped_candidates(file, folder) if is_file(path)]
    if len(found) < 2:
        return found[0] if found else None
    return next((path for path in found if is_unchanged(file, path)), found[0])


def is_unchanged(file: LockedFile, path: Path) -> bool:
    """Return whether a file has the locked length and hash."""
    try:
        return path.stat().st_size == file.bytes and sha256_of(path) == file.sha256
    except OSError:
        what, shown = "This file cannot be opened.", escape_controls(str(path))
        raise UsageError([Problem(shown, what, "Check the path.", code="file")]) from None


def shipped_copy(file: LockedFile) -> str:
    """Return the path of the copy of a shipped file in a bundle.

    Examples
    --------
    >>> table = LockedFile(role="factors", path="default@2026.1.yaml", sha256="0" * 64, bytes=0)
    >>> shipped_copy(table), shipped_copy(table.model_copy(update={"role": "rule", "path": "shared/textile@2026.2"}))
    ('shipped/emission_factors/default.yaml', 'shipped/rules/shared/textile/2026.2.yaml')
    """
    name, _, edition = file.path.partition("@")
    if file.role == REFERENCE:
        return f"shipped/emission_factors/{reference_path(file)}"
    if file.role == "rule":
        return f"shipped/rules/{name}/{edition}.yaml"
    return f"shipped/emission_factors/{name}{DESCRIPTION if edition.endswith(DESCRIPTION) else '.csv'}"


def _shipped_candidates(file: LockedFile, folder: Path) -> Iterator[Path]:
    if file.role == REFERENCE:
        yield installed_reference(file)
        return
    name, _, edition = file.path.partition("@")
    if file.role == "rule":
        yield data_root("rules") / name / f"{edition}.yaml"
    elif file.role == "factors":
        root, ending = data_root("emission_factors"), DESCRIPTION if edition.endswith(DESCRIPTION) else ".csv"
        yield root / f"{name}{ending}"
        yield root / edition.removesuffix(DESCRIPTION) / f"{name}{ending}"  # an earlier edition
    yield folder / shipped_copy(file)


def paths_by_role(document: LockDocument, paths: Sequence[Path]) -> dict[str, list[Path]]:
    """Return the files of a lock by role, without descriptions of tables, which are read with them.

    Parameters
    ----------
    document : LockDocument
    paths : sequence of Path
        The file of each entry of `document.files`.

    Raises
    ------
    UsageError
        The lock names no rule, no emission factors or no activity data.
    """
    by_role: dict[str, list[Path]] = {role: [] for role in ROLES}
    for number, (file, path) in enumerate(zip(document.files, paths, strict=True)):
        if not (number and _describes(file, document.files[number - 1])):
            by_role[file.role].append(path)
    if not by_role["rule"] or not by_role["activity"] or not by_role["factors"]:
        what, cure = "A lock names a rule, emission factors and activity data.", "Make the lock again."
        raise UsageError([Problem(document.name, what, cure, code="lock-form")])
    return by_role


def run_of_files(document: LockDocument, paths: Sequence[Path]) -> Run:
    """Read the run of a lock from its files.

    Parameters
    ----------
    document : LockDocument
    paths : sequence of Path
        The file of each entry of `document.files`.

    Raises
    ------
    PcfError
        A file cannot be read, or a rule or table of it is wrong.
    """
    by_role = paths_by_role(document, paths)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PcfWarning)  # the result was calculated and warned of before
        rules = load_rules(by_role["rule"][0], document.rule.boundary)
        factors = load_factors(*by_role["factors"])
        supply = load_supply(by_role["supply"][0]) if by_role["supply"] else None
        options = document.options
        activity = build_activity(by_role["activity"][0], rules, keep=options.keep, columns=options.columns)
    return Run(activity, factors, document.options.gwp, document.options.biogenic, supply)


def _describes(file: LockedFile, table: LockedFile) -> bool:
    """Return whether a file is the description of the table before it, which is read with the table."""
    if file.role != "factors" or table.role != "factors" or file.path == table.path:
        return False
    if is_shipped_name(file.path):
        return file.path == f"{table.path}{DESCRIPTION}"
    return PurePosixPath(file.path) == PurePosixPath(table.path).with_suffix(DESCRIPTION)
