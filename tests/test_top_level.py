"""The top level holds what is listed here: a file that a trial or a test left there is seen."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest

from paths import ROOT

FOLDERS = {"adapters", "docs", "emission_factors", "examples", "rules", "src", "tests"}
FILES = {
    ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "NOTICE",
    "README.md", "pyproject.toml",
}  # fmt: skip
WRITTEN = {".git", "PKG-INFO"}
"""What git and a source distribution add: a worktree has a file `.git`."""


def strays(root: Path) -> list[str]:
    """Return what is at the top level and neither listed, nor ignored by git, nor a hidden folder, as tools make them."""
    lines = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = [line.strip("/") for line in lines if line.strip() and not line.startswith("#")]
    known = FOLDERS | FILES | WRITTEN
    return sorted(
        path.name
        for path in root.iterdir()
        if path.name not in known
        and not any(fnmatch(path.name, pattern) for pattern in ignored)
        and not (path.name.startswith(".") and path.is_dir())
    )


def test_nothing_else_is_at_the_top_level() -> None:
    assert strays(ROOT) == [], "Move it into a folder, remove it, or list it in tests/test_top_level.py."


def test_all_that_is_listed_is_there() -> None:
    assert [name for name in sorted(FOLDERS | FILES) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(("name", "is_seen"), [("live.html", True), ("results", True), ("dist", False), (".ruff_cache", False)])
def test_a_stray_file_or_folder_is_seen(name: str, is_seen: bool, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    (tmp_path / name).mkdir() if "." not in name[1:] else (tmp_path / name).write_text("", encoding="utf-8")
    assert strays(tmp_path) == ([name] if is_seen else [])
