"""Links between products of different partitions: gathered from all, solved once, and handed out to each partition again.

Names and figures of all products and links are in memory, some hundred bytes of each; their rows are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, IndexArray, IntArray
from textile_pcf.batch.array_files import StoredArrays, read_arrays
from textile_pcf.batch.job import Job
from textile_pcf.batch.joined_systems import StoredSystems
from textile_pcf.batch.link_files import links_file, read_names, suppliers_file, write_suppliers
from textile_pcf.batch.name_index import NameIndex
from textile_pcf.batch.supplier_figures import SupplierFigures
from textile_pcf.columns import take
from textile_pcf.engine.networks import with_users
from textile_pcf.inventory.link_solution import LoopsError, ProductFigures, in_supplier_units, solve_system
from textile_pcf.inventory.matching import COMPARED, nearest_product
from textile_pcf.inventory.product_system import LINK, ProductSystem
from textile_pcf.rules import RuleSet

HINTS = 100
"""Unknown names of a run for which the nearest product is looked up."""


@dataclass(frozen=True, eq=False)
class _Catalogue:
    """Products of all partitions, numbered in the order of the source.

    Attributes
    ----------
    files : sequence of StoredArrays
        Links of each partition.
    number : ndarray of int32
        Number in the order of the source of each product in the order of the partitions.
    first : ndarray, shape (partitions + 1,)
        Place of the first product of each partition.
    targets : list of ndarray of int32
        Per partition the place of each product that its products take; -1 where there is no such product.
    """

    files: Sequence[StoredArrays]
    number: IntArray
    first: IndexArray
    targets: list[IntArray]

    @property
    def names(self) -> Any:
        """Names of all products, read anew; only what is refused names products."""
        return _read_every_name(self.files)

    def part(self, number: int) -> slice:
        """Return the places of the products of a partition."""
        return slice(int(self.first[number]), int(self.first[number + 1]))


@dataclass(frozen=True, eq=False)
class _Solution:
    """One scenario, solved. `row` has the place of each of `_Catalogue.names` in `figures`; -1 if it has none.

    Products that are rejected have none, but for those that others take in a unit without a conversion: of these mass and units
    are known, so that the partition that takes them finds the cause.
    """

    row: IntArray
    rejected: BoolArray
    figures: SupplierFigures
    loops: list[list[int]]


class _Hints:
    """Products with similar names, of the first `HINTS` unknown names: a search looks at all names of the catalogue."""

    def __init__(self, catalogue: _Catalogue) -> None:
        self._catalogue, self._found = catalogue, dict[str, str]()

    def nearest(self, name: str) -> str:
        """Return the product of the most similar name, "" if none is looked up."""
        if name not in self._found:
            few = len(self._found) < HINTS and len(self._catalogue.number) <= COMPARED
            self._found[name] = nearest_product(name, self._catalogue.names.to_pylist()) if few else ""
        return self._found[name]


def solve_links(out: Path, job: Job, parts: Sequence[int], waiting: Sequence[int]) -> None:
    """Solve the links that partitions have gathered, and write what each that waits for it takes.

    Parameters
    ----------
    out : Path
        Folder of the batch.
    job : Job
    parts, waiting : sequence of int
        Numbers of all partitions, and of those that wait.
    """
    files = [read_arrays(links_file(out, part)) for part in parts]
    catalogue = _read_catalogue(files)
    waits = set(waiting)
    accepted = np.ones(len(catalogue.number), dtype=bool)
    hints = _Hints(catalogue)
    for scenario in range(len(job.scenarios)):
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused where it is calculated again
            solution = _solve_scenario(job.rules, catalogue, scenario, accepted)
        if not scenario:
            accepted = ~solution.rejected
        for place, part in enumerate(parts):
            if part in waits:
                taken = read_names("taken", files[place])  # of all partitions they are thrice the catalogue: they are not held
                write_suppliers(suppliers_file(out, part, scenario), _of_part(catalogue, solution, place, taken, hints))


def _read_catalogue(files: Sequence[StoredArrays]) -> _Catalogue:
    """Read the names of all products, and where those stand that they take.

    Raises
    ------
    RuntimeError
        Two partitions hold the same product.
    """
    try:
        index = NameIndex(_read_every_name(files))
    except ValueError as error:
        raise RuntimeError("a product is in several partitions") from error
    first = np.cumsum([0, *(len(file["lines"]) for file in files)])
    order = np.argsort(np.concatenate([file["lines"] for file in files]), kind="stable")
    number = np.empty(len(order), dtype=LINK)
    number[order] = np.arange(len(order))
    return _Catalogue(files, number, first, [index.find(read_names("taken", file)) for file in files])


def _read_every_name(files: Sequence[StoredArrays]) -> Any:
    """Return the names of all products as one pyarrow array."""
    import pyarrow as pa

    return pa.concat_arrays([read_names("names", file) for file in files])


def _solve_scenario(rules: RuleSet, catalogue: _Catalogue, scenario: int, accepted: BoolArray) -> _Solution:
    """Solve one scenario for the products that can be calculated; those that take others that cannot are rejected."""
    prefix, files = f"{scenario}/", catalogue.files
    answered = [place for place, file in enumerate(files) if f"{prefix}products" in file]
    row = np.full(len(catalogue.number) + 1, -1, dtype=LINK)  # the last, -1, is that of no product
    if not answered:
        return _Solution(row[:-1], row[:-1] < 0, SupplierFigures.empty(rules), [])
    products = [files[place][f"{prefix}products"] + LINK(catalogue.first[place]) for place in answered]
    places = np.concatenate(products)
    row[places] = np.arange(len(places))
    targets = [row[catalogue.targets[place].astype(np.intp)] for place in answered]
    stored = StoredSystems([files[place] for place in answered], prefix, targets)
    order = np.argsort(catalogue.number[places], kind="stable").astype(LINK)  # the order of the source, however it is divided
    kept, figures, loops, without_unit = _solve_accepted(rules, stored, order, accepted[places])
    row[places] = -1
    row[places[kept]] = np.arange(len(kept))
    rejected = row[:-1] < 0
    without_unit = without_unit[rejected[places[without_unit]]]
    row[places[without_unit]] = len(kept) + np.arange(len(without_unit))
    found = SupplierFigures.of(rules, figures, len(without_unit))
    del figures
    for place, these in zip(answered, products, strict=True):
        found.write_units(row[these], *(files[place][prefix + name] for name in ("mass", "units")))
    return _Solution(row[:-1], rejected, found, [places[loop].tolist() for loop in loops])


def _solve_accepted(
    rules: RuleSet, stored: StoredSystems, order: IntArray, accepted: BoolArray
) -> tuple[IntArray, ProductFigures, list[IntArray], IntArray]:
    """Return the products that can be calculated in some order, their figures, and why others cannot.

    Others are in loops, or take one of the products that come last in a unit that cannot be converted.
    """
    system, lost = in_supplier_units(rules, stored.join())
    without_unit = np.unique(system.supplier[lost & (system.supplier >= 0)])
    alive, loops = _with_suppliers(system, lost, accepted), list[IntArray]()
    while True:
        kept = order[alive[order]]
        try:
            return kept, solve_system(rules, system.of(kept, take(alive, system.user))), loops, without_unit
        except LoopsError as error:
            for loop in error.loops:
                loops.append(kept[loop])
                alive[kept[loop[0]]] = False
            alive = _with_suppliers(system, lost, alive)


def _with_suppliers(system: ProductSystem, lost: BoolArray, accepted: BoolArray) -> BoolArray:
    """Return the accepted products all of whose suppliers, and theirs, are accepted and can be converted. Shape (products,)."""
    rejected = ~accepted
    rejected[system.user[lost]] = True
    if not rejected.any():
        return accepted
    links = np.flatnonzero(system.supplier >= 0)
    return ~with_users(system.user[links], system.supplier[links], rejected)


def _of_part(catalogue: _Catalogue, solution: _Solution, place: int, taken: Any, hints: _Hints) -> dict[str, Any]:
    """Return what a partition takes under one scenario, as `write_suppliers` has it."""
    target = catalogue.targets[place]
    is_product = target >= 0
    row = np.where(is_product, solution.row[target.astype(np.intp)], LINK(-1))
    solved, part = np.flatnonzero(row >= 0), catalogue.part(place)
    absent = np.flatnonzero(~is_product)
    first = [loop for loop in solution.loops if part.start <= loop[0] < part.stop]
    return {
        "solved": solved.astype(LINK),
        "rejected": np.flatnonzero(is_product & solution.rejected[target.astype(np.intp)]),
        "absent": absent,
        "near": [hints.nearest(name) for name in taken.take(absent).to_pylist()],
        "loops": ["\n".join(catalogue.names.take(loop).to_pylist()) for loop in first],
        "figures": solution.figures.rows.take(row[solved], axis=0),
    }
