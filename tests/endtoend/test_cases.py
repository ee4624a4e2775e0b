"""Worked cases a domain expert can read: `tests/cases/*.yaml`, run through the public functions, and that none is missing."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from textile_pcf.errors import PcfError
from textile_pcf.methods import METHODS
from textile_pcf.rule_cases import check, run
from textile_pcf.rules import editions, load_rules
from worked import KEYS, LOADED, PRODUCT_KEYS, all_cases, expected_products, rule_of

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case):
    """As `textile-pcf rules test` does it."""
    outcome = check(case, LOADED)
    assert outcome.holds, "\n".join(map(str, outcome.problems))


TOLD_AT = {
    "fuels: an enthalpy of cold water": [("heat.heat", 0)],
    "fuels: an enthalpy beside energy": [("heat.heat", 0)],
    "fuels: litres of diesel where no density is cited": [("heat.diesel", 0)],
    "composed: a purchased dye of which no open source has a factor": [("dyeing.dye", 0)],
    "blends: shares that do not add up": [("product.share", 0)],
    "blends: a component in a common stage": [("weaving.electricity", 1)],
    "blends: shares under a rule without stages per fibre": [("product.share", 0)],
    "blends: a fibre of a product without shares": [("spinning.electricity", 0)],
    "gases: a printed value that its gases do not give": [("value", 0)],
    "links: a product of which there is nothing in this run": [("s.material", 1)],
    "links: a link in m2 to a product without grammage": [("making.lining", 1)],
    "links: a declared footprint that reaches past the flow": [("s.material", 1)],
    "links: a declared footprint that nobody sent": [("s.material", 1)],
    "links: a link in a unit that nothing turns into mass": [("s.electricity", 0)],
    "loss_bases: a loss of all that goes in cannot be": [("s.waste", 0)],
    "loss_bases: a ratio of nothing cannot be": [("s.waste", 0)],
    "period_totals: a total without the output of its period": [("weaving.electricity", 0), ("weaving.output", 1)],
    "period_totals: an output in metres of a product without width": [("weaving.output", 2)],
    "regions_and_years: where the world is forbidden, a factor of the world is not taken": [("s.power", 0)],
    "regions_and_years: a factor of another kind is not taken, and the error lists the kinds there are": [("s.power", 0)],
    "regions_and_years: an item that is nowhere, with the nearest": [("s.power", 0)],
}


@pytest.mark.parametrize("name", TOLD_AT)
def test_what_is_refused_is_told_at_its_row(name):
    """File and line are those of the row in the case."""
    case = next(case for case in CASES if case.id == name)
    with pytest.raises(PcfError) as caught:
        run(case, LOADED)
    rows = [("factors" if what == "value" else "rows", row, what) for what, row in TOLD_AT[name]]
    wanted = [f"{case.document.name}:{case.document.line((home, row))} ({what})" for home, row, what in rows]
    assert set(wanted) <= {problem.where for problem in caught.value.problems}


# ---------------------------------------------------------------- the form of the cases


def test_every_case_has_a_name_of_its_own():
    names = [(case.file, case.name) for case in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_form_of_a_case(case):
    data = case.data
    assert set(data) <= KEYS, f"unknown keys {set(data) - KEYS}"
    assert data.get("rows"), "no rows"
    assert ("expect_error" in data) != any(key in data for key in ("expect", "expect_lines", "expect_masses"))
    if "expect_error" not in data:
        assert str(data.get("work", "")).strip(), "no arithmetic under `work`"
        for product in expected_products(data).values():
            assert set(product) <= PRODUCT_KEYS, f"no such result: {set(product) - PRODUCT_KEYS}"
    assert set(data.get("tags", [])) <= set(TAGS), f"unknown tags {set(data['tags']) - set(TAGS)}"


# ---------------------------------------------------------------- that none is missing

TAGS = {
    "allocation": "emissions shared with co-products",
    "carbon_content": "carbon in the product as it leaves",
    "carbon_balance": "uptake is the CO2 of the carbon that leaves",
    "composed": "a factor composed of cited rows",
    "fuels": "a fuel in another measure, by its heating value or density",
    "proxy": "a row that stands in for another item, marked",
    "completeness": "what is required and not given, what is left out with an estimate, limits of the cut-off",
    "boundary": "a boundary is chosen among those that the rule offers",
    "ladder_own": "a factor of the region asked for",
    "ladder_country": "subdivision → country",
    "ladder_group": "country → group",
    "ladder_world": "group → GLO",
    "ladder_forbidden": "a step that the rule forbids",
    "region_of_row": "the row's own region",
    "region_of_stage_row": "the region of the stage's row",
    "region_of_rule": "the region that the rule gives a stage",
    "region_of_product": "the region of the product's row",
    "year_same": "the year asked for",
    "year_before": "the latest year before",
    "year_after": "only later years: the nearest, flagged",
    "year_latest": "no year asked for",
    "second_table": "a factor that only the second table has",
    "first_table_first": "the first table's GLO before the second's own region",
    "kind": "a factor of another kind is not taken",
    "blend": "shares of fibres, each with its own losses",
    "row_of_a_fibre": "a row with component replaces the one without",
    "no_share": "a component stage of a product of one fibre",
    "optional_stage_off": "an optional stage that no row names",
    "optional_stage_on": "an optional stage that a row switches on",
    "optional_flow": "an optional flow with and without a row",
    "outside": "a stage outside the boundary",
    "alternatives": "ways of which one is taken",
    "period_kg": "totals of a period over an output in kg",
    "period_m": "totals of a period over an output in m",
    "period_m2": "totals of a period over an output in m2",
    "period_piece": "totals of a period over an output in pieces",
    "per_product": "an absolute amount per product unit",
    "link": "another product of the run",
    "link_loop": "products that need one another",
    "link_itself": "a product that needs some of itself",
    "pcf": "a supplier's declared footprint",
    "minus_one_plus_one": "biogenic CO2 −1/+1",
    "zero_zero": "biogenic CO2 0/0",
    "gases_ar5": "gases under AR5",
    "gases_ar6": "gases under AR6",
    "land_use_change": "CO2 of land use",
    "aircraft": "CO2 of aircraft, reported",
    "chosen_word": "a default chosen by a word",
    "chosen_upto": "a default chosen by a range",
    "chosen_below": "a default chosen by a range that ends before its bound",
    "chosen_inf": "a default for all above",
    "unit_m2": "results per m2",
    "unit_m": "results per m",
    "unit_100m": "results per 100 m",
    "unit_piece": "results per piece",
    "whole_unit": "an amount told as the whole ratio",
    "transport": "km on a t*km flow",
    "several_items": "several rows with different items on one flow",
    "negative": "a negative amount where the sign may be any",
    "plausible": "a warning outside the plausible band",
    "measured_wins": "a given amount before the rule's value or method",
    "empty_amount": "a row without amount takes the rule's value",
    "group_of_flow": "a flow reported under another group",
    "golden": "a golden number of the methodology",
}


def test_every_tag_has_a_case():
    have = {tag for case in CASES for tag in case.data.get("tags", [])}
    assert not set(TAGS) - have, f"no case for: {sorted(set(TAGS) - have)}"


def test_every_shipped_rule_has_a_case():
    have = {shipped_rule(name).name for name in {case.data["rule"] for case in CASES if _shipped(case.data["rule"])}}
    shipped = {f"{name}@{edition}" for name, files in editions().items() for edition in files}
    assert not shipped - have


def _shipped(rule: Any) -> bool:
    return isinstance(rule, str) and not rule.endswith(".yaml")


@cache
def shipped_rule(name: str) -> Any:
    """A shipped rule, read once."""
    return load_rules(name)


@cache
def _rules_of_cases() -> tuple[Any, ...]:
    """The rules that cases bring along, compiled; those that are meant to be wrong are passed."""
    import tempfile
    from pathlib import Path

    found = []
    for case in CASES:
        if not _shipped(case.data["rule"]) and "expect_error" not in case.data:
            with tempfile.TemporaryDirectory() as folder:
                found.append(load_rules(rule_of(case.data, Path(folder))))
    return tuple(found)


def test_every_method_has_a_case_that_uses_its_value():
    """Some case's rule names the method; of shipped rules only stages that the case names count."""
    have = {prop.method.name for rules in _rules_of_cases() for prop in rules.properties if prop.method}
    have |= _methods_of_shipped()
    assert not set(METHODS) - have, f"no worked case for: {sorted(set(METHODS) - have)}"


def _methods_of_shipped() -> set[str]:
    """Methods of shipped rules whose stage a case names without giving the property itself."""
    found = set()
    for case in CASES:
        if _shipped(case.data["rule"]) and "expect_error" not in case.data:
            rules = shipped_rule(case.data["rule"])
            given = {(row["stage"], row.get("flow")) for row in case.data["rows"]}
            stages = {stage for stage, _ in given}
            for prop in rules.properties:
                home = rules.stage_id(prop.stage)
                if prop.method and home in stages and (home, prop.id) not in given:
                    found.add(prop.method.name)
    return found


def test_every_loss_basis_has_a_case():
    have = {loss.basis for rules in _rules_of_cases() for loss in rules.losses}
    assert have == {"input", "output", "ratio"}


def test_every_driver_has_a_case():
    drivers = [flow.drivers for rules in _rules_of_cases() for flow in rules.flows]
    have = {("property" if isinstance(driver, int) else driver) for names in drivers for driver in names}
    assert have == {"output", "input", "loss", "product", "property"}
    assert any(len(names) > 1 for names in drivers), "no case for a list of drivers"


def test_every_group_boundary_and_convention_has_a_case():
    rules = _rules_of_cases()
    assert {flow.group for one in rules for flow in one.flows} == {
        "raw_material", "production", "distribution", "use", "end_of_life",
    }  # fmt: skip
    assert {one.document.boundary for one in rules} == {"cradle_to_gate", "gate_to_gate", "cradle_to_grave"}
    assert {one.document.biogenic for one in rules} == {"minus_one_plus_one", "zero_zero"}
