"""A finished batch that kept weights: its manifest, its rule, and the tables it was calculated with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textile_pcf.batch.atomic_files import MANIFEST
from textile_pcf.batch.folder import PART, finished_manifest
from textile_pcf.batch.sources import input_hash, open_source
from textile_pcf.batch.stamps import STAMP, activity_stamp
from textile_pcf.batch.weight_files import WEIGHTS
from textile_pcf.errors import InputError, PcfError, Problem, UsageError
from textile_pcf.factors import FactorTable, load_factors
from textile_pcf.io.output_files import is_file
from textile_pcf.io.resources import sha256_of
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet, load_rules


@dataclass(frozen=True)
class WeightedRun:
    """A finished batch with weights.

    Attributes
    ----------
    folder : Path
    sha256 : str
        Hash of its manifest.
    run : mapping
        What decides its results.
    counts : mapping
        Rows, products and rejected products.
    files : mapping
        Name of each result file → its hash.
    weights : mapping
        Number of each partition → name of the index of its weights and its hash.
    rules : RuleSet
    factors : FactorTable
        Tables of the declared footprint.
    is_moved : bool
        Whether the file of its activity data is not where it was.
    """

    folder: Path
    sha256: str
    run: Mapping[str, Any]
    counts: Mapping[str, int]
    files: Mapping[str, str]
    weights: Mapping[int, tuple[str, str]]
    rules: RuleSet
    factors: FactorTable
    is_moved: bool


def open_weighted(folder: Path) -> WeightedRun:
    """Return a finished batch that kept weights.

    Raises
    ------
    UsageError
        No batch was finished there, or its rule or a table was in memory only or is missing.
    InputError
        It kept no weights, or the rule, a table or the activity data have changed since.
    """
    where, path = escape_controls(str(folder)), folder / MANIFEST
    manifest = finished_manifest(folder)
    run, inputs = manifest["run"], manifest.get("inputs") or {}
    if "repriced" in run:
        what, cure = "These results are of new factors for a finished batch.", "Name the batch itself, which has the weights."
        raise InputError([Problem(where, what, cure, code="repriced")])
    if not run.get("weights") or not isinstance(manifest.get("weights"), dict):
        cure = "Calculate it with weights: batch --weights, or calculate_batch(…, weights=True)."
        raise InputError([Problem(where, "This batch kept no weights.", cure, code="weights")])
    names = [inputs.get("rule"), *(inputs.get("factors") or [None])]
    if None in names:
        what, cure = "An input of this batch was in memory only.", "Write it to a file, and calculate the batch from there."
        raise UsageError([Problem(where, what, cure, code="in-memory")])
    rule, *tables = (folder / name if "/" in name else name for name in names)
    rules, factors = load_rules(rule, run.get("boundary")), load_factors(*tables)
    activity = _activity(folder, inputs.get("activity"))
    changed = [
        name
        for name, same in {
            "activity": _is_same(activity, inputs.get(STAMP), run["source_sha256"]),
            "rule": rules.sha256 == run["rule_sha256"],
            "supply": _is_same_supply(folder, inputs.get("supply"), run.get("supply")),
            "factors": [one.sha256 for one in factors.tables] == [one["sha256"] for one in run["scenarios"][0]["factors"]],
        }.items()
        if not same
    ]
    if changed:
        raise InputError(list(_changed(where, changed)))
    is_moved = inputs.get("activity") is not None and activity is None
    weights = dict(_weights_by_number(manifest["weights"]))
    files = {name: digest for name, digest in manifest["files"].items() if name.startswith("results/")}
    return WeightedRun(folder, sha256_of(path), run, manifest["counts"], files, weights, rules, factors, is_moved)


def _activity(folder: Path, given: Any) -> Any:
    """Return the activity data of a batch: a path or files; None where they were in memory or are not where they were."""
    if given is None:
        return None
    paths = [folder / name for name in given] if isinstance(given, list) else folder / str(given)
    try:
        source = open_source(paths)
    except PcfError:
        return None
    return source if not isinstance(source, Path) or is_file(source) else None


def _is_same(activity: Any, stamp: Any, sha256: str) -> bool:
    """Whether activity data are as they were: size and time of change say so, or their hash; or they are not there."""
    return activity is None or (stamp is not None and activity_stamp(activity) == stamp) or input_hash(activity) == sha256


def _is_same_supply(folder: Path, given: Any, supply: Any) -> bool:
    """Whether the supply table is as it was; or it is not there, as the weights hold what it says."""
    path = None if given is None else folder / str(given)
    return supply is None or path is None or not is_file(path) or sha256_of(path) == supply["sha256"]


def _changed(where: str, names: list[str]) -> Iterator[Problem]:
    for name in names:
        what = Message("The input {name} has changed since the batch was calculated.", name=name)
        cure = "Take the files as they were, or calculate the batch again in a new folder."
        yield Problem(where, what, cure, code="changed")


def _weights_by_number(weights: Mapping[str, str]) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield number, name and hash of each index of weights, in order; other names are left out."""
    for name in sorted(weights):
        if re.fullmatch(rf"{WEIGHTS}/{PART}\.jsonl", name):
            yield int(Path(name).stem.partition("-")[2]), (name, weights[name])
