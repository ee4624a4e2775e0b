"""Saved results: every view comes back bit for bit, without inputs; what is no saved result is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from audit_mill import calculate

import textile_pcf as tp
from textile_pcf.audit.canonical import sha256_of_json
from textile_pcf.io.resources import examples


@pytest.fixture(scope="module", params=["cotton_poplin", "t_shirt"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[tp.Footprint, tp.Footprint]:
    """A shipped example, calculated and read again."""
    with pytest.warns(tp.PcfWarning):
        result = tp.footprint(*examples()[request.param])
    return result, tp.load_result(result.save(tmp_path_factory.mktemp("saved") / "result.json"))


def test_every_view_comes_back(both: tuple[tp.Footprint, tp.Footprint]) -> None:
    result, again = both
    assert json.dumps(again.to_dict()) == json.dumps(result.to_dict())
    assert again.products == result.products and again.unit == result.unit and again.rules.name == result.rules.name
    for name in ("by_stage", "totals", "split_totals", "emissions_by_stage", "default_share", "default_factor_share"):
        assert (getattr(again, name) == getattr(result, name)).all(), name
    for name in ("contributions", "masses", "split"):
        assert getattr(again, name).astype(str).equals(getattr(result, name).astype(str)), name
    assert again.per_stage().equals(result.per_stage()) and again.per_group().equals(result.per_group())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_texts_come_back_in_both_languages(both: tuple[tp.Footprint, tp.Footprint], language: str, tmp_path: Path) -> None:
    result, again = both
    for product in result.products:
        assert again.explain(product, language=language) == result.explain(product, language=language)
    assert again.show(language)._repr_html_() == result.show(language)._repr_html_()
    reports = [  # a saved result knows no spreads: the report says so, so these parts are left out of both
        each.to_html(tmp_path / f"{name}.html", language=language, uncertainty=None)
        for name, each in (("a", result), ("b", again))
    ]
    assert reports[0].read_text() == reports[1].read_text()


def test_a_result_that_was_read_can_be_saved_again(both: tuple[tp.Footprint, tp.Footprint], tmp_path: Path) -> None:
    result, again = both
    first, second = result.save(tmp_path / "a.json"), again.save(tmp_path / "b.json")
    assert first.read_bytes() == second.read_bytes()


def test_what_needs_inputs_says_so(mill: Path) -> None:
    again = tp.load_result(calculate(mill).save(mill / "result.json"))
    for call in (lambda: again.run, lambda: again.inventory, lambda: tp.lock(again, mill / "a.lock"), again.published):
        with pytest.raises(tp.UsageError, match="Calculate again from its lock"):
            call()


@pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")
def test_a_label_of_a_saved_result_is_the_same(mill: Path) -> None:
    result = calculate(mill)
    assert tp.load_result(result.save(mill / "result.json")).label("P", unit="g") == result.label("P", unit="g")


def test_published_results_and_rules_in_memory_are_not_saved(mill: Path) -> None:
    (mill / "grid.yaml").write_text("redistributable: false\n")
    with pytest.raises(tp.UsageError, match="masked"):
        calculate(mill).published().save(mill / "a.json")
    result = calculate(mill)
    (mill / "rule.yaml").write_text((mill / "rule.yaml").read_text().replace("making", "weaving"))
    with pytest.raises(tp.UsageError, match="has changed since it was read"):
        result.save(mill / "a.json")
    with pytest.raises(tp.UsageError, match=r"\.json"):
        result.save(mill / "a.pickle")


@pytest.mark.parametrize(("content", "code"), [
    ("{}", "result-form"), ("[]", "result-form"), ("", "result-form"), ('{"result": 2}', "result-later"),
    ('{"result": true}', "result-form"), ('{"result": 1, "seal": "x"}', "result-form"), ('{"lock": 1}', "result-form"),
])  # fmt: skip
def test_what_is_no_saved_result_is_refused(content: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(tp.InputError) as raised:
        tp.load_result(tmp_path / "a.json")
    assert raised.value.problems[0].code == code


def test_a_changed_number_is_found(mill: Path) -> None:
    path = calculate(mill).save(mill / "result.json")
    path.write_text(path.read_text().replace("6.205", "6.204", 1))
    with pytest.raises(tp.InputError, match="changed after it was saved"):
        tp.load_result(path)


@pytest.mark.parametrize("path", [
    "rule_text", "boundary", "products", "by_stage", "totals", "split_totals", "headline", "gross", "gwp_sets", "beside",
    "measures.mass", "measures.mass_per", "masses.stage", "masses.component.codes", "masses.downstream", "masses.input",
    "lines.product", "lines.value", "lines.split", "lines.item.codes", "lines.item.texts", "lines.driver_terms", "lines.ruled",
    "notes", "cutoff", "allocation", "terms", "balances", "restricted",
])  # fmt: skip
@pytest.mark.parametrize("value", [None, [7], "x"])
def test_a_sealed_result_of_another_shape_is_refused_or_shown(path: str, value: Any, mill: Path) -> None:
    """Whatever stands in a file with a seal that fits: it is refused in plain words, or every view of it works."""
    file = calculate(mill).save(mill / "result.json")
    content = {key: each for key, each in json.loads(file.read_text()).items() if key != "seal"}
    place: Any = content
    *outer, last = path.split(".")
    for key in outer:
        place = place[key]
    place[last] = value
    file.write_text(json.dumps({**content, "seal": sha256_of_json(content)}))
    try:
        again = tp.load_result(file)
    except tp.PcfError as error:
        assert error.problems[0].what
    else:
        assert again.explain(again.products[0]) and again.to_dict() and len(again.contributions)
