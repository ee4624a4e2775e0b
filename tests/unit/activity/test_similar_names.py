"""Product names that a reader takes for one: they are different products, and the result says so."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp
from textile_pcf.activity.product_names import similar_names
from textile_pcf.columns import ArrowStrings

SIMILAR = ["p-1", "Ｐ－１", "P -1", "P-1\u200b", "P-\u00a01"]


@pytest.mark.parametrize("name", SIMILAR)
def test_similar_names_are_different_products_with_a_warning(name: str) -> None:
    with pytest.warns(tp.PcfWarning, match="2 products have a name that differs from that of another only in capitals"):
        result = tp.footprint([*rows("P-1", 2, 4), *rows(name, 4, 4), *rows("P-2", 1, 1)], RULE, FACTORS)
    assert result.total().tolist() == [3.0, 4.0, 1.0]


@pytest.mark.parametrize("name", ["P-2", "P1", "P-1b", "P_1"])
def test_other_names_are_no_matter(name: str) -> None:
    result = tp.footprint([*rows("P-1", 2, 4), *rows(name, 4, 4)], RULE, FACTORS)
    assert not [text for text in result.warnings() if "capitals" in text]


def _batch(folder: Path, listed: list[dict[str, object]]) -> tp.BatchResult:
    path = folder / "mill.csv"
    pd.DataFrame(listed).to_csv(path, index=False)
    return tp.calculate_batch(path, RULE, FACTORS, out=folder / "results", progress=False)


def test_a_batch_warns_of_them(tmp_path: Path) -> None:
    with pytest.warns(tp.PcfWarning, match=r"such as 'P-1' and 'p-1'; they are calculated as different products"):
        assert _batch(tmp_path, [*rows("P-1", 2, 4), *rows("p-1", 4, 4)]).read().num_rows == 2


@pytest.mark.parametrize("order", [("P", "p"), ("p", "P")])
def test_a_batch_rejects_the_incomplete_one_and_keeps_the_complete_one(order: tuple[str, str], tmp_path: Path) -> None:
    """The complete product was rejected where it came later, and the incomplete one as well."""
    first, second = order
    for number, (short, whole) in enumerate([(first, second), (second, first)]):
        listed = {short: rows(short, 2, 4)[:-1], whole: rows(whole, 2, 4)}
        (tmp_path / str(number)).mkdir()
        done = _batch(tmp_path / str(number), [*listed[first], *listed[second]])
        assert done.read()["product"].to_pylist() == [whole]
        rejected = pd.read_csv(tmp_path / str(number) / "results" / "rejected.csv")
        assert rejected[["product", "code"]].to_numpy().tolist() == [[short, "product-twins"]]


@pytest.mark.parametrize(
    ("names", "similar"),
    [
        (["SKU-1", "SKU-2", "SKU_10"], []),
        (["SKU-1", "sku-1"], [("SKU-1", "sku-1")]),
        (["SKU-1", "SKU -1"], [("SKU-1", "SKU -1")]),
        (["SKU-1", "ＳKU-1"], [("SKU-1", "ＳKU-1")]),
        (["A"], []),
    ],
)
def test_names_of_catalogues_are_compared_as_those_of_tables(names: list[str], similar: list[tuple[str, ...]]) -> None:
    """Codes of capitals and digits alone are not made into texts of Python for it."""
    assert similar_names(names) == similar
    assert similar_names(ArrowStrings(pa.array(names))) == similar
