"""An own solver of a package of openLCA: reads nothing but the files, checks every reference, solves by plain algebra."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np


class PackageFile:
    """Data sets of a package by id, and its processes as a linear system.

    Parameters
    ----------
    path : Path
        The zip file.
    """

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.names = archive.namelist()
            read = {name: json.loads(archive.read(name)) for name in self.names}
        self.schema = read.pop("olca-schema.json")
        self.folders: dict[str, dict[str, Any]] = {}
        for name, data_set in read.items():
            folder, _, file = name.partition("/")
            assert file == f"{data_set['@id']}.json"
            self.folders.setdefault(folder, {})[data_set["@id"]] = data_set
        self.unit_size = {
            unit["@id"]: unit["conversionFactor"] for group in self.folders["unit_groups"].values() for unit in group["units"]
        }

    def missing_references(self) -> list[tuple[str, str]]:
        """Return all references to data sets that are not in the package."""
        known = {data_set["@id"] for folder in self.folders.values() for data_set in folder.values()} | set(self.unit_size)
        missing: list[tuple[str, str]] = []

        def walk(value: Any) -> None:
            if isinstance(value, dict):
                if "@id" in value and value["@id"] not in known:
                    missing.append((value.get("@type", ""), value["@id"]))
                for each in value.values():
                    walk(each)
            elif isinstance(value, list):
                for each in value:
                    walk(each)

        walk(list(self.folders.values()))
        return missing

    def results(self) -> dict[str, dict[str, float]]:
        """Return the inventory of each product system: kilograms of each elementary flow by name."""
        processes = list(self.folders["processes"].values())
        index = {process["@id"]: number for number, process in enumerate(processes)}
        flows = {each["@id"]: each["name"] for each in self.folders["flows"].values() if each["flowType"] == "ELEMENTARY_FLOW"}
        technosphere = np.zeros((len(processes), len(processes)))
        emissions = {name: np.zeros(len(processes)) for name in flows.values()}
        for column, process in enumerate(processes):
            for exchange in process["exchanges"]:
                amount = exchange["amount"] * self.unit_size[exchange["unit"]["@id"]]
                if exchange.get("isQuantitativeReference"):
                    technosphere[column, column] += amount
                elif exchange["flow"]["@id"] in flows:
                    emissions[flows[exchange["flow"]["@id"]]][column] += amount
                else:
                    assert exchange["isInput"]
                    technosphere[index[exchange["defaultProvider"]["@id"]], column] -= amount
        found = {}
        for system in self.folders["product_systems"].values():
            demand = np.zeros(len(processes))
            demand[index[system["refProcess"]["@id"]]] = system["targetAmount"] * self.unit_size[system["targetUnit"]["@id"]]
            scaling = np.linalg.solve(technosphere, demand)
            found[system["name"]] = {name: float(values @ scaling) for name, values in emissions.items()}
        return found
