"""The catalogue is complete: each message of the source has its Chinese with the same fields, and no row is left over."""

from __future__ import annotations

import ast
import copy
import gettext
import pickle
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import textile_pcf as tp
from compile_locale import PO, compiled, entries
from textile_pcf.io.localized import LocalizedText
from textile_pcf.messages import catalogue
from textile_pcf.messages.catalogue import FOREIGN, chinese_template, fixed_text
from textile_pcf.messages.message import (
    CodedMessage,
    JoinedMessage,
    Message,
    TranslatedText,
    chinese_of,
    localize,
    sentences,
    with_chinese,
)

SOURCE = Path(tp.__file__).parent
NO_MESSAGES = ("methods",)  # only citations
CITATION = re.compile(r"\bVolume \d|ecoinvent|IPCC|Ecobalyse|Carbonfact|PEFCR|Recommendation \(EU\)|GB/T")


def fields(template: str) -> set[str]:
    """Names of the fields of a template."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def trees() -> Iterator[tuple[Path, ast.AST]]:
    """Every module that may hold messages."""
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).parts[0] not in NO_MESSAGES:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def is_sentence(text: str) -> bool:
    """Whether a text is a sentence of a message, not a pattern or a citation."""
    if "\\" in text or "]..." in text or "(?" in text or ")?" in text or CITATION.search(text):
        return False
    return len(text.split()) > 1 and text.rstrip().endswith((".", "?")) and bool(re.search("[A-Za-z]{2}", text))


def quiet(tree: ast.AST) -> set[int]:
    """Docstrings, and the parts of f-strings."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            found.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            found |= {id(part) for part in node.values}
    return found


def templates() -> Iterator[tuple[str, str]]:
    """Location and text of every template: first arguments of `Message`, and sentences without fields."""
    for path, tree in trees():
        skipped = quiet(tree)
        made = {
            id(node.args[0])
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message" and node.args
        }
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
            if is_text and (id(node) in made or is_sentence(node.value)):
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", node.value


def test_every_template_has_its_chinese() -> None:
    missing = [f"{where}: {text}" for where, text in templates() if chinese_template(text) is None]
    assert not missing, "add these to src/textile_pcf/messages/catalogue.csv:\n" + "\n".join(missing)


def test_no_sentence_is_an_f_string() -> None:
    """A message with values is a `Message`, so that it can be written in Chinese."""
    wrong = []
    for path, tree in trees():
        inside = quiet(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and id(node) not in inside:
                text = "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
                if is_sentence(text) and not re.search(r"\[0-9\]|Unit processes by", text):
                    wrong.append(f"{path.relative_to(SOURCE)}:{node.lineno}: {text}")
    assert not wrong, "\n".join(wrong)


def test_rows_have_both_languages_and_the_same_fields() -> None:
    seen: set[str] = set()
    for key, english, chinese in catalogue.rows():
        assert english and chinese, (key, english)
        assert key == FOREIGN or fields(english) == fields(chinese), english
        same = english if key in ("", FOREIGN) else key
        assert (key in ("", FOREIGN), same) not in seen, f"twice: {same}"
        seen.add((key in ("", FOREIGN), same))  # type: ignore[arg-type]


def test_every_row_is_used() -> None:
    used = {node.value for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    used |= {" ".join(text.split()) for text in used if isinstance(text, str)}  # help of commands
    left = [english for key, english, _ in catalogue.rows() if not key and english not in used]
    assert not left, "\n".join(left)


def test_fields_have_names() -> None:
    short = [english for key, english, _ in catalogue.rows() if not key and any(len(name) < 2 for name in fields(english))]
    assert not short


MESSAGES = {
    "plain": Message("The amount is missing."),
    "with a value": Message("{text!r} is not a year.", text="24"),
    "with a code": CodedMessage("year", "{text!r} is not a year.", text="24"),
    "with a title": Message(
        "{title} is missing, and the rule has no value for it.", title=LocalizedText(en="Steam", zh="蒸汽")
    ),
    "with a translated text": Message("Or give a row for {title}.", title=TranslatedText("Steam", "蒸汽")),
    "joined": JoinedMessage([Message("mass"), Message("energy")], " and ", "、"),
    "sentences": sentences(Message("Did you mean {close!r}?", close="kg"), "", "Capitals matter in units."),
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_messages_survive_copies_and_other_processes(message: Message) -> None:
    for same in (pickle.loads(pickle.dumps(message)), copy.deepcopy(message), copy.copy(message)):
        assert same == message and type(same) is type(message)
        assert same.localized("zh") == message.localized("zh") != str(message)
        assert getattr(same, "code", "") == getattr(message, "code", "")


def test_values_are_told_in_the_language_of_the_message() -> None:
    texts = {name: message.localized("zh") for name, message in MESSAGES.items()}
    assert texts == {
        "plain": "缺少数量。",
        "with a value": "'24' 不是年份。",
        "with a code": "'24' 不是年份。",
        "with a title": "缺少“蒸汽”，规则中也没有默认值。",
        "with a translated text": "或为“蒸汽”填写一行。",
        "joined": "质量、能量",
        "sentences": "是否想写 'kg'？单位区分大小写。",
    }


def test_texts_of_users_are_not_translated() -> None:
    """A product that is called like a phrase of the catalogue keeps its name."""
    assert Message("The product has no fibre {component!r}.", component="mass").localized("zh") == "该产品没有纤维 'mass'。"
    assert localize("Nothing of this is known.", "zh") == "Nothing of this is known."
    assert localize("The amount is missing.", "en") == "The amount is missing."
    assert fixed_text("per", "zh", unit="m2") == "kg CO2e / m2"


def test_braces_in_texts_of_users_are_no_fields() -> None:
    assert Message("{text!r} is not a year.", text="{text}").localized("zh") == "'{text}' 不是年份。"


def test_stored_messages_keep_their_chinese() -> None:
    message = Message("{text!r} is not a year.", text="24")
    (again,) = with_chinese([str(message)], chinese_of([message]))
    assert again == message and again.localized("zh") == message.localized("zh")


# ---------------------------------------------------------------- words of click


def test_words_of_click_are_compiled() -> None:
    assert PO.with_suffix(".mo").read_bytes() == compiled(PO.read_text(encoding="utf-8")), "run tests/tools/compile_locale.py"


def test_words_of_click_keep_their_fields() -> None:
    with PO.with_suffix(".mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    for english, chinese in entries(PO.read_text(encoding="utf-8")).items():
        singular, _, plural = english.partition("\0")
        if singular:
            assert fields(chinese.replace("\0", " ")) <= fields(singular) | fields(plural)
            assert re.search(
                "[一-鿿]", translations.gettext(singular) if not plural else translations.ngettext(singular, plural, 2)
            )


@pytest.mark.parametrize(
    ("english", "chinese"),
    {
        "No such option: {name}": "没有选项 {name}。",
        "No such option {name!r}.": "没有选项 {name!r}。",
        "No such command {name!r}.": "没有命令 {name!r}。",
        "{name} {filename!r} is not readable.": "无法读取 {filename!r}。",
    }.items(),
)
def test_wordings_of_older_and_newer_versions_of_click_are_known(english: str, chinese: str) -> None:
    """What click says of the same mistake from 8.1 to 8.5."""
    with PO.with_suffix(".mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    assert translations.gettext(english) == chinese
    assert (
        translations.ngettext("Did you mean {possibility}?", "(Possible options: {possibilities})", 1)
        == "是否想写 {possibility}？"
    )
    several = translations.ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 2)
    assert several == "可能是：{possibilities}。"
