"""Documents: strict YAML, and models answered in plain words."""

import hashlib
import math
import subprocess
import sys
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError, model_validator

from paths import BROKEN
from textile_pcf.errors import RuleError, UsageError
from textile_pcf.io.documents import Cited, Source, Strict, validate_document
from textile_pcf.io.resources import data_root, sha256_of
from textile_pcf.io.strict_yaml import parse_yaml, read_yaml

BROKEN = sorted((BROKEN / "yaml").glob("*.yaml"))


def parsed(text):
    return parse_yaml(text, "rule.yaml", RuleError)


# ---------------------------------------------------------------- YAML


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_broken_yaml(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# expect: ")
    with pytest.raises(RuleError) as caught:
        read_yaml(path, RuleError)
    missing = [words for words in first.removeprefix("# expect: ").split(" | ") if words.strip() not in str(caught.value)]
    assert not missing, str(caught.value)
    assert all(problem.cure for problem in caught.value.problems)


CORE_SCHEMA = {
    "NO": "NO", "yes": "yes", "on": "on", "Off": "Off", "y": "y",
    "2024-01-01": "2024-01-01", "1:30": "1:30", "1_000": "1_000", "1,5": "1,5", "12e03x": "12e03x", "0b1": "0b1",
    "true": True, "False": False, "null": None, "~": None, "": None, "tRUE": "tRUE",
    "1e3": 1000.0, "1E-2": 0.01, "5.": 5.0, ".5": 0.5, "+5": 5, "-0.5": -0.5, "012": 12, "0o14": 12, "0x1F": 31,
    ".inf": math.inf, "-.INF": -math.inf, "'5'": "5", '"true"': "true", "5 %": "5 %", ".": ".", "-": None, "+": "+",
    "inf": "inf", "nan": "nan", "<": "<",
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), [pair for pair in CORE_SCHEMA.items() if pair[0] != "-"])
def test_core_schema(text, value):
    found = parsed(f"a: {text}").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_numbers_as_keys_keep_their_type():
    assert parsed("upto: {75: 5, 1.5: 4, .inf: 3, '7': 2}").data == {"upto": {75: 5, 1.5: 4, math.inf: 3, "7": 2}}


def test_huge_whole_number_is_no_crash():
    assert isinstance(parsed("a: " + "9" * 5000).data["a"], str | float)


def test_too_long():
    with pytest.raises(RuleError, match="characters"):
        parsed("a" * 5_000_001)


def test_lines():
    document = parsed("# a comment\n\nstages:\n- id: weaving\n  flows:\n    steam: {unit: kg}\n- id: dyeing\n")
    assert document.line(("stages", 0)) == 4
    assert document.line(("stages", 0, "flows", "steam", "unit")) == 6
    assert document.line(("stages", 1, "losses", 3)) == 7
    assert document.line(("nothing",)) == 3
    assert document.location(("stages", 1, "id")) == "rule.yaml:7 (stages.1.id)"


@given(st.text(alphabet=st.sampled_from("ab1:-{}[]&*!|>'\"%@#, \n\t?.~<"), max_size=60))
def test_any_text_is_a_document_or_an_answer(text):
    try:
        parsed(text)
    except RuleError as error:
        assert error.problems
        assert all(problem.where.startswith("rule.yaml:") for problem in error.problems)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9999, 9999) | st.text(alphabet="abc NOyes012.e:-", max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet="abcNO", min_size=1), inner, max_size=4),
        max_leaves=12,
    ).map(lambda data: {"root": data})
)
def test_json_is_yaml(data):
    import json

    assert parsed(json.dumps(data)).data == data
    assert parsed(json.dumps(data, indent=2)).data == data


def test_not_utf8(tmp_path):
    path = tmp_path / "rule.yaml"
    path.write_bytes("a: 1\nb: 棉".encode("gb18030"))
    with pytest.raises(RuleError, match=r"rule\.yaml:2: This is not UTF-8"):
        read_yaml(path, RuleError)


def test_byte_order_mark(tmp_path):
    path = tmp_path / "rule.yaml"
    path.write_bytes("a: 棉".encode("utf-8-sig"))
    assert read_yaml(path, RuleError).data == {"a": "棉"}


@pytest.mark.parametrize("name", ["missing.yaml", "", "nul\0.yaml"])
def test_no_such_file(tmp_path, name):
    with pytest.raises(UsageError, match="file"):
        read_yaml(tmp_path / name, RuleError)


# ---------------------------------------------------------------- models


class Part(Strict):
    number: float
    word: Literal["input", "output"] = "input"
    whole: int | None = None
    switch: bool = False


class Whole(Strict):
    title: str
    parts: dict[str, Part] = {}
    pair: tuple[float, float] | None = None
    either: float | Part | None = None
    many: list[Part] = []


MODELS = [
    ("titel: x", "rule.yaml:1 (titel): 'titel' is not known here. Did you mean 'title'?"),
    ("titel: x", "rule.yaml:1 (title): 'title' is missing. Add `title: ...` here."),
    ("title: 3", "rule.yaml:1 (title): 3 is not a text."),
    ("title: x\nzzz: 3", "rule.yaml:2 (zzz): 'zzz' is not known here. Known here: title, parts"),
    ("title: x\nparts:\n  a: {number: '5'}", "rule.yaml:3 (parts.a.number): '5' is not a number. Write a plain number"),
    ("title: x\nparts:\n  a: {number: true}", "true is not a number"),
    ("title: x\nparts:\n  a: {number: 5 %}", "'5 %' is not a number"),
    ("title: x\nparts:\n  a: {number: 1, nubmer: 2}", "(parts.a.nubmer): 'nubmer' is not known here. Did you mean 'number'?"),
    (
        "title: x\nparts:\n  a: {number: 1, word: inptu}",
        "'inptu' is not one of the words allowed here. Did you mean 'input'?",
    ),
    ("title: x\nparts:\n  a: {number: 1, word: zzz}", "Write one of: input, output."),
    ("title: x\nparts:\n  a: {number: 1, whole: 2.5}", "2.5 is not a whole number."),
    ("title: x\nparts:\n  a: {number: 1, switch: NO}", "'NO' is neither true nor false."),
    ("title: x\nparts: [1]", "rule.yaml:2 (parts): A list is found where `key: value` lines belong."),
    ("title: x\nparts: {a: }", "(parts.a): An empty value is found where `key: value` lines belong."),
    ("title: x\npair: [1]", "rule.yaml:2 (pair): This list has too few entries."),
    ("title: x\npair: 1", "1 is found where a list belongs."),
    ("title: x\neither: many", "'many' is not a number."),
    ("title: x\neither: {numbr: 1}", "(either.numbr): 'numbr' is not known here. Did you mean 'number'?"),
    (
        "title: x\neither: [1]",
        "A list is not allowed here. Write a plain number such as 2.5, without quotes or unit. Or: Write a mapping",
    ),
    (
        "title: x\nmany:\n- number: 1\n- nmber: 1",
        "rule.yaml:4 (many.1.nmber): 'nmber' is not known here. Did you mean 'number'?",
    ),
]


@pytest.mark.parametrize(("text", "words"), MODELS)
def test_model_problems_in_plain_words(text, words):
    with pytest.raises(RuleError) as caught:
        validate_document(Whole, parsed(text), RuleError)
    assert words in str(caught.value)
    assert all(problem.cure for problem in caught.value.problems)


def test_a_form_that_was_not_meant_is_not_mentioned():
    with pytest.raises(RuleError) as caught:
        validate_document(Whole, parsed("title: x\neither: {number: x}"), RuleError)
    assert [problem.where for problem in caught.value.problems] == ["rule.yaml:2 (either.number)"]


def test_all_problems_at_once():
    with pytest.raises(RuleError) as caught:
        validate_document(Whole, parsed("titel: x\nparts: {a: {number: x, word: y}}"), RuleError)
    assert len(caught.value.problems) == 4


def test_model():
    whole = validate_document(Whole, parsed("title: x\nparts: {a: {number: 1}}\npair: [1, 2]\neither: 5"), RuleError)
    assert whole.parts["a"].number == 1.0
    assert whole.pair == (1.0, 2.0)
    with pytest.raises(ValueError, match="frozen"):
        whole.title = "y"  # type: ignore[misc]


class Checked(Strict):
    share: float
    """Part of the whole. [1]"""

    @model_validator(mode="after")
    def _check(self):
        return self


class Holder(Checked):
    inner: Checked
    others: list[Checked] = []
    """What else there is."""
    counts: dict[str, int | Checked] = {}


@pytest.mark.parametrize("text", [
    "share: 1\ninner: {share: '0.5'}",
    "share: '1'\ninner: {share: 0.5}",
    "share: 1\ninner: {share: 0.5}\nothers: [{share: yes}]",
    "share: 1\ninner: {share: 0.5}\ncounts: {a: {share: '2'}}",
    "share: 1\ninner: {share: 0.5}\ncounts: {a: 2.0}",
])  # fmt: skip
def test_models_with_validators_and_inside_others_convert_no_texts_to_numbers(text):
    with pytest.raises(RuleError):
        validate_document(Holder, parsed(text), RuleError)
    with pytest.raises(ValidationError):
        Holder(**parsed(text).data)


def test_descriptions_of_the_json_schema_are_those_of_all_classes_of_a_model():
    keys = Holder.model_json_schema()["properties"]
    assert keys["share"]["description"] == "Part of the whole. [1]"
    assert keys["others"]["description"] == "What else there is."
    assert "description" not in keys["inner"]


def test_cited_and_source():
    assert validate_document(Cited, parsed("value: 2\nunit: kg\nsource: s\nlocator: table 3"), RuleError).value == 2.0
    assert validate_document(Source, parsed("title: x\nyear: 2024\naccess: contents"), RuleError).year == 2024
    assert "value" in Cited.model_json_schema()["required"]
    assert Cited.model_json_schema()["properties"]["unit"]["description"].startswith("Unit as written")


def test_data_root():
    assert data_root("rules").name == "rules"
    assert data_root("emission_factors").is_dir()


def test_sha256(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"cotton")
    assert sha256_of(path) == hashlib.sha256(b"cotton").hexdigest()


def test_reading_a_csv_imports_neither_pandas_nor_openpyxl_nor_pint(tmp_path):
    path = tmp_path / "mill.csv"
    path.write_text("product,stage\nP,dyeing\n")
    code = (
        "import sys; from textile_pcf.io.read_table import read_table; read_table(sys.argv[1]);"
        "assert not {'pandas', 'openpyxl', 'pint', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, env={"PYTHONPATH": ":".join(sys.path)})
