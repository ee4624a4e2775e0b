"""Functions and modules stay small enough to be read at once. Docstrings do not count: they may be as long as they need."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import textile_pcf as tp

SOURCE = Path(tp.__file__).parent
FUNCTION_LINES, MODULE_LINES, ARGUMENTS = 40, 350, 6

PUBLIC = frozenset({
    "batch.run.calculate_batch",
    "batch.wide.calculate_wide",
    "brightway.background.factors_from_brightway",
    "brightway.database.write_database",
    "brightway.datapackage.to_datapackage",
    "calculation.footprint",
    "comparison.pairs.compare",
    "engine.derivatives.factor_weights",
    "factory.metering.meters",
    "plot.factory_pictures.load_curve",
    "plot.plots.Plots.compare",
})  # fmt: skip
"""Public functions with more arguments, all of them named in the documentation. Commands have one argument per option."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _docstring_lines(node: ast.AST) -> int:
    if not isinstance(node, ast.Module | ast.ClassDef | Function) or ast.get_docstring(node) is None:
        return 0
    text = node.body[0]
    return (text.end_lineno or text.lineno) - text.lineno + 1


@cache
def _modules() -> dict[str, tuple[int, dict[str, Function]]]:
    """Return lines of each module without docstrings, and its functions by qualified name."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        lines = len(text.splitlines()) - sum(map(_docstring_lines, ast.walk(tree)))
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        found[name] = (lines, dict(_functions(tree, name)))
    return found


def _functions(node: ast.AST, name: str):
    for child in ast.iter_child_nodes(node):
        inner = f"{name}.{child.name}" if isinstance(child, Function | ast.ClassDef) else name
        if isinstance(child, Function):
            yield inner, child
        yield from _functions(child, inner)


def _all_functions() -> dict[str, Function]:
    return {name: function for _, functions in _modules().values() for name, function in functions.items()}


def _arguments(function: Function) -> int:
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return sum(argument.arg not in ("self", "cls") for argument in given)


def _is_command(function: Function) -> bool:
    return any(isinstance(each, ast.Call) and ast.unparse(each.func).endswith(".command") for each in function.decorator_list)


def test_modules_have_at_most_350_lines():
    assert not {name: lines for name, (lines, _) in _modules().items() if lines > MODULE_LINES}


def test_functions_have_at_most_40_lines():
    sizes = {
        name: (each.end_lineno or each.lineno) - each.lineno + 1 - _docstring_lines(each)
        for name, each in _all_functions().items()
    }
    assert not {name: lines for name, lines in sizes.items() if lines > FUNCTION_LINES}


def test_internal_functions_have_at_most_6_arguments():
    many = {name for name, each in _all_functions().items() if _arguments(each) > ARGUMENTS and not _is_command(each)}
    assert many == PUBLIC
    assert len(PUBLIC) <= 11  # the design's ten, and `compare` as its contract names its arguments
