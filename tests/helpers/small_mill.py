"""A mill that is calculated in the head: two stages, 0.5 kg CO2e per kWh, 200 g/m2; a third stage does not take place."""

from __future__ import annotations

POWER = {"electricity": {"unit": "kWh", "factor": "power"}}
RULE = {
    "rule": "mill", "edition": "1", "product": {"unit": "kg", "properties": {"grammage": {"unit": "g/m2", "optional": True}}},
    "stages": [
        {"id": "spinning", "title": {"en": "Spinning", "zh": "纺纱"}, "flows": POWER},
        {"id": "weaving", "flows": POWER},
        {"id": "printing", "optional": True, "flows": POWER},
    ],
}  # fmt: skip
FACTORS = {"power": "0.5 kgCO2e/kWh"}


def rows(product: str, spinning: float, weaving: float) -> list[dict[str, object]]:
    """Return activity data of a product: kWh per kg in spinning and in weaving."""
    return [
        {"product": product, "stage": "product", "flow": "grammage", "amount": 200, "unit": "g/m2"},
        {"product": product, "stage": "spinning", "flow": "electricity", "amount": f"{spinning} kWh"},
        {"product": product, "stage": "weaving", "flow": "electricity", "amount": f"{weaving} kWh"},
    ]
