"""In which encoding a table was saved: read where it makes sense, else named; never other letters without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

import textile_pcf as tp
from textile_pcf.io.encodings import decode_text
from textile_pcf.io.read_table import read_table

ENGLISH = "product,stage,flow,amount,unit\n{},dyeing,steam,5,kg\n"
CHINESE = "产品编号,工序,项目,数量,单位\n{},dyeing,steam,5,kg\n"
TRADITIONAL = "產品編號,工序,項目,數量,單位\n{},dyeing,steam,5,kg\n"
COLUMNS = ("product", "stage", "flow", "amount", "unit")
ALIASES = {"产品编号": "product", "工序": "stage", "项目": "flow", "数量": "amount", "单位": "unit"}


def read(tmp_path: Path, data: bytes):
    path = tmp_path / "mill.csv"
    path.write_bytes(data)
    return read_table(path, known_columns=COLUMNS, aliases=ALIASES)


@pytest.mark.parametrize("product", ["Café", "Grün", "20°C", "m²", "Ткань", "Çorlu İplik", "Ø5", "棉布", "", "면직물"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_is_read_without_a_word(tmp_path, product, encoding):
    table = read(tmp_path, ENGLISH.format(product or "P").encode(encoding))
    assert table.columns["product"] == [product or "P"] and table.notes == ()


@pytest.mark.parametrize(
    ("text", "product"),
    [(CHINESE, "棉布"), (CHINESE, "镕新"), (ENGLISH, "染色"), (ENGLISH, "染色布"), (ENGLISH, "涤纶-1"), (TRADITIONAL, "棉布")],
)
def test_gb_18030_is_read_and_a_word_shown(text, product):
    """`染色` in GB 18030 is also UTF-8, of two letters that stand in no word."""
    found, encoding, word = decode_text(text.format(product).encode("gb18030"))
    assert (found, encoding, word) == (text.format(product), "GB18030", product)


def test_the_note_shows_a_word(tmp_path):
    table = read(tmp_path, ENGLISH.format("染色").encode("gb18030"))
    assert table.columns["product"] == ["染色"]
    assert table.notes[0].endswith("mill.csv is not UTF-8; it was read as GB18030, for example '染色'.")


def test_what_may_be_both_is_said(tmp_path):
    """`贸` in GB 18030 is `ó` in UTF-8."""
    (note,) = read(tmp_path, ENGLISH.format("贸").encode("gb18030")).notes
    assert "can be read as UTF-8 and as GB18030" in note and "'ó'" in note


@pytest.mark.parametrize(
    ("text", "encoding", "words"),
    [
        (TRADITIONAL.format("FABRIC"), "big5", "it may be Big5 ('產品編號')"),
        (ENGLISH.format("棉紗染色布"), "big5", "it may be Big5 ('棉紗染色布')"),
        (ENGLISH.format("滌綸長絲紗"), "big5", "it may be Big5 ('滌綸長絲紗')"),
        (ENGLISH.format("ポリエステル"), "cp932", "it may be Shift-JIS ('ポリエステル')"),
        (ENGLISH.format("綿布"), "cp932", "it may be Shift-JIS"),
        (ENGLISH.format("ÉTOFFE-1"), "cp1252", "it may be Windows-1252 ('ÉTOFFE-1')"),
        (ENGLISH.format("Café"), "latin-1", "it may be Windows-1252 ('Café')"),
        (ENGLISH.format("Baumwolle für Tücher"), "cp1252", "it may be Windows-1252"),
        (ENGLISH.format("20°C"), "cp1252", "it may be Windows-1252"),
        (ENGLISH.format("Ткань"), "cp1251", "cannot be read"),
        (ENGLISH.format("染色"), "utf-16-le", "UTF-16 without its mark"),
        (ENGLISH.format("染色"), "utf-16-be", "UTF-16 without its mark"),
    ],
)
def test_other_encodings_are_named(tmp_path, text, encoding, words):
    with pytest.raises(tp.InputError) as caught:
        read(tmp_path, text.encode(encoding))
    (problem,) = caught.value.problems
    assert words in problem.what and "UTF-8" in problem.cure


def test_one_wrong_byte_does_not_make_it_chinese_of_another_encoding(tmp_path):
    text = CHINESE.format("棉布") + "棉布,dyeing,steam,5,千克\n" * 9
    with pytest.raises(tp.InputError, match="UTF-8 but for some bytes"):
        read(tmp_path, text.encode()[:-8] + b"\xff" + text.encode()[-8:])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_marked_encodings_are_read_and_said(tmp_path, encoding):
    table = read(tmp_path, CHINESE.format("染色").encode(encoding))
    assert table.columns["product"] == ["染色"] and encoding.upper() in table.notes[0]


@pytest.mark.parametrize("sign", "，；、｜|")
def test_separators_that_are_none_are_named(tmp_path, sign):
    with pytest.raises(tp.InputError) as caught:
        read(tmp_path, CHINESE.format("棉布").replace(",", sign).encode())
    (problem,) = caught.value.problems
    assert problem.where.endswith("mill.csv:1") and f"separated by {sign!r}" in problem.what and "comma" in problem.cure


@pytest.mark.parametrize("sign", [";", "\t"])
def test_separators_of_other_excels_are_read(tmp_path, sign):
    assert read(tmp_path, CHINESE.format("棉布，厚").replace(",", sign).encode()).columns["product"] == ["棉布，厚"]
