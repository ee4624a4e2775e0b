"""Chinese pages say what their English twins say: the same commands, code and figures."""

import re

import pytest

from docs_pages import DOCS

COMPLETE = [
    "exchange", "factory", "factory_chemicals", "factory_inventory", "factory_site", "improvements", "quality_and_change",
    "supply", "targets", "workbook",
]  # fmt: skip
"""Pages whose Chinese twin has every section, table and point."""
FENCED = re.compile(r"^```\w+[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def pair(name: str) -> tuple[str, str]:
    """A page in English and in Chinese."""
    english, chinese = ((DOCS / f"{name}{tail}.md").read_text(encoding="utf-8") for tail in ("", "_zh"))
    return english, chinese


def commands(page: str) -> list[str]:
    """Command lines of a page, without the language that they ask for."""
    lines = [line for block in FENCED.findall(page) for line in block.splitlines()]
    lines = [line.partition("  # ")[0].rstrip() for line in lines]
    return [line.replace(" --lang zh", "") for line in lines if re.match(r"(\$ )?(textile-pcf|python|PYSPARK)", line)]


def calls(page: str) -> set[str]:
    """Lines of blocks of Python that call a batch or a reprice, without comments."""
    lines = [line for block in FENCED.findall(page) for line in block.splitlines()]
    return {line.partition("  # ")[0].strip() for line in lines if re.search(r"tp\.(calculate_batch|reprice)\(", line)}


@pytest.mark.parametrize("name", ["first_steps", "batch", "large_catalogues", "exchange", "factory"])
def test_both_pages_run_the_same_commands(name: str) -> None:
    english, chinese = map(commands, pair(name))
    assert english == chinese
    assert english


def test_the_chinese_page_on_batches_has_every_call_of_the_english_one() -> None:
    english, chinese = map(calls, pair("batch"))
    assert len(english) > 5
    assert english <= chinese


@pytest.mark.parametrize("name", ["batch", *COMPLETE])
def test_both_pages_have_the_same_sections(name: str) -> None:
    english, chinese = (re.findall(r"^(#+) ", re.sub(FENCED, "", page), re.MULTILINE) for page in pair(name))
    assert english == chinese


@pytest.mark.parametrize("name", COMPLETE)
def test_both_pages_have_the_same_tables_and_points(name: str) -> None:
    """Rows of each table, and items of lists, in their order; how many lines a paragraph has is a matter of language."""

    def shape(page: str) -> list[str]:
        return re.findall(r"^(\||- |\d+\. )", re.sub(FENCED, "", page), re.MULTILINE)

    english, chinese = map(shape, pair(name))
    assert english == chinese
    assert english


def test_both_pages_on_large_catalogues_show_the_same_figures() -> None:
    def figures(page: str) -> list[list[str]]:
        rows = re.findall(r"^\|(?! *-).*$", page, re.MULTILINE)
        return [re.findall(r"−?\d+(?:[.,]\d+)*", row) for row in rows]

    english, chinese = map(figures, pair("large_catalogues"))
    assert english == chinese
    assert sum(map(len, english)) > 100
