"""Links of one partition while it is calculated: what its products take, and what is known of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textile_pcf.activity import Activity
from textile_pcf.batch.job import GATHERED, SOLVED, TOGETHER, Job
from textile_pcf.batch.link_files import names_taken, read_suppliers
from textile_pcf.columns import ArrowStrings
from textile_pcf.errors import InputError
from textile_pcf.inventory.links import loop_problem
from textile_pcf.inventory.suppliers import Suppliers
from textile_pcf.io.table import Table
from textile_pcf.results import Footprint


class LinkedError(Exception):
    """Products take other products, which may be in another partition."""


@dataclass(frozen=True, eq=False)
class ScenarioLinks:
    """What products of a partition take under one scenario.

    Attributes
    ----------
    suppliers : sequence of Suppliers or None
        The products that are taken, as `calculate_footprints` has them; None where they are products of the partition.
    loops : sequence of list of str
        Names of products of which each needs the next, and which need all or more of themselves; the first is here.
    """

    suppliers: Sequence[Suppliers] | None = None
    loops: Sequence[list[str]] = ()

    def refuse_loops(self, activity: Activity) -> None:
        """Refuse the first product of each loop.

        Raises
        ------
        InputError
            One of them is among the products.
        """
        if self.loops:
            here = set(activity.products)
            found = [loop_problem(activity.columns.table.name, loop) for loop in self.loops if loop[0] in here]
            if found:
                raise InputError(found)

    def check_accepted(self, footprint: Footprint) -> None:
        """Check that no product is calculated that was rejected when the links were solved.

        Raises
        ------
        RuntimeError
            One is: what takes it would be wrong.
        """
        lost = frozenset[str]().union(*(one.rejected for one in self.suppliers or ()))
        if lost and not lost.isdisjoint(footprint.products):
            raise RuntimeError(f"a rejected product is calculated in {footprint.run.activity.columns.table.name}")


@dataclass(frozen=True, eq=False)
class PartitionLinks:
    """What products of a partition take.

    Attributes
    ----------
    names : tuple of str or ArrowStrings
        Names of products that are taken; empty unless links are gathered.
    scenarios : sequence of ScenarioLinks
        One per scenario; empty where links are solved within the partition, or there are none.
    """

    names: tuple[str, ...] | ArrowStrings = ()
    scenarios: Sequence[ScenarioLinks] = ()

    @classmethod
    def of(cls, job: Job, number: int, table: Table) -> PartitionLinks:
        """Return the links of a partition of a job.

        Raises
        ------
        LinkedError
            There are some, and the job does not say what to do with them.
        """
        if job.links == TOGETHER:
            return cls()
        names = names_taken(table)
        if not len(names):
            return cls()
        if job.links == GATHERED:
            return cls(names, [ScenarioLinks([Suppliers.unsolved(names, job.rules)])] * len(job.scenarios))
        if job.links != SOLVED:
            raise LinkedError
        found = read_suppliers(Path(job.out), number, len(job.scenarios))
        return cls((), [ScenarioLinks([suppliers], loops) for suppliers, loops in found])

    @property
    def has_loops(self) -> bool:
        """Whether any scenario has loops that begin here."""
        return any(scenario.loops for scenario in self.scenarios)

    @property
    def suppliers(self) -> list[Suppliers] | None:
        """Suppliers per scenario, as `calculate_footprints` has them."""
        return [one for scenario in self.scenarios for one in scenario.suppliers or ()] or None

    def of_scenario(self, number: int) -> ScenarioLinks:
        """Return the links under one scenario."""
        return self.scenarios[number] if self.scenarios else ScenarioLinks()
