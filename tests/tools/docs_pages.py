"""The documentation's running parts: what `tests/endtoend/test_docs.py` checks and `python tests/tools/docs_pages.py` renews.

In a page, a block ```` ```yaml mill.yaml ```` is a file; the files of `docs/rules.md` are at hand on every page. A block of
`console` holds command lines after `$ ` and what each prints: standard output, then standard error. Tables between
`<!-- generated: name -->` and `<!-- end -->` come from the functions below.
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
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LISTED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
CHINESE = {
    "poy": "预取向丝", "fdy": "全拉伸丝", "ring": "环锭纺", "compact": "紧密纺", "open_end": "转杯纺（气流纺）",
    "carded": "普梳", "combed": "精梳", "water_jet": "喷水", "air_jet": "喷气", "projectile": "片梭", "rapier": "剑杆",
    "jacquard": "提花", "shuttle": "有梭", "circular": "圆机", "flat": "横机", "mix": "混合", "warp_knit": "经编",
    "fully_fashioned": "全成形", "seamless": "无缝", "jet": "溢流喷射", "softflow": "缓流", "airflow": "气流染色",
    "beam": "经轴", "thermosol": "热熔", "batch": "间歇式", "continuous": "连续式", "average": "平均",
    "cold_pad_batch": "冷轧堆", "pad_steam": "轧蒸", "pigment": "涂料印花", "fixed_washed": "固色水洗印花",
    "digital": "数码印花", "transfer": "转移印花", "t_shirt": "T 恤", "shirt": "衬衫", "trousers": "长裤", "jeans": "牛仔裤",
    "skirt": "半身裙", "dress": "连衣裙", "pullover": "套头衫", "coat": "大衣", "jacket": "夹克", "socks": "袜子",
    "boxers": "平角裤", "briefs": "三角裤", "swimwear": "泳装", "cotton": "棉", "flax": "亚麻", "viscose": "粘胶",
    "lyocell": "莱赛尔", "wool": "羊毛", "silk": "蚕丝", "polyester": "涤纶", "polyamide_6": "锦纶 6",
    "polyamide_66": "锦纶 66", "acrylic": "腈纶", "polypropylene": "丙纶", "acetate": "醋酯", "elastane": "氨纶",
    "recycled_pet": "再生 PET", "pet_bottles": "PET 瓶", "textile_waste_synthetic": "合成纤维废旧纺织品",
    "textile_waste_natural": "天然纤维废旧纺织品", "programme_30": "30 °C 程序", "programme_40": "40 °C 程序",
    "programme_60": "60 °C 程序", "ring_polyester": "环锭纺（涤纶短纤）", "worsted": "精梳毛纺", "woollen": "粗梳毛纺",
    "chemical_finish": "化学整理", "drying": "烘干", "heat_setting": "热定形", "municipal": "城镇污水厂",
    "own_aerobic": "自建好氧（管理良好）", "own_other": "自建其他工艺",
}  # fmt: skip


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
    assert codes[-1] != 5, f"an internal error is not shown in the docs: {line}\n{err.getvalue()}"
    printed = out.getvalue()
    if piped:
        return "".join(printed.splitlines(keepends=True)[: int(piped)])
    return printed + ("" if not printed or printed.endswith("\n") else "\n") + err.getvalue()


def consoles(text: str, files: str) -> Iterator[tuple[re.Match[str], str]]:
    """Every console block of a page with what it should say, the files of the page and of `files` lying in the folder."""
    before, codes = Path.cwd(), [0]
    with TemporaryDirectory() as folder, patch.dict(os.environ):
        os.environ.pop("TEXTILE_PCF_LANG", None)
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


def same(shown: str, said: str) -> bool:
    """Whether a page shows what a command says; the last digits of long numbers differ between machines."""

    def told(text: str) -> str:
        return re.sub(r"-?\d+\.\d{9,}(?:e[+-]?\d+)?", lambda number: f"{float(number[0]):.9g}", text)

    return told(shown) == told(said)


def renewed(page: Path) -> str:
    """A page with the output of its commands and its generated tables as they are now."""
    text = page.read_text(encoding="utf-8")
    files = (DOCS / "rules.md").read_text(encoding="utf-8")
    for block, said in list(consoles(text, files)):
        if not same(block[3], said):
            text = text.replace(block[0], f"```console\n{said}```")
    return LISTED.sub(lambda found: f"{found[1]}{generated(found[2])}{found[3]}", text)


def generated(name: str) -> str:
    """What stands between `generated: name` and `end` in a page."""
    made = (_stages, _inside, _words, _methods, _methods_zh, _units, _kinds, _aliases, _more, _mistakes_en, _mistakes_zh,
            _good_table, _listed_en, _listed_zh)  # fmt: skip
    functions = {function.__name__.lstrip("_"): function for function in made}
    if name in functions:
        return functions[name]()
    section, _, language = name.partition("_mistakes_")
    return _of_tables(section, language)


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
            title = (stage.title.text("en"), stage.title.text("zh")) if stage.title else ("", "")
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
                title = (model.title.text("en"), model.title.text("zh")) if model.title else ("", "")
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


def _words() -> str:
    """Words of the choices of the shipped rules."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for rules in shipped():
        for spec in rules.properties:
            title = rules.title(rules.stage_id(spec.stage), spec.id, "zh")
            for word in spec.choice:
                found.setdefault((f"`{spec.id}`", title), {})[word] = None
    rows = [(*key, " · ".join(f"`{word}` {CHINESE.get(word, '')}".strip() for word in words)) for key, words in found.items()]
    return table(("choice", "中文", "words"), sorted(rows))


def _methods() -> str:
    """The closed list of named methods."""
    return _method_table("en")


def _methods_zh() -> str:
    """The same in Chinese."""
    return _method_table("zh")


def _method_table(language: str) -> str:
    from docs_methods_zh import GIVES, source_zh
    from textile_pcf.methods import METHODS

    rows = []
    for method in METHODS.values():
        module = method.function.__module__.removeprefix("textile_pcf.")
        what, source = (method.function.__doc__ or "").splitlines()[0], f"{method.source}; {method.locator}"
        if language == "zh":
            what, source = GIVES[method.name], source_zh(source)
        inputs = ", ".join(f"{name} [{unit}]" for name, unit in method.inputs.items())
        rows.append((f"`{method.name}`", what, inputs, f"`{module}:{method.name}`", source))
    heads = {"en": ("method", "what it gives", "inputs", "function", "source"), "zh": ("方法", "给出", "输入", "函数", "来源")}
    return table(heads[language], sorted(rows))


def _units() -> str:
    """Every name of `units/definitions.txt` with what it is."""
    from textile_pcf.units import CANONICAL, parse_unit

    text = (ROOT / "src/textile_pcf/units/definitions.txt").read_text(encoding="utf-8")
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

    found: dict[str, dict[str, None]] = {}
    for loaded in load_factors(*shipped_tables()).tables:
        for kind in loaded.texts["kind"]:
            found.setdefault(kind, {})[loaded.name] = None
    rows = [(f"`{kind}`", ", ".join(names)) for kind, names in sorted(found.items())]
    return table(("kind", "in the shipped tables"), rows)


def _aliases() -> str:
    """Chinese headers of activity data."""
    from textile_pcf.activity import ALIASES

    found: dict[str, list[str]] = {}
    for alias, name in ALIASES.items():
        found.setdefault(name, []).append(alias)
    return table(("column", "中文表头"), [(f"`{name}`", " · ".join(texts)) for name, texts in found.items()])


def _more() -> str:
    """Pages that the index does not speak of, by their first heading."""
    text = LISTED.sub("", (DOCS / "index.md").read_text(encoding="utf-8"))
    others = [page for page in pages() if page.name != "index.md" and f"]({page.relative_to(DOCS)}" not in text]
    heads = [page.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ") for page in others]
    return "".join(f"- [{head}]({page.relative_to(DOCS)})\n" for page, head in zip(others, heads, strict=True))


def _mistakes_en() -> str:
    """What mills get wrong in the workbook, and what is told."""
    from docs_mistakes import section

    return section("en")


def _mistakes_zh() -> str:
    """The same in Chinese."""
    from docs_mistakes import section

    return section("zh")


def _of_tables(section: str, language: str) -> str:
    from docs_table_mistakes import section as text_of

    return text_of(section, language)


def _good_table() -> str:
    """The table without mistakes that the mistakes in a table begin from."""
    from docs_table_mistakes import good_table

    return good_table()


def _listed_en() -> str:
    """What standards list, and what answers it."""
    from listed_flows import page

    return page("en")


def _listed_zh() -> str:
    """The same in Chinese."""
    from listed_flows import page

    return page("zh")


def main() -> None:
    """Renew every page and picture, and say which changed."""
    from docs_clauses import FILE, clauses_text
    from docs_pictures import pictures

    for path, text in {**{page: renewed(page) for page in pages()}, **pictures(), FILE: clauses_text()}.items():
        if not path.is_file() or text != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    sys.path += [str(ROOT / "src"), str(ROOT / "tests")]
    main()
