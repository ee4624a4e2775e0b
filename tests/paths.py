"""Folders that tests read: the same from wherever a test file lies."""

from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
BENCHMARKS, BROKEN, CASES, MISTAKES = (TESTS / name for name in ("benchmarks", "broken", "cases", "mistakes"))
EXAMPLES = ROOT / "examples"
