"""Quantities outside their bands, counted over the partitions of a catalogue."""

from __future__ import annotations

import pandas as pd

import textile_pcf as tp
from textile_pcf.inventory.plausibility import ImplausibleQuantity, catalogue_warnings, count_implausible
from worked import factor_row, write_rule, write_table

RULE = {
    "rule": "bands", "edition": "1", "product": {"unit": "kg"},
    "stages": [{"id": "dyeing", "flows": {"steam": {"unit": "kg", "factor": "steam", "plausible": [2, 10]}}}],
}  # fmt: skip


def counted(folder, amounts):
    rows = pd.DataFrame(
        {"product": list(amounts), "stage": "dyeing", "flow": "steam", "amount": list(amounts.values()), "unit": "kg"}
    )
    table = write_table([factor_row({"item": "steam", "value": 0.3, "unit": "kgCO2e/kg"})], folder / "steam.csv")
    inventory = tp.footprint(rows, write_rule(RULE, folder), table).inventory
    return count_implausible(inventory.activity, inventory.quantities)


def test_products_outside_a_band_are_counted_with_the_first_of_them(tmp_path):
    found = counted(tmp_path, {"A": 8, "B": 12, "C": 1, "D": 3})
    assert found == [ImplausibleQuantity("dyeing.steam", "2", "10", "kg/kg", 2, "B", "12 kg/kg")]
    assert counted(tmp_path, {"A": 8}) == []


def test_partitions_are_added_up_and_the_first_product_stays():
    one = ImplausibleQuantity("dyeing.steam", "2", "10", "kg/kg", 2, "B", "12 kg/kg")
    other = ImplausibleQuantity("dyeing.water", "0", "1", "m3/kg", 1, "C", "2 m3/kg")
    warnings = catalogue_warnings([one, other, one._replace(products=5, first_product="Z")])
    assert warnings == [
        "dyeing.steam: Products outside the plausible 2 to 10 kg/kg: 7. The first of them is B with 12 kg/kg.",
        "dyeing.water: Products outside the plausible 0 to 1 m3/kg: 1. The first of them is C with 2 m3/kg.",
    ]


def test_a_unit_may_hold_any_sign():
    (text,) = catalogue_warnings([ImplausibleQuantity("a|b.c", "1", "2", "kg|kg", 1, "P|Q", "3")])
    assert text == "a|b.c: Products outside the plausible 1 to 2 kg|kg: 1. The first of them is P|Q with 3."
