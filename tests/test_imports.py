"""What the layer contract cannot see: imports by name stand in few places, and no modules import one another."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

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


def _module(path: Path) -> str:
    names = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def _imports(node: ast.AST) -> Iterator[ast.ImportFrom]:
    """Yield the imports of a module, inside functions too, without those for type checkers."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.ImportFrom):
            yield child
        yield from _imports(child)


def test_no_modules_import_one_another() -> None:
    """Also not by way of others, and not inside functions, where Python would allow it."""
    paths = {_module(path): path for path in SOURCE.rglob("*.py")}
    graph = TopologicalSorter[str]()
    for module, path in paths.items():
        for statement in _imports(ast.parse(path.read_text(encoding="utf-8"))):
            names = [f"{statement.module}.{alias.name}" for alias in statement.names]
            found = {name if name in paths else str(statement.module) for name in names}
            graph.add(module, *(found & paths.keys() - {module}))
    try:
        graph.prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
