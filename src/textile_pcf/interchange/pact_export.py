"""Results as ProductFootprints of PACT: arithmetic on what is printed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.calculation import calculate_run
from textile_pcf.errors import InputError, InvalidValueError, Problem, UsageError, warn_caller, whole_number, wrong_type
from textile_pcf.factors.table import HOLDS_NONE
from textile_pcf.interchange.about import About, AboutProduct, read_about
from textile_pcf.interchange.decimal_text import DIGITS, decimal_text, exact_sum, parse_decimal, plain
from textile_pcf.interchange.factor_use import FactorUse, gate_emissions, gate_stages, packaging_emissions
from textile_pcf.interchange.json_text import LINES
from textile_pcf.interchange.pact_checks import CheckOptions, check_record
from textile_pcf.interchange.pact_fields import SPEC_VERSION
from textile_pcf.interchange.pact_texts import RecordTexts
from textile_pcf.interchange.pact_units import DeclaredUnit, declared_unit, unit_problems
from textile_pcf.io.output_files import as_path, write_atomically
from textile_pcf.messages.message import Message, sentences
from textile_pcf.results import Footprint
from textile_pcf.results.contributions import SPLIT
from textile_pcf.results.run import product_index

CARBON_TO_CO2 = Decimal(44) / Decimal(12)
"""Mass of CO2 per mass of carbon, by molar masses 44 and 12. [kg CO2/kg C]"""
CARBON = ("fossilCarbonContent", "biogenicCarbonContent")
ZERO = 1e-12
"""What is not below minus this counts as 0. [kg CO2e]"""
FOSSIL, BIOGENIC, UPTAKE, LAND_USE = range(len(SPLIT))


@dataclass(frozen=True)
class ExportOptions:
    """How records are written.

    Attributes
    ----------
    unit : str, optional
        Declared unit; by default the unit of the products.
    digits : int
        Significant digits of the parts.
    own_use : bool
        Whether the records stay with the holder of the licences.
    """

    unit: str | None = None
    digits: int = DIGITS
    own_use: bool = False


def to_pact(
    result: Footprint,
    about: Any,
    path: str | Path | None = None,
    *,
    products: Sequence[str] | None = None,
    options: ExportOptions | None = None,
) -> list[dict[str, Any]]:
    """Return a ProductFootprint of PACT 3.0 per product; see `Footprint.to_pact`."""
    described = read_about(about)
    records = [*Exporter(result, described, options or ExportOptions()).records(products)]
    known = set(result.products)
    described.warn_unknown([name for name in described.products if name not in known], result.products)
    if path is not None:
        out = as_path(path, "path")
        text = _as_text(records, out.suffix.lower() in LINES)
        write_atomically(out, lambda draft: draft.write_text(text, encoding="utf-8"), str(path))
    return records


def _as_text(records: list[dict[str, Any]], lines: bool) -> str:
    if lines:
        return "".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) + "\n" for each in records)
    return json.dumps({"data": records}, ensure_ascii=False, indent=1) + "\n"


class Exporter:
    """Records of the products of one result.

    Parameters
    ----------
    result : Footprint
        The result, under either convention of biogenic carbon.
    about : About
        What the result cannot know.
    options : ExportOptions
        Unit, digits, own use.
    input_sha256 : str, optional
        Hash of the input where it is known already.
    """

    def __init__(self, result: Footprint, about: About, options: ExportOptions, input_sha256: str = "") -> None:
        _check_digits(options.digits)
        if result.run.biogenic != HOLDS_NONE:
            result = calculate_run(replace(result.run, biogenic=HOLDS_NONE))
        self.result, self.about, self.options = result, about, options
        self.input_sha256 = input_sha256
        self.created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def records(self, products: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
        """Return the records of some products, in the order of the result; all problems are raised together."""
        result = self.result
        chosen = _chosen(result, products)
        problems: list[Problem] = [*self.about.problems, *_boundary_problems(result)]
        try:
            unit: DeclaredUnit | None = declared_unit(result, self.options.unit)
        except InputError as error:
            unit = None
            problems += error.problems
        if unit is not None:
            problems += unit_problems(result, self.options.unit, unit, chosen)
        described: dict[int, AboutProduct] = {}
        for product in chosen.tolist():
            described[product], missing = self.about.of(result.products[product])
            problems += missing
        problems += self._flow_problems(described.values())
        problems += self._same_ids(described)
        problems += _mass_after_gate(result, chosen)
        if problems or unit is None:
            raise InputError(problems)
        return iter(self._build(chosen, unit, described))

    def _same_ids(self, described: Mapping[int, AboutProduct]) -> list[Problem]:
        """Return a problem per product whose first id another product has, so that the records would be taken for one."""
        first: dict[str, str] = {}
        problems = []
        for number, product in described.items():
            ids, name = product.head.get("productIds"), self.result.products[number]
            identifier = str(ids[0]) if isinstance(ids, list) and ids else ""
            other = first.setdefault(identifier, name)
            if identifier and other != name:
                what = Message(
                    "{product} has the id of {other}: {identifier}.", product=name, other=other, identifier=identifier
                )
                cure = (
                    "Give each product an id of its own, or put the id of the product into it with curly brackets: "
                    "see the page on exchange."
                )
                problems.append(Problem(self.about.location(("productIds",), name), what, cure, name, "about"))
        return problems

    def _flow_problems(self, described: Iterable[AboutProduct]) -> list[Problem]:
        rules = self.result.run.activity.rules
        known = {f"{rules.stage_id(spec.stage)}.{spec.id}" for spec in rules.flows}
        problems = []
        for product in described:
            for name in product.packaging_flows:
                if name not in known:
                    what = Message("The rule has no flow {name!r}.", name=name)
                    cure = Message("Write stage.flow, as `textile-pcf rules show {rule}` names them.", rule=rules.name)
                    problems.append(Problem(self.about.location(("packagingFlows",)), what, cure, code="about"))
            if product.packaging_flows and product.pcf.get("packagingEmissionsIncluded") is False:
                both = "Flows of packaging are named, and `packagingEmissionsIncluded` is false."
                where = self.about.location(("packagingFlows",))
                problems.append(Problem(where, both, "Leave `packagingFlows` out, or write true.", code="about"))
        return list(dict.fromkeys(problems))

    def _build(self, chosen: IndexArray, unit: DeclaredUnit, described: Mapping[int, AboutProduct]) -> list[dict[str, Any]]:
        numbers, use = _Numbers(self.result, unit), FactorUse(self.result)
        share = use.unknown_parts_share(self.result, numbers.gate[:, FOSSIL])
        texts = RecordTexts(self.result, self.input_sha256, [float(each) for each in share], self.options.digits)
        records, problems, refused = [], [], []
        for product in chosen.tolist():
            name, about, facts = self.result.products[product], described[product], use.of(product)
            if facts.restricted and not self.options.own_use:
                refused.append(_given_away(name, facts.restricted))
                continue
            packaging = numbers.packaging(about.packaging_flows)[product]
            pcf, found = self._pcf(numbers, product, about, facts.all_divided, packaging)
            pcf |= texts.pcf(product, facts, about)
            record = self._head(about, texts.comment(product, facts, about), pcf)
            records.append(record)
            problems += found or self._check(record, name)
        if problems:
            raise InputError(problems)
        if refused:
            raise UsageError(refused)
        return records

    def _pcf(
        self, numbers: _Numbers, product: int, about: AboutProduct, divided: bool, packaging: float
    ) -> tuple[dict[str, Any], list[Problem]]:
        """Return the calculated numbers of a record as texts, and what forbids to write them."""
        found: list[Problem] = []
        product_name = self.result.products[product]

        def written(name: str, value: float) -> str:
            if value < -ZERO:
                what = Message("{name} is below 0: {value:g} kg CO2e.", name=name, value=value)
                cure = "PACT has no negative emissions; look for a credit or a negative factor."
                found.append(Problem(f"product {product_name}", what, cure, product_name, "pact"))
            return decimal_text(max(value, 0.0), self.options.digits)

        fossil, biogenic, _, land_use, aircraft = numbers.gate[product].tolist()
        pcf = {**numbers.unit_fields(product, self.options.digits), "fossilGhgEmissions": written("fossilGhgEmissions", fossil)}
        for name, value in (("landUseChangeGhgEmissions", land_use), ("biogenicNonCO2Emissions", biogenic)):
            if value != 0 or divided:
                pcf[name] = written(name, value)
        pcf |= self._carbon(numbers, product, about, found)
        parts = ("fossilGhgEmissions", "landUseChangeGhgEmissions", "biogenicNonCO2Emissions")
        excluding = exact_sum(Decimal(pcf[name]) for name in parts if name in pcf)
        including = exact_sum([excluding, Decimal(pcf.get("biogenicCO2Uptake", "0"))])
        pcf["pcfExcludingBiogenicUptake"], pcf["pcfIncludingBiogenicUptake"] = plain(excluding), plain(including)
        beside = {"aircraftGhgEmissions": aircraft, "packagingGhgEmissions": packaging}
        if about.outbound_responsible:
            beside["outboundLogisticsGhgEmissions"] = float(numbers.outbound[product])
        pcf |= {name: written(name, value) for name, value in beside.items() if value > 0 or value < -ZERO}
        return pcf, found

    def _carbon(self, numbers: _Numbers, product: int, about: AboutProduct, found: list[Problem]) -> dict[str, str]:
        """Return both carbon contents and the uptake that follows from the second."""
        fields, product_name = {}, self.result.products[product]
        for column, name in enumerate(CARBON):
            known = float(numbers.carbon[product, column])
            if np.isfinite(known) and name in about.pcf:
                where = self.about.location(("pcf", name), product_name)
                found.append(Problem(where, "The result knows this carbon content.", "Leave it out.", product_name, "about"))
            if np.isfinite(known):
                fields[name] = decimal_text(known, self.options.digits)
            elif name in about.pcf:
                fields[name] = about.pcf[name]
            elif column == 0:
                what = "The fossil carbon content is not known."
                cure = "Give the composition of the product, or `pcf.fossilCarbonContent` in the about file. [kg C]"
                found.append(Problem(f"product {product_name}", what, cure, product_name, "pact"))
        if "biogenicCarbonContent" in fields:
            try:
                content = parse_decimal(fields["biogenicCarbonContent"])
            except InvalidValueError:  # the check of the about file says what is wrong with it
                return fields
            fields["biogenicCO2Uptake"] = decimal_text(-content * CARBON_TO_CO2, self.options.digits)
        return fields

    def _head(self, about: AboutProduct, comment: str, pcf: Mapping[str, Any]) -> dict[str, Any]:
        """Return the whole record; its id follows from everything else but the time of writing."""
        given = {name: value for name, value in about.pcf.items() if name not in pcf}
        record = {
            "specVersion": SPEC_VERSION,
            "status": "Active",
            **{name: value for name, value in about.head.items() if name not in ("created", "comment")},
            "comment": comment,
            "pcf": {**pcf, **given},
        }
        canonical = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        number = str(uuid.uuid5(uuid.NAMESPACE_OID, canonical))
        return {"id": number, "created": about.head.get("created", self.created), **record}

    def _check(self, record: Mapping[str, Any], product: str) -> list[Problem]:
        """Check a record as one that comes in; what is found is located in the about file."""
        checked = check_record(record, CheckOptions(outgoing=True))
        warn_caller(
            Message("{where}: {text}", where=self.about.location(each.path, product), text=sentences(each.what, each.cure))
            for each in checked.warnings
        )
        return [
            Problem(self.about.location(each.path, product), each.what, each.cure, product, "pact") for each in checked.errors
        ]


class _Numbers:
    """Numbers of all products per declared unit.

    Parameters
    ----------
    result : Footprint
        A result without biogenic CO2.
    unit : DeclaredUnit
        The unit that records are per.
    """

    def __init__(self, result: Footprint, unit: DeclaredUnit) -> None:
        self.result, self.unit = result, unit
        self.gate = gate_emissions(result) * unit.scale[:, None]
        distribution = [not stage.outside and stage.group == "distribution" for stage in result.stages]
        parts = result.by_stage_and_part[:, np.array(distribution, dtype=bool)].sum(axis=1)
        self.outbound = (parts[:, : len(SPLIT)].sum(axis=1) - parts[:, UPTAKE]) * unit.scale
        carbon = result.carbon_content
        unknown = np.full((len(result.names), 2), np.nan)
        self.carbon = unknown if carbon is None else carbon * unit.scale[:, None]
        self._packaging: dict[tuple[str, ...], FloatArray] = {(): np.zeros(len(result.names))}

    def packaging(self, flows: tuple[str, ...]) -> FloatArray:
        """Return the emissions of packaging, shape (products,). [kg CO2e per declared unit]"""
        if flows not in self._packaging:
            self._packaging[flows] = packaging_emissions(self.result, flows) * self.unit.scale
        return self._packaging[flows]

    def unit_fields(self, product: int, digits: int) -> dict[str, str]:
        """Return unit, amount and mass of a product."""
        unit = self.unit
        mass = unit.amount if unit.word == "kilogram" else decimal_text(float(unit.mass[product]), digits)
        names = ("declaredUnitOfMeasurement", "declaredUnitAmount", "productMassPerDeclaredUnit")
        return dict(zip(names, (unit.word, unit.amount, mass), strict=True))


def _check_digits(digits: object) -> None:
    if not 1 <= (whole_number(digits) or 0) <= 17:
        raise UsageError([Problem(f"digits {digits}", "There are 1 to 17 significant digits.", "Write 12.", code="usage")])


def _chosen(result: Footprint, products: Sequence[str] | None) -> IndexArray:
    """Return the products asked for, in the order of the result."""
    if products is None:
        return np.arange(len(result.names))
    if isinstance(products, str) or not isinstance(products, Sequence):
        raise wrong_type("products", products, "a list of products", "Write a list of ids: ['P-1'].")
    return np.array(sorted({product_index(result.products, each) for each in products}), dtype=np.intp)


def _boundary_problems(result: Footprint) -> list[Problem]:
    if result.provenance["boundary"] != "gate_to_gate":
        return []
    what = "The boundary of the rule is gate to gate; PACT wants cradle to gate."
    return [Problem(result.provenance["rule"], what, "Calculate under a rule that begins at the cradle.", code="boundary")]


def _mass_after_gate(result: Footprint, chosen: IndexArray) -> list[Problem]:
    """Return a problem per product that loses mass after the gate: there it is not the product that is sold."""
    last = int(np.flatnonzero(gate_stages(result)).max(initial=-1))
    masses = result.stage_masses
    lost = np.abs(masses.input - masses.output) > ZERO * masses.output
    rows = np.flatnonzero(lost & (masses.stage > last) & np.isin(masses.product, chosen))
    problems = []
    for product, stage in dict.fromkeys(zip(masses.product[rows].tolist(), masses.stage[rows].tolist(), strict=True)):
        what = Message("{stage} loses mass after the gate, so the product at the gate is another one.",
                       stage=result.stages[stage].id)  # fmt: skip
        name = result.products[product]
        problems.append(
            Problem(f"product {name}", what, "Leave out the loss, or export it per kg at the gate.", name, "after-the-gate")
        )
    return problems


def _given_away(product: str, factor: str) -> Problem:
    what = Message("All emissions at the gate come from one factor that must not be passed on: {factor}.", factor=factor)
    return Problem(
        f"product {product}", what, "Use another factor, or own use (--own-use) where it stays with you.", product, "licence"
    )
