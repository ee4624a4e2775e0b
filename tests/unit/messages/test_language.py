"""One catalogue for both languages: every sentence of the library is in it, and what comes out is Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import textile_pcf as tp
from paths import BROKEN, TESTS
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import localize
from textile_pcf.rules import editions

SOURCE = Path(tp.__file__).parent


def test_errors_are_told_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "mill.csv"
    file.write_text(
        "product,stage,flow,amount,unit\nP,product,grammage,200,kWh\nP,weaving,electrcity,3,kWh\n", encoding="utf-8"
    )
    with pytest.raises(tp.InputError) as raised:
        tp.read_activity(file, "cotton_fabric@2026.1")
    english, chinese = raised.value.localized("en"), raised.value.localized("zh")
    assert english == str(raised.value)
    assert english.count("\n") == chinese.count("\n") > 2
    assert f"{file}:2 (product.grammage): 'kWh' 表示能量，而 平方米克重 的单位应为 g/m2。请以 g/m2 为单位填写。" in chinese
    assert "是否想写 'electricity'？" in chinese
    assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", re.sub(r"\(.*?\)", "", chinese)), chinese


def test_command_line_speaks_the_language_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from textile_pcf.cli import run

    file = tmp_path / "mill.csv"
    file.write_text("product,stage,flow,amount,unit\nP,product,grammage,200,kWh\n", encoding="utf-8")
    wanted = ["check", str(file), "--rule", "cotton_fabric"]
    assert run(wanted) == run([*wanted, "--lang", "zh"]) == 4
    english, chinese = capsys.readouterr().err.split("problems in the input\n")
    assert "is energy" in english
    assert "表示能量" in chinese and "输入数据有" in chinese
    monkeypatch.setenv("TEXTILE_PCF_LANG", "zh")
    assert run(wanted) == 4
    assert "表示能量" in capsys.readouterr().err
    with pytest.raises(tp.InputError) as raised:  # the library does not look at the environment
        tp.read_activity(file, "cotton_fabric@2026.1")
    assert "is energy" in str(raised.value)


# ---------------------------------------------------------------- help, usage errors, and what the other commands print

CHINESE = re.compile("[一-鿿]")
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")  # three words in a row: a sentence that was forgotten
GOOD, OWN = str(TESTS / "mistakes/good.csv"), str(TESTS / "mistakes/mill.yaml")
FACTORS = str(TESTS / "mistakes/factors.csv")


def _commands() -> dict[tuple[str, ...], Any]:
    """Every command and group of the command line, by what is written to reach it."""
    from textile_pcf.cli.commands import app

    def inside(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield path, command
        for name, inner in getattr(command, "commands", {}).items():
            yield from inside(inner, (*path, name))

    return dict(inside(app, ()))


COMMANDS = _commands()
by_command = pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "textile-pcf")


@by_command
def test_help_of_every_command_and_option_is_in_the_catalogue(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    texts = {"": command.help} | {param.name: param.help for param in command.params}
    for name, text in texts.items():
        plain = " ".join((text or "").split())
        assert plain, f"{name}: no help"
        assert CHINESE.search(localize(plain, "zh")), f"{name}: add to src/textile_pcf/messages/catalogue.csv: {plain}"
    for param in command.params:
        if not getattr(param, "is_flag", False):
            assert fixed_text(f"meta_{param.metavar or param.name}".lower(), "zh"), param.name
    assert hasattr(command, "commands") or "lang" in {param.name for param in command.params}, "give it the option --lang"
    assert type(command).__module__ == "textile_pcf.cli.help", (
        "register it with a Group or with cls=Command, or its help is English"
    )


@by_command
def test_help_is_told_in_the_language_asked_for(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    from textile_pcf.cli import run
    from textile_pcf.cli.width import width

    assert run([*path, "--help"]) == 0
    english = capsys.readouterr().out
    assert not CHINESE.search(english)
    assert run([*path, "--help", "--lang", "zh"]) == 0
    chinese = capsys.readouterr().out
    assert not ENGLISH.search(re.sub(r"`[^`]*`|textile-pcf [a-z ]+", "", chinese)), chinese
    assert chinese.startswith("用法：textile-pcf") and "--help" in chinese
    assert not re.search("Usage|Options|Arguments|Commands|required|default:", chinese)
    for page in (english, chinese):
        assert all(width(line) <= 100 for line in page.splitlines())
    for param in COMMANDS[path].params:
        assert all(name in page for name in param.opts if name.startswith("-") for page in (english, chinese))


WRONG = {
    "no-such-command": ("calculat",),
    "missing-argument": ("calculate",),
    "missing-option": ("calculate", GOOD),
    "missing-value": ("calculate", GOOD, "--rule"),
    "no-such-option": ("calculate", GOOD, "--rule", OWN, "--colour"),
    "like-another-option": ("calculate", GOOD, "--rul", OWN),
    "value-for-a-flag": ("calculate", GOOD, "--rule", OWN, "--lines=yes"),
    "too-many": ("check", GOOD, GOOD, "--rule", OWN),
    "no-number": ("batch", GOOD, "-o", "out", "--rule", OWN, "--workers", "two"),
    "too-small": ("batch", GOOD, "-o", "out", "--rule", OWN, "--workers", "0"),
    "no-report": ("report", GOOD, "--rule", OWN, "-o", "report.docx"),
    "no-template": ("template", OWN, "-o", "mill.pdf"),
    "group": ("rules", "sho"),
    "no-word": ("factors", "search"),
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_usage_errors_are_told_in_chinese(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    from textile_pcf.cli import run

    assert run(list(arguments)) == 2
    out, english = capsys.readouterr()
    assert out == "" and "Error: " in english and not CHINESE.search(english)
    assert run([*arguments, "--lang", "zh"]) == 2 or arguments[-1] == "--rule"
    chinese = capsys.readouterr().err
    assert chinese.splitlines()[-1].startswith("错误：") and chinese.rstrip().endswith(("。", "？")), chinese
    assert not re.search(r"[A-Za-z]{2,} [a-z]{2,}", re.sub(r"[“'][^”']*[”']|.*textile-pcf.*", "", chinese)), chinese


def test_a_language_that_is_none_is_refused_wherever_it_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from textile_pcf.cli import run

    for arguments in (
        ["rules", "list", "--lang", "fr"],
        ["--lang", "fr", "factors", "list"],
        ["template", OWN, "--lang", "fr"],
    ):
        assert run(arguments) == 2
        assert "Invalid value for --lang: 'fr' is no language" in capsys.readouterr().err
    monkeypatch.setenv("TEXTILE_PCF_LANG", "fr")
    assert run(["rules", "list"]) == 2
    assert "Invalid value for TEXTILE_PCF_LANG: 'fr' is no language" in capsys.readouterr().err
    assert run(["rules", "list", "--lang", "zh"]) == 0
    monkeypatch.setenv("TEXTILE_PCF_LANG", "")
    assert run(["rules", "list"]) == 0
    assert "cradle to gate" in capsys.readouterr().out.splitlines()[-1]


def test_the_language_before_the_command_holds_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    from textile_pcf.cli import run

    assert run(["--lang", "zh", "rules", "list"]) == 0
    assert "解读" in capsys.readouterr().out
    assert run(["--lang", "zh", "rules", "list", "--lang", "en"]) == 0
    assert not CHINESE.search(capsys.readouterr().out)


PRINTED = {
    "rules list": (("rules", "list"), 0, "从摇篮到大门"),
    "rules lint": (("rules", "lint", OWN), 0, "缺少 title"),
    "rules lint of a valid one": (("rules", "lint", "cotton_fabric"), 0, "有效"),
    "rules lint of a broken one": (
        ("rules", "lint", str(Path(OWN).parents[1] / "broken/rule/unknown_unit.yaml")),
        3,
        "不是已知的单位",
    ),
    "rules show of an unknown one": (("rules", "show", "coton_fabric"), 2, "没有这个规则"),
    "factors search": (("factors", "search", "nothing-like-this"), 0, "没有找到"),
    "factors show of an unknown one": (("factors", "show", "electrcity"), 2, "没有这个因子"),
    "factors lint": (("factors", "lint", FACTORS), 0, "有效"),
    "check": (("check", GOOD, "--rule", OWN), 0, "没有问题"),
    "calculate": (("calculate", GOOD, "--rule", OWN, "--factors", FACTORS), 0, "合计"),
    "calculate to no folder": (
        ("calculate", GOOD, "--rule", OWN, "--factors", FACTORS, "-o", "no/such/x.csv"),
        2,
        "没有这个文件夹",
    ),
    "calculate with no such set": (("calculate", GOOD, "--rule", OWN, "--gwp", "AR7"), 2, "没有这个选项"),
    "explain": (
        ("explain", GOOD, "--rule", OWN, "--factors", FACTORS, "--product", "FABRIC-1", "--stage", "dyeing"),
        0,
        "质量：投入",
    ),
    "explain another": (("explain", GOOD, "--rule", OWN, "--factors", FACTORS, "--product", "X"), 2, "没有这个产品"),
    "report to no folder": (("report", GOOD, "--rule", OWN, "--factors", FACTORS, "-o", "no/such/x.html"), 2, "没有这个文件夹"),
    "batch with no such results": (("batch", GOOD, "-o", "x", "--rule", OWN, "--results", "all"), 2, "没有这个选项"),
    "batch with no scenario": (("batch", GOOD, "-o", "x", "--rule", OWN, "--scenario", "new"), 2, "情景的写法"),
}


@pytest.mark.parametrize(("arguments", "code", "words"), PRINTED.values(), ids=PRINTED)
def test_what_a_command_prints_is_chinese(
    arguments: tuple[str, ...], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from textile_pcf.cli import run

    assert run([*arguments, "--lang", "zh"]) == code
    out, err = capsys.readouterr()
    assert words in out + err
    assert not _left_in_english(f": {out}{err}"), out + err


def test_a_rule_is_shown_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    """All but what is quoted: titles of standards and of sources."""
    from textile_pcf.cli import run

    for rule in ("apparel", "silk_fabric"):
        assert run(["rules", "show", rule, "--lang", "zh"]) == 0
        out = re.sub(r"\[.*?\]|^依据.*（", "", capsys.readouterr().out, flags=re.MULTILINE)
        assert not ENGLISH.search(out.replace(" = ", "")), out
    assert "{water_jet 喷水, air_jet 喷气, projectile 片梭, rapier 剑杆, jacquard 提花, shuttle 有梭}" in out
    assert run(["rules", "show", "silk_fabric"]) == 0
    assert "{water_jet Water jet, air_jet Air jet," in capsys.readouterr().out


def test_factors_are_shown_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    """Every column has its Chinese name behind it; what stands in it is the table's own."""
    from textile_pcf.cli import run
    from textile_pcf.factors.table import COLUMNS

    assert run(["factors", "show", "electricity", "--factors", FACTORS, "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert all(part in out for part in ("unit 单位", "locator 来源位置", "value 数值", "来源全称"))
    assert all(CHINESE.search(fixed_text(f"column_of_factors_{name}", "zh")) or name == "gwp" for name in COLUMNS)
    assert run(["factors", "list", "--factors", FACTORS, "--lang", "zh"]) == 0
    assert "11 行" in capsys.readouterr().out


def test_a_catalogue_is_told_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What batch prints, its bar, and why products were rejected; rejected.csv is the same in both languages."""
    import csv

    from textile_pcf.cli import run

    good = Path(GOOD).read_text(encoding="utf-8")
    bad = good.partition("\n")[2].replace("FABRIC-1", "FABRIC-2").replace("water,,60,L", "water,,60,kWh")
    mill = tmp_path / "mill.csv"
    mill.write_text(good + bad, encoding="utf-8")
    told = {}
    for lang in ("en", "zh"):
        wanted = ["batch", str(mill), "--rule", OWN, "--factors", FACTORS, "-o", str(tmp_path / lang), "--lang", lang]
        assert run([*wanted, "--progress"]) == 1
        told[lang] = capsys.readouterr()
    assert "2 products = 1 calculated + 1 rejected" in told["en"].out
    assert "2 个产品 = 已计算 1 个 + 被拒 1 个" in told["zh"].out
    assert "1/1 parts, 1 products, 1 rejected" in told["en"].err
    assert "1/1 部分，1 个产品，1 个被拒" in told["zh"].err
    assert not CHINESE.search(told["en"].out + told["en"].err.replace("█", ""))
    assert not ENGLISH.search(told["zh"].out + told["zh"].err)
    same = [(tmp_path / lang / "rejected.csv").read_bytes() for lang in ("en", "zh")]
    assert same[0] == same[1]
    same = [(tmp_path / lang / "rejected_zh.csv").read_bytes() for lang in ("en", "zh")]
    assert same[0] == same[1]
    with (tmp_path / "zh/rejected_zh.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["product"] == "FABRIC-2" and "表示能量" in row["what"]
    assert not _left_in_english(f": {row['what']}{row['cure']}") and CHINESE.search(row["what"])


@pytest.mark.parametrize("rule", sorted(editions()))
def test_every_word_of_a_choice_is_named_in_both_languages(rule: str) -> None:
    """And as the nomenclature has it: one name for one thing."""
    rules = tp.load_rules(rule)
    page = (SOURCE.parents[1] / "docs/nomenclature.md").read_text(encoding="utf-8")
    for spec in rules.properties:
        for choice in spec.choice:
            english, chinese = (rules.option_title(rules.stage_id(spec.stage), spec.id, choice, lang) for lang in ("en", "zh"))
            assert english != choice and CHINESE.search(chinese), (spec.id, choice)
            assert f"`{choice}` {chinese} " in page, f"docs/nomenclature.md does not say {choice} {chinese}"
            assert [spec.option_index(text) for text in (choice, english, chinese)] == [spec.choice.index(choice)] * 3


def test_errors_list_words_with_their_chinese() -> None:
    rows = [{"product": "P", "stage": "spinning", "flow": "carding", "item": "hand", "amount": "", "unit": ""}]
    with pytest.raises(tp.InputError) as raised:
        tp.read_activity({"rows": rows}, "cotton_fabric@2026.1")
    chinese = raised.value.localized("zh")
    assert "请从以下选择：carded（普梳）、combed（精梳）。" in chinese


CALLS = [
    *(pytest.param(tp.load_rules, path, id=path.stem) for path in sorted((BROKEN / "rule").glob("*.yaml"))),
    *(pytest.param(tp.load_factors, path, id=path.stem) for path in sorted((BROKEN / "factors").glob("*.csv"))),
    *(
        pytest.param(lambda path: tp.read_activity(path, TESTS / "mistakes/mill.yaml"), path, id=path.stem)
        for path in sorted((BROKEN / "activity").iterdir())
        if path.suffix != ".expect"
    ),
]


def _left_in_english(text: str) -> list[str]:
    """Three English words in a row that are not quoted."""
    bare = re.sub(r"“[^”]*”|'[^']*'|`[^`]*`|\"[^\"]*\"|\{.*?\}", "", text.partition(": ")[2])
    return re.findall(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}[^一-鿿]*", bare)


@pytest.mark.parametrize(("call", "path"), CALLS)
def test_broken_files_are_told_in_chinese(call: Callable[[Path], object], path: Path) -> None:
    with pytest.raises(tp.PcfError) as raised:
        call(path)
    left = [
        (problem.localized("zh"), found)
        for problem in raised.value.problems
        if (found := _left_in_english(problem.localized("zh")))
    ]
    assert not left


def test_a_mills_mistakes_are_told_in_chinese(tmp_path: Path) -> None:
    from mill_mistakes import FACTORS, MISTAKES, RULE

    left = []
    for number, mistake in enumerate(MISTAKES):
        file = tmp_path / f"{number}.csv"
        file.write_text(mistake.text(), encoding="utf-8")
        try:
            told = [localize(text, "zh") for text in tp.footprint(file, RULE, FACTORS).warnings()]
        except tp.PcfError as error:
            own = "read the steam meter of the dyehouse"  # the rule of these mistakes speaks English only
            told = [text.replace(own, "") for text in error.localized("zh").splitlines()[1:]]
        left += [(mistake.name, text) for text in told if _left_in_english(text)]
    assert not left
