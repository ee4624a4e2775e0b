"""Data sets of a package of openLCA, JSON-LD of schema version 2: unit processes, links, factors and impacts."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import IndexArray
from textile_pcf.interchange.openlca_units import KG, UsedUnit, dimension_data_sets, openlca_unit, own_id, reference
from textile_pcf.messages.message import Message
from textile_pcf.results.contributions import SPLIT
from textile_pcf.results.process_system import MEMO, STAGE, System
from textile_pcf.units import parse_unit

SCHEMA = "olca-schema.json"
TIME = (1980, 1, 1, 0, 0, 0)
"""Time of all entries, so that the same result gives the same bytes."""
CHANGED = "1980-01-01T00:00:00.000Z"
CATEGORY = "Elementary flows/Emission to air/unspecified"
PARTS = tuple(f"Greenhouse effect, {part.replace('_', ' ')}" for part in SPLIT)
IMPACTS = "Greenhouse effect over 100 years"
DataSet = dict[str, Any]


class Package:
    """Data sets of a package, by folder and id.

    Parameters
    ----------
    system : System
        Unit processes of the result.
    """

    def __init__(self, system: System) -> None:
        self.system, self.result = system, system.result
        self.rule = str(self.result.provenance["rule"])
        self.fingerprint = _fingerprint(system)
        self.data_sets: dict[str, dict[str, DataSet]] = {}
        self.product_unit = openlca_unit(self.result.run.activity.rules.product_unit)
        self.kilogram = UsedUnit(KG, 0, 1.0)
        self._names: set[str] = set()
        self._flows: list[tuple[DataSet, UsedUnit]] = []
        self.emissions = [self._emission(name) for name in PARTS]
        self._add_impacts()

    # -- data sets ------------------------------------------------------------------------------------------------

    def add(self, folder: str, data_set: DataSet) -> None:
        """Keep a data set."""
        self.data_sets.setdefault(folder, {})[data_set["@id"]] = data_set

    def write(self, path: Path) -> None:
        """Write all data sets as a zip file with sorted entries."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            _write_entry(archive, SCHEMA, {"version": 2})
            for folder in sorted(self.data_sets):
                for identifier in sorted(self.data_sets[folder]):
                    _write_entry(archive, f"{folder}/{identifier}.json", self.data_sets[folder][identifier])

    def _distinct(self, name: str) -> str:
        number, distinct = 1, name
        while distinct in self._names:
            number += 1
            distinct = f"{name} ({number})"
        self._names.add(distinct)
        return distinct

    def _use(self, unit: UsedUnit) -> None:
        group, flow_property = dimension_data_sets(unit.dimension)
        self.add("unit_groups", group)
        self.add("flow_properties", flow_property)

    def _flow(self, kind: str, name: str, unit: UsedUnit, category: str = "") -> DataSet:
        """Add a flow and return the reference to it."""
        self._use(unit)
        identifier = own_id("Flow", "", name)
        if kind == "PRODUCT_FLOW":  # of another unit it is another flow
            identifier = own_id("Flow", self.rule, name, unit.dimension.flow_property[0])
        factor = {
            "conversionFactor": 1.0,
            "isRefFlowProperty": True,
            "flowProperty": unit.flow_property,
        }
        flow = {"@type": "Flow", "@id": identifier, "name": name, "flowType": kind, "flowProperties": [factor]}
        self.add("flows", flow | ({"category": category} if category else {}))
        return reference("Flow", identifier, name, flowType=kind, refUnit=unit.dimension.units[0][0])

    def _emission(self, name: str) -> DataSet:
        return self._flow("ELEMENTARY_FLOW", name, self.kilogram, CATEGORY)

    def _location(self, code: str) -> DataSet:
        identifier = own_id("Location", code)
        self.add("locations", {"@type": "Location", "@id": identifier, "name": code, "code": code})
        return reference("Location", identifier, code)

    def _add_impacts(self) -> None:
        """Add one impact category for the total and one per part, and the method that holds them."""
        flows: list[tuple[str, list[DataSet]]] = [(f"{IMPACTS}, total", self.emissions)]
        flows += [(f"{IMPACTS}, {part.replace('_', ' ')}", [self.emissions[k]]) for k, part in enumerate(SPLIT)]
        convention = f"{self.result.run.gwp}, biogenic carbon {self.result.run.biogenic}"
        categories = []
        for name, counted in flows:
            identifier = own_id("ImpactCategory", convention, name)
            factors = [
                {"value": 1.0, "flow": flow, "flowProperty": self.kilogram.flow_property,
                 "unit": self.kilogram.reference}
                for flow in counted
            ]  # fmt: skip
            self.add("lcia_categories", {"@type": "ImpactCategory", "@id": identifier, "name": name, "refUnit": "kg CO2e",
                                         "version": "01.00.000", "lastChange": CHANGED, "impactFactors": factors})  # fmt: skip
            categories.append(reference("ImpactCategory", identifier, name))
        name = f"textile_pcf, {convention}"
        text = "Emissions are characterised in the processes already: 1 kg of each flow is 1 kg CO2e."
        method = {"@type": "ImpactMethod", "@id": own_id("ImpactMethod", name), "name": name, "description": text}
        self.add("lcia_methods", {**method, "version": "01.00.000", "lastChange": CHANGED, "impactCategories": categories})

    # -- processes ------------------------------------------------------------------------------------------------

    def add_aggregated(self, chosen: Sequence[int]) -> None:
        """Add one process per product that gives off its four parts and takes nothing."""
        for product in chosen:
            process = _Process(self, self.result.products[product], self.product_unit, "LCI_RESULT", "GLO")
            for part, amount in enumerate(self.result.split_totals[product].tolist()):
                process.give_off(part, amount / self.product_unit.scale)
            process.add()

    def add_system(self, chosen: Sequence[int]) -> None:
        """Add all unit processes that the products need, their factors, and a product system for each product."""
        system, processes = self.system, self.system.processes
        needed = self._with_suppliers(chosen)
        rows = np.flatnonzero(np.isin(processes.product, needed))
        built = {int(row): self._process(int(row)) for row in rows}
        factors: dict[int, _Process] = {}
        for user, supplier, amount in _rows(system.inputs.user, system.inputs.supplier, system.inputs.amount):
            if user in built:
                built[user].take(built[supplier], amount)
        for user, product, amount in _rows(system.links.user, system.links.supplier, system.links.amount):
            if user in built:
                built[user].take(built[product], amount)
        for process, factor, amount in _rows(system.exchanges.process, system.exchanges.factor, system.exchanges.amount):
            if process not in built or factor < 0:
                continue
            if factor not in factors:
                factors[factor] = self._factor(factor)
            built[process].take(factors[factor], amount)
        for each in (*built.values(), *factors.values()):
            each.add()
        for product in chosen:
            self._add_product_system(built[product])

    def _with_suppliers(self, chosen: Sequence[int]) -> IndexArray:
        """Return the products and all that they take of each other."""
        links = self.system.result.inventory.links
        needed = np.array(chosen, dtype=np.intp)
        while True:
            more = np.union1d(needed, links.supplier[np.isin(links.user, needed)])
            if len(more) == len(needed):
                return needed
            needed = more

    def _process(self, row: int) -> _Process:
        kind = self.system.processes.kind[row]
        unit = self.kilogram if kind in (STAGE, MEMO) else self.product_unit
        return _Process(self, self.system.process_name(row), unit, "UNIT_PROCESS", "GLO")

    def _factor(self, factor: int) -> _Process:
        """Return the process of an emission factor, which gives off its parts."""
        lines, factors = self.result.lines, self.system.factors
        line = int(factors.line[factor])
        texts = {name: lines.text(name, line) for name in ("item", "region", "year", "factor_table", "unit")}
        unit = openlca_unit(parse_unit(texts["unit"], self.result.run.activity.rules.unit_names))
        name = f"{texts['item']}, {texts['region']}, {texts['year']} ({texts['factor_table']}, per {unit.name})"
        split = factors.split[factor].tolist()
        process = _Process(self, name, unit, "UNIT_PROCESS", texts["region"] or "GLO", repr(split))
        for part, amount in enumerate(split):
            process.give_off(part, amount / unit.scale)
        process.cite(self._source(line))
        return process

    def _source(self, line: int) -> DataSet:
        """Add the source of a factor, with its licence, and return the reference to it."""
        sheet, row = self.result.inventory.matches.factor_rows[self.result.inventory.factor[line]].tolist()
        table = self.result.run.factors.tables[sheet]
        key, source = table.texts["source"][row], table.document.sources.get(table.texts["source"][row])
        licence = table.texts["licence"][row] or (source.licence if source else None) or table.document.licence
        name = table.source_title(row)
        identifier = own_id("Source", table.label, key, licence or "")
        data_set: DataSet = {
            "@type": "Source",
            "@id": identifier,
            "name": name,
            "description": str(Message("Licence: {licence}.", licence=licence or "not said")),
        }
        if source is not None:
            data_set |= {"textReference": source.title} | ({"year": source.year} if source.year else {})
            data_set |= {"url": source.url} if source.url else {}
        self.add("sources", data_set)
        return reference("Source", identifier, name)

    def _add_product_system(self, target: _Process) -> None:
        """Add the product system of a product: its processes, and a link for every exchange with a provider."""
        processes, open_ = {target.identifier: target}, [target]
        links = []
        while open_:
            user = open_.pop()
            for number, provider in user.providers:
                links.append({
                    "provider": provider.reference,
                    "flow": provider.flow,
                    "process": user.reference,
                    "exchange": {"internalId": number},
                })  # fmt: skip
                if provider.identifier not in processes:
                    processes[provider.identifier] = provider
                    open_.append(provider)
        unit = target.unit
        self.add("product_systems", {
            "@type": "ProductSystem",
            "@id": own_id("ProductSystem", self.rule, target.name, self.fingerprint),
            "name": target.name,
            "refProcess": target.reference,
            "refExchange": {"internalId": 1},
            "targetAmount": unit.scale,
            "targetUnit": unit.reference,
            "targetFlowProperty": unit.flow_property,
            "processes": [processes[identifier].reference for identifier in sorted(processes)],
            "processLinks": links,
        })  # fmt: skip


class _Process:
    """One process while its exchanges are collected; it makes 1 of its unit.

    Its id is one of its content: openLCA keeps a process that it has, so that other numbers under the same id would not arrive.

    Parameters
    ----------
    package : Package
        Where it goes.
    name : str
        Its name; a number is added where it is taken.
    unit : UsedUnit
        Unit of its product.
    kind : str
        `UNIT_PROCESS` or `LCI_RESULT`.
    region : str
        Code of its location.
    content : str, optional
        What it holds; the whole result by default.
    """

    def __init__(self, package: Package, name: str, unit: UsedUnit, kind: str, region: str, content: str | None = None) -> None:
        self.package, self.unit, self.kind = package, unit, kind
        self.name = package._distinct(name)
        self.identifier = own_id("Process", package.rule, kind, self.name, content or package.fingerprint)
        self.location = package._location(region)
        self.flow = package._flow("PRODUCT_FLOW", self.name, unit)
        self.exchanges: list[DataSet] = []
        self.providers: list[tuple[int, _Process]] = []
        self.documentation: DataSet = {}
        self._exchange(self.flow, unit, 1.0, isInput=False, isQuantitativeReference=True)

    @property
    def reference(self) -> DataSet:
        """Reference to the process."""
        return reference("Process", self.identifier, self.name, location=self.location["name"], processType=self.kind)

    def take(self, provider: _Process, amount: float) -> None:
        """Take an amount of what another process makes, in its own unit before conversion."""
        converted = amount * provider.unit.scale / self.unit.scale
        number = self._exchange(
            provider.flow, provider.unit, converted, isInput=True, isQuantitativeReference=False,
            defaultProvider=provider.reference,
        )  # fmt: skip
        self.providers.append((number, provider))

    def give_off(self, part: int, amount: float) -> None:
        """Give off one part of the greenhouse effect. [kg CO2e]"""
        if amount:
            flow, unit = self.package.emissions[part], self.package.kilogram
            self._exchange(flow, unit, amount, isInput=False, isQuantitativeReference=False)

    def cite(self, source: DataSet) -> None:
        """Name the source of the process."""
        self.documentation = {"sources": [source]}

    def _exchange(self, flow: DataSet, unit: UsedUnit, amount: float, **more: Any) -> int:
        number = len(self.exchanges) + 1
        self.exchanges.append({
            "internalId": number, "amount": amount, "flow": flow, "unit": unit.reference,
            "flowProperty": unit.flow_property, "isAvoidedProduct": False, **more,
        })  # fmt: skip
        return number

    def add(self) -> None:
        """Put the process into its package."""
        self.package.add("processes", {
            "@type": "Process", "@id": self.identifier, "name": self.name, "processType": self.kind,
            "defaultAllocationMethod": "NO_ALLOCATION", "isInfrastructureProcess": False, "location": self.location,
            "lastInternalId": len(self.exchanges), "exchanges": self.exchanges,
            **({"processDocumentation": self.documentation} if self.documentation else {}),
        })  # fmt: skip


def _fingerprint(system: System) -> str:
    """Return a text that differs where any number or name of the unit processes does."""
    exchanges, result = system.exchanges, system.result
    parts = [
        *(getattr(inputs, name) for inputs in (system.inputs, system.links) for name in ("user", "supplier", "amount")),
        exchanges.process, exchanges.factor, exchanges.amount, system.factors.total, system.factors.split,
    ]  # fmt: skip
    names = [result.unit, *(system.process_name(process) for process in range(len(system.processes.kind)))]
    digest = hashlib.sha256("\0".join(names).encode())
    for part in parts:
        digest.update(part.astype("<f8" if part.dtype.kind == "f" else "<i8").tobytes())
    return digest.hexdigest()


def _rows(*columns: Any) -> Iterable[tuple[Any, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)


def _write_entry(archive: zipfile.ZipFile, name: str, data_set: DataSet) -> None:
    entry = zipfile.ZipInfo(name, TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, json.dumps(data_set, ensure_ascii=False, indent=1) + "\n")
