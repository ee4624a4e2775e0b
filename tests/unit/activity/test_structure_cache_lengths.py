"""Rows per length of fabric are weighed by the grammage of their own table, also where the same rows were seen before."""

import pytest

import textile_pcf as tp

RULE = {
    "rule": "cloth",
    "edition": "1",
    "product": {
        "unit": "kg",
        "properties": {"grammage": {"unit": "g/m2", "optional": True}, "width": {"unit": "m", "optional": True}},
    },
    "stages": [{"id": "weaving", "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}}}],
}
FACTORS = [
    {
        "item": "electricity", "value": 0.5, "unit": "kgCO2e/kWh", "region": "GLO", "year": "", "kind": "life_cycle",
        "source": "s", "locator": "l",
    }
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")
def test_each_table_is_weighed_by_its_own_grammage():
    """0.45 kWh/m at 200 g/m2 x 1.5 m = 0.3 kg/m are 1.5 kWh/kg, at 400 g/m2 0.75 kWh/kg; each x 0.5 kg CO2e/kWh."""
    rules, factors = tp.load_rules(RULE), tp.load_factors(FACTORS)

    def total(grammage: float, unit: str = "kWh/m") -> float:
        rows = [
            {"stage": "product", "flow": "grammage", "amount": grammage, "unit": "g/m2"},
            {"stage": "product", "flow": "width", "amount": 150, "unit": "cm"},
            {"stage": "weaving", "flow": "electricity", "amount": 0.45, "unit": unit},
        ]
        return float(tp.footprint({"product": "P", "rows": rows}, rules, factors).totals[0])

    assert [total(grammage) for grammage in (200, 400, 200)] == pytest.approx([0.75, 0.375, 0.75], rel=1e-12)
    assert [total(grammage, "kWh/kg") for grammage in (200, 400)] == pytest.approx([0.225, 0.225], rel=1e-12)
