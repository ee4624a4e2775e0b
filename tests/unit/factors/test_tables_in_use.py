"""Tables of the same sheets are one object while one of them is in use, so that what was matched is found again."""

import gc
import weakref

import textile_pcf as tp
from textile_pcf.factors import matcher
from textile_pcf.io.folder_stamp import folder_stamp


def test_shipped_tables_named_again_are_the_same_object():
    first = tp.load_factors("default")
    assert tp.load_factors("default") is first
    assert tp.load_factors(first, first) is not first


def test_tables_of_other_rows_are_other_objects():
    first, second = (tp.load_factors({"electricity": f"0.{number} kgCO2e/kWh"}) for number in (5, 6))
    assert first is not second
    assert first.tables[0].numbers["value"][0] != second.tables[0].numbers["value"][0]


def test_a_table_that_nobody_uses_is_forgotten():
    table = weakref.ref(tp.load_factors({"electricity": "0.7 kgCO2e/kWh"}, {"steam": "0.1 kgCO2e/MJ"}))
    gc.collect()
    assert table() is None


def test_a_product_under_shipped_tables_is_matched_once(monkeypatch):
    rules, rows = tp.load_rules("cotton_fabric"), "examples/cotton_poplin/activity.csv"
    first = tp.footprint(rows, rules)
    monkeypatch.setattr(matcher, "_match_request", lambda *request: 1 / 0)
    assert tp.footprint(rows, rules).to_dict() == first.to_dict()


def test_the_state_of_a_folder_names_all_that_is_in_it(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "one.csv").write_text("1", encoding="utf-8")
    (tmp_path / "two.csv").write_text("22", encoding="utf-8")
    stamp = folder_stamp(tmp_path)
    assert [name.removeprefix(str(tmp_path)) for name, _, _ in stamp] == ["/a", "/a/b", "/a/b/one.csv", "/two.csv"]
    assert [size for _, _, size in stamp][2:] == [1, 2]
    (tmp_path / "two.csv").write_text("333", encoding="utf-8")
    assert folder_stamp(tmp_path) != stamp
    assert folder_stamp(tmp_path / "none") == ()
