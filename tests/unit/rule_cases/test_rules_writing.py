"""A rule without Python, from an empty folder: `rules new`, `rules lint` and what an expert gets wrong in a rule."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from rule_files import CHINESE, changed, faults, schema_named_in

import textile_pcf as tp
from textile_pcf.io.strict_yaml import read_yaml
from textile_pcf.rule_cases import new_rule
from textile_pcf.rules import advice, editions, load_rules

FILES = ["denim.yaml", "denim_cases.yaml", "rule.schema.json", "cases.schema.json"]
GAPS = [
    "title: missing; reports will show the id.",
    "valid_from: missing; without it the newest edition is not known.",
    "cutoff: missing; state which flows may be left out.",
    "spinning.spinning_waste: no plausible band.",
    "weaving.weaving_waste: no plausible band.",
]


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
TAKEN = ["cotton_fabric", "Apparel", "denim_cases", "null", "True"]


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
    assert f"Started from {load_rules(origin).name}" in (tmp_path / "my_rule.yaml").read_text(encoding="utf-8")
    code, out, err = command("rules", "test", "my_rule.yaml")
    assert (code, out.count("refused, as expected")) == (0, 1), err


def test_begun_from_a_rule_of_ones_own(command, begun):
    assert command("rules", "new", "canvas", "--from", "denim.yaml", "--lang", "zh")[0] == 0
    assert load_rules(begun / "canvas.yaml").document.stages == load_rules(begun / "denim.yaml").document.stages
    code, out, _ = command("rules", "test", "canvas.yaml", "--lang", "zh")
    assert code == 0 and "如预期被拒" in out


def test_the_rule_that_is_read_is_never_written_over(command, begun):
    before = (begun / "denim.yaml").read_text(encoding="utf-8")
    code, _, err = command("rules", "new", "denim", "--from", "denim.yaml", "--force")
    assert code == 2 and "This would write over denim.yaml, which is read." in err
    assert (begun / "denim.yaml").read_text(encoding="utf-8") == before


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
    "duplicate key": ("gwp: AR6", "gwp: AR6\ngwp: AR5", "The key 'gwp' occurs here a second time", "第二次出现"),
    "anchor": ("unit: kg  ", "unit: &bomb kg", "An anchor (&bomb) is used here.", "锚点"),
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
    assert (code, out) == (3, "") and "An anchor (&a) is used here. Leave it out." in err and "An alias (*a)" in err
    (begun / "denim_cases.yaml").write_text("- " + BOMB.replace("\n", "\n  ").rstrip(), encoding="utf-8")
    code, out, err = command("rules", "test", "denim_cases.yaml")
    assert (code, out) == (4, "") and "denim_cases.yaml:1 (0.a): An anchor (&a) is used here." in err
