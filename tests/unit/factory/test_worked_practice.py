"""Cases worked by hand of chemicals, inventory and typical values: `tests/cases/factory/*.yaml`."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from site_tables import rows

import textile_pcf as tp
from paths import TESTS

CASES = [case for path in sorted((TESTS / "cases/factory").glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8"))]
DEFAULT = tp.load_factors()


def compare(found: Any, expected: Any, place: str) -> None:
    """Compare what stands in the case; rows may have further columns, and there are no further rows."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            compare(found[name], value, f"{place}.{name}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), (place, found)
        for number, value in enumerate(expected):
            compare(found[number], value, f"{place}[{number}]")
    elif isinstance(expected, int | float) and not isinstance(expected, bool):
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12), place
    else:
        assert found == expected, place


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['call']}-{case['id']}")
def test_worked_case(case):
    tables = {name: rows(text) for name, text in case["tables"].items()}
    options = dict(case.get("options", {}))
    if case["call"] != "typical":
        options["factors"] = _factors(case["factors"]) if "factors" in case else DEFAULT
    result = getattr(tp.factory, case["call"])(*tables.values(), **options)
    compare(result.to_dict(), case["expect"], case["id"])


def _factors(text: str) -> Any:
    """A table of factors, written small."""
    import pandas as pd

    return pd.DataFrame(rows(text))
