"""What a change did, in words: ids in English, names of stage and flow in Chinese."""

from pathlib import Path

import openpyxl
import pytest
from pydantic import TypeAdapter
from spread_mill import Words, calculate, write_mill

from textile_pcf.comparison.change_document import Change
from textile_pcf.comparison.change_text import change_text

HOODS = {"name": "hoods", "changes": [{"change": "scale", "at": {"stage": "drying", "flow": "steam"}, "by": 0.5}]}
AT = {"stage": "drying", "flow": "steam"}


@pytest.mark.parametrize(
    ("change", "english", "chinese"),
    [
        ({"change": "set", "at": AT, "amount": 7.0, "unit": "kg/kg"}, "set drying.steam 7 kg/kg", "烘干.蒸汽：设为 7 kg/kg"),
        ({"change": "replace", "at": AT, "item": "gas"}, "replace drying.steam gas", "烘干.蒸汽：改用因子 gas"),
        ({"change": "region", "to": "CN"}, "region CN", "地区改为 CN"),
        ({"change": "year", "at": {"stage": "drying"}, "to": 2024}, "year drying 2024", "烘干：年份改为 2024"),
        ({"change": "remove", "at": {"flow": "dye"}}, "remove dye", "dye：删除"),
        (
            {"change": "add", "row": {"product": "P", "stage": "drying", "flow": "steam"}},
            "add P.drying.steam",
            "新增 P.烘干.蒸汽",
        ),
        ({"change": "factors", "tables": ["default", "mine"]}, "factors default, mine", "因子表改为 default, mine"),
        ({"change": "gwp", "to": "AR5"}, "gwp AR5", "GWP 取值改为 AR5"),
    ],
)
def test_each_change_in_both_languages(change: dict, english: str, chinese: str, tmp_path: Path) -> None:
    stages = calculate(write_mill(tmp_path / "mill")).stages
    made = TypeAdapter(Change).validate_python(change)
    assert (change_text(made), change_text(made, "zh", stages)) == (english, chinese)


def test_chinese_faces_say_it_in_chinese(tmp_path: Path) -> None:
    result = calculate(write_mill(tmp_path / "mill"))
    assert "烘干.蒸汽：乘以 0.5" in Words(result.to_html(tmp_path / "r.html", language="zh", changes={"scenarios": [HOODS]}))
    book = openpyxl.load_workbook(result.to_excel(tmp_path / "r.xlsx", language="zh", changes={"scenarios": [HOODS]}))
    assert any(cell == "烘干.蒸汽：乘以 0.5" for sheet in book for row in sheet.values for cell in row)
    assert "烘干.蒸汽：乘以 0.5" in str(result.scenario([HOODS]).show("zh"))
    assert result.scenario([HOODS])[0].steps[0].change == "scale drying.steam 0.5"
