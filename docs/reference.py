"""Reference pages written from the shipped rules and tables and from the code: `docs/generated/*.rst`."""

from __future__ import annotations

import csv
import inspect
import io
import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from textile_pcf.factors import FactorSheet
from textile_pcf.io.localized import LocalizedText
from textile_pcf.rules import FlowSpec, LossSpec, PropertySpec, RuleSet

PACKAGES = {
    "calculation": "Calculate · 计算",
    "results": "Results · 结果",
    "activity": "Activity data · 活动数据",
    "template": "Activity data · 活动数据",
    "supply": "Activity data · 活动数据",
    "io": "Activity data · 活动数据",
    "rules": "Rules · 规则",
    "factors": "Emission factors · 排放因子",
    "batch": "Catalogues · 产品目录",
    "uncertainty_analysis": "Uncertainty and quality · 不确定性与数据质量",
    "data_quality": "Uncertainty and quality · 不确定性与数据质量",
    "comparison": "Scenarios and change · 情景与变化",
    "audit": "Locks and saved results · 锁定与保存",
    "interchange": "Exchange · 数据交换",
    "factory": "Factory practice · 工厂实务",
    "targets": "Factory practice · 工厂实务",
    "improvements": "Factory practice · 工厂实务",
    "brightway": "Brightway",
    "plot": "Pictures · 图",
    "errors": "Errors · 错误",
}
"""Heading of what each package makes public, in the order of the page."""
OTHERS = "Calculate · 计算"
BESIDE = ("plot.Plots", "plot.Picture", "io.resources.Example", "brightway.Scores")
"""Classes that are met in use and not called by name."""
FARTHER = (
    "brightway.to_datapackage",
    "brightway.write_database",
    "brightway.scores_of",
    "brightway.calculate",
    "brightway.factors_from_brightway",
    "batch.wide.calculate_wide",
    "batch.worker.run_chunk",
    "factory.allocate",
    "factory.reconcile",
    "factory.join",
    "improvements.rank",
    "plot.abatement_steps",
    "plot.effects",
    "plot.energy_use",
    "plot.load_curve",
    "plot.stage_intervals",
    "plot.target_path",
    "plot.tornado",
    "targets.check",
    "targets.path",
)
"""Functions of packages that are imported by their own names."""
GROUPS = {
    "rule_": ("Rules · 规则", "What each rule asks for and takes for granted, with its sources."),
    "factors_": ("Emission factors · 排放因子", "Every row with its source and the place in it."),
    "": ("Python and messages · 接口与提示", "Written from the code."),
}
"""Beginnings of file names and what stands under them on the first reference page."""


def write_reference(folder: Path) -> None:
    """Write every page; a page that says the same already is left alone, so that a second build is quick."""
    folder.mkdir(exist_ok=True)
    pages = {**rule_pages(), **table_pages(), "api": api_page(), "messages": messages_page()}
    pages["index"] = index_page(pages)
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


def table(head: Sequence[str], rows: Iterable[Sequence[object]], widths: Sequence[int], marked: int = 0) -> str:
    """A table directive; the first `marked` cells of a row are markup already."""
    file = io.StringIO()
    cells = ([*row[:marked], *(plain(cell) for cell in row[marked:])] for row in rows)
    csv.writer(file, lineterminator="\n").writerows([head, *cells])
    body = "".join(f"   {line}\n" for line in file.getvalue().splitlines())
    return f".. csv-table::\n   :header-rows: 1\n   :widths: {' '.join(map(str, widths))}\n\n{body}\n"


def paragraphs(text: LocalizedText | None) -> str:
    """A note in English and in Chinese."""
    both = dict.fromkeys((text.text(), text.text("zh"))) if text else ()
    return "".join(f"{plain(told.replace('`', ''))}\n\n" for told in both)


def index_page(pages: dict[str, str]) -> str:
    """All reference pages by what they tell; beside those written here, the named methods."""
    text = heading("Reference · 参考") + "Written from the data and the code when the site is built.\n\n"
    left = dict(pages)
    for beginning, (title, what) in GROUPS.items():
        names = [name for name in left if name.startswith(beginning)]
        text += heading(title, "-") + f"{what}\n\n.. toctree::\n   :maxdepth: 1\n\n"
        text += "".join(f"   {name}\n" for name in names) + "\n"
        left = {name: page for name, page in left.items() if name not in names}
    return text + "The named methods, each with source, valid range and worked example: :doc:`/methods`.\n"


def rule_pages() -> dict[str, str]:
    """A page for each shipped edition of each rule."""
    from textile_pcf.rules import load_rules
    from textile_pcf.rules.load import editions

    found = [load_rules(path) for by_edition in editions().values() for path in by_edition.values()]
    return {f"rule_{rules.document.rule}_{rules.document.edition.replace('.', '_')}": rule_page(rules) for rules in found}


def rule_page(rules: RuleSet) -> str:
    """What a rule asks for and takes for granted, stage by stage, with its sources."""
    from textile_pcf.messages.catalogue import fixed_text
    from textile_pcf.template.entries import default_text, entries, need_text, sources_text

    document = rules.document
    title = f"{document.title.text()} · {document.title.text('zh')}" if document.title else document.rule
    text = heading(plain(f"{rules.name}: {title}"))
    based = ", ".join(f"{basis.standard} (read: {basis.access})" for basis in document.based_on)
    boundaries = " or ".join(fixed_text(name) for name in document.boundaries)
    facts = (boundaries, document.gwp, fixed_text(document.biogenic), f"per {rules.product_unit.text}")
    text += f"**{plain(fixed_text(document.status))}**\n\n{plain(' · '.join(facts))}\n\n" + (
        f"Based on {plain(based)}.\n\n" if based else ""
    )
    text += paragraphs(document.note)
    rows: dict[str, list[list[object]]] = {stage: [] for stage in rules.names}
    for entry in entries(rules, computed=True):
        both = dict.fromkeys((rules.title(entry.stage, entry.name), rules.title(entry.stage, entry.name, "zh")))
        told = default_text(rules, entry.spec).removeprefix("= ")
        source = sources_text(rules, entry.spec)
        need = f"{need_text(entry.need, 'en')}. {counted(rules, entry.spec)}"
        rows[entry.stage].append([entry.name, " · ".join(both), need, f"{told} ({source})" if source else told])
    for stage, lines in rows.items():
        text += stage_head(rules, stage)
        head = ("id", "name", "need, and how it counts", "value of the rule and its source")
        text += table(head, lines, (20, 22, 28, 30)) if lines else ""
    sources = [
        [key, source.title, source.year or "", source.licence or "", source.url or ""]
        for key, source in document.sources.items()
    ]
    return text + heading("Sources", "-") + table(("key", "title", "year", "licence", "url"), sources, (14, 40, 6, 15, 25))


def stage_head(rules: RuleSet, stage: str) -> str:
    """Name of a stage in both languages, and what holds for all of it."""
    both = dict.fromkeys((rules.title(stage), rules.title(stage, language="zh")))
    if stage == "product":
        return heading("product · 产品", "-")
    spec = next(each for each in rules.stages if each.id == stage)
    facts = [spec.group.replace("_", " ")]
    facts += ["once per fibre"] if spec.component else []
    facts += ["optional"] if spec.optional else []
    facts += ["outside the boundary, told beside the total"] if spec.outside else []
    facts += [f"region {spec.region}"] if spec.region else []
    note = next(model.note for model in rules.document.stages if model.id == stage)
    return heading(plain(f"{stage}: {' · '.join(both)}"), "-") + f"{plain(' · '.join(facts))}\n\n" + paragraphs(note)


def counted(rules: RuleSet, spec: PropertySpec | LossSpec | FlowSpec) -> str:
    """What a quantity is counted in and multiplied by, and the band outside which a warning is given."""
    unit = getattr(spec, "whole", spec.unit)
    band = ""
    if spec.plausible is not None:
        low, high = (f"{bound / unit.factor:g}" for bound in spec.plausible)
        band = f"; plausible {low} to {high} {unit.text}"
    if isinstance(spec, LossSpec):
        return f"Loss, {spec.unit.text}, basis {spec.basis}{band}"
    if isinstance(spec, PropertySpec):
        words = ", ".join(spec.choice)
        return f"One of: {words}" if words else f"Property, {spec.unit.text}{band}"
    drivers = " × ".join(rules.properties[each].id if isinstance(each, int) else each for each in spec.drivers)
    factor = f"; factor {spec.factor}" if spec.factor else f"; any factor of category {spec.category}" if spec.category else ""
    return f"Flow, {spec.unit.text} per {drivers}{factor} ({spec.kind}){band}"


def table_pages() -> dict[str, str]:
    """A page for each shipped table of emission factors."""
    from textile_pcf.factors import load_factors, shipped_tables

    return {f"factors_{name}": table_page(load_factors(name).tables[0]) for name in shipped_tables()}


def table_page(factors: FactorSheet) -> str:
    """Every row with its source and place in it."""
    document, texts = factors.document, factors.texts
    text = heading(plain(f"{factors.label}: {factors.title()} · {factors.title('zh')}"))
    text += f"{factors.size} rows. Licence: {plain((document.licence or 'told per row').rstrip('.'))}.\n\n"
    text += paragraphs(document.note)
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
    from textile_pcf.messages.catalogue import FOREIGN, rows

    messages = [(english, chinese) for key, english, chinese in rows() if key in ("", FOREIGN)]
    text = heading("Messages · 提示信息")
    return (
        text
        + "What the library may say. Names in braces stand for what is filled in.\n\n"
        + table(("English", "中文"), messages, (50, 50))
    )


def _inherited(path: str) -> tuple[str, str]:
    """Return the option for members of base classes of a result, and its members for other packages, which are left out."""
    from textile_pcf.results.views import INTERNAL

    if not path.endswith(".Footprint"):
        return "", ""
    return "   :inherited-members:\n", "".join(f", {name}" for name in sorted(INTERNAL))


def api_page() -> str:
    """The Python interface from its docstrings: every public name, under what it is for, with one table in front."""
    import textile_pcf as tp

    public = {name: getattr(tp, name) for name in tp.__all__ if callable(getattr(tp, name))}
    text = heading("Python interface") + "``import textile_pcf as tp``. A name without a dot is an attribute of ``tp``.\n\n"
    groups = {title: list(members) for title, members in api_groups(public).items() if members}
    rows = [
        [f":py:obj:`{name} <{path}>`", title, first_sentence(found)]
        for title, members in groups.items()
        for name, path, found in members
    ]
    text += table(("name", "of what", "what it is"), rows, (26, 20, 54), marked=1)
    for title, found_here in groups.items():
        text += heading(title, "-")
        for _, path, found in found_here:
            kind = "autoclass" if isinstance(found, type) else "autofunction"
            inherited, left_out = _inherited(path)
            members = f"   :members:\n{inherited}   :exclude-members: __init__{left_out}\n"
            options = members if kind == "autoclass" else ""
            text += f".. {kind}:: {path}\n{options}\n"
    return text


def api_groups(public: dict[str, object]) -> dict[str, list[tuple[str, str, object]]]:
    """Name, full path and object of everything public, by the package that defines it."""
    groups: dict[str, list[tuple[str, str, object]]] = {title: [] for title in PACKAGES.values()}
    for name, found in public.items():
        package = str(found.__module__).split(".")[1]
        path = f"{found.__module__}.{name}" if isinstance(found, type) else f"textile_pcf.{name}"
        groups[PACKAGES.get(package, OTHERS)].append((name, path, found))
    for path in (*BESIDE, *FARTHER):
        module, name = f"textile_pcf.{path}".rsplit(".", 1)
        title = PACKAGES.get(path.split(".")[0], OTHERS)
        groups[title].append((path, f"{module}.{name}", getattr(import_module(module), name)))
    return groups


def first_sentence(found: object) -> str:
    """The first paragraph of a docstring, without markup."""
    return " ".join((inspect.getdoc(found) or "").split("\n\n")[0].replace("`", "").split())
