"""Metadata of a bundle as RO-Crate: which files it holds, their hashes, and the calculation that led from them to the lock."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from textile_pcf.audit.lock_document import WRITTEN, LockDocument, LockedFile
from textile_pcf.io.json_text import indented_json

CRATE = "ro-crate-metadata.json"
"""Name that RO-Crate gives the file."""
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://schema.org/sha256"}]
FORMATS = {".csv": "text/csv", ".json": "application/json", ".lock": "application/json", ".yaml": "application/yaml",
           ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
           ".parquet": "application/vnd.apache.parquet"}  # fmt: skip


def crate_text(name: str, text: str, files: Sequence[tuple[str, LockedFile, bool]]) -> str:
    """Return the metadata of a bundle. No time of day is in it, so that equal runs give equal bytes.

    Parameters
    ----------
    name, text : str
        Name and content of the lock file.
    files : sequence of (str, LockedFile, bool)
        Name in the bundle of each file that the lock names, the file, and whether the bundle holds it.

    References
    ----------
    RO-Crate Metadata Specification 1.1, https://w3id.org/ro/crate/1.1; actions of software as in its section on provenance.
    """
    document = LockDocument.model_validate_json(text)
    entities = {entry: _entity(entry, file, held) for entry, file, held in files}
    written = [entry for entry, file, _ in files if file.role == WRITTEN]
    held = [name, *(entry for entry, _, is_held in files if is_held)]
    content = text.encode()
    lock = {"@id": name, "@type": "File", "name": document.name, "encodingFormat": "application/json",
            "contentSize": str(len(content)), "sha256": hashlib.sha256(content).hexdigest()}  # fmt: skip
    rule = f"{document.rule.rule}@{document.rule.edition}"
    graph: list[dict[str, Any]] = [
        {"@id": CRATE, "@type": "CreativeWork", "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}, "about": {"@id": "./"}},
        {
            "@id": "./",
            "@type": "Dataset",
            "name": document.name,
            "description": f"product carbon footprints under {rule}, with the files behind them",
            "hasPart": [{"@id": entry} for entry in dict.fromkeys(held)],
            "mentions": [{"@id": "#calculation"}],
        },
        lock,
        *entities.values(),
        {
            "@id": "#calculation",
            "@type": "CreateAction",
            "name": f"Calculation under {rule}",
            "instrument": {"@id": "#textile_pcf"},
            "object": [{"@id": entry} for entry in entities if entry not in written],
            "result": [{"@id": entry} for entry in (name, *written)],
        },
        {
            "@id": "#textile_pcf",
            "@type": "SoftwareApplication",
            "name": "textile_pcf",
            "softwareVersion": document.made.library.removeprefix("textile_pcf "),
            "softwareRequirements": f"Python {document.made.python}, numpy {document.made.numpy}",
            "operatingSystem": document.made.platform,
        },
    ]
    return indented_json({"@context": CONTEXT, "@graph": graph})


def _entity(entry: str, file: LockedFile, held: bool) -> dict[str, Any]:
    """Return the entity of a file; of one that is withheld what it is and its hash, as no file of the bundle."""
    entity = {"@id": entry, "@type": "File" if held else "CreativeWork", "name": file.path, "additionalType": file.role}
    entity |= {"contentSize": str(file.bytes), "sha256": file.sha256}
    if not held:
        return entity | {"description": "not in this bundle: its licence forbids passing it on"}
    known = FORMATS.get(PurePosixPath(entry).suffix.lower())
    return entity | ({"encodingFormat": known} if known else {})
