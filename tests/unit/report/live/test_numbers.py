"""The arithmetic of the browser against recalculations by the library: a hundred random settings of three examples and more."""

import html
import json
import random
from pathlib import Path

import numpy as np
import pytest
from live_mill import BLEND, LINKED, PERIOD, SUMS, SUPPLY

import textile_pcf as tp
from browser import BROWSERS, dom
from textile_pcf.calculation import calculate_run
from textile_pcf.comparison.apply_changes import apply_change
from textile_pcf.comparison.change_document import read_changes
from textile_pcf.report.live.export import live_numbers, result_dict
from textile_pcf.uncertainty_analysis.closed_form import closed_form
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.spreads import Spreads

SETTINGS = {"cotton_poplin": 40, "jeans": 30, "polyester_woven": 30, "silk_habotai": 2, "blend": 8, "period": 4, "sums": 4,
            "linked": 4, "supply": 3}  # fmt: skip
SCRIPT = Path(tp.__file__).parent / "report" / "live" / "numbers.js"
PAGE = """<!DOCTYPE html><meta charset="utf-8"><pre></pre><script>
%s
const played = %s.map(([data, products, settings]) => settings.map((setting, number) => {
  const product = data.cases[0].products[products[number]], moved = numbers.moves(product, setting);
  const { stages, total, removals } = numbers.evaluate(product, moved, null), intervals = {};
  for (const unit of Object.keys(product.units)) intervals[unit] = numbers.interval(product, moved, unit, data);
  return { stages, total, removals, intervals, file: numbers.changeFile("played", numbers.changes(product, setting)) };
}));
document.querySelector("pre").textContent = JSON.stringify(played);
</script>"""


def random_setting(product, draw):
    """Some amounts anywhere in their band, and shares of other items, sometimes all of it."""
    moved = {number: draw.uniform(control["low"], control["high"]) for number, control in enumerate(product["controls"])
             if draw.random() < 0.07}  # fmt: skip
    by = {number: value if product["controls"][number]["set"] else value / product["controls"][number]["base"]
          for number, value in moved.items()}  # fmt: skip
    mix = {}
    if product["carriers"] and draw.random() < 0.5:
        number = draw.randrange(len(product["carriers"]))
        carrier, share = product["carriers"][number], draw.choice([draw.random(), 1.0])
        off = [control for control in carrier["controls"] if draw.random() < 0.6]
        mix[number] = {"item": draw.randrange(len(carrier["alternatives"])), "share": share, "off": off}
    return {"by": by, "mix": mix}


@pytest.fixture(scope="module")
def results(mill, tmp_path_factory):
    made = {"blend": BLEND, "period": PERIOD, "sums": SUMS, "linked": LINKED}
    found = {name: mill(*rows) for name, rows in made.items()}
    supply = tmp_path_factory.mktemp("supply") / "s.csv"
    supply.write_text(SUPPLY, encoding="utf-8")
    found["supply"] = mill(*BLEND, supply=supply)
    return {name: found[name] if name in found else tp.footprint(*tp.load_example(name)) for name in SETTINGS}


@pytest.fixture(scope="module", params=BROWSERS)
def played(request, results, tmp_path_factory):
    """What the browser makes of random settings of each result: product, setting, figures and change file."""
    draw, cases = random.Random(22), {}
    for name, result in results.items():
        data = live_numbers([result_dict(result)])
        products = [draw.randrange(len(result.products)) for _ in range(SETTINGS[name])]
        cases[name] = data, products, [random_setting(data["cases"][0]["products"][number], draw) for number in products]
    folder = tmp_path_factory.mktemp("browser")
    page = folder / "played.html"
    page.write_text(PAGE % (SCRIPT.read_text(encoding="utf-8"), json.dumps(list(cases.values()))), encoding="utf-8")
    shown = dom(request.param, page, folder / "profile")
    outputs = json.loads(html.unescape(shown[shown.index("<pre>") + 5 : shown.index("</pre>")]))
    return {name: list(zip(cases[name][1], outputs[number], strict=True)) for number, name in enumerate(cases)}


def recalculated(result, played_file, folder):
    """The result of the change file that a setting prints; of the result itself where nothing is moved."""
    path = folder / "changes.yaml"
    path.write_text(played_file, encoding="utf-8")
    if played_file.rstrip().endswith("changes:"):
        return result
    changes, run = read_changes(path), result.run
    for change in changes.scenarios[0].changes:
        run = apply_change(run, change, "played", folder)
    return calculate_run(run)


@pytest.mark.parametrize("name", SETTINGS)
def test_browser_gives_what_the_library_recalculates(name, played, results, tmp_path):
    result = results[name]
    for place, (number, shown) in enumerate(played[name]):
        again = recalculated(result, shown["file"], tmp_path)
        product, total = again.place(result.products[number]), float(again.totals[again.place(result.products[number])])
        near = pytest.approx(total, rel=1e-9, abs=1e-12)
        assert shown["total"] == near, shown["file"]
        stages = [shown["stages"].get(str(stage), 0.0) for stage in range(len(again.stages))]
        assert np.abs(np.array(stages) - again.by_stage[product]).max() <= 1e-9 * abs(total)
        assert shown["removals"] == pytest.approx(float(again.inventory.removals[product]), rel=1e-9, abs=1e-9 * abs(total))
        if place % 10 == 0 or SETTINGS[name] < 20:
            check_intervals(again, product, shown["intervals"])


def check_intervals(result, product, intervals):
    for unit, interval in intervals.items():
        asked = None if unit == result.unit else unit
        form = closed_form(Evaluation(result, Spreads(result, {}, "classic"), asked), product)
        expected = (form.mean, form.sd, form.p2_5, form.p97_5)
        found = tuple(interval[name] for name in ("mean", "sd", "low", "high"))
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9 * abs(form.mean))


def test_scenario_of_the_printed_file_is_what_was_played(played, results, tmp_path):
    for number, shown in played["jeans"][:3]:
        (tmp_path / "c.yaml").write_text(shown["file"], encoding="utf-8")
        scenario = tp.scenario(results["jeans"], tmp_path / "c.yaml")["played"]
        assert scenario.total[number] == pytest.approx(shown["total"], rel=1e-9)
