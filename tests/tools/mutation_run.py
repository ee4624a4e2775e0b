"""How many small faults put into the arithmetic the tests notice: `python tests/tools/mutation_run.py [--seconds 900]`.

Not part of the test suite. One thing is changed at a time in a function of the engine, of the links between products, of a
named method, of the matching of factors, or of the kernels of meters and allocation: an operator, a number, a condition. Then
the tests that call this function run in a child of this process, the quickest first, until one fails. Tests: doctests, worked
cases and the quick unit tests. Prints the score and what survived; `EQUIVALENT` holds changes that change no result, with the
reason. Needs `fork` (Linux, macOS).
"""

from __future__ import annotations

import argparse
import ast
import copy
import gc
import os
import pickle
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from _pytest.warnings import catch_warnings_for_item

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src/textile_pcf"
TARGETS = ["engine/masses.py", "engine/emissions.py", "engine/loops.py", "engine/growing_loops.py", "engine/networks.py",
           "factors/matching.py",
           *(f"methods/{path.name}" for path in sorted((SOURCE / "methods").glob("*.py"))
             if path.name not in ("__init__.py", "page.py", "registry.py")),
           *(f"factory/{name}.py" for name in ("registers", "reading_arrays", "placing", "sharing"))]  # fmt: skip
TESTS = [*(f"tests/unit/engine/test_{name}.py" for name in ("engine", "links_by_level", "links_long")),
         "tests/unit/methods/test_methods.py", "tests/endtoend/test_cases.py",
         *(f"tests/unit/factors/test_{name}.py" for name in (
             "composed", "declared_footprints", "default_table_hint", "equal_requests", "fuels", "quick_look", "stand_ins",
             "suggested_items", "unasked_rows")),
         *(f"tests/unit/factory/test_{name}.py" for name in (
             "kernels", "metering", "metering_errors", "metering_kernels", "metering_limits", "sharing", "allocation")),
         ]  # fmt: skip
LIMIT = 30  # seconds of one child; one that takes longer goes round for ever
EQUIVALENT = {
    "engine/masses.py _backwards: len(mass) < len(by_stage)  →  len(mass) <= len(by_stage)": "both ways multiply alike",
    "engine/emissions.py exchange_amounts: True  →  False": "strict=True of a zip of three and three",
    "engine/loops.py LinkedSystem.__init__: level.min(initial=0) < 0  →  "
    "level.min(initial=0) <= 0": "the longer way gives the same",
    "engine/loops.py LinkedSystem.__init__: 0  →  1": "the longer way gives the same; no level is above the initial one",
    "engine/loops.py _Steps.follow: low < high  →  low <= high": "nothing is added",
    "engine/loops.py _RingsByLevel.__init__: 2  →  3": "one more level, which is empty",
    "engine/loops.py _RingsByLevel.__init__: 0  →  1": "one more level, which is empty",
    "engine/loops.py _RingsByLevel.solve: size <= DENSE  →  size < DENSE": "both ways solve alike",
    "engine/loops.py _cut_open: 1.0  →  2.0": "two of each instead of one: as positive",
    "engine/loops.py _refuse_growth: grown.min(axis=1, initial=np.inf) >= MOST  →  "
    "grown.min(axis=1, initial=np.inf) > MOST": "no ring makes exactly that",
    "engine/growing_loops.py _prune: len(links.user) > PRUNED  →  len(links.user) >= PRUNED": "speed",
    "engine/growing_loops.py _way_round: True  →  False": "strict=True of two lists of one length",
    "methods/transport.py _land_share: land_distance + sea_distance  →  land_distance - sea_distance": "0 times it",
    "engine/networks.py levels: len(ready) < 2  →  len(ready) <= 2": "two that are distinct; order does not matter",
    "engine/networks.py levels: 2  →  3": "two that are distinct; order does not matter",
    "engine/networks.py _find_rings: False  →  True": "set before it is read",
    "engine/networks.py _find_rings: 0  →  1": "the first number of the walk",
    "engine/networks.py _find_rings: 1  →  2": "the step of the numbers of the walk",
    "factory/reading_arrays.py by_meter: len(set(meter[head].tolist())) < len(head)  →  "
    "len(set(meter[head].tolist())) <= len(head)": "sorts what is sorted",
    "factory/reading_arrays.py by_meter: 15  →  16": "meters are grouped alike, in another order",
    "factory/registers.py _of_registers: float(used.min()) < 0  →  float(used.min()) <= 0": "no register fell: no rows",
    "factory/registers.py _of_registers: shortest <= 0  →  shortest < 0": "an amount of no time is above any rate of 0 µs",
    "factory/registers.py _pieces: rest > 0  →  rest >= 0": "0 is added",
    "factory/registers.py _is_below_rates: low * shortest  →  low / shortest": "less is cleared at once",
    "factory/registers.py _is_below_rates: float(amount.max()) <= low * shortest  →  "
    "float(amount.max()) < low * shortest": "less is cleared at once",
    "factory/registers.py _rate_faults: 0.0  →  1.0": "masked by `limited`",
    "factory/registers.py _rate_faults: length > 0  →  length >= 0": "less is cleared at once",
    "factory/registers.py _rate_faults: ~limited | (np.maximum.reduceat(amount, readings.head) <= rate * short  →  "
    "~limited & (np.maximum.reduceat(amount, readings.head) <= rate * short": "less is cleared at once",
    "factory/registers.py _rate_faults: np.maximum.reduceat(amount, readings.head) <= rate * shortest  →  "
    "np.maximum.reduceat(amount, readings.head) < rate * shortest": "less is cleared at once",
    "factory/registers.py _rate_faults: rate * shortest  →  rate / shortest": "less is cleared at once",
    "factory/sharing.py sum_by_group: 1  →  2": "one more group, which is not read",
}
"""What the change reads like in the list of survivors → why no result differs."""

_COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
            ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}  # fmt: skip
_BINARY = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
           ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Pow: ast.Mult, ast.MatMult: ast.Add}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change in one function; `code` is the function's code after it."""

    target: str
    function: str
    line: int
    before: str
    after: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.target} {self.function}: {self.before}  →  {self.after}"


# ---------------------------------------------------------------- the changes


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """A node with one thing changed."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in _COMPARE:
                changed = copy.deepcopy(node)
                changed.ops[place] = _COMPARE[type(operator)]()
                yield changed
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in _BINARY:
        changed = copy.deepcopy(node)
        changed.op = _BINARY[type(node.op)]()
        yield changed
    elif isinstance(node, ast.BoolOp):
        changed = copy.deepcopy(node)
        changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield changed
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, (ast.If, ast.IfExp, ast.While)) and not isinstance(node.test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
        changed = copy.deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), changed.test)
        yield changed


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function and method with its qualified name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{inner.name}", inner) for inner in node.body if isinstance(inner, ast.FunctionDef))


def changed_places(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, str, Any]]:
    """Parent, field and index of every node of the body; docstrings and annotations are left alone."""
    waiting: list[ast.AST] = [statement for statement in function.body if not _is_text(statement)]
    for place, statement in enumerate(function.body):
        if statement in waiting:
            yield function, "body", place
    while waiting:
        node = waiting.pop()
        for field, value in ast.iter_fields(node):
            if field == "annotation" or (isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)):
                continue  # numpy takes -2 for -1 in a shape
            for place, inner in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(inner, ast.AST) and not isinstance(inner, (ast.JoinedStr, ast.operator, ast.expr_context)):
                    yield node, field, place
                    waiting.append(inner)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def mutants(target: str) -> list[Mutant]:
    """Every change of a module."""
    path = SOURCE / target
    tree, found = ast.parse(path.read_text(encoding="utf-8")), []
    for name, function in functions(tree):
        for parent, field, place in list(changed_places(function)):
            value = getattr(parent, field)
            node = value if place is None else value[place]
            for variant in variants(node):
                put(parent, field, place, ast.fix_missing_locations(ast.copy_location(variant, node)))
                code = code_of(compile(tree, str(path), "exec", dont_inherit=True), name)
                put(parent, field, place, node)
                shown = (shortened(node), shortened(variant))
                found.append(Mutant(target, name, node.lineno, *shown, code))
    return found


def put(parent: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    """Set a child of a node."""
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node


def shortened(node: ast.AST) -> str:
    """A node on one line."""
    return ast.unparse(node).splitlines()[0][:70]


def code_of(code: CodeType, name: str) -> CodeType:
    """The code of a function of a module, by its qualified name."""
    for part in name.split("."):
        code = next(inner for inner in code.co_consts if isinstance(inner, CodeType) and inner.co_name == part)
    return code


def functions_of(files: set[str]) -> dict[tuple[str, str], list[FunctionType]]:
    """Functions by file and qualified name, wherever they are held: doctests may import a module a second time."""
    found: dict[tuple[str, str], list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename in files:
            found.setdefault((one.__code__.co_filename, one.__code__.co_qualname), []).append(one)
    return found


# ---------------------------------------------------------------- the tests


class Run:
    """Takes the place of pytest's loop over its tests."""

    def __init__(self, only: str, seconds: float, seed: int) -> None:
        chosen = [mutant for target in TARGETS if only in target for mutant in mutants(target)]
        random.Random(seed).shuffle(chosen)
        self.mutants, self.until = chosen, time.monotonic() + seconds
        self.killed: list[Mutant] = []
        self.survived: list[Mutant] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Which tests call which function; then one mutant after the other."""
        callers = recorded(session.items)
        held = functions_of({str(SOURCE / target) for target in TARGETS})
        for number, mutant in enumerate(self.mutants):
            if time.monotonic() > self.until:
                break
            tests = [session.items[place] for place in callers.get((mutant.target, mutant.function), [])]
            (self.killed if is_killed(mutant, held, tests) else self.survived).append(mutant)
            if number % 50 == 49:
                told = f"{number + 1} of {len(self.mutants)}, {len(self.survived)} survive"
                print(told, file=sys.__stdout__, flush=True)
        return True

    def told(self) -> str:
        """Score and survivors."""
        equivalent = [mutant for mutant in self.survived if str(mutant) in EQUIVALENT]
        open_ = sorted(
            (mutant for mutant in self.survived if str(mutant) not in EQUIVALENT), key=lambda one: (one.target, one.line)
        )
        tried = len(self.killed) + len(open_)
        lines = [f"  line {mutant.line}: {mutant}" for mutant in open_]
        lines.append(
            f"{tried + len(equivalent)} of {len(self.mutants)} tried, {len(equivalent)} change no result; of the others"
        )
        lines.append(f"{len(self.killed)} of {tried} noticed: {len(self.killed) / max(tried, 1):.1%}")
        return "\n".join(lines)


def recorded(items: list[pytest.Item]) -> dict[tuple[str, str], list[int]]:
    """Tests that call each function, the quickest first; found in a child, so that nothing is remembered here."""
    with tempfile.NamedTemporaryFile() as file:
        if not (child := os.fork()):
            Path(file.name).write_bytes(pickle.dumps(_calls(items)))
            os._exit(0)
        os.waitpid(child, 0)
        calls: list[tuple[float, set[tuple[str, str]]]] = pickle.loads(Path(file.name).read_bytes())
    found: dict[tuple[str, str], list[int]] = {}
    for place in sorted(range(len(calls)), key=lambda number: calls[number][0]):
        for called in calls[place][1]:
            found.setdefault(called, []).append(place)
    return found


def _calls(items: list[pytest.Item]) -> list[tuple[float, set[tuple[str, str]]]]:
    of_file = {str(SOURCE / target): target for target in TARGETS}
    found = []
    for item in items:
        seen: set[tuple[str, str]] = set()

        def note(frame: Any, event: str, _: Any, seen: set[tuple[str, str]] = seen) -> None:
            if event == "call" and (target := of_file.get(frame.f_code.co_filename)):
                seen.add((target, frame.f_code.co_qualname))

        start = time.perf_counter()
        sys.setprofile(note)
        passed = passes(item)
        sys.setprofile(None)
        assert passed, f"{item.nodeid} fails without any change"
        found.append((time.perf_counter() - start, seen))
    return found


def passes(item: pytest.Item) -> bool:
    """Whether a test passes, with the filters of warnings of its marks."""
    with catch_warnings_for_item(item.config, item.ihook, when="runtest", item=item):
        return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def is_killed(mutant: Mutant, held: dict[tuple[str, str], list[FunctionType]], tests: list[pytest.Item]) -> bool:
    """Whether one of the tests fails, or never ends, with a mutant in the place of its function."""
    if not (child := os.fork()):
        signal.alarm(LIMIT)
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        try:
            for function in held[str(SOURCE / mutant.target), mutant.function]:
                function.__code__ = mutant.code
            failed = any(not passes(item) for item in tests)
        except BaseException:
            failed = True
        os._exit(1 if failed else 0)
    return os.waitpid(child, 0)[1] != 0


def main() -> None:
    """Run and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=900, help="stop after this time")
    parser.add_argument("--only", default="", help="modules whose path holds this")
    parser.add_argument("--seed", type=int, default=1, help="order of the mutants")
    told = parser.parse_args()
    os.chdir(ROOT)
    run = Run(told.only, told.seconds, told.seed)
    files = [f"src/textile_pcf/{target}" for target in TARGETS]
    pytest.main(["-q", "--doctest-modules", "-p", "no:cacheprovider", "--no-header", *files, *TESTS], plugins=[run])
    print(run.told())


if __name__ == "__main__":
    main()
