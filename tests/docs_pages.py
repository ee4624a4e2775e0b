"""The documentation's running parts: what `tests/test_docs.py` checks and `python tests/docs_pages.py` renews.

In a page, a block ```` ```yaml mill.yaml ```` is a file; the files of `docs/rules.md` are at hand on every page. A block ```` ```console ````
holds command lines after `$ ` and what each prints: standard output, then standard error.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LISTED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
HELD = {"PYTHONPATH", "TEXTILE_PCF_LANG"}


def pages() -> list[Path]:
    """Every page of the documentation."""
    return sorted(DOCS.rglob("*.md"))


def run(line: str, codes: list[int]) -> str:
    """What a command line prints; `codes` holds the exit code of the one before."""
    from textile_pcf.cli import run as command

    if line == "echo $?":
        return f"{codes[-1]}\n"
    line, _, piped = line.partition(" | head -")
    words = shlex.split(line)
    assert words[0] == "textile-pcf", f"this command is not run in the docs: {line}"
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        codes.append(command(words[1:]))
    printed = out.getvalue()
    if piped:
        return "".join(printed.splitlines(keepends=True)[: int(piped)])
    return printed + ("" if not printed or printed.endswith("\n") else "\n") + err.getvalue()


def consoles(text: str, files: str) -> Iterator[tuple[re.Match[str], str]]:
    """Every console block of a page with what it should say, the files of the page and of `files` lying in the folder."""
    before, codes = Path.cwd(), [0]
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            Path("examples").symlink_to(ROOT / "examples", target_is_directory=True)
            for block in BLOCK.finditer(files):
                _written(block)
            for block in BLOCK.finditer(text):
                _written(block)
                if block[1] == "console":
                    lines = [line[2:] for line in block[3].splitlines() if line.startswith("$ ")]
                    yield block, "".join(f"$ {line}\n{run(line, codes)}" for line in lines)
        finally:
            os.chdir(before)


def _written(block: re.Match[str]) -> None:
    if block[2]:
        Path(block[2]).write_text(block[3], encoding="utf-8")


def renewed(page: Path) -> str:
    """A page with the output of its commands and its generated tables as they are now."""
    text = page.read_text(encoding="utf-8")
    files = (DOCS / "rules.md").read_text(encoding="utf-8")
    for block, said in list(consoles(text, files)):
        text = text.replace(block[0], f"```console\n{said}```")
    return LISTED.sub(lambda found: f"{found[1]}{generated(found[2])}{found[3]}", text)


def generated(name: str) -> str:
    """A generated table of `docs/nomenclature.md`."""
    return {"stages": _stages, "inside": _inside, "units": _units, "kinds": _kinds, "aliases": _aliases}[name]()


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/').strip() for cell in line)} |\n" for line in lines)


def shipped() -> list[object]:
    """The newest edition of every shipped rule."""
    from textile_pcf.rules import editions, load_rules

    return [load_rules(name) for name in editions()]


def _stages() -> str:
    found: dict[tuple[str, ...], list[str]] = {}
    for rules in shipped():
        for stage in rules.document.stages:
            outside = " (outside)" if stage.boundary == "outside" else ""
            fibre = " · per fibre" if stage.scope == "component" else ""
            title = (stage.title.told("en"), stage.title.told("zh")) if stage.title else ("", "")
            key = (f"`{stage.id}`", *title, f"`{stage.group}`{outside}{fibre}")
            found.setdefault(key, []).append(rules.document.rule)
    rows = [(*key, ", ".join(names)) for key, names in found.items()]
    return table(("stage", "English", "中文", "group", "rules"), sorted(rows))


def _inside() -> str:
    """Properties, losses and flows of the shipped rules: one row for each id, kind, unit and title."""
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for rules in shipped():
        for home, models in _homes(rules.document):
            for name, kind, model in models:
                unit = "" if getattr(model, "choice", None) else str(model.unit)
                title = (model.title.told("en"), model.title.told("zh")) if model.title else ("", "")
                key = (f"`{name}`", kind, f"`{unit}`" if unit else "word", *title)
                found.setdefault(key, {})[home] = None
    rows = [(*key, ", ".join(homes)) for key, homes in found.items()]
    return table(("id", "is a", "unit", "English", "中文", "at stage"), sorted(rows))


def _homes(document: object) -> Iterator[tuple[str, list[tuple[str, str, object]]]]:
    yield "product", [(name, "property", model) for name, model in document.product.properties.items()]
    for stage in document.stages:
        inside = [(name, "property", model) for name, model in stage.properties.items()]
        inside += [(loss.id, f"loss, {loss.basis}", loss) for loss in stage.losses]
        inside += [(name, "flow", model) for name, model in stage.flows.items()]
        yield stage.id, inside


def _units() -> str:
    """Every name of `units.txt` with what it is."""
    from textile_pcf.units import CANONICAL, parse_unit

    text = (ROOT / "src/textile_pcf/units.txt").read_text(encoding="utf-8")
    rows = []
    for line in text.splitlines():
        bare = line.partition("#")[0].strip()
        if "=" not in bare:
            continue
        name, meaning, *others = (part.strip() for part in bare.split("="))
        names = [each for each in (*others, name) if each != "_"]
        unit = parse_unit(names[0])
        kinds = [CANONICAL[dimension] for dimension, power in unit.dimensions]
        what = "canonical" if meaning.startswith("[") else f"{unit.factor:.9g}"
        rows.append((" ".join(f"`{each}`" for each in names), what, _canonical(unit, kinds)))
    return table(("you may write", "is", "of"), rows)


def _canonical(unit: object, kinds: list[str]) -> str:
    from textile_pcf.units import canonical_text

    return f"`{canonical_text(unit.dimensions)}`"


def _kinds() -> str:
    """Kinds of emission factors in the shipped tables."""
    from textile_pcf.factors import load_factors, shipped_tables

    found: dict[str, dict[str, int]] = {}
    for loaded in load_factors(*shipped_tables()).tables:
        for kind in loaded.texts["kind"]:
            found.setdefault(kind, {}).setdefault(loaded.name, 0)
            found[kind][loaded.name] += 1
    rows = [(f"`{kind}`", ", ".join(f"{name} {count}" for name, count in names.items())) for kind, names in sorted(found.items())]
    return table(("kind", "rows in the shipped tables"), rows)


def _aliases() -> str:
    """Chinese headers of activity data."""
    from textile_pcf.activity import ALIASES

    found: dict[str, list[str]] = {}
    for alias, name in ALIASES.items():
        found.setdefault(name, []).append(alias)
    return table(("column", "中文表头"), [(f"`{name}`", " · ".join(texts)) for name, texts in found.items()])


def main() -> None:
    """Renew every page, and say which changed."""
    for page in pages():
        text = renewed(page)
        if text != page.read_text(encoding="utf-8"):
            page.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{page.relative_to(ROOT)}\n")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    main()
