"""Locks made by every release verify with this one: released rules and tables stay, and results do not move."""

import re
from pathlib import Path

import pytest

import textile_pcf as tp

LOCKS = sorted((Path(__file__).parent / "locks").glob("*/*.lock"))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.parent.name)
def test_locks_of_earlier_releases_hold(path: Path) -> None:
    check = tp.verify(path)
    assert check.holds, check.to_dict()
    assert all(file.status == "same" for file in check.files)


def test_there_is_a_lock_of_each_release() -> None:
    changelog = (Path(__file__).parents[1] / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = set(re.findall(r"^## (\d+\.\d+\.\d+) ", changelog, flags=re.MULTILINE))
    assert "0.1.0" in releases
    assert {path.parent.name for path in LOCKS} == releases
