"""`report --dossier`: everything that a verifier asks for, in one folder."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from textile_pcf.arrays import or_none
from textile_pcf.audit import lock
from textile_pcf.data_quality import quality
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.json_text import indented_json
from textile_pcf.io.output_files import refuse_unwritable
from textile_pcf.report import to_html
from textile_pcf.report.assessment import CLOSED, spread_options
from textile_pcf.results import Footprint
from textile_pcf.uncertainty_analysis import uncertainty

CLAUSES = Path(lock.__code__.co_filename).with_name("clauses.csv")
"""Clauses of ISO 14067 with the functions, tests and sources that answer them."""


def refuse_dossier(folder: Path | None) -> None:
    """Refuse a folder that cannot be made, or that has something in it.

    Parameters
    ----------
    folder : Path or None
        The folder; nothing is checked if it is None.

    Raises
    ------
    UsageError
        The folder is a file, is not empty, or its parent does not exist.
    """
    if folder is None:
        return
    where = f"--dossier {folder}"
    if folder.is_dir():
        if any(folder.iterdir()):
            raise UsageError([Problem(where, "This folder is not empty.", "Name a new one.", code="folder")])
    elif folder.exists():
        raise UsageError([Problem(where, "This is a file, not a folder.", "Name a new one.", code="folder")])
    else:
        refuse_unwritable(folder, where)


def write_dossier(
    result: Footprint,
    folder: Path,
    unit: str | None,
    language: str,
    study: Any = None,
    parts: Mapping[str, Any] = MappingProxyType({}),
) -> list[Path]:
    """Write lock, saved result, report, labels, quality, uncertainty and clauses into a folder; return the files.

    The folder appears whole or not at all. A published result with masked lines is not saved, and nothing is stated of the
    quality and the uncertainty of its lines.

    Parameters
    ----------
    result : Footprint
        The result; of a published one the report is the published one.
    folder : Path
        A new or empty folder.
    unit : str or None
        Unit of the report and the labels.
    language : str
        `en` or `zh`, of the report and the titles of labels.
    study : path or Study, optional
        File with what the cover of the report says.
    parts : mapping, optional
        Further content of the report: `uncertainty`, `previous`, `changes`, `measures` of `to_html`.
    """
    with tempfile.TemporaryDirectory(dir=folder.absolute().parent, prefix=".textile-pcf-") as name:
        draft = Path(name) / "dossier"
        draft.mkdir()
        to_html(result, draft / "report.html", unit, language, study, **parts)
        if result.masked is None or not result.masked.any():
            result.save(draft / "result.json")
            _write_quality(result, draft, unit, spread_options(parts.get("uncertainty", CLOSED)) or {})
        titles = "zh" if language == "zh" else None
        labels = [result.label(product, unit, language=titles) for product in result.products]
        (draft / "labels.json").write_text(indented_json(labels), encoding="utf-8", newline="")
        (draft / "clauses.csv").write_bytes(CLAUSES.read_bytes())
        if folder.is_dir():
            folder.rmdir()
        draft.replace(folder)
    lock(result, folder / "result.lock", sorted(folder.iterdir()))  # its paths start at the folder
    return sorted(folder.iterdir())


def _write_quality(result: Footprint, folder: Path, unit: str | None, options: Mapping[str, Any]) -> None:
    """Write the quality of the data, and the uncertainty of every product: in closed form, and of draws that are made."""
    analysis, drawn = uncertainty(result, **{"draws": 1, **options}, unit=unit), "draws" in options
    forms = []
    for place, product in enumerate(result.products):
        form = analysis.closed_form_of(product)
        numbers = {name: or_none(getattr(form, name)) for name in ("mean", "sd", "gsd", "median", "p2_5", "p97_5")}
        entry: dict[str, Any] = {"product": product, "unit": unit or result.unit}
        if drawn:
            entry |= {name: or_none(getattr(analysis.statistics, name)[place]) for name in numbers}
        forms.append({**entry, "closed_form": numbers, "declared_share": analysis.declared_share(product)})
    about: dict[str, Any] = {"draws": analysis.draws, "seed": analysis.seed} if drawn else {}
    about |= {"assumed": dict(analysis.assumed)} if analysis.assumed else {}
    (folder / "quality.json").write_text(indented_json(quality(result).to_dict()), encoding="utf-8", newline="")
    (folder / "uncertainty.json").write_text(indented_json({**about, "products": forms}), encoding="utf-8", newline="")


def print_dossier(
    result: Footprint, folder: Path, unit: str | None, language: str, study: Any, parts: Mapping[str, Any]
) -> None:
    """Write a dossier, and the paths of its files on standard output.

    Parameters
    ----------
    result, folder, unit, language, study, parts
        As of `write_dossier`.
    """
    files = write_dossier(result, folder, unit, language, study, parts)
    sys.stdout.write("".join(f"{path}\n" for path in files))
