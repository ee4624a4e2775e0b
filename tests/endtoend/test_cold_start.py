"""What a cold command imports: its own module, not those of the other commands and not the uncertainty analysis."""

import json
import os
import subprocess
import sys

from paths import ROOT

CALL = """
import io, json, sys
from contextlib import redirect_stdout
from textile_pcf.cli import run
with redirect_stdout(io.StringIO()):
    code = run(["calculate", "examples/cotton_poplin/activity.csv", "--rule", "cotton_fabric"])
print(json.dumps([code, sorted(name for name in sys.modules if name.startswith("textile_pcf."))]))
"""


def test_calculate_imports_no_other_command():
    told = subprocess.run(
        [sys.executable, "-c", CALL],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=True,
        capture_output=True,
        text=True,
    )
    code, modules = json.loads(told.stdout)
    assert code == 0
    for name in ("batch", "comparison", "factory", "improvements", "interchange", "targets", "uncertainty_analysis", "audit"):
        assert f"textile_pcf.{name}" not in modules
    assert not {"textile_pcf.cli.batch", "textile_pcf.cli.factory", "textile_pcf.cli.targets"} & set(modules)


def test_every_command_has_the_name_under_which_it_is_found():
    from textile_pcf.cli.commands import app

    assert all(command.name == name for name, command in app.commands.items())
    assert {"batch", "calculate", "factory", "uncertainty"} <= set(app.commands)
