"""The system of unit processes that Brightway solves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Label = tuple[Any, ...]
Row = dict[str, str]


@dataclass
class System:
    """Unit processes: what one makes, takes from others, takes from other products, and which factors it meets."""

    makes: dict[Label, float] = field(default_factory=dict)
    takes: list[tuple[Label, Label, float]] = field(default_factory=list)
    links: list[tuple[Label, Label, float]] = field(default_factory=list)
    meets: list[tuple[Label, Label, float]] = field(default_factory=list)
    factors: dict[Label, float] = field(default_factory=dict)
    products: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)
    lanes: dict[str, list[str]] = field(default_factory=dict)
    component: set[str] = field(default_factory=set)
    carries: list[tuple[tuple[str, str], Label, float, str | float]] = field(default_factory=list)

    def of_stage(self, product: str, stage: str) -> list[str]:
        """Fibres of a product in a stage; one without name in common stages."""
        return self.lanes[product] if stage in self.component else [""]
