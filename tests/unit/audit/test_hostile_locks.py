"""Locks and bundles of strangers: damaged, cut off, of other versions, or made to do harm. All are refused in plain words."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from audit_mill import calculate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from textile_pcf.audit import bundles, canonical, inputs
from textile_pcf.audit.lock_document import FORM, parse_lock, sealed_text
from textile_pcf.cli import run


def problem_of(call: Callable[[], object]) -> tp.Problem:
    """The only problem of a refusal."""
    with pytest.raises(tp.InputError) as raised:
        call()
    assert len(raised.value.problems) == 1
    return raised.value.problems[0]


@pytest.mark.parametrize(("content", "words"), [
    (b"", "cut off"),
    (b"{", "cut off"),
    (b"product,stage\nP,making\n", "cut off"),
    (b"[1, 2]", "no lock"),
    (b'"lock"', "no lock"),
    (b"{}", "no lock"),
    (b'{"lock": true}', "no lock"),
    (b'{"lock": 0}', "no lock"),
    (b'{"lock": "1"}', "no lock"),
    (b'{"lock": 2}', "of form 2; this release reads form 1"),
    (b'{"lock": 1, "lock": 1}', "'lock' appears twice"),
    (b'{"lock": 1, "x": NaN}', "not finite"),
    (b'{"lock": 1, "x": 1e999}', "not finite"),
    (b'{"lock": 1' + b"0" * 5000 + b"}", "too many digits"),
    (b"[" * 200_000, "nested too deeply"),
    (b'{"a":' * 100_000, "nested too deeply"),
    (b"\xff\xfe{}", "not UTF-8"),
    (b"\x00" * 100, "cut off"),
])  # fmt: skip
def test_what_is_no_lock_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "strange.lock"
    path.write_bytes(content)
    problem = problem_of(lambda: tp.verify(path))
    assert words in problem.what and problem.cure
    assert problem.code in ("lock-form", "lock-later")


@pytest.mark.parametrize("path", ["/etc/passwd", "C:/mill.csv", "\\\\server\\share\\mill.csv", "//server/share", "a\x1bb", ""])
def test_paths_that_are_not_relative_are_refused(path: str, mill: Path) -> None:
    lock = tp.lock(calculate(mill), mill / "mill.lock")
    data = {key: value for key, value in json.loads(lock.read_text()).items() if key != "seal"}
    data["files"][0]["path"] = path
    lock.write_text(sealed_text(data))
    with pytest.raises(tp.InputError) as raised:
        tp.verify(lock)
    assert raised.value.problems[0].code == "lock-form"
    assert "files.0.path" in raised.value.problems[0].where


def test_unknown_and_missing_keys_are_all_named(mill: Path) -> None:
    lock = tp.lock(calculate(mill), mill / "mill.lock")
    data = json.loads(lock.read_text())
    del data["made"]
    data["tolerance"], data["files"][0]["sha256"] = 1.0, "abc"
    lock.write_text(json.dumps(data | {"signature": "x"}))
    with pytest.raises(tp.InputError) as raised:
        tp.verify(lock)
    assert len(raised.value.problems) == 4


def test_a_lock_longer_than_the_limit_is_not_read(mill: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tp.lock(calculate(mill), mill / "mill.lock")
    monkeypatch.setattr(canonical, "MAX_BYTES", 100)
    assert "at most" in problem_of(lambda: tp.verify(lock)).what


def test_devices_pipes_and_folders_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.lock")
    for path in (tmp_path, tmp_path / "pipe.lock", "/dev/zero", tmp_path / "missing.lock"):
        with pytest.raises(tp.UsageError, match="There is no such file"):
            tp.verify(path)


def test_a_lock_that_names_a_pipe_says_that_the_file_is_missing(mill: Path) -> None:
    lock = tp.lock(calculate(mill), mill / "mill.lock")
    (mill / "mill.csv").unlink()
    os.mkfifo(mill / "mill.csv")
    with pytest.raises(tp.UsageError, match="is missing"):
        tp.verify(lock)


def test_a_file_that_cannot_be_opened_is_named(mill: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> str:
        raise PermissionError(path)

    lock = tp.lock(calculate(mill), mill / "mill.lock")
    monkeypatch.setattr(inputs, "sha256_of", refuse)
    with pytest.raises(tp.UsageError, match=r"rule\.yaml: This file cannot be opened"):
        tp.verify(lock)


@pytest.mark.parametrize("path", ["a" * 5000, ".", "..", ""])
def test_paths_that_are_none_are_no_fault_of_the_program(path: str, mill: Path) -> None:
    assert run(["verify", path]) == 2
    assert run(["lock", path, "--rule", str(mill / "rule.yaml")]) in (2, 4)


# -- bundles ------------------------------------------------------------------------------------------------------


@pytest.fixture
def bundle(mill: Path) -> Path:
    """A sound bundle."""
    return tp.lock(calculate(mill), mill / "mill.zip")


def rewritten(bundle: Path, change: Callable[[ZipFile], None], leave_out: str = "-") -> Path:
    """A bundle with the files of another and what `change` adds."""
    path = bundle.with_name("strange.zip")
    with ZipFile(bundle) as source, ZipFile(path, "w", ZIP_DEFLATED) as target:
        for entry in source.infolist():
            if leave_out not in entry.filename:
                target.writestr(entry, source.read(entry))
        change(target)
    return path


def test_a_bundle_needs_nothing_beside_it(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = tmp_path_factory.mktemp("alone") / "any name.bin"
    alone.write_bytes(bundle.read_bytes())
    assert tp.verify(alone).status == "identical"
    with ZipFile(alone) as package:
        own = ["mill.lock", "ro-crate-metadata.json", "files/rule.yaml", "files/grid.csv", "files/grid.yaml", "files/mill.csv"]
        shipped = [f"shipped/emission_factors/{name}.csv" for name in ("gwp100", "regions", "fuels")]
        assert package.namelist() == [*own, *shipped]
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        package.extractall(alone.parent)
    assert tp.verify(alone.parent / "mill.lock").status == "identical"  # unpacked as well


@pytest.mark.parametrize(
    "name", ["../evil", "/evil", "files/../../evil", "files\\evil", "C:evil", "a\nb", "x/./y", "x/.. /y", "x//y"]
)
def test_names_that_lead_out_of_the_folder_are_refused(name: str, bundle: Path) -> None:
    path = rewritten(bundle, lambda package: package.writestr(ZipInfo(name), "evil"))
    problem = problem_of(lambda: tp.verify(path))
    assert problem.code == "lock-form"
    assert not (bundle.parent.parent / "evil").exists()


def test_a_lock_that_points_out_of_the_bundle_finds_nothing(bundle: Path) -> None:
    with ZipFile(bundle) as package:
        data = json.loads(package.read("mill.lock"))
    del data["seal"]
    data["files"][3]["path"] = "../" * 12 + str(bundle.parent / "mill.csv").lstrip("/")
    path = rewritten(bundle, lambda package: package.writestr("mill.lock", sealed_text(data)), leave_out=".lock")
    with pytest.raises(tp.PcfError, match=r"which is outside the bundle"):
        tp.verify(path)


def test_links_are_refused(bundle: Path) -> None:
    link = ZipInfo("files/link.csv")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    problem = problem_of(lambda: tp.verify(rewritten(bundle, lambda package: package.writestr(link, "/etc/passwd"))))
    assert "another folder" in problem.what


def test_zip_bombs_are_refused_before_they_are_unpacked(bundle: Path) -> None:
    def bomb(package: ZipFile) -> None:
        with package.open("files/bomb.csv", "w", force_zip64=True) as file:
            for _ in range(60):
                file.write(bytes(1_000_000))

    problem = problem_of(lambda: tp.verify(rewritten(bundle, bomb)))
    assert "unpacks to 60 MB, which is too much" in problem.what


def test_a_lying_length_is_refused(bundle: Path) -> None:
    content = bytearray(bundle.read_bytes())
    place = content.rindex(b"files/mill.csv") - 46 + 24  # its length in the central directory
    content[place : place + 4] = (5).to_bytes(4, "little")
    bundle.write_bytes(content)
    assert problem_of(lambda: tp.verify(bundle)).what == "This bundle is damaged or cut off."


def test_too_many_files_doubles_and_several_locks_are_refused(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    doubled = rewritten(bundle, lambda package: package.writestr("files/MILL.csv", "x"))
    assert "twice" in problem_of(lambda: tp.verify(doubled)).what
    second = rewritten(bundle, lambda package: package.writestr("other.lock", "{}"))
    assert "2 lock files" in problem_of(lambda: tp.verify(second)).what
    none = rewritten(bundle, lambda package: None, leave_out=".lock")
    assert "0 lock files" in problem_of(lambda: tp.verify(none)).what
    monkeypatch.setattr(bundles, "MAX_ENTRIES", 3)
    assert "holds 9 files" in problem_of(lambda: tp.verify(bundle)).what


def test_a_bundle_cut_off_anywhere_is_refused(bundle: Path) -> None:
    content = bundle.read_bytes()
    for length in range(2, len(content), 29):
        bundle.write_bytes(content[:length])
        assert problem_of(lambda: tp.verify(bundle)).code == "lock-form"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 0.9999), bit=st.integers(0, 7))
def test_a_flipped_byte_of_a_bundle_is_found_or_harmless(bundle: Path, place: float, bit: int) -> None:
    """Bytes of headers that no program reads, such as the time of a file, change nothing; all others are found."""
    content = bytearray(bundle.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path = bundle.with_name("flipped.zip")
    path.write_bytes(content)
    try:
        check = tp.verify(path)
    except tp.PcfError:
        return
    assert check.status in ("identical", "inputs_changed", "seal_broken", "different")


@settings(max_examples=40, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["lock", "name", "files", "results", "seal", "rule", "made", "options", "tolerance"]), inner, max_size=9
    ),
))  # fmt: skip
def test_any_json_is_refused_in_plain_words(data: object) -> None:
    if isinstance(data, dict):
        data["lock"] = FORM
    content = json.dumps(data).encode()
    with pytest.raises(tp.InputError) as raised:
        parse_lock(content, "any.lock")
    assert all(problem.what and problem.code == "lock-form" for problem in raised.value.problems)
