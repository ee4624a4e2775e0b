"""Pictures of a metering run: what they show is what was measured."""

from __future__ import annotations

import pandas as pd
import pytest
from metered_mill import batch, meter, readings, run

import textile_pcf as tp
from textile_pcf.plot import energy_use, load_curve
from textile_pcf.plot.figure import chinese_family

READ = readings(E1=[("8:00", 0), ("8:30", 10), ("9:00", 14), ("9:30", 2), ("10:00", 3)], E0=[("8:00", 0), ("10:00", 30)])
BATCHES = [batch("B1", "8:00", "8:30", product="P"), batch("B2", "8:40", "9:00", product="Q")]


def test_load_between_readings():
    picture = load_curve(pd.DataFrame(READ), pd.DataFrame(BATCHES), "E1", machine="M1")
    assert picture.data["load"].tolist() == [20.0, 8.0, 2.0]  # the fall from 14 to 2 is left out
    assert picture.data["product"].tolist() == ["P", "…", ""]


def test_energy_adds_up_to_what_was_metered():
    reset = [{"meter": "E1", "time": "2024-03-04 09:10", "kind": "reset", "old_value": 15}]
    result = run(READ, [meter("E0"), meter("E1", machine="M1", parent="E0")], BATCHES, reset)
    picture = energy_use(result)
    assert picture.data.to_numpy().sum() == pytest.approx(30, rel=1e-12)
    assert picture.data.loc["M1", "P"] == 10.0
    assert {"idle", "unmetered"} <= set(picture.data.index)


@pytest.mark.skipif(chinese_family() is None, reason="no font with Chinese characters")
def test_pictures_in_chinese():
    picture = load_curve(pd.DataFrame(READ), pd.DataFrame(BATCHES), "E1", machine="M1", language="zh")
    assert picture.ax.get_title(loc="left") == "仪表 E1 的负荷"


def test_unknown_language():
    with pytest.raises(tp.UsageError):
        load_curve(pd.DataFrame(READ), pd.DataFrame(BATCHES), "E1", language="fr")
