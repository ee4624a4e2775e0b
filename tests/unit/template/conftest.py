"""The small rule and blank or filled workbooks for one product."""

from pathlib import Path

import pytest
from template_forms import COTTON, FILLED, SMALL, Form

from textile_pcf.template import make_template


@pytest.fixture(scope="module")
def rule(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rule") / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def blank(rule: Path) -> Path:
    return make_template(rule, rule.with_name("blank.xlsx"))


@pytest.fixture(scope="module")
def cotton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(COTTON, tmp_path_factory.mktemp("cotton") / "mill.xlsx")


@pytest.fixture
def form(blank: Path, tmp_path: Path, rule: Path) -> Form:
    """A workbook of the small rule, filled in."""
    form = Form(blank, rule)
    for ident, values in FILLED:
        form.set(ident, **values)
    form.path = tmp_path / "mill.xlsx"
    form.save()
    return form
