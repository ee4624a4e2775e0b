"""The documentation site without building it: every page has its place, and the reference is written from the data."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from paths import ROOT

DOCS = ROOT / "docs"
TREE = re.compile(r"^```\{toctree\}\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_reference", DOCS / "reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_stands_once_in_the_contents() -> None:
    listed: list[str] = []
    for tree in TREE.findall((DOCS / "index.md").read_text(encoding="utf-8")):
        names = [line for line in tree.splitlines() if line and not line.startswith(":")]
        for name in names:
            found = [path.relative_to(DOCS).with_suffix("").as_posix() for path in sorted(DOCS.glob(f"{name}.md"))]
            assert found or name == "generated/index", f"{name} is no page"
            listed += found
    pages = [path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")]
    assert sorted(listed) == sorted(page for page in pages if page != "index"), "add new pages to a toctree of docs/index.md"


def test_reference_has_every_rule_table_and_name(reference: ModuleType, tmp_path: Path) -> None:
    import textile_pcf as tp
    from textile_pcf.factors import load_factors, shipped_tables
    from textile_pcf.rules import editions

    reference.write_reference(tmp_path)
    pages = {path.stem: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.rst")}
    for name in shipped_tables():
        page = pages[f"factors_{name}"]
        assert [item for item in load_factors(name).items if reference.plain(item) not in page] == []
    for name, files in editions().items():
        for edition, path in files.items():
            page = pages[f"rule_{name}_{edition.replace('.', '_')}"]
            ids = [found for inside in tp.load_rules(path).names.values() for found in inside]
            assert [found for found in ids if reference.plain(found) not in page] == []
    functions = [name for name in tp.__all__ if callable(getattr(tp, name))]
    assert [name for name in functions if not re.search(rf"\.{name}$", pages["api"], re.MULTILINE)] == []
    assert all(f"   {name}\n" in pages["index"] for name in pages if name != "index")


def test_texts_are_no_markup(reference: ModuleType) -> None:
    assert reference.plain("cotton_fabric@2026.1: *a* | `b` <c>") == r"cotton\_fabric\@2026.1\: \*a\* \| \`b\` \<c\>"


def test_reference_has_what_the_pages_tell_people_to_import(reference: ModuleType) -> None:
    api = reference.api_page()
    for page in sorted(DOCS.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"`(?:textile_pcf\.)?((?:batch|brightway)\.[a-z_.]+)\(?", text))
        lines = re.findall(r"^(?:>>> )?from textile_pcf\.(brightway|batch[.a-z]*) import (.+)$", text, re.MULTILINE)
        named |= {f"{room}.{name.strip()}" for room, names in lines for name in names.split(",")}
        missing = [name for name in named if f" textile_pcf.{name}\n" not in api]
        assert not missing, f"{page.name} names them: write them into FARTHER of docs/reference.py"


def test_tutorials_run_the_same_way_through_five_steps() -> None:
    tutorials = {language: (DOCS / f"tutorial/{language}.md").read_text(encoding="utf-8") for language in ("en", "zh")}
    ran = []
    for text in tutorials.values():
        cells = re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        code = "\n".join(cells)
        calls = set(re.findall(r"(?:tp|plot|result|poplin|mine)\.(\w+)\(", code)) - {"show"}
        ran.append(
            (
                calls,
                re.findall(r"^textile-pcf ((?:rules |factors )?\w+)", code, re.MULTILINE),
                re.findall(r"writefile (\S+)", code),
            )
        )
    assert ran[0] == ran[1]
    wanted = {"template", "check", "calculate", "batch", "factors lint", "rules lint", "rules test", "report"}
    assert wanted <= set(ran[0][1])
    assert len(re.findall(r"^## \d\. ", tutorials["en"], re.MULTILINE)) == 5
    assert len(re.findall(r"^## 第 \d 步 ", tutorials["zh"], re.MULTILINE)) == 5
