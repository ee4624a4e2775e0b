"""Imports by name, which the layer contract cannot see, stand in few places and point upward in one only."""

import re

import pytest

from paths import ROOT

SOURCE = ROOT / "src" / "textile_pcf"
CALL = re.compile(r"import_module\(([^\n]*)\)")
BY_NAME = {
    "_lazy.py": "the public names of packages, on first use",
    "_extensions.py": "packages above, of which a class below has methods",
    "brightway/packages.py": "the extra `brightway`",
}
FILES = sorted(str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if CALL.search(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", FILES)
def test_a_module_is_imported_by_name_in_named_places_or_by_its_own_package(name: str) -> None:
    calls = CALL.findall((SOURCE / name).read_text(encoding="utf-8"))
    own = name.endswith("__init__.py") and all(call.startswith('f"{__name__}.') for call in calls)
    assert name in BY_NAME or own, f"{name}: {calls}"


def test_each_named_place_is_met() -> None:
    assert set(BY_NAME) <= set(FILES)
