"""Columns as codes: what numpy does at once is what a person would do text by text."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textile_pcf.batch.hashing import product_hashes
from textile_pcf.columns import ArrowStrings, Categorical, by_first_appearance, codes, factorize, group_rows, parse_numbers

SEVERAL = {
    "of one length": ["SKU-00A1", "SKU-00A2", "SKU-00A3", "SKU-00A2"],
    "of several lengths": ["A", "AB", "", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
    "of one length, not ASCII": ["棉布", "丝绸", "棉布"],
    "none": [],
    "empty": ["", "", ""],
}


@pytest.fixture(params=SEVERAL.values(), ids=SEVERAL)
def texts(request: pytest.FixtureRequest) -> list[str]:
    return list(request.param)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
def test_texts_are_the_texts_they_hold(texts: list[str], kind: pa.DataType) -> None:
    held = ArrowStrings(pa.array(["before", *texts, "behind"], kind)[1:-1])
    assert (list(held), len(held), tuple(held[1:])) == (texts, len(texts), tuple(texts[1:]))
    assert [held[place] for place in range(len(texts))] == texts
    assert all(text in held for text in texts) and "none such" not in held and 7 not in held
    places = np.arange(len(texts))[::-1].repeat(2)
    assert list(held.take(places)) == [texts[place] for place in places]
    assert list(pickle.loads(pickle.dumps(held))) == texts


def test_even_texts_are_rows_of_bytes(texts: list[str]) -> None:
    rows, lengths = ArrowStrings(pa.array(texts, pa.string())).as_matrix(), {len(text.encode()) for text in texts}
    assert (rows is not None) == (len(lengths) == 1 and lengths != {0})
    if rows is not None:
        assert [row.tobytes().decode() for row in rows] == texts == list(ArrowStrings.from_matrix(rows))


@pytest.mark.parametrize(
    ("texts", "plain"), [(["A-1", "~!"], True), (["A 1"], False), (["A\t"], False), (["é"], False), ([], True), ([""], True)]
)
def test_plain_texts_have_nothing_that_could_be_stripped(texts: list[str], plain: bool) -> None:
    assert ArrowStrings(pa.array(texts, pa.string())).is_plain_ascii is plain


@given(st.lists(st.text("ABC-12", max_size=20), min_size=1, max_size=30))
def test_the_key_of_a_text_is_its_own_whatever_stands_beside(texts: list[str]) -> None:
    one_by_one = [int(product_hashes(pa.array([text]))[0]) for text in texts]
    assert product_hashes(pa.array(texts)).tolist() == one_by_one
    assert len(set(one_by_one)) == len(set(texts))


@settings(deadline=None)
@given(st.lists(st.tuples(*(st.integers(0, 5),) * 3), min_size=1, max_size=60), st.integers(1, 70))
def test_combinations_are_those_of_a_dictionary(rows: list[tuple[int, ...]], head: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "HEAD", head)  # so that some are first seen behind it
        first, group = group_rows(*(np.array(column) for column in zip(*rows, strict=True)))
    assert [rows[row] for row in first] == sorted(set(rows))
    assert [rows[first[number]] for number in group] == rows
    assert [rows.index(rows[row]) for row in first] == first.tolist()


@given(st.lists(st.sampled_from("abcde"), max_size=20))
def test_categories_by_appearance(cells: list[str]) -> None:
    column = by_first_appearance(Categorical(np.array(["edcba".index(cell) for cell in cells], dtype=np.int32), tuple("edcba")))
    assert (list(column), column.categories, column.ordered) == (cells, tuple(dict.fromkeys(cells)), True)
    assert by_first_appearance(column) is column
    assert factorize(cells).categories == column.categories and factorize(cells).ordered


def test_categories_by_appearance_of_many_texts() -> None:
    column = by_first_appearance(Categorical(np.array([2, 0, 2]), ArrowStrings(pa.array(["a", "b", "c"]))))
    assert (
        isinstance(column.categories, ArrowStrings)
        and list(column.categories) == ["c", "a"]
        and list(column) == ["c", "a", "c"]
    )


@pytest.mark.parametrize("cell", [np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_told(cell: float) -> None:
    amounts, wrong = parse_numbers(np.array([1.0, cell, np.nan, 1e308, 1e308]))
    assert wrong.tolist() == [False, True, False, False, False] and amounts[0] == 1.0


def test_finite_numbers_whose_sum_is_not_are_numbers() -> None:
    assert not parse_numbers(np.array([1e308, 1e308]))[1].any()
