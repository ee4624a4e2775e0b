"""A title of the rule where its id is wanted: the answer names the id."""

from __future__ import annotations

import pytest

import textile_pcf as tp


@pytest.mark.parametrize(
    ("stage", "flow", "meant"),
    [("织造", "electricity", "weaving"), ("staple spinning", "electricity", "spinning"), ("weaving", "电力", "electricity"),
     ("weaving", "Fresh water", "water")],
)  # fmt: skip
def test_a_title_of_the_rule_is_answered_with_its_id(stage: str, flow: str, meant: str) -> None:
    """Mills write what stands on the sheets of the workbook; the table wants ids."""
    rows = [{"product": "P", "stage": stage, "flow": flow, "amount": "2", "unit": "kWh/kg"}]
    with pytest.raises(tp.InputError) as caught:
        tp.read_activity(rows, "cotton_fabric")
    assert f"Did you mean {meant!r}?" in [str(problem.cure) for problem in caught.value.problems]


def test_stages_of_a_supply_table_and_of_an_explanation_are_suggested_by_title() -> None:
    result = tp.footprint(*tp.load_example("cotton_poplin"))
    with pytest.raises(tp.UsageError, match="Did you mean 'weaving'"):
        result.explain("COTTON-POPLIN", stage="织造")
    roof = [{"site": "mill", "stages": "织造", "carrier": "electricity", "part": "grid", "amount": "500 MWh"}]
    with pytest.raises(tp.InputError, match="Did you mean 'weaving'"):
        tp.footprint(*tp.load_example("cotton_poplin"), supply=roof)


@pytest.mark.parametrize(
    ("place", "meant"), [({"stage": "织造"}, "weaving"), ({"stage": "weaving", "flow": "电力"}, "electricity")]
)
def test_places_of_a_change_are_suggested_by_title(place: dict[str, str], meant: str) -> None:
    result = tp.footprint(*tp.load_example("cotton_poplin"))
    with pytest.raises(tp.InputError, match=f"Did you mean '{meant}'"):
        result.scenario([{"name": "looms", "changes": [{"change": "scale", "at": place, "by": 0.9}]}])
