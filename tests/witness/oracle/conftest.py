"""What the witness found, printed at the end of the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

FOUND = pytest.StashKey[dict[str, list[float]]]()


@pytest.fixture
def found(request: pytest.FixtureRequest) -> Callable[[str, list[float]], None]:
    """Keep the deviations of a group of systems for the summary."""

    def keep(group: str, deviations: list[float]) -> None:
        request.config.stash.setdefault(FOUND, {}).setdefault(group, []).extend(deviations)

    return keep


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for group, deviations in config.stash.get(FOUND, {}).items():
        worst = max(deviations, default=0.0)
        terminalreporter.write_line(f"Brightway as witness: {len(deviations)} {group}, worst relative deviation {worst:.2g}")
