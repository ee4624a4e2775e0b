"""Tables have editions: NAME is the newest, NAME@EDITION one of them, and published ones never change."""

import pytest

import textile_pcf as tp
from paths import ROOT
from textile_pcf.factors import default_table, load_factors, shipped_tables, table_editions

POPLIN = ROOT / "examples/cotton_poplin/activity.csv"


def test_a_name_is_the_newest_edition():
    for name, files in table_editions().items():
        newest = list(files)[-1]
        assert load_factors(name).tables[0].label == f"{name}@{newest}"
        assert shipped_tables()[name] == files[newest]


def test_an_edition_is_named_behind_the_table():
    table = load_factors("default@2026.1").tables[0]
    assert (table.label, table.name, table.size, table.shipped) == ("default@2026.1", "default", 424, True)


def test_the_file_says_the_edition_of_its_folder():
    for name, files in table_editions().items():
        for edition in files:
            assert load_factors(f"{name}@{edition}").tables[0].document.edition == edition


@pytest.mark.parametrize("asked", ["default@2026.01", "default@2026.", "default@", "ember@2019"])
def test_an_edition_that_does_not_exist_is_refused_with_those_that_do(asked):
    with pytest.raises(tp.UsageError) as refusal:
        load_factors(asked)
    name, _, edition = asked.partition("@")
    assert f"The table {name!r} has no edition {edition!r}." in str(refusal.value)
    assert f"{name}@2026.1" in str(refusal.value)


def test_a_rule_takes_the_tables_of_its_own_edition():
    assert default_table("2026.1") == "default@2026.1"
    assert default_table("1.0") == "default"
    unnamed = tp.footprint(POPLIN, "cotton_fabric@2026.1")
    named = tp.footprint(POPLIN, "cotton_fabric@2026.1", "default@2026.1")
    assert [table["table"] for table in unnamed.provenance["factors"]] == ["default@2026.1"]
    assert unnamed.totals.tobytes() == named.totals.tobytes()
