"""Results of a small mill for live reports."""

from __future__ import annotations

import pytest
from live_mill import FACTORS, HEADER, RULE

import textile_pcf as tp


@pytest.fixture(scope="session")
def mill(tmp_path_factory):
    """Calculate rows, written as `P,making,electricity,,10,kWh/kg,,,,,1.1`; the product is in China in 2023."""
    folder = tmp_path_factory.mktemp("mill")

    def calculate(*rows, rule=RULE, factors=FACTORS, **options):
        (folder / "knit.yaml").write_text(rule, encoding="utf-8")
        (folder / "f.csv").write_text(factors, encoding="utf-8")
        products = dict.fromkeys(row.split(",")[0] for row in rows)
        places = [f"{product},product,,,,,,CN,2023,,,,," for product in products]
        cells = [row + "," * (HEADER.count(",") - row.count(",")) for row in rows]
        (folder / "rows.csv").write_text("\n".join([HEADER, *places, *cells]) + "\n", encoding="utf-8")
        return tp.footprint(folder / "rows.csv", folder / "knit.yaml", folder / "f.csv", **options)

    return calculate
