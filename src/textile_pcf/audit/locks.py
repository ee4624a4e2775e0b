"""Locks: what a result was calculated from and what came out, so that it can be calculated again years later."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from textile_pcf.audit.batch_locks import lock_batch
from textile_pcf.audit.bundles import BUNDLE_ENDING, bundle_paths, write_bundle
from textile_pcf.audit.canonical import MAX_BYTES, sha256_of_json
from textile_pcf.audit.inputs import InputFile, input_files, locked_file, run_of_files, written_files
from textile_pcf.audit.lock_document import FORM, TOLERANCE, LockDocument, LockedFile, sealed_text
from textile_pcf.audit.locked_results import results_by_product
from textile_pcf.batch.batch_result import BatchResult
from textile_pcf.calculation import calculate_run
from textile_pcf.errors import InputError, PcfError, Problem, UsageError, wrong_type
from textile_pcf.io.output_files import as_path, refuse_inputs, write_atomically
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint
from textile_pcf.results.environment import environment


def lock(result: Footprint | BatchResult, path: str | Path, written: Sequence[str | Path] = ()) -> Path:
    """Write a lock file: hashes of all inputs, conventions and results, to be verified years later.

    The result is calculated again from its files before the lock is written, so that a lock always holds.

    Parameters
    ----------
    result : Footprint or BatchResult
        A result whose rule, emission factors, activity data and supply table were read from files. Of a batch, the lock holds
        hashes of the result files, which stay in its folder.
    path : str or Path
        File to write, such as `mill.lock`. If it ends in .zip, a bundle is written: the lock and all files that it names,
        except tables whose licence forbids passing them on.
    written : sequence of str or Path, optional
        Files that were written from the result, such as a report: the lock names them with their hashes, and `verify` says
        which were changed since. A bundle leaves them out where it leaves out a table, whose values they may show.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        An input is in memory only, there is no such file in `written`, or the lock cannot be written.
    InputError
        The files do not give this result again.

    Examples
    --------
    >>> import tempfile
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("cotton_poplin"))
    >>> folder = Path(tempfile.mkdtemp())
    >>> path = lock(result, folder / "poplin.lock")
    >>> path.name, tp.verify(path).status
    ('poplin.lock', 'identical')
    """
    out = as_path(path, "path")
    if isinstance(result, BatchResult):
        if written:
            what, cure = "The lock of a batch names the files that the batch wrote.", "Lock it without `written`."
            raise UsageError([Problem("written", what, cure, code="usage")])
        return lock_batch(result.out, out)
    if not isinstance(result, Footprint):
        raise wrong_type("result", result, "a result", "Calculate it first: footprint(path, rule).")
    files, where = [*input_files(result.run), *written_files(written)], f"lock {out}"
    refuse_inputs(out, [file.path for file in files], where)
    bundled = out.suffix.lower() == BUNDLE_ENDING
    locked = bundle_paths(files) if bundled else [locked_file(file, out.parent) for file in files]
    text = lock_text(result, out.stem, locked)
    _refuse_irreproducible(text, result, files, where)
    if bundled:
        write_atomically(out, partial(write_bundle, f"{out.stem}.lock", text, files, locked, result.run.factors), where)
    else:
        write_atomically(out, lambda draft: draft.write_bytes(text.encode()), where)
    return out


def lock_text(result: Footprint, name: str, files: Sequence[LockedFile]) -> str:
    """Return the text of a lock file.

    Parameters
    ----------
    result : Footprint
    name : str
        Name of the lock.
    files : sequence of LockedFile
        The files of its run.

    Raises
    ------
    UsageError
        The results of all products are more than a lock file may hold.
    """
    rules, products = result.run.activity.rules, results_by_product(result)
    mapping = result.run.activity.columns.table.mapping
    data: dict[str, Any] = {
        "lock": FORM,
        "name": name,
        "made": environment(),
        "options": {"gwp": result.run.gwp, "biogenic": result.run.biogenic,
                    "electricity": rules.document.electricity.declared,
                    **({"keep": list(result.kept)} if result.kept else {}),
                    **({"columns": mapping.to_document()} if mapping else {})},
        "rule": {"rule": rules.document.rule, "edition": rules.document.edition, "boundary": rules.boundary,
                 "unit": result.unit},
        "files": [file.model_dump() for file in files],
        "results": {"products": products, "sha256": sha256_of_json(products)},
        "tolerance": TOLERANCE,
    }  # fmt: skip
    text = sealed_text(data)
    if len(text) > MAX_BYTES:
        what = Message("The results of {count} products are too many for a lock file.", count=len(products))
        raise UsageError([Problem("lock", what, "Lock fewer products at a time.", code="lock-form")])
    return text


def _refuse_irreproducible(text: str, result: Footprint, files: Sequence[InputFile], where: str) -> None:
    """Refuse to lock a result that its files do not give again, bit for bit."""
    document = LockDocument.model_validate_json(text)
    what = "The files do not give this result again: a file or an input in memory has changed."
    problem = Problem(where, what, "Calculate again from the files, and lock that result.", code="lock-inputs")
    try:
        again = calculate_run(run_of_files(document, [file.path for file in files]))
    except PcfError as error:
        raise InputError([problem, *error.problems]) from None
    if sha256_of_json(results_by_product(again)) != document.results.sha256:
        raise InputError([problem])
