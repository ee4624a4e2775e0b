"""The live report as a page: self-contained, safe whatever names it holds, and moved by hand in a browser."""

import html
import json
import re

import pytest
import yaml
from live_mill import BLEND, FACTORS, HEADER, LINKED, RULE, SUMS

import textile_pcf as tp
from browser import BROWSERS, dom
from textile_pcf.cli import run

EVIL = "</script><script>document.title='taken'</script>\"'&{{棉}}"
MOVE = """<script>
const move = (element, value, kind) => { element.value = value; element.dispatchEvent(new Event(kind)); };
%s
</script></body>"""
FIRST = "move(document.querySelector('#amounts input[type=number]'), '5', 'change');"
NOTHING = "Nothing is moved."


@pytest.fixture(scope="module")
def write(mill, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")

    def written(*rows, name="live", factors=FACTORS, **options):
        result = mill(*rows, factors=factors)
        return result, result.to_live_report(folder / f"{name}.html", **options)

    return written


def numbers_of(page):
    """The numbers that a page holds."""
    text = page.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL).group(1))


def played(browser, page, script, folder):
    """The page after a script has moved something; only for this its policy is left out."""
    text = re.sub(r"<meta http-equiv=[^>]*>", "", page.read_text(encoding="utf-8")).replace("</body>", MOVE % script)
    moved = folder / "moved.html"
    moved.write_text(text, encoding="utf-8")
    return dom(browser, moved, folder / "profile")


def shown(text, element):
    """The text of an element of a page by its id."""
    found = re.search(rf'id="{element}"[^>]*>(.*?)</(?:output|pre|p)>', text, re.DOTALL).group(1)
    return html.unescape(re.sub(r"<[^>]*>", "", found))


def test_page_needs_nothing_else_and_allows_nothing_else(write):
    _, page = write(*SUMS, name="alone")
    text = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]{44}'", text)
    assert not re.search(r"(?:src|href)=|@import|url\(|http(?!-equiv)", text.split('id="data"')[0])
    assert "innerHTML" not in text
    assert "eval(" not in text


@pytest.mark.parametrize("browser", BROWSERS)
def test_page_opens_without_complaint_and_shows_the_result(browser, write, tmp_path):
    result, page = write(*BLEND, name="open")
    text = dom(browser, page, tmp_path)
    assert float(shown(text, "total")) == pytest.approx(result.totals[0], rel=1e-3)
    assert shown(text, "file") == NOTHING


@pytest.mark.parametrize("browser", BROWSERS)
def test_moved_amount_is_shown_and_can_be_calculated(browser, write, tmp_path):
    """One beyond the end of its band becomes the end: there is no plausible one, so twice the amount."""
    result, page = write(*SUMS, name="moved")
    kept = "document.body.dataset.beyond = document.getElementById('file').textContent;"
    text = played(browser, page, FIRST.replace("'5'", "'999'") + kept + FIRST, tmp_path)
    beyond = yaml.safe_load(html.unescape(re.search(r'data-beyond="([^"]*)"', text).group(1)))
    assert [change["by"] for change in beyond["scenarios"][0]["changes"]] == [2.0]
    (tmp_path / "c.yaml").write_text(shown(text, "file"), encoding="utf-8")
    scenario = tp.scenario(result, tmp_path / "c.yaml")[0]
    assert float(shown(text, "total")) == pytest.approx(scenario.total[0], rel=1e-3)
    assert scenario.saving[0] == pytest.approx(5 * 0.6205)
    assert "▼" in shown(text, "compared")


@pytest.mark.parametrize("browser", BROWSERS)
def test_scenarios_are_buttons_and_amounts_move_on_top_of_them(browser, write, tmp_path):
    changes = [{"change": "scale", "at": {"stage": "making", "flow": "electricity"}, "by": 0.5, "note": "motors"}]
    result, page = write(*SUMS, name="buttons", changes=[{"name": "motors", "changes": changes}])
    press = "document.querySelectorAll('#cases button')[1].click();"
    text = played(browser, page, press + FIRST.replace("'5'", "'4'"), tmp_path)
    (tmp_path / "c.yaml").write_text(shown(text, "file"), encoding="utf-8")
    scenario = tp.scenario(result, tmp_path / "c.yaml")[0]
    assert scenario.steps[0].note == "motors"
    assert scenario.saving[0] == pytest.approx(6 * 0.6205)
    assert float(shown(text, "total")) == pytest.approx(scenario.total[0], rel=1e-3)


@pytest.mark.parametrize("browser", BROWSERS)
def test_hostile_names_stay_texts(browser, mill, tmp_path):
    factors = FACTORS.replace("Rooftop photovoltaics", "<img src=x onerror=alert(1)>")
    known = mill(*SUMS, factors=factors).run
    names = ("product", "stage", "flow", "component", "amount", "unit")
    rows = [dict(zip(names, [EVIL, *row.split(",")[1:6]], strict=True)) for row in SUMS]
    place = {"product": EVIL, "stage": "product", "region": "CN", "year": 2023}
    result = tp.calculate(tp.read_activity([place, *rows], known.activity.rules), known.factors)
    changes = [{"name": EVIL, "changes": [{"change": "gwp", "to": "AR5", "note": EVIL}]}]
    page = result.to_live_report(tmp_path / "evil.html", language="zh", changes=changes)
    moved = played(browser, page, "document.querySelectorAll('#cases button')[1].click();" + FIRST, tmp_path)
    assert "<title>交互式报告" in moved
    assert "<img" not in moved
    (tmp_path / "c.yaml").write_text(shown(moved, "file"), encoding="utf-8")
    assert tp.scenario(result, tmp_path / "c.yaml")[0].steps[0].note == EVIL


def test_both_languages_have_their_own_words(write):
    for language, words in (("en", ("Live report", "Rooftop photovoltaics")), ("zh", ("交互式报告", "屋顶光伏", "纺纱"))):
        _, page = write(*BLEND, name=language, language=language)
        text = page.read_text(encoding="utf-8")
        assert f'<html lang="{language}">' in text
        assert all(word in text for word in words)


def test_requested_unit_is_shown_first(write):
    _, page = write(*BLEND, name="unit", unit="100 m2")
    numbers = numbers_of(page)
    assert numbers["unit"] == "100 m2"
    assert numbers["cases"][0]["products"][0]["units"]["100 m2"] == pytest.approx(18.0)


# -- what must not be passed on ---------------------------------------------------------------------------------------


def with_secret(item):
    """The factors, of which those of an item must not be passed on."""
    head, *rows = FACTORS.splitlines()
    return "\n".join([f"{head},redistributable", *(f"{row},{'no' if row.startswith(f'{item},') else ''}" for row in rows)])


def test_published_result_with_masked_lines_is_refused(mill, tmp_path):
    result = mill(*SUMS, factors=with_secret("electricity"))
    with pytest.raises(tp.UsageError, match="masked"):
        result.published().to_live_report(tmp_path / "live.html")
    assert not list(tmp_path.iterdir())
    page = result.to_live_report(tmp_path / "own.html")
    assert "must not be passed on" in page.read_text(encoding="utf-8")


def test_scenario_that_brings_masked_lines_into_a_publication_is_refused(mill, tmp_path):
    (tmp_path / "secret.csv").write_text(with_secret("electricity"), encoding="utf-8")
    (tmp_path / "c.yaml").write_text(
        "scenarios: [{name: s, changes: [{change: factors, tables: [secret.csv]}]}]", encoding="utf-8"
    )
    result = mill(*SUMS)
    with pytest.raises(tp.UsageError, match="masked"):
        result.published().to_live_report(tmp_path / "live.html", changes=tmp_path / "c.yaml")
    page = result.to_live_report(tmp_path / "live.html", changes=tmp_path / "c.yaml")
    assert "must not be passed on" in page.read_text(encoding="utf-8")


def test_no_alternative_is_offered_that_must_not_be_passed_on(mill, tmp_path):
    result = mill(*SUMS, factors=with_secret("electricity_pv"))
    own, published = (numbers_of(each.to_live_report(tmp_path / "live.html")) for each in (result, result.published()))
    offered = [{one["item"] for carrier in each["cases"][0]["products"][0]["carriers"] for one in carrier["alternatives"]}
               for each in (own, published)]  # fmt: skip
    assert offered == [{"electricity_coal"}] * 2


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path):
    rows = [f"{product},product,,,,,,CN,2023" for product in "QP"] + list(LINKED)
    width = HEADER.count(",")
    table = "\n".join([HEADER, *(row + "," * (width - row.count(",")) for row in rows)])
    for name, text in (("rows.csv", table), ("knit.yaml", RULE), ("f.csv", FACTORS)):
        (tmp_path / name).write_text(text, encoding="utf-8")

    def call(*options):
        files = [str(tmp_path / name) for name in ("rows.csv", "knit.yaml", "f.csv")]
        return run(["report", files[0], "--rule", files[1], "--factors", files[2], *options])

    return call


def test_command_writes_the_page(command, tmp_path):
    (tmp_path / "c.yaml").write_text("scenarios: [{name: ar5, changes: [{change: gwp, to: AR5}]}]", encoding="utf-8")
    assert command("--live", "--changes", str(tmp_path / "c.yaml"), "-o", str(tmp_path / "live.html"), "--lang", "zh") == 0
    numbers = numbers_of(tmp_path / "live.html")
    assert [case["name"] for case in numbers["cases"]] == ["", "ar5"]
    assert [product["name"] for product in numbers["cases"][0]["products"]] == ["Q", "P"]


def test_measures_are_buttons_and_those_that_no_rows_express_are_named(command, tmp_path, capsys):
    money = "source: offer, investment: 0 CNY, lifetime: 10, saving: 0 CNY"
    (tmp_path / "m.yaml").write_text(
        f"""discount: 8 %
improvements:
  - {{id: motors, {money}, changes: [{{stage: making, flow: electricity, multiply: 0.8}}]}}
  - {{id: pump, {money}, changes: [{{stage: making, flow: electricity, add: 0.5 kWh, products: [P]}}]}}
  - {{id: roof, {money}, supply: {{carrier: electricity, item: electricity_pv, share: 50 %}}}}
""",
        encoding="utf-8",
    )
    assert command("--live", "--improvements", str(tmp_path / "m.yaml"), "-o", str(tmp_path / "live.html")) == 0
    assert "left out: roof" in capsys.readouterr().err
    _, motors, pump = numbers_of(tmp_path / "live.html")["cases"]
    assert (motors["name"], pump["name"]) == ("motors", "pump")
    assert pump["changes"][0]["at"]["product"] == "P"
    assert pump["changes"][0]["amount"] == 1.5


@pytest.mark.parametrize(("options", "words"), [
    (("--live",), "--output"),
    (("--live", "-o", "live.pdf"), "does not end in .html"),
    (("--live", "-o", "live.html", "--study", "about.yaml"), "no cover"),
    (("--live", "-o", "live.html", "--previous", "c.yaml"), "does not show this"),
    (("--live", "-o", "live.html", "--changes", "absent.yaml"), "absent.yaml"),
    (("--improvements", "c.yaml", "-o", "report.html"), "yearly output of each product"),
    (("--live", "-o", "live.html", "--improvements", "c.yaml", "--changes", "c.yaml"), "one file"),
])  # fmt: skip
def test_options_that_do_not_fit_are_refused(options, words, command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("about.yaml", "c.yaml"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    assert command(*options) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "live.html").exists()
