"""Products side by side: differences that add up, and results that may not be compared."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest

import textile_pcf as tp
from textile_pcf.comparison.comparability import FIELDS
from unit.comparison.mill import factors, rows, rule, run


def test_differences_by_stage_add_up(tmp_path):
    """A takes 10 kWh at 0.5 and 1 kg of fibre at 1.5; B 8 kWh and 2 kg: 6.5 and 7.0."""
    result = run(
        [*rows("A", electricity=10, fibre=1), *rows("B", electricity=8, fibre=2)], rule(tmp_path), factors(tmp_path, 0.5)
    )
    pair = tp.compare(result).to_dict()["pairs"][0]
    assert pair == {"a": "A", "b": "B", "total_a": 6.5, "total_b": 7.0, "difference": 0.5, "ratio": pytest.approx(7 / 6.5),
                    "stages": {"making": 0.5}}  # fmt: skip


def test_products_of_one_result_are_compared_with_one_another(tmp_path):
    data = [row for name, amount in zip("ABC", (10, 9, 8), strict=True) for row in rows(name, electricity=amount)]
    compared = tp.compare(run(data, rule(tmp_path), factors(tmp_path, 0.5)))
    assert list(zip(compared.a, compared.b, strict=True)) == [("A", "B"), ("A", "C"), ("B", "C")]
    assert compared.difference.tolist() == pytest.approx([-0.5, -1.0, -0.5])


def test_products_of_two_results_are_paired_by_id_or_as_named(tmp_path):
    mill, table = rule(tmp_path), factors(tmp_path, 0.5)
    first = run([*rows("A", electricity=10), *rows("B", electricity=8)], mill, table)
    second = run([*rows("A", electricity=9), *rows("C=1", electricity=4)], mill, table)
    assert tp.compare(first, second).difference.tolist() == pytest.approx([-0.5])
    named = tp.compare(first, second, pairs=["B=C=1", ("A", "A")])
    assert named.difference.tolist() == pytest.approx([-2.0, -0.5])
    only = [run(rows(name, electricity=10), mill, table) for name in ("X", "Y")]
    assert (tp.compare(*only).a, tp.compare(*only).b) == (("X",), ("Y",))


UNLIKE = {
    "unit": {"replace": ("{unit: kg}", "{unit: t}")},
    "boundary": {"head": "boundary: gate_to_gate\n"},
    "rule": {"name": "other"},
    "edition": {"edition": "2"},
    "gwp": {"head": "gwp: AR5\n"},
    "biogenic": {"head": "biogenic: zero_zero\n"},
    "electricity": {"head": "electricity: {declared: market_based}\n"},
}


@pytest.mark.parametrize("field", UNLIKE)
def test_unlike_results_are_refused_unless_the_field_is_allowed_by_name(tmp_path, field):
    """One sentence names the field, both values and the cure; what was allowed is part of the result."""
    table, data = factors(tmp_path, 0.5), rows(electricity=10)
    change = UNLIKE[field]
    a = run(data, rule(tmp_path), table)
    (tmp_path / "b").mkdir()
    other = rule(tmp_path / "b", **{key: value for key, value in change.items() if key != "replace"})
    other.write_text(
        other.read_text().replace(*change.get("replace", ("", "")), 1) if "replace" in change else other.read_text()
    )
    b = run(data, other, table)
    with pytest.raises(tp.InputError) as error:
        tp.compare(a, b)
    assert [(problem.where, problem.code) for problem in error.value.problems] == [(f"comparison ({field})", "not-comparable")]
    assert [entry["field"] for entry in tp.compare(a, b, allow=[field]).allowed] == [field]
    assert tp.compare(b, a, allow=field).to_dict()["allowed"][0]["field"] == field


def test_every_field_is_tested():
    assert set(UNLIKE) == set(FIELDS)


def test_every_unlike_field_is_a_problem_of_its_own(tmp_path):
    table, data = factors(tmp_path, 0.5), rows(electricity=10)
    b = run(data, rule(tmp_path, name="other", edition="2", head="gwp: AR5\n"), table)
    with pytest.raises(tp.InputError) as error:
        tp.compare(run(data, rule(tmp_path), table), b)
    assert [problem.where for problem in error.value.problems] == [
        f"comparison ({name})" for name in ("rule", "edition", "gwp")
    ]
    assert "规则不同：mill 与 other" in error.value.localized("zh")


def test_one_unit_for_both_cures_unlike_units(tmp_path):
    table, data = factors(tmp_path, 0.5), rows(electricity=10)
    (tmp_path / "b").mkdir()
    tonnes = rule(tmp_path / "b")
    tonnes.write_text(tonnes.read_text().replace("{unit: kg}", "{unit: t}", 1))
    compared = tp.compare(run(data, rule(tmp_path), table), run(data, tonnes, table), unit="kg")
    assert compared.difference[0] == pytest.approx(0)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"allow": ["editon"]}, "allow"),
        ({"pairs": ["A"]}, "pair"),
        ({"pairs": ["A=Z"]}, "pair"),
        ({"pairs": [("A", "B", "A")]}, "pair"),
        ({"pairs": [3]}, "pair"),
        ({"pairs": []}, "pair"),
    ],
)
def test_what_does_not_exist_is_refused(tmp_path, arguments, code):
    result = run([*rows("A", electricity=10), *rows("B", electricity=8)], rule(tmp_path), factors(tmp_path, 0.5))
    with pytest.raises(tp.UsageError) as error:
        tp.compare(result, **arguments)
    assert [problem.code for problem in error.value.problems] == [code]


def test_one_product_alone_is_no_comparison(tmp_path):
    mill, table = rule(tmp_path), factors(tmp_path, 0.5)
    alone = run(rows("A", electricity=10), mill, table)
    others = run([*rows("B", electricity=10), *rows("C", electricity=10)], mill, table)
    for arguments in ((alone,), (alone, others)):
        with pytest.raises(tp.UsageError) as error:
            tp.compare(*arguments)
        assert error.value.problems[0].code == "pair"


def test_it_is_shown_in_both_languages(tmp_path):
    result = run([*rows("A", electricity=10), *rows("<B>", electricity=8)], rule(tmp_path), factors(tmp_path, 0.5))
    compared = tp.compare(result)
    assert "-20.0 %" in str(compared.show()) and "kg CO2e / kg" in str(compared.show("zh"))
    assert "&lt;B&gt;" in compared._repr_html_()
    assert compared.to_csv().splitlines()[0] == "a,b,total_a,total_b,difference,ratio,making"


def drawn(tmp_path, first: dict, second: dict, **options) -> dict:
    """Two products of one run, each with a row of electricity, under the grid's factor of a gsd of 1.3."""
    table = factors(tmp_path, 0.5)
    lines = table.read_text().splitlines()
    spread = ["gsd", "1.3", *[""] * (len(lines) - 2)]
    table.write_text("".join(f"{line},{cell}\n" for line, cell in zip(lines, spread, strict=True)))
    data = [{**rows(name, electricity=1)[0], **row} for name, row in (("A", first), ("B", second))]
    return tp.compare(run(data, rule(tmp_path), table), draws=20_000, seed=1, **options).to_dict()["pairs"][0]


def test_a_shared_grid_does_not_blur_a_difference(tmp_path):
    """A at 10 and B at 10.1 kWh/kg of one grid: A is lower in every draw, whatever the grid's spread."""
    pair = drawn(tmp_path, {"amount": 10}, {"amount": 10.1})
    assert pair["probability_a_lower"] == 1.0
    assert pair["shared_sources"] == [next(iter(pair["shared_sources"]))] and "electricity" in pair["shared_sources"][0]


def test_amounts_of_their_own_do(tmp_path):
    """Amounts 10 (gsd 1.1) and 11 (gsd 1.15): Φ(ln 1.1 / √(ln² 1.1 + ln² 1.15)) = 0.7134."""
    pair = drawn(tmp_path, {"amount": 10, "gsd": 1.1}, {"amount": 11, "gsd": 1.15})
    expected = NormalDist().cdf(math.log(1.1) / math.hypot(math.log(1.1), math.log(1.15)))
    assert expected == pytest.approx(0.7134, abs=5e-5)
    assert pair["probability_a_lower"] == pytest.approx(expected, abs=4 * math.sqrt(0.25 / 20_000))
    assert pair["difference_p2_5"] < pair["difference_mean"] < pair["difference_p97_5"]


def test_a_product_with_itself_is_even_and_a_heavier_twin_sure(tmp_path):
    mill, table = rule(tmp_path), factors(tmp_path, 0.5)
    amount = {**rows("A", electricity=10)[0], "gsd": 1.2}
    result = run([amount], mill, table)
    assert tp.compare(result, result, draws=500).drawn.probability_a_lower.tolist() == [0.5]
    assert tp.compare(result, run([{**amount, "amount": 10.1}], mill, table), draws=500).drawn.probability_a_lower.tolist() == [
        1.0
    ]
    with pytest.raises(tp.UsageError):
        tp.compare(result, result, draws=-1)


@pytest.mark.parametrize("options", [{"allow": None}, {"allow": 5}, {"pairs": 5}, {"pairs": [5]}, {"pairs": []}])
def test_arguments_of_a_wrong_type(options, tmp_path):
    result = run(rows("A", electricity=1), rule(tmp_path), factors(tmp_path, 0.5))
    with pytest.raises(tp.UsageError) as caught:
        tp.compare(result, result, **options)
    assert all(problem.cure for problem in caught.value.problems)
