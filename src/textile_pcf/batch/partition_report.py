"""What a partition is, and what is known of it when it is calculated and when it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from textile_pcf.batch.link_files import GatheredLinks
from textile_pcf.batch.row_groups import SharedRowGroups
from textile_pcf.batch.unsolved_lines import UnsolvedLines
from textile_pcf.errors import Problem
from textile_pcf.io.table import Table
from textile_pcf.results import Footprint


class Partition(Protocol):
    """Rows of whole products that any process can read."""

    @property
    def number(self) -> int:
        """Number of the partition, from 0."""

    def read(self, shared: SharedRowGroups) -> Any:
        """Read the rows as they are stored; `shared` reads what other partitions read as well. Another thread may do this."""

    def table(self, rows: Any) -> Table:
        """Convert the rows to a table, with their positions in the source."""

    def release(self) -> None:
        """Release temporary files of this partition. Called after its results are written."""


@dataclass(frozen=True)
class PartitionReport:
    """The outcome of a partition.

    Attributes
    ----------
    number : int
        Number of the partition.
    rows, products, rejected, problems : int
        Counts of rows, calculated products, rejected products, and problems.
    used : list of dict
        Per scenario the rows of the factor tables that were used, by index of the table.
    warnings : list of str
        Distinct warnings of products.
    unanswered : dict
        Per scenario without results for some products their number (`products`) and the `reasons` with counts.
    sha256 : str
        Hash of the result file; "" if there is none.
    implausible : list
        Values of an `ImplausibleQuantity` for each quantity outside its band.
    weights : dict
        Name of the index of weights → its hash; empty if none are kept.
    seconds : dict
        Durations of the steps. [s]
    waits : bool
        Whether nothing but its links is written yet, because it takes products of other partitions.
    """

    number: int
    rows: int
    products: int
    rejected: int
    problems: int
    used: list[dict[str, list[int]]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unanswered: dict[str, dict[str, Any]] = field(default_factory=dict)
    sha256: str = ""
    implausible: list[list[Any]] = field(default_factory=list)
    weights: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict, compare=False)
    waits: bool = False


@dataclass(frozen=True)
class PartitionResult:
    """Footprints of a partition before they are written.

    Attributes
    ----------
    partition : Partition
        The partition.
    rows, products : int
        Counts of rows and of calculated products.
    footprints : list of Footprint or None
        One per scenario; None if a scenario has no result for any product. Empty if all products are rejected.
    problems : list of Problem
        Problems of rejected products.
    rejected : Table or None
        Rows of rejected products.
    unanswered : dict
        As in `PartitionReport`.
    seconds : float
        Duration of the calculation. [s]
    links : GatheredLinks or None
        What products take from one another, where links are gathered.
    lines : UnsolvedLines or None
        The lines of the products, where the solution of the links can be added to them.
    """

    partition: Partition
    rows: int
    products: int
    footprints: list[Footprint | None]
    problems: list[Problem]
    rejected: Table | None
    unanswered: dict[str, dict[str, Any]]
    seconds: float
    links: GatheredLinks | None = None
    lines: UnsolvedLines | None = None
