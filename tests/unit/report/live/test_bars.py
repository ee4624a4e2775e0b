"""Bars of a live report stand in the middle of their rows, and wear no whiskers of the printed report."""

import re

import pytest
from live_mill import SUMS

from browser import BROWSERS, dom

MEASURE = """<script>
const bar = document.querySelector("#stages .bar"), box = bar.getBoundingClientRect();
const row = bar.closest("tr").getBoundingClientRect();
document.body.dataset.off = Math.abs((box.top + box.bottom - row.top - row.bottom) / 2);
document.body.dataset.line = getComputedStyle(bar, "::before").content + getComputedStyle(bar).borderLeftWidth;
</script></body>"""


@pytest.mark.parametrize("browser", BROWSERS)
def test_bars_stand_in_the_middle_of_their_rows(browser, mill, tmp_path):
    text = mill(*SUMS).to_live_report(tmp_path / "live.html").read_text(encoding="utf-8")
    page = tmp_path / "measured.html"
    page.write_text(re.sub(r"<meta http-equiv=[^>]*>", "", text).replace("</body>", MEASURE), encoding="utf-8")
    shown = dom(browser, page, tmp_path / "profile")
    assert float(re.search(r'data-off="([^"]*)"', shown).group(1)) < 3
    assert 'data-line="none0px"' in shown
