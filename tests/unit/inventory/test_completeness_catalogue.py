"""A catalogue says each warning on completeness once: the texts of its products, whatever is grouped to find them."""

import pytest

import textile_pcf as tp
from textile_pcf.inventory.completeness import catalogue_warnings, completeness_warnings

RULE = {
    "rule": "cloth",
    "edition": "1",
    "cutoff": {"single": "1 %", "total": "3 %"},
    "product": {"unit": "kg"},
    "stages": [
        {
            "id": "weaving",
            "scope": "component",
            "flows": {
                "electricity": {"unit": "kWh", "factor": "electricity"},
                "oil": {"unit": "kg", "factor": "oil", "optional": True},
            },
        },
        {
            "id": "dyeing",
            "optional": True,
            "flows": {
                "gas": {"unit": "m3", "factor": "gas", "optional": True},
                "supply": {"unit": "m3", "factor": "gas", "optional": True, "required_if": ["gas"]},
            },
        },
        {"id": "wastewater", "optional": True, "required_if": ["dyeing"], "flows": {"water": {"unit": "m3", "factor": "gas"}}},
    ],
}
FACTORS = [
    {
        "item": item,
        "value": 1,
        "unit": f"kgCO2e/{unit}",
        "region": "GLO",
        "year": "",
        "kind": "life_cycle",
        "source": "s",
        "locator": "l",
    }
    for item, unit in (("electricity", "kWh"), ("oil", "kg"), ("gas", "m3"))
]


def product(name: str, *more: dict[str, object]) -> list[dict[str, object]]:
    weaving = {"stage": "weaving", "flow": "electricity", "amount": 2, "unit": "kWh"}
    return [{"product": name, **row} for row in (weaving, *more)]


def left_out(item: str, percent: float) -> dict[str, object]:
    return {"stage": "product", "flow": "cutoff", "amount": percent, "unit": "%", "item": item, "note": "small"}


GAS = {"stage": "dyeing", "flow": "gas", "amount": 0.3, "unit": "m3"}
NO_GAS = {**GAS, "amount": 0}
OIL = {"stage": "weaving", "flow": "oil", "amount": 0.1, "unit": "kg"}
FIBRES = [
    {"stage": "product", "flow": "share", "component": name, "amount": 50, "unit": "%"} for name in ("cotton", "polyester")
]


@pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")
def test_a_catalogue_says_what_its_products_say():
    rows = [
        *product("A", GAS, left_out("labels", 1.2501), left_out("paper", 2)),
        *product("B", GAS, left_out("labels", 1.2504)),  # printed as that of A
        *product("C", NO_GAS, left_out("paper", 1.2501), left_out("tape", 4)),
        *product("D", *FIBRES, {**OIL, "component": "cotton"}, GAS),
        *product("E", left_out("labels", 0.5)),
    ]
    result = tp.footprint(rows, RULE, FACTORS)
    said = [str(text) for _, text in completeness_warnings(result.inventory)]
    once = [str(text) for text in catalogue_warnings(result.inventory)]
    assert len(said) > len(once) == len(set(once))
    assert set(said) == set(once)
    missing = [text for text in once if "what no row gives" in text]
    assert ["wastewater, dyeing.supply" in text for text in missing].count(True) == 1
    assert [text.partition(":")[2].partition(".")[0].strip() for text in missing if "dyeing" not in text] == ["wastewater"]
    assert any("labels is left out with 1.25 %" in text for text in once)
