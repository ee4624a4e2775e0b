"""Shipped files that a run rests on beside its rule and its tables: composed factors, and tables of all editions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from textile_pcf.audit.lock_document import LockedFile
from textile_pcf.factors import FactorSheet
from textile_pcf.factors.composed import FILE as COMPOSED_FILE
from textile_pcf.factors.load import COMPOSED_FROM
from textile_pcf.io.resources import data_root

REFERENCE = "reference"
"""Role of these files in a lock."""
UNDATED = ("gwp100", "regions", "fuels")
"""Tables without edition: global warming potentials, regions, and heating values and densities of fuels."""
ALL = "all"
"""What stands for the edition of a table that has none."""
DESCRIPTION = ".yaml"


def reference_files(tables: Sequence[FactorSheet]) -> Iterator[tuple[Path, str]]:
    """Yield the shipped files that a run reads beside what it names, each with its name in a lock.

    Parameters
    ----------
    tables : sequence of FactorSheet
        The tables of the run. Those with composed factors rest on the file that composes them and on the tables of its rows.

    Yields
    ------
    tuple of Path and str
        File, and `name@edition` as in a lock: `composed@2026.2.yaml`, `alternatives@2026.2`, `gwp100@all`.

    Examples
    --------
    >>> from textile_pcf.factors import load_factors
    >>> [name for _, name in reference_files(load_factors("default@2026.1").tables)]
    ['gwp100@all', 'regions@all', 'fuels@all']
    """
    folders = dict.fromkeys(sheet.path.parent for sheet in tables if sheet.composed and sheet.path is not None)
    for folder in folders:
        edition, composed = folder.name, Path(COMPOSED_FILE)
        yield folder / composed, f"{composed.stem}@{edition}{composed.suffix}"
        for name in COMPOSED_FROM:
            yield folder / f"{name}.csv", f"{name}@{edition}"
            yield folder / f"{name}{DESCRIPTION}", f"{name}@{edition}{DESCRIPTION}"
    root = data_root("emission_factors")
    for name in UNDATED:
        yield root / f"{name}.csv", f"{name}@{ALL}"


def reference_path(file: LockedFile) -> str:
    """Return the path of such a file from the folder of the shipped tables.

    Parameters
    ----------
    file : LockedFile
        Its entry in a lock.

    Examples
    --------
    >>> entry = LockedFile(role="reference", path="composed@2026.2.yaml", sha256="0" * 64, bytes=0)
    >>> reference_path(entry), reference_path(entry.model_copy(update={"path": "gwp100@all"}))
    ('2026.2/composed.yaml', 'gwp100.csv')
    """
    name, _, edition = file.path.partition("@")
    ending = DESCRIPTION if edition.endswith(DESCRIPTION) else ".csv"
    edition = edition.removesuffix(DESCRIPTION)
    return f"{name}{ending}" if edition == ALL else f"{edition}/{name}{ending}"


def installed_reference(file: LockedFile) -> Path:
    """Return the place of such a file in this installation.

    Parameters
    ----------
    file : LockedFile
        Its entry in a lock.
    """
    return data_root("emission_factors") / reference_path(file)
