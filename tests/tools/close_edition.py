"""Close an edition of the rules and the emission factors, and make the release that publishes it.

`PYTHONPATH=src python tests/tools/close_edition.py 2026.2 0.2.0 2026-12-01`

It refuses to begin where a step cannot be done, and then, in this order:

1. adds the hashes of all files of the edition to `tests/released.sha256`: they never change again;
2. sets `OPEN` in `tests/test_released.py` to no edition;
3. sets the version in `src/textile_pcf/_version.py` and in `CITATION.cff`;
4. puts the heading of the release under `## Unreleased` in `CHANGELOG.md`;
5. writes a lock of the release into `tests/locks/VERSION/`, which every later release verifies.

Nothing is committed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "pyproject.toml").is_file())
RULE, EXAMPLE = "cotton_fabric", "examples/cotton_poplin/activity.csv"
"""What the lock of a release holds."""
UNRELEASED = "## Unreleased\n"


def edition_files(root: Path, edition: str) -> list[str]:
    """Return the files of an edition that are published: rules, shared pieces, tables and their descriptions.

    Parameters
    ----------
    root : Path
        Folder of the project.
    edition : str
        Such as `2026.2`.
    """
    tables = root / "emission_factors" / edition
    found = [
        *(root / "rules").rglob(f"{edition}.yaml"),
        *(path for path in tables.rglob("*") if path.suffix in (".csv", ".yaml")),
    ]
    return sorted(path.relative_to(root).as_posix() for path in found)


def problems(root: Path, edition: str, version: str) -> list[str]:
    """Return why the edition cannot be closed; nothing where it can.

    Parameters
    ----------
    root : Path
        Folder of the project.
    edition, version : str
        Such as `2026.2` and `0.2.0`.
    """
    released = (root / "tests/released.sha256").read_text(encoding="utf-8")
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    found = []
    if not edition_files(root, edition):
        found.append(f"There is no edition {edition} in rules/ and emission_factors/.")
    if f"{edition}.yaml" in released or f"/{edition}/" in released:
        found.append(f"Files of {edition} are in tests/released.sha256 already.")
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        found.append(f"{version} is no version, such as 0.2.0.")
    if (root / "tests/locks" / version).exists() or f"## {version} " in changelog:
        found.append(f"Release {version} is made already.")
    if changelog.count(UNRELEASED) != 1:
        found.append("CHANGELOG.md has not exactly one heading `## Unreleased`.")
    return found


def replaced(path: Path, pattern: str, text: str) -> None:
    """Replace the one match of a pattern in a file.

    Raises
    ------
    SystemExit
        There is none, or there are several.
    """
    changed, count = re.subn(pattern, lambda _: text, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if count != 1:
        raise SystemExit(f"{path}: {count} places match {pattern}, not one.")
    path.write_text(changed, encoding="utf-8", newline="\n")


def write_hashes(root: Path, edition: str) -> int:
    """Add the hashes of an edition to those of all published files; return how many were added."""
    names = edition_files(root, edition)
    lines = [f"{hashlib.sha256((root / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    with (root / "tests/released.sha256").open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
    return len(lines)


def write_lock(root: Path, version: str) -> Path:
    """Calculate an example with the released version, and write its lock; return its folder."""
    folder = root / "tests/locks" / version
    folder.mkdir(parents=True)
    shutil.copyfile(root / EXAMPLE, folder / "poplin.csv")
    command = [sys.executable, "-m", "textile_pcf", "lock", "poplin.csv", "--rule", RULE, "-o", "poplin.lock"]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    subprocess.run(command, cwd=folder, env=environment, check=True)
    return folder


def close(root: Path, edition: str, version: str, day: date) -> None:
    """Close an edition and make a release; see the top of this file."""
    count = write_hashes(root, edition)
    replaced(root / "tests/test_released.py", r'^OPEN = ".*"$', 'OPEN = ""')
    replaced(root / "src/textile_pcf/_version.py", r'^__version__ = ".*"$', f'__version__ = "{version}"')
    replaced(root / "CITATION.cff", r"^version: .*$", f"version: {version}")
    replaced(root / "CHANGELOG.md", f"^{UNRELEASED}", f"{UNRELEASED}\n## {version} ({day.isoformat()})\n")
    folder = write_lock(root, version)
    print(
        f"{edition} is closed: {count} hashes in tests/released.sha256, version {version}, lock in {folder.relative_to(root)}"
    )


def main() -> None:
    """Check, and close the edition."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("edition", help="edition to close, such as 2026.2")
    parser.add_argument("version", help="version of the release, such as 0.2.0")
    parser.add_argument("day", type=date.fromisoformat, help="day of the release, such as 2026-12-01")
    given = parser.parse_args()
    found = problems(ROOT, given.edition, given.version)
    if found:
        raise SystemExit("\n".join(found))
    close(ROOT, given.edition, given.version, given.day)


if __name__ == "__main__":
    main()
