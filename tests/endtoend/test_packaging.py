"""Rules and emission factors are found from a wheel, from a wheel built from the sdist, and from the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from paths import ROOT

ASK = """
import sys
import textile_pcf
from textile_pcf.io.resources import data_root
from textile_pcf.factors import load_factors, shipped_tables
from textile_pcf.rules import editions, load_rules
print(data_root("rules"))
print(",".join(editions()))
for name in editions():
    load_rules(name)
load_factors(*shipped_tables())
"""


def run(*command: str, cwd: Path, path: Path | None = None) -> str:
    environment = {"PATH": "/usr/bin:/bin", **({"PYTHONPATH": str(path)} if path else {})}
    done = subprocess.run([sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def installed(wheel: Path, folder: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run("-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT), cwd=ROOT)  # the wheel is built from the sdist
    return out


def shipped() -> list[str]:
    return sorted({path.parent.name for path in (ROOT / "rules").glob("*/*.yaml")})


def test_wheel_built_from_the_sdist_finds_its_data(built: Path, tmp_path: Path) -> None:
    home = installed(next(built.glob("*.whl")), tmp_path / "site")
    place, names = run("-c", ASK, cwd=tmp_path, path=home).splitlines()
    assert Path(place).is_relative_to(home)
    assert names.split(",") == shipped()


def test_wheel_built_from_the_checkout_finds_its_data(tmp_path: Path) -> None:
    run("-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path), str(ROOT), cwd=ROOT)
    home = installed(next(tmp_path.glob("*.whl")), tmp_path / "site")
    place, names = run("-c", ASK, cwd=tmp_path, path=home).splitlines()
    assert Path(place).is_relative_to(home)
    assert names.split(",") == shipped()


def test_checkout_finds_its_data(tmp_path: Path) -> None:
    place, names = run("-c", ASK, cwd=tmp_path, path=ROOT / "src").splitlines()
    assert Path(place) == ROOT / "rules"
    assert names.split(",") == shipped()


def test_wheel_ships_the_typing_marker_schemas_and_licence(built: Path) -> None:
    names = zipfile.ZipFile(next(built.glob("*.whl"))).namelist()
    inside = ("py.typed", "units/definitions.txt", "units/compiled.txt", "messages/catalogue.csv",
              "report/page.html.j2", "report/macros.html.j2", "report/page.css", "data/rules/rule.schema.json",
              "data/emission_factors/table.schema.json", "data/examples/examples.csv", "rule_cases/starts/rule.yaml",
              "data/rules/cases.schema.json", "data/rules/shared/textile/2026.2.yaml",
              "data/examples/denim_rule/denim_fabric.yaml")  # fmt: skip
    for wanted in inside:
        assert f"textile_pcf/{wanted}" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_wheel_and_sdist_are_ready_for_an_index(built: Path) -> None:
    files = [str(file) for file in built.iterdir()]
    assert run("-m", "twine", "check", "--strict", *files, cwd=built).count("PASSED") == 2


def test_citation_names_the_version_and_licence_of_the_package(built: Path) -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert next(built.glob("*.whl")).name.startswith(f"textile_pcf-{cited['version']}-")
    assert cited["license"] == "Apache-2.0"
    assert [author["name"] for author in cited["authors"]] == ["The textile_pcf founders"]
