"""Bundles whose offsets and names make the operating system fail: refused like every other damaged bundle."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from audit_mill import calculate

import textile_pcf as tp
from textile_pcf.audit import bundles
from textile_pcf.audit.lock_document import sealed_text

END = 22
"""Length of the record at the end of a zip file: size and offset of its directory are at 12 to 19. [bytes]"""


def refused(path: Path) -> tp.Problem:
    """The only problem of a bundle that is no sound one."""
    with pytest.raises(tp.InputError) as raised:
        tp.verify(path)
    (problem,) = raised.value.problems
    assert problem.code == "lock-form"
    return problem


def test_every_flipped_bit_of_size_and_offset_of_the_directory_is_refused(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.zip")
    content = path.read_bytes()
    start = len(content) - END
    assert content[start : start + 4] == b"PK\x05\x06"
    for place in range(start + 12, start + 20):
        for bit in range(8):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            path.write_bytes(changed)
            assert refused(path).what == bundles.DAMAGED, (place - start, bit)


def test_every_flipped_bit_of_an_offset_of_a_file_is_refused(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.zip")
    content = path.read_bytes()
    place = content.rindex(b"files/mill.csv") - 46 + 42  # its offset in the directory
    for number in range(32):
        changed = bytearray(content)
        changed[place + number // 8] ^= 1 << number % 8
        path.write_bytes(changed)
        assert refused(path).what == bundles.DAMAGED, number


@pytest.mark.parametrize("name", ["files/mill.csv/inside.csv", "files/" + "a" * 400 + ".csv"])
def test_names_that_no_folder_can_hold_are_refused(name: str, mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.zip")
    with ZipFile(path) as package:
        files = {entry.filename: package.read(entry) for entry in package.infolist()}
    data = {key: value for key, value in json.loads(files.pop("mill.lock")).items() if key != "seal"}
    data["files"].append({**data["files"][3], "path": name})
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        for each, content in {"mill.lock": sealed_text(data).encode(), **files, name: b"x"}.items():
            package.writestr(each, content)
    assert refused(path).what == bundles.DAMAGED


def test_a_full_disk_is_no_fault_of_the_bundle(mill: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tp.lock(calculate(mill), mill / "mill.zip")
    monkeypatch.setattr(bundles, "_extract", full)
    with pytest.raises(OSError, match="No space"):
        tp.verify(path)
