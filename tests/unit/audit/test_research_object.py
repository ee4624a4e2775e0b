"""The metadata of a bundle as RO-Crate: every file with its hash, and what was calculated from what."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from audit_mill import calculate

import textile_pcf as tp

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")


def test_every_file_of_a_bundle_stands_in_its_metadata_with_its_hash(mill: Path) -> None:
    path = tp.lock(calculate(mill), mill / "mill.zip")
    with ZipFile(path) as package:
        contents = {name: package.read(name) for name in package.namelist()}
    graph = {entity["@id"]: entity for entity in json.loads(contents.pop("ro-crate-metadata.json"))["@graph"]}
    root = graph[graph["ro-crate-metadata.json"]["about"]["@id"]]
    assert {part["@id"] for part in root["hasPart"]} == set(contents)
    for name, content in contents.items():
        assert graph[name]["@type"] == "File"
        assert graph[name]["sha256"] == hashlib.sha256(content).hexdigest(), name
        assert graph[name]["contentSize"] == str(len(content))
    action = graph["#calculation"]
    assert action["result"] == [{"@id": "mill.lock"}] and graph[action["instrument"]["@id"]]["name"] == "textile_pcf"
    references = [part["@id"] for key in ("object", "result") for part in action[key]]
    assert set(references) == set(contents)
    assert path.read_bytes() == tp.lock(calculate(mill), mill / "mill.zip").read_bytes()


def test_a_table_that_is_withheld_is_named_and_is_no_file(mill: Path) -> None:
    (mill / "grid.yaml").write_text((mill / "grid.yaml").read_text().replace("redistributable: true", "redistributable: false"))
    with ZipFile(tp.lock(calculate(mill), mill / "mill.zip")) as package:
        names = package.namelist()
        graph = json.loads(package.read("ro-crate-metadata.json"))["@graph"]
    (entity,) = [entity for entity in graph if entity["@id"] == "files/grid.csv"]
    assert "files/grid.csv" not in names and entity["@type"] == "CreativeWork"
    assert "licence forbids" in entity["description"]
    assert b"0.6205" not in json.dumps(graph).encode()
