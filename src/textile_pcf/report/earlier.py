"""The last result beside the present one: totals, stages, and why they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray
from textile_pcf.audit.masks import PublishedFootprint, published
from textile_pcf.audit.saved_footprint import SavedFootprint
from textile_pcf.audit.stored_runs import StoredRun, read_lock_or_result
from textile_pcf.comparison import diff
from textile_pcf.comparison.diff_views import BOTH, notes
from textile_pcf.errors import InputError, Problem, wrong_type
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.results import Footprint

NEW = "new"
FIELDS = ("boundary", "rule", "gwp", "biogenic", "electricity")
"""Entries of the provenance that say whether two results compare, where one of them has no inputs."""


@dataclass(frozen=True, eq=False)
class Earlier:
    """The last result of the products of a report.

    Attributes
    ----------
    products : mapping of str to mapping
        Of each product `status`, `old`, `new`, `change`; of those of both results `stages`, and `effects` where both have
        their inputs. [kg CO2e per product unit]
    unit : str
        Product unit.
    has_effects : bool
        Whether it is known why the totals changed; a saved result has no inputs, so it is not.
    notes : mapping of str to list of str
        What a reader must know of the comparison, by language.
    masked : frozenset of str
        Products of which a factor must not be passed on in the last result.
    """

    products: Mapping[str, Mapping[str, Any]]
    unit: str
    has_effects: bool
    notes: Mapping[str, list[str]]
    masked: frozenset[str]


def read_earlier(previous: Any, result: Footprint) -> Earlier | None:
    """Return the last result and its distance from the present one; None without one.

    Parameters
    ----------
    previous : Footprint, path or None
        A result, its lock or bundle, or a saved result.
    result : Footprint
        The present result, with all its numbers.

    Raises
    ------
    InputError
        It is no lock or result, was changed, has another unit, or none of the products.
    UsageError
        There is no such file.
    """
    if previous is None:
        return None
    stored = _read_stored(previous)
    if stored.result.unit != result.unit or not set(stored.result.products) & set(result.products):
        what = "The previous result has none of the products of this one, or has them in another unit."
        cure = "Name the lock or the saved result of the same products."
        raise InputError([Problem("previous", what, cure, code="previous")])
    masked = frozenset(_masked_products(stored.result))
    if not stored.has_inputs or isinstance(result, SavedFootprint):
        return _totals_only(stored, result, masked)
    change = diff(stored.result, result, stored_old=stored.totals)
    entries = {entry["product"]: entry for entry in change.to_dict()["products"] if entry["product"] in set(result.products)}
    texts = {language: notes(change, language) for language in ("en", "zh")}
    return Earlier(entries, result.unit, True, texts, masked)


def _read_stored(previous: Any) -> StoredRun:
    if isinstance(previous, PublishedFootprint):
        previous = previous.original
    if isinstance(previous, Footprint):
        return StoredRun(previous, dict(zip(previous.products, previous.totals.tolist(), strict=True)))
    if not isinstance(previous, str | Path):
        raise wrong_type("previous", previous, "a result or its file", "Give a result, its lock, or a saved result.")
    return read_lock_or_result(Path(previous))


def _masked_products(result: Footprint) -> list[str]:
    """Return the products with masked lines; all of a saved result that used a restricted table."""
    if isinstance(result, SavedFootprint):
        return list(result.products) if result.restricted_tables else []
    flags = products_with_masks(published(result))
    return [product for product, masked in zip(result.products, flags.tolist(), strict=True) if masked]


def products_with_masks(shown: PublishedFootprint) -> BoolArray:
    """Return which products have masked lines, or take products that have, shape (products,).

    Parameters
    ----------
    shown : PublishedFootprint
    """
    masks, product = shown.masks.masked, shown.inventory.product
    supplier = shown.inventory.supplier
    found: BoolArray = np.bincount(product[masks], minlength=len(shown.products)) > 0
    while True:
        taking = (supplier >= 0) & found[np.maximum(supplier, 0)]
        more = found | (np.bincount(product[taking], minlength=len(found)) > 0)
        if (more == found).all():
            return found
        found = more


def _totals_only(stored: StoredRun, result: Footprint, masked: frozenset[str]) -> Earlier:
    """Return totals and stages of both results, where one of them cannot be calculated under other inputs."""
    old = stored.result
    entries: dict[str, dict[str, Any]] = {}
    before = {info.id: place for place, info in enumerate(old.stages)}
    for number, product in enumerate(result.products):
        new = float(result.totals[number])
        if product not in stored.totals:
            entries[product] = {"product": product, "status": NEW, "old": None, "new": new, "change": None}
            continue
        place, total = old.place(product), stored.totals[product]
        stages = {
            info.id: {"old": float(old.by_stage[place, before[info.id]]) if info.id in before else 0.0,
                      "new": float(result.by_stage[number, stage])}
            for stage, info in enumerate(result.stages)
        }  # fmt: skip
        entry = {"product": product, "status": BOTH, "old": total, "new": new, "change": new - total, "stages": stages}
        entries[product] = entry
    texts = {language: _notes(old, result, language) for language in ("en", "zh")}
    return Earlier(entries, result.unit, False, texts, masked)


def _notes(old: Footprint, new: Footprint, language: str) -> list[str]:
    """Say which fields differ; a run without a supply table states no accounting of electricity."""
    pairs = ((name, str(old.provenance.get(name, "–")), str(new.provenance.get(name, "–"))) for name in FIELDS)
    return [
        fixed_text("diff_differs", language, title=fixed_text(f"comparable_{name}", language), old=before, new=after)
        for name, before, after in pairs
        if before != after
    ]
