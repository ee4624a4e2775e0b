"""The command line: exit codes, formats, messages. JSON and tables of results: `test_cli_output.py`."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import textile_pcf as tp
from paths import BROKEN, TESTS

MISTAKES = TESTS / "mistakes"
RULE, FACTORS, GOOD = (str(MISTAKES / name) for name in ("mill.yaml", "factors.csv", "good.csv"))
OWN = ("--rule", RULE, "--factors", FACTORS)
MESSAGE = re.compile(r"^(?P<path>[^:]+):(?P<line>\d+) \((?P<name>[\w.]+)\): (?P<what>\S.*\.) (?P<cure>[A-Z].*[.?`])$")


def broken(folder, line, text):
    lines = Path(GOOD).read_text(encoding="utf-8").splitlines()
    lines[line - 1] = text
    path = folder / "mill.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


# ---------------------------------------------------------------- exit codes


def test_0_done(command):
    code, out, err = command("calculate", GOOD, *OWN)
    assert code == 0
    assert "FABRIC-1" in out
    assert err == ""


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("calculate",),
        ("calculate", GOOD),
        ("calculat", GOOD, *OWN),
        ("calculate", GOOD, *OWN, "--no-such-option"),
        ("calculate", GOOD, "--rule", "coton_fabric"),
        ("calculate", GOOD, "--rule", "cotton_fabric@1999"),
        ("calculate", GOOD, "--rule", "no/such/rule.yaml"),
        ("calculate", GOOD, "--rule", RULE, "--factors", "no_such_table"),
        ("calculate", GOOD, "--rule", RULE, "--factors", "no/such/table.csv"),
        ("calculate", "no/such/mill.csv", *OWN),
        ("calculate", GOOD, *OWN, "--gwp", "AR7"),
        ("calculate", GOOD, *OWN, "--format", "pdf"),
        ("calculate", GOOD, *OWN, "-o", "no/such/folder/out.csv"),
        ("explain", GOOD, *OWN, "--product", "FABRIC-2"),
        ("explain", GOOD, *OWN, "--product", "FABRIC-1", "--stage", "dying"),
        ("template", "coton_fabric"),
        ("rules", "show", "coton_fabric"),
        ("factors", "show", "coton"),
    ],
    ids=" ".join,
)
def test_2_usage(command, arguments):
    code, out, err = command(*arguments)
    assert code == 2, err
    assert err or not arguments
    assert "Traceback" not in err
    assert not out or not arguments


@pytest.mark.parametrize("verb", [("calculate", GOOD, *OWN), ("template", RULE)], ids=lambda verb: verb[0])
def test_2_output_that_cannot_be_written(command, tmp_path, verb):
    """A folder, a folder that is not there, an ending that is no format: said before anything is left behind."""
    (tmp_path / "folder.csv").mkdir()
    for name in ("folder.csv", "no_such_folder/result.csv", "result.pdf"):
        code, out, err = command(*verb, "-o", tmp_path / name)
        assert (code, out) == (2, ""), f"{name}: {err}"
        assert Path(name).name in err or "no_such_folder" in err
        assert ".textile-pcf-" not in err
        assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


@pytest.mark.parametrize("verb", [("calculate", GOOD), ("check", GOOD), ("rules", "lint"), ("rules", "show"), ("template",)])
def test_3_the_rule_is_wrong(command, verb):
    path = BROKEN / "rule" / "unknown_unit.yaml"
    arguments = (*verb, path) if verb[0] in ("rules", "template") else (*verb, "--rule", path)
    code, out, err = command(*arguments)
    assert code == 3
    assert out == ""
    assert f"{path}:10 (stages.0.flows.power.unit): 'kwh' is not a known unit. Did you mean 'kWh'?" in err


@pytest.mark.parametrize("verb", [("calculate", GOOD, "--rule", RULE, "--factors"), ("factors", "lint")])
def test_3_the_factors_are_wrong(command, verb):
    path = BROKEN / "factors" / "row_twice.csv"
    code, out, err = command(*verb, path)
    assert code == 3
    assert out == ""
    assert f"{path}:4 (item): power life_cycle CN 2024 is already in" in err


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_4_the_input_is_wrong_and_nothing_is_printed(command, tmp_path, form):
    path = broken(tmp_path, 13, "FABRIC-1,dyeing,steam,,8,kWh,,,,,")
    code, out, err = command("calculate", path, *OWN, "--format", form)
    assert code == 4
    assert out == ""
    found = MESSAGE.match(err.splitlines()[0])
    assert found, err
    assert (found["path"], found["line"], found["name"]) == (str(path), "13", "dyeing.steam")
    assert "'kWh' is energy" in found["what"]
    assert "kg" in found["cure"]


def test_4_every_problem_is_a_line(command, tmp_path):
    lines = Path(GOOD).read_text(encoding="utf-8").splitlines()
    lines[12] = "FABRIC-1,dyeing,steam,,8,kWh,,,,,"
    lines[13] = "FABRIC-1,dyeing,water,,-60,L,,,,,"
    lines[14] = "FABRIC-1,dyeing,dye,,2,%,reactive_die,,,,"
    path = tmp_path / "mill.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    code, out, err = command("calculate", path, *OWN)
    assert (code, out) == (4, "")
    assert [MESSAGE.match(line)["line"] for line in err.splitlines() if MESSAGE.match(line)] == ["14", "13", "15"] or sorted(
        MESSAGE.match(line)["line"] for line in err.splitlines() if MESSAGE.match(line)
    ) == ["13", "14", "15"]


def test_4_a_result_beyond_all_measure(command, tmp_path):
    """Numbers that are finite one by one and not together: an answer, no fault and no infinity."""
    for text in ("FABRIC-1,dyeing,steam,,1e306,t,,,,,", "FABRIC-1,dyeing,steam,,1.7e308,kg,,,,,"):
        path = broken(tmp_path, 13, text)
        table = tmp_path / "factors.csv"
        table.write_text(Path(FACTORS).read_text(encoding="utf-8").replace("steam,0.3,", "steam,3000,"), encoding="utf-8")
        code, out, err = command("calculate", path, "--rule", RULE, "--factors", table, "--format", "json")
        assert (code, out) == (4, ""), err
        assert "mill.csv:13 (dyeing.steam)" in err


def test_4_check_tells_the_same(command, tmp_path):
    path = broken(tmp_path, 13, "FABRIC-1,dyeing,steam,,8,kWh,,,,,")
    code, out, err = command("check", path, "--rule", RULE)
    assert (code, out) == (4, "")
    assert f"{path}:13 (dyeing.steam)" in err


@pytest.mark.parametrize("unit", ["m2", "m", "piece", "kWh", "nonsense"])
def test_4_a_unit_the_product_cannot_be_told_in(command, unit, tmp_path):
    target = tmp_path / "out.json"
    for more in ((), ("--format", "json"), ("-o", target)):
        code, out, err = command("calculate", GOOD, *OWN, "--unit", unit, *more)
        assert code == 4, err
        assert out == ""
        assert err
    assert not target.exists()


def test_5_a_fault_of_ours_says_so(command, monkeypatch):
    import textile_pcf.calculation

    def fails(*arguments, **options):
        raise RuntimeError("out of order")

    monkeypatch.setattr(textile_pcf.calculation, "footprint", fails)
    code, out, err = command("calculate", GOOD, *OWN)
    assert code == 5
    assert out == ""
    assert "internal error" in err
    assert "out of order" in err


def test_130_stopped_by_hand(command, monkeypatch):
    import textile_pcf.calculation

    def stopped(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(textile_pcf.calculation, "footprint", stopped)
    code, out, err = command("calculate", GOOD, *OWN)
    assert (code, out) == (130, "")
    assert "Traceback" not in err


def test_the_program_exits_with_the_code(tmp_path):
    """As a process: data on standard output, messages on standard error."""
    path = broken(tmp_path, 13, "FABRIC-1,dyeing,steam,,8,kWh,,,,,")
    source = str(Path(tp.__file__).parent.parent)
    program = (sys.executable, "-W", "error", "-c", "from textile_pcf.cli import main; main()", "calculate")
    environment = {"PYTHONPATH": source, "PATH": "/usr/bin:/bin"}
    done = subprocess.run([*program, GOOD, *OWN, "--format", "json"], capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["products"][0]["product"] == "FABRIC-1"
    done = subprocess.run([*program, str(path), *OWN], capture_output=True, env=environment, check=False)
    assert done.returncode == 4
    assert done.stdout == b""
    assert b"mill.csv:13 (dyeing.steam)" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no file that is always full")
@pytest.mark.parametrize("form", ["table", "json"])
def test_a_full_disk_is_told_in_plain_words(form):
    source = str(Path(tp.__file__).parent.parent)
    program = (sys.executable, "-c", "from textile_pcf.cli import main; main()", "calculate", GOOD, *OWN, "--format", form)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, env={"PYTHONPATH": source}, check=False)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[-1].startswith("The disk is full.")
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="its shell closes no streams")
@pytest.mark.parametrize(("rule", "code"), [(OWN, 0), (("--rule", "nowhere"), 2)])
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_no_exit_code(rule, code, closed):
    """A service may close them; with a closed standard error every message exited with 1, as if a lock did not hold."""
    source = str(Path(tp.__file__).parent.parent)
    program = shlex.join([sys.executable, "-c", "from textile_pcf.cli import main; main()", "calculate", GOOD, *rule])
    done = subprocess.run(f"{program} {closed}", shell=True, capture_output=True, env={"PYTHONPATH": source}, check=False)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
