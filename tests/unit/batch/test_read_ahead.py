"""Reading ahead: one item, in order, and errors where they are due."""

from __future__ import annotations

import threading

import pytest

from textile_pcf.batch.read_ahead import read_ahead


@pytest.mark.parametrize("ahead", [1, 2, 9])
def test_no_more_items_are_read_ahead_than_wanted(ahead: int) -> None:
    begun: list[int] = []
    for number in read_ahead(lambda item: begun.append(item) or item, range(5), ahead):
        assert len(begun) <= number + 1 + ahead
    assert begun == [0, 1, 2, 3, 4]


def test_items_are_read_in_another_thread() -> None:
    assert threading.get_ident() not in set(read_ahead(lambda _: threading.get_ident(), "ab"))


def test_an_error_comes_where_its_item_is_due() -> None:
    read = read_ahead(lambda item: 6 // item, [3, 2, 0, 1])
    assert (next(read), next(read)) == (2, 3)
    with pytest.raises(ZeroDivisionError):
        next(read)
