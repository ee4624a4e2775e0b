"""Interactive pictures: the numbers of the static ones, one page that asks nobody, and texts that are never run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from browser import BROWSERS, dom, screenshot
from paths import EXAMPLES
from textile_pcf.plot import figure

# -- to be touched ------------------------------------------------------------------------------------------------------


EVIL = "<script>document.title='run'</script><a href=\"https://example.org\">"


@pytest.fixture(scope="module")
def evil() -> Any:
    rows = pd.read_csv(EXAMPLES / "cotton_poplin/activity.csv", dtype=str, keep_default_na=False)
    return tp.footprint(rows.assign(product=EVIL), "cotton_fabric@2026.1")


def drawn_by(shown: Any) -> dict[str, Any]:
    """What plotly is given to draw."""
    trace: dict[str, Any] = shown.figure.to_dict()["data"][0]
    return trace


def test_touched_picture_has_the_numbers_of_the_other(poplin: Any, blend: Any) -> None:
    for result in (poplin, blend):
        still, live = result.plot.sankey(unit=None), result.plot.sankey(interactive=True)
        pd.testing.assert_frame_equal(still.data, live.data)
        trace = drawn_by(live)
        positive = still.data.loc[(still.data["kgCO2e"] > 0) & (still.data["target"] != "Product carbon footprint"), "kgCO2e"]
        values, targets = np.array(trace["link"]["value"]), np.array(trace["link"]["target"])
        whole = positive.sum()
        assert np.isclose(values[targets == targets.max()].sum(), whole) and np.isclose(values.sum(), 2 * whole)
        assert set(trace["node"]["color"]) <= {*figure.COLOURS, figure.REST, figure.MIDDLE, figure.SUM}
        assert len(trace["node"]["y"]) == len(trace["node"]["label"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_touched_picture_is_one_page_that_fetches_and_sends_nothing(poplin: Any, language: str, tmp_path: Path) -> None:
    path = poplin.plot.sankey(interactive=True, language=language).save(tmp_path / "sankey.html")
    text = path.read_text(encoding="utf-8")
    bare = re.sub(r"<script[^>]*>.*?</script>", "<script></script>", text, flags=re.DOTALL)
    assert not re.findall(r"(?:src|href|srcset|action|data)\s*=", bare)
    assert "default-src 'none'" in bare and f'<html lang="{language}">' in bare
    assert not re.findall(r"<script[^>]+src", text)
    told = re.findall(r'"showSendToCloud": (\w+)|"plotlyServerURL": "([^"]*)"', text)
    assert told == [("false", "")]  # no button of plotly's sends the data away


@pytest.mark.parametrize("browser", BROWSERS)
@pytest.mark.parametrize(("language", "words"), [("en", ("Dyeing", "Save as a picture")), ("zh", ("染色", "存为图片"))])
def test_browser_draws_the_touched_picture(
    browser: str, poplin: Any, language: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    shown = poplin.plot.sankey(interactive=True, language=language)
    seen = re.sub(r"<script[^>]*>.*?</script>", "", dom(browser, shown.save(tmp_path / "s.html"), tmp_path), flags=re.DOTALL)
    assert [word for word in words if word not in seen] == []
    assert seen.count('class="sankey-link"') == len(drawn_by(shown)["link"]["value"])
    assert "Cloud" not in seen and "Produced with" not in seen


@pytest.mark.parametrize("browser", BROWSERS)
def test_text_of_a_user_is_shown_and_never_run(browser: str, evil: Any, tmp_path: Path) -> None:
    shown = evil.plot.sankey(interactive=True)
    seen = dom(browser, shown.save(tmp_path / "evil.html"), tmp_path)
    assert "<title>run</title>" not in seen and "document.title='run'" in seen
    bare = re.sub(r"<script[^>]*>.*?</script>", "", seen, flags=re.DOTALL)
    assert "<a " not in bare and "&lt;script&gt;document.title='run'" in bare


@pytest.mark.parametrize("browser", BROWSERS)
def test_notebook_draws_the_touched_picture_in_a_frame(browser: str, evil: Any, tmp_path: Path) -> None:
    from matplotlib.image import imread

    html = evil.plot.sankey(interactive=True)._repr_html_()
    assert html.startswith("<iframe ") and html.count("<") == 2  # all the rest is the value of an attribute
    assert 'sandbox="allow-scripts allow-downloads"' in html
    page = tmp_path / "notebook.html"
    page.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{html}</body>", encoding="utf-8")
    pixels = (imread(screenshot(browser, page, tmp_path))[:, :, :3] * 255).round().astype(int)
    blue = [int(figure.COLOURS[0][place : place + 2], 16) for place in (1, 3, 5)]
    assert (pixels == blue).all(axis=2).sum() > 500  # the box of the largest kind of flow


def test_touched_picture_needs_plotly_only_when_asked_for(poplin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure

    code = "import sys, textile_pcf.plot; assert not {'plotly', 'matplotlib', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "src"})
    with pytest.raises(tp.UsageError, match=r"\.html"):
        poplin.plot.sankey(interactive=True).save(tmp_path / "sankey.png")
    with pytest.raises(tp.UsageError, match="not drawn on axes"):
        poplin.plot.sankey(interactive=True, ax=Figure().subplots())
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(tp.UsageError, match=r'pip install "textile_pcf\[interactive\]"'):
        poplin.plot.sankey(interactive=True)
    assert poplin.plot.sankey().data.shape[0] > 3


def test_touched_picture_of_nothing_is_empty(tmp_path: Path) -> None:
    rule = tmp_path / "own.yaml"
    rule.write_text(
        "rule: own\nedition: '1'\nstatus: own\nproduct: {unit: kg}\nstages:\n"
        "- {id: sewing, flows: {electricity: {unit: kWh, factor: electricity}}}\n",
        encoding="utf-8",
    )
    rows = pd.DataFrame({"product": ["P"], "stage": "sewing", "flow": "electricity", "amount": [0.0], "unit": "kWh/kg"})
    result = tp.footprint(rows.assign(region="CN"), rule)
    assert result.plot.sankey(interactive=True).html().startswith("<!DOCTYPE html>")
    assert result.plot.sankey()._repr_png_() and result.plot.hotspots()._repr_png_()
