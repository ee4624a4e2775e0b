"""Reference pages written from the shipped rules and tables and from the code: `docs/generated/*.rst`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

BESIDE = ("plot.Plots", "plot.Picture", "examples.Example")
"""Classes that are met in use and not called by name."""


def write_reference(folder: Path) -> None:
    """Write every page; a page that says the same already is left alone, so that a second build is quick."""
    folder.mkdir(exist_ok=True)
    pages = {**rule_pages(), **table_pages(), "api": api_page(), "messages": messages_page()}
    pages["index"] = index_page([name for name in pages if name != "index"])
    for name, text in pages.items():
        file = folder / f"{name}.rst"
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8", newline="\n")
    for file in folder.glob("*.rst"):
        if file.stem not in pages:
            file.unlink()


def heading(text: str, under: str = "=") -> str:
    """A heading, its line long enough for Chinese."""
    return f"{text}\n{under * (2 * len(text))}\n\n"


def plain(text: object) -> str:
    """A text that holds no markup."""
    return re.sub(r"([\\*`_|<>\[\]:@])", r"\\\1", " ".join(str(text).split()))


def table(head: Sequence[str], rows: Iterable[Sequence[object]], widths: Sequence[int]) -> str:
    """A table directive."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([head, *([plain(cell) for cell in row] for row in rows)])
    body = "".join(f"   {line}\n" for line in file.getvalue().splitlines())
    return f".. csv-table::\n   :header-rows: 1\n   :widths: {' '.join(map(str, widths))}\n\n{body}\n"


def index_page(names: list[str]) -> str:
    """All reference pages."""
    listed = "".join(f"   {name}\n" for name in names)
    return (
        heading("Reference")
        + f"Written from the data and the code when the site is built.\n\n.. toctree::\n   :maxdepth: 1\n\n{listed}"
    )


def rule_pages() -> dict[str, str]:
    """A page for each shipped edition of each rule."""
    from textile_pcf.rules import load_rules
    from textile_pcf.rules.load import editions

    found = [load_rules(path) for by_edition in editions().values() for path in by_edition.values()]
    return {f"rule_{rules.document.rule}_{rules.document.edition.replace('.', '_')}": rule_page(rules) for rules in found}


def rule_page(rules: object) -> str:
    """What a rule asks for and takes for granted, stage by stage, with its sources."""
    from textile_pcf.language import word
    from textile_pcf.rules import RuleSet
    from textile_pcf.template.entries import default_text, entries, need_word, sources_text

    assert isinstance(rules, RuleSet)
    document = rules.document
    title = f"{document.title.told()} · {document.title.told('zh')}" if document.title else document.rule
    text = heading(plain(f"{rules.name}: {title}"))
    based = ", ".join(f"{basis.standard} (read: {basis.access})" for basis in document.based_on)
    facts = (word(document.boundary), document.gwp, word(document.biogenic), f"per {rules.product_unit.text}")
    text += f"**{plain(word(document.status))}**\n\n{plain(' · '.join(facts))}\n\n" + (
        f"Based on {plain(based)}.\n\n" if based else ""
    )
    rows: dict[str, list[list[object]]] = {}
    for entry in entries(rules):
        both = dict.fromkeys((rules.title(entry.stage, entry.name), rules.title(entry.stage, entry.name, "zh")))
        unit = "" if getattr(entry.spec, "choice", ()) else entry.spec.unit.text
        told = default_text(rules, entry.spec).removeprefix("= ")
        source = sources_text(rules, entry.spec)
        need = need_word(entry.need, "en")
        rows.setdefault(entry.stage, []).append(
            [entry.name, " · ".join(both), unit, need, f"{told} ({source})" if source else told]
        )
    for stage, lines in rows.items():
        both = dict.fromkeys((rules.title(stage), rules.title(stage, language="zh")))
        name = "product" if stage == "product" else f"{stage}: {' · '.join(both)}"
        text += heading(plain(name), "-")
        text += table(("id", "name", "unit", "need", "value of the rule and its source"), lines, (16, 28, 8, 12, 36))
    sources = [
        [key, source.title, source.year or "", source.licence or "", source.url or ""]
        for key, source in document.sources.items()
    ]
    return text + heading("Sources", "-") + table(("key", "title", "year", "licence", "url"), sources, (14, 40, 6, 15, 25))


def table_pages() -> dict[str, str]:
    """A page for each shipped table of emission factors."""
    from textile_pcf.factors import load_factors, shipped_tables

    return {f"factors_{name}": table_page(load_factors(name).tables[0]) for name in shipped_tables()}


def table_page(factors: object) -> str:
    """Every row with its source and place in it."""
    from textile_pcf.factors import Table

    assert isinstance(factors, Table)
    document, texts = factors.document, factors.texts
    text = heading(plain(f"{factors.label}: {factors.title()} · {factors.title('zh')}"))
    text += f"{factors.size} rows. Licence: {plain((document.licence or 'told per row').rstrip('.'))}.\n\n"
    text += f"{plain(document.note.told())}\n\n" if document.note else ""
    rows = []
    for row in sorted(range(factors.size), key=lambda row: (texts["category"][row], texts["item"][row], texts["region"][row])):
        printed = factors.numbers["value"][row]
        value = (
            f"{printed:g} {factors.units[row].text}" if printed == printed else f"from its gases, per {factors.units[row].text}"
        )
        names = " · ".join(filter(None, (texts["name_en"][row], texts["name_zh"][row])))
        place = f"{texts['region'][row]} {texts['year'][row]}"
        cited = f"{texts['source'][row]}: {texts['locator'][row]}"
        rows.append([texts["item"][row], names, value, place, texts["kind"][row], cited])
    text += table(("item", "name", "value", "region, year", "kind", "source and locator"), rows, (18, 24, 14, 8, 10, 26))
    sources = [
        [key, source.title, source.year or "", source.licence or "", source.url or ""]
        for key, source in document.sources.items()
    ]
    return text + heading("Sources", "-") + table(("key", "title", "year", "licence", "url"), sources, (14, 40, 6, 15, 25))


def messages_page() -> str:
    """Every message in both languages."""
    from textile_pcf.language import FRAGMENT, rows

    told = [(english, chinese) for key, english, chinese in rows() if key in ("", FRAGMENT)]
    text = heading("Messages · 提示信息")
    return (
        text
        + "What the library may say. Letters in braces stand for what is filled in.\n\n"
        + table(("English", "中文"), told, (50, 50))
    )


def api_page() -> str:
    """The Python interface from its docstrings: every public name."""
    import textile_pcf as tp

    public = {name: getattr(tp, name) for name in tp.__all__ if callable(getattr(tp, name))}
    classes = {name: found for name, found in public.items() if isinstance(found, type)}
    errors = [name for name, found in classes.items() if issubclass(found, Exception) or name == "Problem"]
    text = heading("Python interface") + "Everything stands in ``textile_pcf``: ``import textile_pcf as tp``.\n\n"
    text += "".join(f".. autofunction:: textile_pcf.{name}\n\n" for name in public if name not in classes)
    homes = [f"{found.__module__}.{name}" for name, found in classes.items() if name not in errors]
    for path in (*homes, *(f"textile_pcf.{name}" for name in BESIDE)):
        text += f".. autoclass:: {path}\n   :members:\n   :exclude-members: __init__\n\n"
    text += heading("Errors", "-")
    return text + "".join(f".. autoclass:: textile_pcf.errors.{name}\n   :members:\n\n" for name in errors)
