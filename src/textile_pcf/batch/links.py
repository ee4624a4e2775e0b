"""Links between products of different partitions: gathered from all, solved once, and handed out to each partition again.

Names and figures of all products and links are in memory, some hundred bytes of each; their rows are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, IndexArray
from textile_pcf.batch.job import Job
from textile_pcf.batch.link_files import GatheredLinks, links_file, read_links, suppliers_file, write_suppliers
from textile_pcf.engine.networks import with_users
from textile_pcf.inventory.link_solution import LoopsError, ProductFigures, solve_system, supplier_units
from textile_pcf.inventory.matching import COMPARED, nearest_product
from textile_pcf.inventory.product_system import ProductSystem, empty_system, join_systems
from textile_pcf.rules import RuleSet

HINTS = 100
"""Unknown names of a run for which the nearest product is looked up."""


@dataclass(frozen=True, eq=False)
class _Catalogue:
    """Products of all partitions, numbered in the order of the source.

    Attributes
    ----------
    names : pyarrow Array
        In the order of the partitions.
    number : ndarray
        Number of each of `names` in the order of the source.
    first : ndarray, shape (partitions + 1,)
        Place of the first product of each partition in `names`.
    taken : list of pyarrow Array
        Per partition the names that its products take.
    targets : list of ndarray
        Per partition the place of each of those in `names`; -1 where there is no such product.
    """

    names: Any
    number: IndexArray
    first: IndexArray
    taken: list[Any]
    targets: list[IndexArray]

    def part(self, number: int) -> slice:
        """Return the places of the products of a partition."""
        return slice(int(self.first[number]), int(self.first[number + 1]))


@dataclass(frozen=True, eq=False)
class _Solution:
    """One scenario, solved. `row` has the place of each of `_Catalogue.names` in `figures`; -1 if it is rejected."""

    row: IndexArray
    figures: ProductFigures
    system: ProductSystem
    loops: list[list[int]]


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
    catalogue = _read_catalogue([links_file(out, part) for part in parts])
    found: dict[int, list[dict[str, Any]]] = {part: [] for part in waiting}
    accepted = np.ones(len(catalogue.names), dtype=bool)
    near: dict[str, str] = {}
    for scenario in range(len(job.scenarios)):
        gathered = [read_links(links_file(out, part), scenario) for part in parts]
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused where it is calculated again
            solution = _solve_scenario(job.rules, catalogue, gathered, accepted)
        del gathered
        if not scenario:
            accepted = solution.row >= 0
        for place, part in enumerate(parts):
            if part in found:
                found[part].append(_of_part(catalogue, solution, place, near))
    for place, part in enumerate(parts):
        if part in found:
            write_suppliers(suppliers_file(out, part), catalogue.taken[place], found[part])


def _read_catalogue(files: Sequence[Path]) -> _Catalogue:
    """Read the names of all products and of all that they take.

    Raises
    ------
    RuntimeError
        Two partitions hold the same product.
    """
    import pyarrow as pa
    from pyarrow import compute

    parts = [read_links(file, -1) for file in files]
    first = np.cumsum([0, *(len(part.names) for part in parts)])
    names = pa.concat_arrays([part.names for part in parts])
    if compute.count_distinct(names).as_py() < len(names):
        raise RuntimeError("a product is in several partitions")
    order = np.argsort(np.concatenate([part.lines for part in parts]), kind="stable")
    number = np.empty(len(order), dtype=np.intp)
    number[order] = np.arange(len(order))
    every = pa.concat_arrays([part.suppliers for part in parts])
    place = compute.fill_null(compute.index_in(every, value_set=names), -1).to_numpy().astype(np.intp)
    ends = np.cumsum([len(part.suppliers) for part in parts])[:-1]
    return _Catalogue(names, number, first, [part.suppliers for part in parts], np.split(place, ends))


def _solve_scenario(rules: RuleSet, catalogue: _Catalogue, gathered: Sequence[GatheredLinks], accepted: BoolArray) -> _Solution:
    """Solve one scenario for the products that can be calculated; those that take others that cannot are rejected."""
    answered = [(place, part, system) for place, part in enumerate(gathered) if (system := part.systems[0]) is not None]
    empty = empty_system(rules)
    of_parts = [catalogue.first[place] + part.products[0] for place, part, _ in answered]
    places: IndexArray = np.concatenate([*of_parts, np.empty(0, dtype=np.intp)])
    row = np.full(len(catalogue.names) + 1, -1, dtype=np.intp)  # the last, -1, is that of no product
    row[places] = np.arange(len(places))
    targets = [row[catalogue.targets[place]] for place, _, _ in answered]
    system = join_systems([*(one for _, _, one in answered), empty], [*targets, row[-1:]])
    order = np.argsort(catalogue.number[places], kind="stable")  # the order of the source, however it is divided
    alive, loops = _with_suppliers(rules, system, accepted[places]), list[list[int]]()
    while True:
        kept = order[alive[order]]
        try:
            part = system.of(kept, alive[system.user])
            figures = solve_system(rules, part)
            break
        except LoopsError as error:
            for loop in error.loops:
                loops.append(places[kept[loop]].tolist())
                alive[kept[loop[0]]] = False
            alive = _with_suppliers(rules, system, alive)
    row[places] = -1
    row[places[kept]] = np.arange(len(kept))
    return _Solution(row[:-1], figures, part, loops)


def _with_suppliers(rules: RuleSet, system: ProductSystem, accepted: BoolArray) -> BoolArray:
    """Return the accepted products all of whose suppliers, and theirs, are accepted and can be converted. Shape (products,)."""
    is_product = system.supplier >= 0
    lost = ~is_product
    lost[is_product] = np.isnan(supplier_units(rules, system, system.supplier[is_product], system.flow[is_product]))
    rejected = ~accepted
    rejected[system.user[lost]] = True
    links = np.flatnonzero(is_product)
    return ~with_users(system.user[links], system.supplier[links], rejected)


def _of_part(catalogue: _Catalogue, solution: _Solution, place: int, near: dict[str, str]) -> dict[str, Any]:
    """Return what a partition takes under one scenario, as `write_suppliers` has it."""
    target = catalogue.targets[place]
    is_product = target >= 0
    row = np.where(is_product, solution.row[target], -1)
    solved, part = np.flatnonzero(row >= 0), catalogue.part(place)
    taken, figures, system = row[solved], solution.figures, solution.system
    absent = np.flatnonzero(~is_product)
    first = [loop for loop in solution.loops if part.start <= loop[0] < part.stop]
    return {
        "solved": solved,
        "rejected": np.flatnonzero(is_product & (row < 0)),
        "absent": absent,
        "near": [_nearest(catalogue, name, near) for name in catalogue.taken[place].take(absent).to_pylist()],
        "loops": ["\n".join(catalogue.names.take(loop).to_pylist()) for loop in first],
        **{name: values[taken] for name, values in vars(figures).items()},
        "mass": system.mass[taken],
        "units": system.units[taken],
    }


def _nearest(catalogue: _Catalogue, name: str, near: dict[str, str]) -> str:
    """Return the product of the most similar name, "" if none is looked up."""
    if name not in near:
        few = len(near) < HINTS and len(catalogue.names) <= COMPARED
        near[name] = nearest_product(name, catalogue.names.to_pylist()) if few else ""
    return near[name]
