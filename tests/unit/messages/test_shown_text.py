"""Very long texts in messages: cut off in one place, in both languages; usual texts are shown whole."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp
from textile_pcf.messages.message import Message

LONG = "很长" * 60_000


@pytest.mark.parametrize("column", ["product", "stage", "flow", "unit", "item", "year", "region", "per", "data_type", "note"])
@pytest.mark.parametrize("text", [LONG, "x" * 200_000, "x y " * 50_000], ids=["zh", "word", "words"])
def test_a_long_text_makes_a_short_message(column: str, text: str) -> None:
    plain: list[dict[str, Any]] = rows("P", 2, 4)
    source = [plain[0], {**plain[1], column: text}, {**plain[2], "amount": "x"}]
    with pytest.raises(tp.InputError) as caught:
        tp.footprint(source, RULE, FACTORS)
    for problem in caught.value.problems:
        assert max(len(problem.localized(language)) for language in ("en", "zh")) < 1_500
        assert problem.where.startswith(("row", "input"))


def test_the_length_is_told_in_both_languages() -> None:
    message = Message("{text!r} is not a year.", text="7" * 5_000)
    assert message == "'" + "7" * 80 + "…' (5000 characters) is not a year."
    assert message.localized("zh") == "'" + "7" * 80 + "…'（5000 个字符） 不是年份。"
    assert pickle.loads(pickle.dumps(message)) == message
    assert message.values["text"] == "7" * 5_000


@pytest.mark.parametrize("length", [1, 80, 200])
def test_usual_texts_are_whole(length: int) -> None:
    assert Message("{text!r} is not a year.", text="7" * length) == f"'{'7' * length}' is not a year."


def test_lists_of_names_are_whole() -> None:
    names = ", ".join(f"flow_{number}" for number in range(300))
    assert Message("It has: {names}.", names=names) == f"It has: {names}."
