"""Files of records are read part by part: every entry once, the same as read as a whole, and none is kept."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pact_samples import RECORD, changed

import textile_pcf as tp
from textile_pcf.interchange import json_records
from textile_pcf.interchange.json_records import document_entries, read_entries

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
ENTRIES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "data", "pcf", "pfs"]), inner)
)
HEADS = (
    "{}",
    '{{"data": {}}}',
    ' {{ "data" :\n{} }} ',
    '{{"data": {}, "more": [1]}}',
    '{{"more": {{}}, "data": {}}}',
    '{{"data": {{"pfs": {}}}}}',
)


def entries(path):
    problems = []
    return list(read_entries(path, problems)), [str(problem) for problem in problems]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    listed=st.lists(ENTRIES, max_size=5),
    head=st.sampled_from(HEADS),
    indent=st.sampled_from([None, 1]),
    part=st.sampled_from([1, 7, 1 << 20]),
)
@example(listed=[1e16, -1.5e-7], head="{}", indent=None, part=1)
def test_a_file_read_in_parts_has_the_entries_of_the_whole(tmp_path_factory, listed, head, indent, part):
    text = head.format(json.dumps(listed, indent=indent, ensure_ascii=False))
    path = tmp_path_factory.getbasetemp() / "parts.json"
    path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_records, "PART", part)
        assert entries(path) == (list(document_entries(json.loads(text))), [])


NO_JSON = "This is no JSON"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1, 2", NO_JSON), ("[1,, 2]", NO_JSON), ("[1 2]", NO_JSON), ("[1,]", NO_JSON), ("[1] 2", NO_JSON), ("[", NO_JSON),
        ('{"data": [1]', NO_JSON), ('{"data": [1]} x', NO_JSON), ('{"data": [1], "data": [2]}', "The key 'data' appears twice"),
        ('[1, {"a": 1, "a": 2}]', "The key 'a' appears twice"), ('[1, "\\ud800"]', "half of a character"),
        ("[1, NaN]", "NaN is no number"), ("[1, " + "[" * 90_000, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_fault_behind_the_first_entries_is_told_once(tmp_path, text, words):
    """Text that ends in the middle, a separator too many or too few, and what JSON forbids; with the line where it is known."""
    path = tmp_path / "bad.json"
    path.write_text(f"\n{text}", encoding="utf-8")
    found, problems = entries(path)
    assert len(problems) == 1 and words in problems[0], problems
    assert problems[0].startswith(f"{path}:2: " if words == NO_JSON else f"{path}: ")
    assert [content for _, content in found] == [1, 2][: len(found)]


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path):
    path = tmp_path / "bad.json"
    path.write_bytes(b'[1,\n2,\n"\xff"]')
    assert "bad.json:3: This is not UTF-8 text." in entries(path)[1][0]


def test_lines_tell_every_fault_and_the_records_beside_them(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\n{"a": 1, "a": 2}\n"\xff"\n[3')
    found, problems = entries(path)
    assert found == [("[0]", {"a": 1})]
    assert [problem.partition(" ")[0] for problem in problems] == [f"{path}:{line}:" for line in (3, 4, 5)]


def test_faults_of_the_text_and_of_the_records_are_told_together(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps(changed(RECORD, id="1")) + "\n{\n", encoding="utf-8")
    with pytest.raises(tp.FactorError) as error:
        tp.read_pact(path)
    assert [("no UUID" in str(problem), "no JSON" in str(problem)) for problem in error.value.problems] == [
        (True, False),
        (False, True),
    ]


def test_sums_are_exact_beyond_the_28_digits_of_a_decimal():
    """The parts are 2 in the 35th place more than the total; the printed digits of both explain 1."""
    single = {"pcf_landUseChangeGhgEmissions": None, "pcf_biogenicNonCO2Emissions": None, "pcf_biogenicCO2Uptake": None}
    total = "30." + "0" * 35
    totals = {"pcf_pcfExcludingBiogenicUptake": total, "pcf_pcfIncludingBiogenicUptake": total}
    for last, accepted in (("1", True), ("2", False)):
        record = changed(RECORD, pcf_fossilGhgEmissions=f"30.{'0' * 34}{last}", **single, **totals)
        if accepted:
            assert tp.read_pact(record).tables[0].numbers["value"][0] == 3.0
        else:
            with pytest.raises(tp.FactorError, match="not the sum of its parts"):
                tp.read_pact(record)


@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
def test_memory_per_record_is_a_part_of_the_parsed_record(tmp_path, monkeypatch, suffix):
    """600 more records add less to the peak than three quarters of what they hold parsed, so none of them is kept."""
    monkeypatch.setattr(json_records, "PART", 1 << 12)
    peaks = []
    for count in (200, 800):
        records = [changed(RECORD, productIds=[f"urn:pact:maker.example:product-id:{number}"]) for number in range(count)]
        texts = [json.dumps(record) for record in records]
        path = tmp_path / f"{count}{suffix}"
        path.write_text("\n".join(texts) if suffix == ".jsonl" else f"[{','.join(texts)}]", encoding="utf-8")
        peaks.append(peak(lambda path=path: tp.read_pact(path)))
    parsed = peak(lambda: [json.loads(text) for text in texts[:600]])
    assert peaks[1] - peaks[0] < 0.75 * parsed, (peaks, parsed)


def peak(work):
    """Return the largest number of bytes that a piece of work held at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
