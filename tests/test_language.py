"""One catalogue for both languages: every sentence of the library is in it, and what comes out is Chinese."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable
from pathlib import Path

import pytest

import textile_pcf as tp
from textile_pcf import language
from textile_pcf.language import FRAGMENT, translate, word

SOURCE = Path(language.__file__).parent
HOLE = re.compile(r"\{~?[a-z]\}")
NOT_TOLD = ("methods",)  # rooms without messages: only citations
QUIET = re.compile(  # sentences that nobody is told in a message: help of the command line, text of reprs
    r"typer\.(Argument|Option|Typer)\(|help=|_help"
)
CITATION = re.compile(r"\bVolume \d|ecoinvent|IPCC|Ecobalyse|Carbonfact|PEFCR|Recommendation \(EU\)|GB/T")


def _text(node: ast.expr) -> str | None:
    """A text or f-string with `{}` for what is filled in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def _is_sentence(text: str) -> bool:
    if "\\" in text or "(?" in text or ")?" in text:  # a pattern
        return False
    words = text.replace("{}", " ").split()
    return len(words) > 1 and text.rstrip().endswith((".", "?")) and any(word.isascii() and word.isalpha() for word in words)


def _spoken(tree: ast.AST) -> list[tuple[int, str]]:
    """Sentences of a module that are no docstrings and no help of the command line."""
    quiet: set[int] = set()
    for node in ast.walk(tree):
        text_alone = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if text_alone or (isinstance(node, ast.Call) and QUIET.match(ast.unparse(node.func) + "(")):
            quiet |= {id(inner) for inner in ast.walk(node)}
        if isinstance(node, ast.JoinedStr):
            quiet |= {id(inner) for inner in node.values}
    found = ((node, _text(node)) for node in ast.walk(tree) if isinstance(node, ast.expr) and id(node) not in quiet)
    return [(node.lineno, text) for node, text in found if text and _is_sentence(text) and not CITATION.search(text)]


def _modules() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.py")) if path.relative_to(SOURCE).parts[0] not in NOT_TOLD]


def _split(text: str) -> list[str]:
    """Sentences of a text, ends of sentences being followed by a space and a capital, a quote or a hole."""
    return [part for part in re.split(r"(?<=[.?!])\s+(?=[A-Z`'{])", text.strip()) if part.strip("{} ")]


KNOWN = {HOLE.sub("{}", english) for _, english, _ in language.rows()}


def _is_known(sentence: str) -> bool:
    """Whether something of the catalogue can be what the sentence becomes, or ends with it where it is put together."""
    plain = re.sub(r"(\{\}(, )?)+", "{}", sentence) if "{}, {}" in sentence or "{}{}" in sentence else sentence
    pattern = re.compile(".*?" + ".*?".join(map(re.escape, plain.removeprefix("{}").strip().split("{}"))), re.DOTALL)
    return sentence in KNOWN or plain in KNOWN or any(pattern.fullmatch(known) for known in KNOWN)


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_sentence_has_its_chinese(path: Path) -> None:
    missing = []
    for line, text in _spoken(ast.parse(path.read_text(encoding="utf-8"))):
        for sentence in _split(text):
            if not _is_known(sentence) and text.strip() not in KNOWN:
                missing.append(f"{path.name}:{line}: {sentence}")
    assert not missing, "add these to src/textile_pcf/catalogue.csv:\n" + "\n".join(missing)


def test_rows_of_the_catalogue_are_whole() -> None:
    seen: set[tuple[str, str]] = set()
    for key, english, chinese in language.rows():
        assert english and chinese, (key, english)
        named = key not in ("", FRAGMENT)
        same = (key, "" if named else HOLE.sub("{}", english))
        assert same not in seen, f"twice: {same}"
        seen.add(same)
        if named:
            fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, chinese)]
            assert fields[0] == fields[1], key
        else:
            told, asked = ({name.replace("~", "") for name in HOLE.findall(text)} for text in (chinese, english))
            assert told <= asked, english


def test_messages_come_out_in_chinese() -> None:
    """Every message, filled with plain values, is recognised again and told with all the values its Chinese names."""
    for key, english, chinese in language.rows():
        if key or english.startswith("Or: "):
            continue
        filled = HOLE.sub(lambda hole: f"v{hole[0][1]}v", english)
        wanted = HOLE.sub(lambda hole: f"v{hole[0].strip('{~}')}v", chinese)
        assert translate(filled, "zh").replace(" ", "") == wanted.replace(" ", ""), english


def test_sentences_names_and_what_is_not_known() -> None:
    names = {"Steam": "蒸汽", "Read the meter of the boiler house.": "读取锅炉房仪表。"}
    told = "Steam is missing, and the rule has no value for it. Give it in kg or kg/kg. Read the meter of the boiler house."
    assert translate(told, "zh", names) == "缺少“蒸汽”，规则中也没有默认值。请以 kg 或 kg/kg 为单位填写。读取锅炉房仪表。"
    assert translate("The amount is missing. Xyz happened here.", "zh") == "缺少数量。Xyz happened here."
    assert translate("Nothing of this is known.", "zh") == "Nothing of this is known."
    assert translate("The amount is missing.", "en") == "The amount is missing."
    assert word("per", "zh", unit="m2") == "kg CO2e / m2"


def test_errors_are_told_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "mill.csv"
    file.write_text(
        "product,stage,flow,amount,unit\nP,product,grammage,200,kWh\nP,weaving,electrcity,3,kWh\n", encoding="utf-8"
    )
    with pytest.raises(tp.InputError) as raised:
        tp.read_activity(file, "cotton_fabric@2026.1")
    english, chinese = raised.value.told("en"), raised.value.told("zh")
    assert english == str(raised.value)
    assert english.count("\n") == chinese.count("\n") > 2
    assert f"{file}:2 (product.grammage): 'kWh' 表示能量，而 'grammage' 的单位应为 g/m2。请以 g/m2 为单位填写。" in chinese
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


BROKEN = Path(__file__).parent / "broken"
CALLS = [
    *(pytest.param(tp.load_rules, path, id=path.stem) for path in sorted((BROKEN / "rule").glob("*.yaml"))),
    *(pytest.param(tp.load_factors, path, id=path.stem) for path in sorted((BROKEN / "factors").glob("*.csv"))),
    *(
        pytest.param(lambda path: tp.read_activity(path, Path(__file__).parent / "mistakes/mill.yaml"), path, id=path.stem)
        for path in sorted((BROKEN / "activity").iterdir())
        if path.suffix != ".expect"
    ),
]


def _left_in_english(text: str) -> list[str]:
    """Three English words in a row that are not quoted, nor what the YAML reader said."""
    bare = re.sub(r"'[^']*'|`[^`]*`|\"[^\"]*\"|\{.*?\}|这不是 YAML.*?：.*", "", text.partition(": ")[2])
    return re.findall(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}[^一-鿿]*", bare)


@pytest.mark.parametrize(("call", "path"), CALLS)
def test_broken_files_are_told_in_chinese(call: Callable[[Path], object], path: Path) -> None:
    with pytest.raises(tp.PcfError) as raised:
        call(path)
    left = [(problem.told("zh"), found) for problem in raised.value.problems if (found := _left_in_english(problem.told("zh")))]
    assert not left


def test_a_mills_mistakes_are_told_in_chinese(tmp_path: Path) -> None:
    from test_mistakes import FACTORS, MISTAKES, RULE

    left = []
    for number, mistake in enumerate(MISTAKES):
        file = tmp_path / f"{number}.csv"
        file.write_text(mistake.text(), encoding="utf-8")
        try:
            told = [translate(text, "zh") for text in tp.footprint(file, RULE, FACTORS).warnings()]
        except tp.PcfError as error:
            own = "read the steam meter of the dyehouse"  # the rule of these mistakes speaks English only
            told = [text.replace(own, "") for text in error.told("zh").splitlines()[1:]]
        left += [(mistake.name, text) for text in told if _left_in_english(text)]
    assert not left
