"""A rule without Python, from an empty folder: `rules new` → `rules lint` → `rules test`, and what an expert gets wrong."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import textile_pcf as tp
from paths import ROOT
from textile_pcf.cli import run
from textile_pcf.errors import UsageError
from textile_pcf.io.strict_yaml import Document, read_yaml
from textile_pcf.rule_cases import Case, cases_at, check, new_rule
from textile_pcf.rule_cases.compare import REDO, close
from textile_pcf.rules import advice, editions, load_rules
from worked import CASES, all_cases

CHINESE = re.compile("[一-鿿]")
FILES = ["denim.yaml", "denim_cases.yaml", "rule.schema.json", "cases.schema.json"]
GAPS = [
    "title: missing; reports will show the id.",
    "valid_from: missing; the newest edition cannot be told by it.",
    "cutoff: missing; say which flows may be left out.",
    "spinning.spinning_waste: no plausible band.",
    "weaving.weaving_waste: no plausible band.",
]


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Run a command line in an empty folder; its exit code, what it prints, and what it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TEXTILE_PCF_LANG", raising=False)

    def call(*arguments):
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def begun(command, tmp_path):
    """The folder with a rule just begun."""
    assert command("rules", "new", "denim")[0] == 0
    return tmp_path


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(schema: Path, file: Path, roots: tuple[type, ...]) -> list[str]:
    """What an editor marks: keys are texts to it."""
    check = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    data = json.loads(json.dumps(read_yaml(file, tp.RuleError, roots).data))
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in check.iter_errors(data)]


def schema_named_in(file: Path) -> Path:
    """The schema that the first line of a file names, from where the file lies."""
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", file.read_text(encoding="utf-8").partition("\n")[0])
    assert found, file
    return file.parent / found[1]


# ---------------------------------------------------------------- from an empty folder


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_new_then_lint_then_test(command, tmp_path, language):
    """Every file is where the first line of the others names it; lint tells the gaps and nothing else; the cases hold."""
    code, out, err = command("rules", "new", "denim", "--lang", language)
    assert (code, out.split()) == (0, FILES)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    assert err.startswith("下一步：" if language == "zh" else "Next: ")
    rules = load_rules(tmp_path / "denim.yaml")
    assert (rules.name, rules.document.status) == ("denim@1", "own")
    assert advice(rules) == GAPS
    for name, roots in (("denim.yaml", (dict,)), ("denim_cases.yaml", (list,))):
        assert faults(schema_named_in(tmp_path / name), tmp_path / name, roots) == []
    spoken = "en" if language == "both" else language
    code, out, err = command("rules", "lint", "denim.yaml", "--lang", spoken)
    assert (code, len(out.splitlines()), bool(CHINESE.search(out + err))) == (0, len(GAPS), spoken == "zh")
    code, out, err = command("rules", "test", "denim.yaml", "--lang", spoken)
    assert code == 0, err
    assert out.count("与手算一致" if spoken == "zh" else ": as worked out") == 1
    assert out.count("如预期被拒" if spoken == "zh" else ": refused, as expected") == 1
    assert err == ("2 个算例，全部与手算一致\n" if spoken == "zh" else "2 cases, all as worked out\n")


def test_remarks_are_in_the_language_asked_for():
    """In both, every remark in English has one in Chinese below it; what is calculated is the same."""
    texts = {language: new_rule("denim", language=language) for language in ("en", "zh", "both")}
    for name in FILES[:2]:
        remarks = {lang: re.findall(r"# (.*)", text[name].partition("\n")[2]) for lang, text in texts.items()}
        prose = {lang: [each for each in found if not re.match(r" *[\w ]+: |\w+:$", each)] for lang, found in remarks.items()}
        assert len(remarks["en"]) == len(remarks["zh"]) > 5
        assert not any(CHINESE.search(each.replace("中文名称", "")) for each in remarks["en"])
        assert set(prose["en"]) | set(prose["zh"]) <= set(prose["both"])
        assert all(CHINESE.search(each) for each in prose["zh"])
    files = [read_text(texts[language]["denim.yaml"]) for language in texts]
    assert files[0] == files[1] == files[2]


def read_text(text):
    from textile_pcf.io.strict_yaml import parse_yaml

    return parse_yaml(text, "denim.yaml", tp.RuleError).data


def test_the_gaps_can_be_filled(command, begun):
    """Uncommented and filled in as the remarks say, the rule has no advice left, and its cases still hold."""
    path = begun / "denim.yaml"
    text = path.read_text(encoding="utf-8")
    for line in ("title: {en: Denim, zh: 中文名称}", "valid_from: 2026-01-01", "cutoff: {single: 1 %, total: 5 %}"):
        assert f"\n# {line}\n" in text
        text = text.replace(f"\n# {line}\n", f"\n{line}\n")
    text = text.replace("# plausible: [lowest, highest]", "plausible: [2, 30]")
    text = text.replace("basis: input\n        title", "basis: input\n        plausible: [1, 20]\n        title")
    path.write_text(text, encoding="utf-8")
    assert command("rules", "lint", "denim.yaml") == (0, "", "denim@1: valid\n")
    assert command("rules", "test", "denim.yaml")[0] == 0


def test_a_value_is_filled_in_with_its_source(command, begun):
    """The lines of the skeleton that show how a number is cited are right as they stand."""
    path = begun / "denim.yaml"
    text = re.sub(r"# (sources:|  handbook: )", r"\1", path.read_text(encoding="utf-8"))
    for line in ("value: number", "source: handbook", "locator: table 3"):
        text = text.replace(f"# {line}", line.replace("number", "12"))
    path.write_text(text, encoding="utf-8")
    assert command("rules", "lint", "denim.yaml")[0] == 0
    assert load_rules(path).losses[0].default.values[0] == pytest.approx(0.12)


def test_a_mill_can_be_asked_by_it(command, begun):
    assert command("template", "denim.yaml", "-o", "mill.xlsx")[0] == 0
    code, out, _ = command("template", "denim.yaml")
    assert code == 0 and "weaving_waste" in out


# ---------------------------------------------------------------- where it is written


def test_where_it_is_written(command, tmp_path):
    code, out, _ = command("rules", "new", "denim", "-o", "own/denim")
    assert code == 0 and (tmp_path / "own/denim/denim.yaml").is_file()
    assert [Path(line).name for line in out.split()] == FILES
    assert command("rules", "new", "denim", "-o", "other/heavy.yaml")[0] == 0
    assert load_rules(tmp_path / "other/heavy.yaml").document.rule == "denim"
    assert command("rules", "test", "other/heavy.yaml")[0] == 0
    assert sorted(path.name for path in (tmp_path / "other").glob("*.yaml")) == ["heavy.yaml", "heavy_cases.yaml"]
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".textile-pcf-")]


def test_nothing_is_written_over_without_being_told(command, begun):
    """What stands there already and says the same is no hindrance: a second rule shares the schemas."""
    assert command("rules", "new", "denim")[0] == 0
    assert command("rules", "new", "canvas")[0] == 0
    changed(begun / "denim_cases.yaml", "total: 8.75", "total: 8.8")
    (begun / "denim.yaml").unlink()
    code, out, err = command("rules", "new", "denim")
    assert (code, out) == (2, "")
    assert "denim_cases.yaml: This file is there already, and nothing was written. Choose another id" in err
    assert "total: 8.8" in (begun / "denim_cases.yaml").read_text(encoding="utf-8") and not (begun / "denim.yaml").exists()
    code, _, err = command("rules", "new", "denim", "--lang", "zh")
    assert code == 2 and "该文件已经存在，没有写入任何文件。" in err
    assert command("rules", "new", "denim", "--force")[0] == 0
    assert "total: 8.75" in (begun / "denim_cases.yaml").read_text(encoding="utf-8")


IDS = ["1st", "two words", "", "a/b", "../denim", "..", "/tmp/x", "a\\b", "牛仔", "denim.yaml", "x" * 65, "CON", "lpt1", "a\n"]
TAKEN = ["cotton_fabric", "Apparel", "denim_cases"]


@pytest.mark.parametrize("name", [*IDS, *TAKEN])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_ids_that_cannot_be(command, tmp_path, name, language):
    """Path tricks, names of devices, ids of shipped rules: refused in words, and nothing is written anywhere."""
    code, out, err = command("rules", "new", name, "--lang", language)
    assert (code, out) == (2, "")
    first = err.splitlines()[0]
    assert first.startswith("rules new: ") and first.endswith("." if language == "en" else "。")
    assert bool(CHINESE.search(first.replace("牛仔", ""))) == (language == "zh")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("denim.yml", "Name a folder, or a file that ends in .yaml."),
        ("denim_cases.yaml", "Name it without _cases at the end."),
        ("notes.txt", "This is a file, not a folder."),
        ("notes.txt/inside", "This folder cannot be made: Not a directory."),
    ],
)
def test_places_that_cannot_be(command, tmp_path, place, told):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    code, out, err = command("rules", "new", "denim", "-o", place)
    assert (code, out) == (2, "")
    assert told in err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


# ---------------------------------------------------------------- from a rule that is there


@pytest.mark.parametrize("origin", sorted(editions()))
def test_begun_from_a_shipped_rule(command, tmp_path, origin):
    """Own status, own id; stages, numbers and sources are the shipped rule's; its case holds; the gaps are told."""
    assert command("rules", "new", "my_rule", "--from", origin)[0] == 0
    made, shipped = load_rules(tmp_path / "my_rule.yaml").document, load_rules(origin).document
    assert (made.rule, made.edition, made.status, made.title, made.valid_from) == ("my_rule", "1", "own", None, None)
    for name in ("sources", "stages", "product", "alternatives", "boundary", "gwp", "biogenic", "cutoff", "based_on", "note"):
        assert getattr(made, name) == getattr(shipped, name), name
    assert advice(load_rules(tmp_path / "my_rule.yaml"))[:2] == GAPS[:2]
    assert faults(tmp_path / "rule.schema.json", tmp_path / "my_rule.yaml", (dict,)) == []
    assert faults(tmp_path / "cases.schema.json", tmp_path / "my_rule_cases.yaml", (list,)) == []
    assert f"Begun from {load_rules(origin).name}" in (tmp_path / "my_rule.yaml").read_text(encoding="utf-8")
    code, out, err = command("rules", "test", "my_rule.yaml")
    assert (code, out.count("refused, as expected")) == (0, 1), err


def test_begun_from_a_rule_of_ones_own(command, begun):
    assert command("rules", "new", "canvas", "--from", "denim.yaml", "--lang", "zh")[0] == 0
    assert load_rules(begun / "canvas.yaml").document.stages == load_rules(begun / "denim.yaml").document.stages
    code, out, _ = command("rules", "test", "canvas.yaml", "--lang", "zh")
    assert code == 0 and "如预期被拒" in out


def test_begun_from_what_cannot_be(command, begun):
    assert command("rules", "new", "canvas", "--from", "coton_fabric")[0] == 2
    assert command("rules", "new", "canvas", "--from", "no.yaml")[0] == 2
    (begun / "flow.yaml").write_text(json.dumps(read_yaml(begun / "denim.yaml", tp.RuleError).data), encoding="utf-8")
    assert load_rules(begun / "flow.yaml").name == "denim@1"
    code, _, err = command("rules", "new", "canvas", "--from", "flow.yaml")
    assert code == 2 and "flow.yaml: This rule is not written key by key." in err
    changed(begun / "denim.yaml", "losses:", "loses:")
    assert command("rules", "new", "canvas", "--from", "denim.yaml")[0] == 3
    assert not (begun / "canvas.yaml").exists()


def test_a_rule_that_asks_for_nothing_has_a_case_too(command, begun):
    text = 'rule: easy\nedition: "1"\nproduct: {unit: kg}\nstages: [{id: making, flows: {waste: {unit: kg, optional: true}}}]\n'
    (begun / "easy.yaml").write_text(text, encoding="utf-8")
    assert command("rules", "new", "easier", "--from", "easy.yaml")[0] == 0
    code, out, _ = command("rules", "test", "easier.yaml")
    assert code == 0 and "as worked out" in out


# ---------------------------------------------------------------- what an expert gets wrong in a rule

VALUE = "basis: input\n        title: {en: Weaving waste"
MISTAKES = {
    "unknown key": ("losses:", "loses:", "'loses' is not known here. Did you mean 'losses'?", "是否想写 'losses'？"),
    "missing source": (
        VALUE, VALUE.replace("input\n", "input\n        value: 5\n"), "The number has no source and locator.", "没有来源",
    ),
    "unit that does not fit": ('unit: "%"', "unit: kWh", "A loss is mass per mass, but kWh is energy.", "能量"),
    "unknown unit": ("unit: t*km", "unit: tonkm", "'tonkm' is not a known unit.", "不是已知的单位"),
    "duplicate key": ("gwp: AR6", "gwp: AR6\ngwp: AR5", "The key 'gwp' stands here a second time", "第二次出现"),
    "anchor": ("unit: kg  ", "unit: &bomb kg", "An anchor (&bomb) stands here.", "锚点"),
    "edition without quotes": ('edition: "1"', "edition: 2026.10", "An edition is text", "加引号"),
    "comma without quotes": (
        '"Yarn in minus fabric out, over yarn in."', "Yarn in minus fabric out, over yarn in.", "is not known here", "不认识",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_of_a_rule_are_told_in_words(command, begun, name):
    """By lint and by test alike: with file and line, in both languages, once."""
    old, new, english, chinese = MISTAKES[name]
    changed(begun / "denim.yaml", old, new)
    for verb in (("lint", "denim.yaml"), ("test", "denim.yaml"), ("test", "denim_cases.yaml")):
        code, out, err = command("rules", *verb)
        assert (code, out if verb[1] == "denim.yaml" else "") == (3, ""), err
        assert english in err and err.count(english) == 1
        assert re.match(r"denim\.yaml:\d+(:| \()", err.splitlines()[1 if verb[1] != "denim.yaml" else 0]), err
        code, _, err = command("rules", *verb, "--lang", "zh")
        assert code == 3 and chinese in err, err


BOMB = "a: &a [x, x, x]\n" + "".join(f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in pairwise("abcdefghi"))


def test_a_bomb_does_not_explode(command, begun):
    (begun / "denim.yaml").write_text(BOMB, encoding="utf-8")
    code, out, err = command("rules", "test", "denim.yaml")
    assert (code, out) == (3, "") and "An anchor (&a) stands here. Leave it out." in err and "An alias (*a)" in err
    (begun / "denim_cases.yaml").write_text("- " + BOMB.replace("\n", "\n  ").rstrip(), encoding="utf-8")
    code, out, err = command("rules", "test", "denim_cases.yaml")
    assert (code, out) == (4, "") and "denim_cases.yaml:1 (0.a): An anchor (&a) stands here." in err


# ---------------------------------------------------------------- what an expert gets wrong in a case


def test_a_wrong_expectation_is_told_stage_by_stage(command, begun):
    changed(begun / "denim_cases.yaml", "total: 8.75", "total: 8.8")
    changed(begun / "denim_cases.yaml", "weaving: 3.125}", "weaving: 3.175}")
    changed(begun / "denim_cases.yaml", "output: 1.25}", "outputs: 1.25}")
    code, out, err = command("rules", "test", "denim.yaml")
    assert (code, out) == (4, "")
    assert "'outputs' is not known here. Did you mean 'output'?" in err and err.startswith("denim_cases.yaml:27 (")
    changed(begun / "denim_cases.yaml", "outputs: 1.25}", "output: 1.25}")
    code, out, err = command("rules", "test", "denim.yaml")
    assert code == 3
    assert out.splitlines() == [
        "everything given, worked out by hand: not as worked out",
        "  8 of 10 figures, tolerance 1e-09  worked out  calculated    off by",
        "  total                                    8.8        8.75  -0.568 %",
        "  stages.weaving                         3.175       3.125   -1.57 %",
        "  stages.spinning                        5.625       5.625",
        "what is left out, the mill is asked for: refused, as expected",
    ]
    name = "everything given, worked out by hand"
    assert err.splitlines() == [
        "1 of 2 cases as worked out",
        f"denim_cases.yaml:24 ({name}: expect.total): Worked out 8.8, calculated 8.75. {REDO}",
        f"denim_cases.yaml:25 ({name}: expect.stages.weaving): Worked out 3.175, calculated 3.125. {REDO}",
        "2 problems in the rule",
    ]
    code, out, err = command("rules", "test", "denim.yaml", "--lang", "zh")
    assert code == 3
    assert "与手算不一致" in out and "手算" in out and "偏差" in out
    assert "手算为 8.8，程序计算为 8.75。请复核 `work` 下的算式，再检查规则。" in err


def test_terms_of_a_case_that_differs_are_shown_when_asked(command, begun):
    changed(begun / "denim_cases.yaml", "total: 8.75", "total: 8.8")
    code, out, _ = command("rules", "test", "denim.yaml", "--explain")
    assert code == 3
    assert "electricity: 6 kWh/kg × 1 kg output = 6 kWh" in out and "amount: denim_cases.yaml:10" in out


def test_every_figure_is_shown_when_asked(command, begun):
    short = command("rules", "test", "denim.yaml")[1]
    code, out, _ = command("rules", "test", "denim.yaml", "--all")
    assert code == 0 and "masses.spinning.input" in out and "masses.spinning.input" not in short


def test_more_is_allowed_where_the_case_says_so(command, begun):
    changed(begun / "denim_cases.yaml", "total: 8.75", "total: 8.8")
    for told, code in (("1 %", 0), ("0.006", 0), ("0.1 %", 3)):
        text = (begun / "denim_cases.yaml").read_text(encoding="utf-8")
        (begun / "loose_cases.yaml").write_text(
            text.replace("  work: |", f"  rule: denim.yaml\n  tolerance: {told}\n  work: |").replace(
                "  expect_error", "  rule: denim.yaml\n  expect_error"
            ),
            encoding="utf-8",
        )
        assert command("rules", "test", "loose_cases.yaml")[0] == code, told


def test_what_cannot_be_calculated_is_told_at_its_row_of_the_case(command, begun):
    changed(begun / "denim_cases.yaml", "amount: 6, unit: kWh/kg", "amount: 6, unit: kwh/kg")
    changed(begun / "denim_cases.yaml", "value: 0.5", "value: half")
    code, _, err = command("rules", "test", "denim_cases.yaml")
    assert code == 3
    assert "denim_cases.yaml:14 (value): 'half' is not a finite number." in err
    changed(begun / "denim_cases.yaml", "value: half", "value: 0.5")
    code, _, err = command("rules", "test", "denim_cases.yaml")
    assert code == 3
    assert "denim_cases.yaml:10 (weaving.electricity): 'kwh' in 'kwh/kg' is not a known unit." in err
    code, _, err = command("rules", "test", "denim_cases.yaml", "--lang", "zh")
    assert code == 3 and "不是已知的单位" in err


def test_what_is_missing_is_told_at_the_rows(command, begun):
    changed(begun / "denim_cases.yaml", "    - {stage: weaving, flow: electricity, amount: 6, unit: kWh/kg}\n", "")
    code, out, err = command("rules", "test", "denim_cases.yaml")
    assert code == 3 and "denim_cases.yaml:5 (weaving.electricity, product P): Electricity is missing" in err
    assert out.startswith("everything given, worked out by hand: cannot be calculated\n")


def test_several_products(command, begun):
    rows = "".join(
        f"    - {{product: {name}, stage: spinning, flow: fiber, item: x}}\n"
        f"    - {{product: {name}, stage: spinning, flow: spinning_waste, amount: {waste} %}}\n"
        f"    - {{product: {name}, stage: spinning, flow: electricity, amount: 0 kWh/kg}}\n"
        f"    - {{product: {name}, stage: weaving, flow: weaving_waste, amount: 0 %}}\n"
        f"    - {{product: {name}, stage: weaving, flow: electricity, amount: 2 kWh/kg}}\n"
        for name, waste in (("Q", 0), ("R", 50))
    )
    factors = "  factors:\n    - {item: x, value: 1, unit: kgCO2e/kg, category: fibre}\n"
    factors += "    - {item: electricity, value: 1, unit: kgCO2e/kWh}\n"
    text = f"- name: two\n  rows:\n{rows}{factors}  expect: {{Q: {{total: 3}}, R: {{total: 4}}}}\n"
    (begun / "denim_cases.yaml").write_text(text, encoding="utf-8")
    code, out, err = command("rules", "test", "denim.yaml")
    assert code == 0 and "Q.total" in out and "R.total" in out, err
    (begun / "denim_cases.yaml").write_text(text.replace("R: {total: 4}", "R: {total: 5}, S: {total: 1}"), encoding="utf-8")
    code, out, err = command("rules", "test", "denim.yaml")
    assert code == 3 and "R.stages.spinning" in out
    assert "expect.R.total): Worked out 5, calculated 4." in err
    assert "expect.S): The result has no 'S'; there is Q, R." in err


def test_rows_may_be_written_in_chinese(command, begun):
    """As in a mill's table: the Chinese names of the columns."""
    text = (begun / "denim_cases.yaml").read_text(encoding="utf-8")
    for english, chinese in (("stage:", "工序:"), ("flow:", "项目:"), ("amount:", "数量:"), ("unit: k", "单位: k")):
        text = re.sub(rf"(?<=[{{ ]){english}(?=.*}})", chinese, text) if english != "unit: k" else text
    (begun / "denim_cases.yaml").write_text(text, encoding="utf-8")
    code, _, err = command("rules", "test", "denim.yaml")
    assert code == 0, err


def test_an_error_that_does_not_come(command, begun):
    changed(begun / "denim_cases.yaml", "  expect:", "  expect_error: [spinning]\n  unused:")
    assert command("rules", "test", "denim.yaml")[0] == 4
    changed(begun / "denim_cases.yaml", "  unused:", "  tags: []\n#")
    text = (begun / "denim_cases.yaml").read_text(encoding="utf-8")
    (begun / "denim_cases.yaml").write_text(re.sub(r"\n    (total|stages|groups|masses): .*", "", text), encoding="utf-8")
    code, _, err = command("rules", "test", "denim.yaml")
    assert code == 3 and "It is calculated without any problem." in err


def test_an_error_with_other_words(command, begun):
    changed(begun / "denim_cases.yaml", "[spinning.electricity,", "[spinning.steam,")
    code, _, err = command("rules", "test", "denim.yaml")
    assert code == 3
    assert "expect_error.0): No message says 'spinning.steam'. The messages are told below" in err
    assert "Electricity is missing" in err


def test_words_of_messages_may_be_chinese(command, begun):
    changed(begun / "denim_cases.yaml", "[spinning.electricity,", "[缺少“电力”,")
    assert command("rules", "test", "denim.yaml")[0] == 0


CASE = "- name: x\n  rows: [{stage: spinning}]\n"
FORMS = {
    "no rows": ("- name: x\n  rows: []\n  expect: {total: 1}\n", "too few entries"),
    "nothing expected": (CASE, "This case expects nothing."),
    "unknown key": (f"{CASE}  expct: {{total: 1}}\n", "Did you mean 'expect'?"),
    "unknown result": (f"{CASE}  expect: {{totl: 1}}\n", "Did you mean 'total'?"),
    "unknown result of a stage": (f"{CASE}  expect: {{stage: {{spinning: 1}}}}\n", "Did you mean 'stages'?"),
    "a text for a number": (f"{CASE}  expect: {{total: 1 kg}}\n", "'1 kg' is not a number."),
    "no name": ("- rows: [{stage: spinning}]\n  expect: {total: 1}\n", "'name' is missing."),
    "both": (f"{CASE}  expect: {{total: 1}}\n  expect_error: [x]\n", "What is refused has no result"),
    "tolerance": (f"{CASE}  tolerance: 1 kg\n  expect: {{total: 1}}\n", "'1 kg' is not a part of a figure."),
    "option": (f"{CASE}  options: {{gwp: AR7}}\n  expect: {{total: 1}}\n", "Did you mean 'AR"),
    "twice": (f"{CASE}  expect: {{total: 1}}\n" * 2, "The case 'x' stands already in line 1."),
    "key twice": (f"{CASE}  name: y\n  expect: {{total: 1}}\n", "The key 'name' stands here a second time"),
    "no list": ("name: x\nrows: []\n", "does not hold"),
    "no mapping": ("- everything\n", "stands where `key: value` lines belong"),
    "empty": ("", "This file is empty."),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_case_that_is_not_of_the_form(command, begun, name):
    """Exit 4 with the line, nothing on standard output, also in Chinese."""
    text, told = FORMS[name]
    (begun / "denim_cases.yaml").write_text(text, encoding="utf-8")
    code, out, err = command("rules", "test", "denim.yaml")
    assert (code, out) == (4, ""), err
    assert told in err and err.startswith("denim_cases.yaml:")
    code, _, err = command("rules", "test", "denim.yaml", "--lang", "zh")
    assert code == 4
    assert not re.findall(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", re.sub(r"'[^']*'|`[^`]*`|\(.*?\)", "", err)), err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("factors: {electricity: 0.5}", "0.5 is not a value with its unit."),
        ("factors: {electricity: half kgCO2e}", "half"),
        ("factors: [1, 2]", "These are no factors."),
        ("factors: {mine: [], second: []}", "These are no factors."),
        ("factors: [no_such_table]", "There is no such table of emission factors."),
        ("rule: no_such_rule", "There is no such rule."),
        ("rule: other/denim.yaml", "There is no such rule file."),
        ('rule: {rule: x, edition: "1", product: {unit: kg}, stages: []}', "too few entries"),
        ("rows: [{stage: spinnning, flow: fiber}]", "Did you mean 'spinning'?"),
        ("rows: [{stage: spinning, flow: fiber, amuont: 1}]", "Did you mean 'amount'?"),
    ],
)
def test_what_stands_in_a_case_is_told_with_its_line(command, begun, more, told):
    rows = "" if more.startswith("rows") else "  rows: [{stage: spinning, flow: fiber}]\n"
    text = f"- name: x\n{rows}  {more}\n  expect: {{total: 1}}\n"
    (begun / "denim_cases.yaml").write_text(text, encoding="utf-8")
    code, _, err = command("rules", "test", "denim.yaml")
    assert code == 3, err
    assert told in err
    assert any(re.match(r"denim_cases\.yaml:\d+ \(", line) for line in err.splitlines()), err


def test_paths_without_cases(command, begun):
    (begun / "denim_cases.yaml").unlink()
    (begun / "empty").mkdir()
    for path in ("denim.yaml", "empty"):
        code, _, err = command("rules", "test", path)
        assert code == 2 and "There are no worked cases here." in err
    code, _, err = command("rules", "test", "nowhere.yaml")
    assert code == 2 and "There is no such file or folder." in err
    (begun / "alone_cases.yaml").write_text(f"{CASE}  expect: {{total: 1}}\n", encoding="utf-8")
    code, _, err = command("rules", "test", "alone_cases.yaml")
    assert code == 3 and "This case names no rule, and none stands beside it." in err
    assert command("rules", "test", "denim.yaml", "--format", "xml")[0] == 2


def test_lines_masses_and_warnings_that_are_not_so(command, begun):
    changed(
        begun / "denim_cases.yaml",
        "  expect:",
        "  expect_lines: [{flow: inbound, kgCO2e: 0.5}, {flow: nothing}, {flow: inbound, colour: blue}]\n"
        "  expect_masses: [{stage: spinning, input: 1}, {stage: x}]\n"
        "  expect_warnings: [too much]\n  expect:",
    )
    code, _, err = command("rules", "test", "denim.yaml")
    assert code == 3
    for told in (
        "expect_lines.0.kgCO2e): Worked out 0.5, calculated 0.125.",
        "expect_lines.1): 0 lines of the sum are named so; name one.",
        "expect_lines.2.colour): The result has no 'colour'; there is ",
        "expect_masses.0.input): Worked out 1, calculated 1.5625.",
        "expect_masses.1): 0 masses are named so; name one.",
        "expect_warnings.0): No warning says 'too much'.",
    ):
        assert told in err, err


# ---------------------------------------------------------------- for programs, folders, and the same code for our cases


def test_as_json(command, begun):
    changed(begun / "denim_cases.yaml", "weaving: 3.125}", "weaving: 3.175}")
    code, out, err = command("rules", "test", "denim.yaml", "--format", "json", "--lang", "zh")
    told = json.loads(out)
    assert code == 3 and "手算为 3.175" in err
    assert (told["count"], told["as_worked_out"]) == (2, 1)
    wrong, refused = told["cases"]
    assert (wrong["file"], wrong["line"], wrong["as_worked_out"], wrong["tolerance"]) == ("denim_cases.yaml", 4, False, 1e-9)
    assert [each["what"] for each in wrong["figures"] if not each["close"]] == ["stages.weaving"]
    assert wrong["stages"]["P"] == pytest.approx({"spinning": 5.625, "weaving": 3.125})
    assert wrong["problems"][0]["where"].startswith("denim_cases.yaml:25 (")
    assert (refused["as_worked_out"], refused["figures"], refused["problems"]) == (True, [], [])


def test_a_folder_of_cases(command, begun):
    assert command("rules", "new", "canvas")[0] == 0
    code, out, err = command("rules", "test", ".")
    assert (code, err) == (0, "4 cases, all as worked out\n")
    assert out.startswith("canvas_cases: everything given")
    assert command("rules", "test", "denim.yaml", "canvas_cases.yaml")[0] == 0


def test_our_own_cases_are_tested_by_the_same_command(command):
    names = ("loss_bases", "supply", "gases", "links")
    assert command("rules", "test", *(CASES / f"{name}.yaml" for name in names))[0] == 0


def test_the_schema_takes_our_own_cases():
    schema = ROOT / "rules/cases.schema.json"
    for path in sorted(CASES.glob("*.yaml")):
        assert faults(schema, path, (list,)) == [], path


def test_the_shipped_schema_of_cases_is_current(command):
    code, out, _ = command("rules", "schema", "--cases")
    assert code == 0
    shipped = (ROOT / "rules/cases.schema.json").read_text(encoding="utf-8")
    assert out == shipped, "textile-pcf rules schema --cases > rules/cases.schema.json"
    Draft202012Validator.check_schema(json.loads(out))


def test_the_editor_sees_what_is_refused(begun):
    """Mistakes of form are seen while typing; every key explains itself."""
    for name in ("unknown key", "unknown result", "a text for a number", "no name", "option", "no rows"):
        (begun / "denim_cases.yaml").write_text(FORMS[name][0], encoding="utf-8")
        assert faults(begun / "cases.schema.json", begun / "denim_cases.yaml", (list,)), name
    schema = json.loads((begun / "cases.schema.json").read_text(encoding="utf-8"))
    for name, model in schema["$defs"].items():
        assert all("description" in field for field in model["properties"].values()), name


def test_the_denim_example(command):
    """No advice, every case worked by hand holds, every file names a schema that is there."""
    folder = ROOT / "examples/denim_rule"
    rules = load_rules(folder / "denim_fabric.yaml")
    assert (advice(rules), rules.document.status) == ([], "own")
    code, _, err = command("rules", "test", folder / "denim_fabric.yaml")
    assert (code, err) == (0, "7 cases, all as worked out\n")
    for name, roots in (("denim_fabric.yaml", (dict,)), ("denim_fabric_cases.yaml", (list,))):
        assert faults(schema_named_in(folder / name), folder / name, roots) == []


def test_numbers_of_the_denim_example_stand_in_shipped_rules():
    """A figure that is cited is the one of the shipped rule that cites the same place: none was made up for the example."""

    def cited(document):
        for stage in document.stages:
            for model in (*stage.properties.values(), *stage.losses, *stage.flows.values()):
                if model.source:
                    yield stage.id, getattr(model, "id", model.unit), str(model.source), str(model.locator), model.value

    shipped = list(cited(load_rules("cotton_fabric@2026.1").document))
    for _, _, source, locator, value in cited(load_rules(ROOT / "examples/denim_rule/denim_fabric.yaml").document):
        known = [each[4] for each in shipped if each[2:4] == (source, locator)]
        words = getattr(value, "words", None)
        if words:
            assert any(words.items() <= getattr(each, "words", {}).items() for each in known), (source, locator)
        else:
            assert value in known or any(value == each.value for each in _by_reference(locator)), (source, locator, value)
    titles = {key: source.title for key, source in load_rules("cotton_fabric@2026.1").document.sources.items()}
    own = load_rules(ROOT / "examples/denim_rule/denim_fabric.yaml").document.sources
    assert all(titles[key] == source.title for key, source in own.items())


def _by_reference(locator):
    """Properties of the shipped rule that hold a number under this locator, where a flow takes it from them."""
    document = load_rules("cotton_fabric@2026.1").document
    return [prop for stage in document.stages for prop in stage.properties.values() if prop.locator == locator]


def test_rules_of_cases_are_read_once(begun):
    loaded = {}
    assert all(check(case, loaded).holds for case in cases_at(begun / "denim.yaml"))
    assert list(loaded) == [str(begun / "denim.yaml")]


def test_new_rules_in_python():
    with pytest.raises(UsageError, match="There is no such language"):
        new_rule("denim", language="fr")
    assert [case.id for case in all_cases()[:1]] == ["allocation: " + all_cases()[0].name]
    assert Case(Document("x.yaml", {"name": "n"})).location("expect", "total") == "x.yaml (n: expect.total)"


def test_numbers_are_compared_to_1e_9():
    assert close(1.0 + 1e-10, 1.0, 1e-9) and not close(1.0 + 1e-8, 1.0, 1e-9) and close(1e-13, 0, 1e-9)
