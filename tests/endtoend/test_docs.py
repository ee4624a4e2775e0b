"""The documentation runs and is complete: what it prints is printed, what it names exists, no public name is left out."""

import csv
import re
from importlib import import_module
from pathlib import Path

import pytest

import textile_pcf as tp
from docs_pages import DOCS, LISTED, ROOT, consoles, generated, pages, same, shipped

RENEW = "read it, then renew it: PYTHONPATH=src python tests/tools/docs_pages.py"
NAMES = [str(page.relative_to(DOCS)) for page in pages()]


def words(name: str) -> set[str]:
    """Everything that stands as `code` in a page."""
    return set(re.findall(r"`([^`\n]+)`", (DOCS / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NAMES)
def test_commands_print_what_the_page_shows(name: str) -> None:
    files = (DOCS / "rules.md").read_text(encoding="utf-8")
    for block, said in consoles((DOCS / name).read_text(encoding="utf-8"), files):
        assert same(block[3], said), f"{RENEW}\n{said}"


@pytest.mark.parametrize("name", NAMES)
def test_generated_tables_are_current(name: str) -> None:
    for found in LISTED.finditer((DOCS / name).read_text(encoding="utf-8")):
        assert found[0] == f"{found[1]}{generated(found[2])}{found[3]}", RENEW


def test_pictures_are_current() -> None:
    from docs_pictures import pictures

    for path, text in pictures().items():
        assert path.is_file() and path.read_text(encoding="utf-8") == text, RENEW


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    text = re.sub(r"^```.*?^```$", "", (DOCS / name).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http", "mailto")):
            continue
        path, _, anchor = target.partition("#")
        file = (DOCS / name).parent / path if path else DOCS / name
        assert file.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}
            assert anchor in anchors, target


READMES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "examples").rglob("README.md"))]


@pytest.mark.parametrize("page", READMES, ids=lambda page: str(page.relative_to(ROOT)))
def test_readmes_name_what_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert target.startswith("http") or (page.parent / target).exists(), target


@pytest.mark.parametrize("page", READMES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_of_the_readmes_run(page: Path) -> None:
    blocks = "".join(re.findall(r"^```(?:bash)?\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))
    lines = [line.partition("#")[0].strip() for line in blocks.splitlines() if line.startswith("textile-pcf ")]
    shown = "```console\n" + "".join(f"$ {line}\n$ echo $?\n" for line in lines) + "```"
    for _, said in consoles(shown, ""):
        codes = re.findall(r"^\$ echo \$\?\n(\d+)$", said, re.MULTILINE)
        assert codes == ["0"] * len(lines), said


def test_results_told_in_the_readme_of_the_examples() -> None:
    """The first number of each row is the total of one of its products, without or with uptake of CO2."""
    text = (ROOT / "examples/README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\]\(\S+\).*?(\d+\.\d\d)\b", text, re.MULTILINE)
    assert len(rows) == 11
    for name, told in rows:
        results = [tp.footprint(*tp.load_example(name), biogenic=each) for each in ("zero_zero", "minus_one_plus_one")]
        assert told in {f"{total:.2f}" for result in results for total in result.totals}, name


def test_the_readme_says_the_measured_cost_of_a_catalogue() -> None:
    """Its two figures are the least and the largest ratio to decoding of the table of measurements."""
    page = (DOCS / "performance.md").read_text(encoding="utf-8")
    ratios = re.findall(r"^\| 2 \| tidy Parquet, [\d]+ M rows: against decode \|[^|]*\| ([\d.]+)×", page, re.MULTILINE)
    told = re.search(r"\[([\d.]+) to ([\d.]+) times the cost", (ROOT / "README.md").read_text(encoding="utf-8"))
    measured = sorted(float(ratio) for ratio in ratios)
    assert told is not None and told.groups() == (f"{measured[0]:.1f}", f"{measured[-1]:.1f}")


def test_every_shipped_example_has_a_page() -> None:
    with (ROOT / "examples/examples.csv").open(encoding="utf-8", newline="") as file:
        names = {row["name"] for row in csv.DictReader(file)}
    missing = {name for name in names if not (DOCS / "examples" / f"{name}.md").is_file()}
    assert not missing, "write docs/examples/<name>.md"


def test_every_page_is_reached_from_the_index() -> None:
    reached = set(re.findall(r"\]\(([^)#\s]+\.md)", (DOCS / "index.md").read_text(encoding="utf-8")))
    missing = {name for name in NAMES if name != "index.md"} - reached
    assert not missing


def test_every_id_of_a_shipped_rule_is_named() -> None:
    known = words("nomenclature.md")
    ids = {name for rules in shipped() for home, inside in rules.names.items() for name in (home, *inside)}
    assert ids <= known, ids - known


def test_every_word_of_a_choice_is_named() -> None:
    known = words("nomenclature.md")
    for rules in shipped():
        for spec in rules.properties:
            assert set(spec.choice) <= known, (rules.name, spec.id, set(spec.choice) - known)


def test_every_result_key_and_column_is_named() -> None:
    from textile_pcf import footprint
    from textile_pcf.activity import COLUMNS, DATA_TYPES
    from textile_pcf.factors.table import COLUMNS as FACTOR_COLUMNS

    result = footprint(str(ROOT / "examples/cotton_poplin/activity.csv"), "cotton_fabric")
    told = result.to_dict()
    names = {*told, *told["products"][0], *told["provenance"], *told["products"][0]["split"]}
    names |= {"input", "output", "loss", *COLUMNS, *DATA_TYPES, *FACTOR_COLUMNS}
    names |= {*result.contributions.columns, *result.masses.columns}
    known = words("nomenclature.md")
    assert names <= known, names - known


def test_every_word_of_the_rule_form_is_named() -> None:
    from textile_pcf.rules import schema

    known = words("formats.md")
    for each in ("RuleDocument", "Product", "Stage", "Property", "Loss", "Flow", "Alternative", "Basis", "Cutoff", "Matching"):
        fields = set(getattr(schema, each).model_fields)
        assert fields <= known, (each, fields - known)


@pytest.mark.parametrize("page", ["method.md", "method_zh.md"])
def test_every_named_method_is_told(page: str) -> None:
    from textile_pcf.methods import METHODS

    known = words(page)
    assert set(METHODS) <= known, set(METHODS) - known


def test_every_alias_and_option_of_the_contract_is_told() -> None:
    from textile_pcf.activity import ALIASES

    text = (DOCS / "formats.md").read_text(encoding="utf-8")
    assert not [alias for alias in ALIASES if alias not in text]


def test_every_command_and_option_is_told() -> None:
    from textile_pcf.cli.commands import app

    page = (DOCS / "formats.md").read_text(encoding="utf-8")
    told = page.partition("## Command line")[2].partition("```text")[2].partition("```")[0]
    waiting = [((name,), command) for name, command in app.commands.items()]
    while waiting:
        path, command = waiting.pop()
        inside = getattr(command, "commands", {})
        waiting += [((*path, name), each) for name, each in inside.items()]
        section = re.search(rf"^textile-pcf {path[0]} .*?(?=^textile-pcf|\Z)", told, re.DOTALL | re.MULTILINE)
        assert section is not None and path[-1] in section[0], path
        options = [max(param.opts, key=len) for param in command.params if param.opts[0].startswith("-") and not inside]
        general = {"--lang", "--help", "--output"}
        assert [option for option in options if option not in general and option not in section[0]] == [], path


@pytest.mark.parametrize(
    ("page", "least"), [("method.md", 20), ("method_zh.md", 20), ("architecture.md", 10), ("extending.md", 4)]
)
def test_functions_that_pages_name_exist(page: str, least: int) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    named = re.findall(r"`(?!pcf:|product:)([a-z_.]+):([A-Za-z_.]+)`", text)
    assert len(named) >= least
    for module, path in named:
        found = import_module(f"textile_pcf.{module}")
        for part in path.split("."):
            found = getattr(found, part)


CONTRIBUTORS = [ROOT / "CONTRIBUTING.md", ROOT / "tests/README.md", DOCS / "extending.md", DOCS / "architecture.md"]


@pytest.mark.parametrize("page", CONTRIBUTORS, ids=lambda page: page.name)
def test_test_files_that_contributors_are_sent_to_exist(page: Path) -> None:
    for path in re.findall(r"(?:tests|src|unit|endtoend|properties|witness)/[\w/.]*\w", page.read_text(encoding="utf-8")):
        base = ROOT if path.startswith(("tests", "src")) else ROOT / "tests"
        assert (base / path).exists() or list(base.glob(f"{path}*")), path


def test_the_chinese_method_page_is_a_twin() -> None:
    """The same formulas, the same names of functions, tests and files."""
    english, chinese = ((DOCS / page).read_text(encoding="utf-8") for page in ("method.md", "method_zh.md"))
    formulas = [sorted(re.findall(r"\$[^$\n]+\$", text)) for text in (english, chinese)]
    assert formulas[0] == formulas[1]
    assert words("method.md") == words("method_zh.md")
    assert re.findall(r"^## (\d+)\.", english, re.MULTILINE) == re.findall(r"^## (\d+)\.", chinese, re.MULTILINE)


@pytest.mark.parametrize("page", ["method.md", "method_zh.md"])
def test_tests_that_the_method_page_names_exist(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.(?:py|yaml)) :: ([^`]+)`", text)
    assert len(named) > 40
    for file, name in named:
        content = (ROOT / "tests" / file).read_text(encoding="utf-8")
        if file.endswith(".py"):
            assert re.search(rf"^\s*def {re.escape(name)}\b", content, re.MULTILINE), (file, name)
        else:
            assert re.search(rf'^- name: "?{re.escape(name)}"?$', content, re.MULTILINE), (file, name)


def test_no_path_of_a_workplace() -> None:
    for page in pages():
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"/(?:work|home|root|Users|venv)/", text), page


def test_the_rule_of_the_page_passes_the_shipped_schema(tmp_path: Path) -> None:
    import json

    import jsonschema

    from docs_pages import BLOCK
    from textile_pcf.errors import RuleError
    from textile_pcf.io.strict_yaml import parse_yaml

    text = (DOCS / "rules.md").read_text(encoding="utf-8")
    written = next(block[3] for block in BLOCK.finditer(text) if block[2] == "small.yaml")
    schema = json.loads((ROOT / "rules/rule.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(parse_yaml(written, "small.yaml", RuleError).data, schema)
