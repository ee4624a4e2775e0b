"""The about file: what a result cannot know of a product, in PACT's own names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from textile_pcf.errors import InputError, Problem, warn_caller, wrong_type
from textile_pcf.interchange.decimal_text import decimal_text
from textile_pcf.interchange.field_values import ListOf, ObjectOf, boolean, faults, text
from textile_pcf.interchange.pact_fields import GEOGRAPHY, PCF, RECORD
from textile_pcf.io.output_files import as_path
from textile_pcf.io.strict_yaml import Document, DocumentPath, read_yaml
from textile_pcf.messages.message import Message, sentences
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.suggest import nearest

CALCULATED = frozenset({
    "id", "specVersion", "status", "declaredUnitOfMeasurement", "declaredUnitAmount", "productMassPerDeclaredUnit",
    "fossilGhgEmissions", "landUseChangeGhgEmissions", "biogenicNonCO2Emissions", "biogenicCO2Uptake",
    "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "aircraftGhgEmissions", "outboundLogisticsGhgEmissions",
    "packagingGhgEmissions", "ipccCharacterizationFactors", "secondaryEmissionFactorSources",
})  # fmt: skip
"""Fields that a result gives."""
GLOBAL = "geographyGlobal"
MANDATORY = ("companyName", "companyIds", "productIds", "productNameCompany", "productDescription")
MANDATORY_PCF = (
    "referencePeriodStart", "referencePeriodEnd", "crossSectoralStandards", "exemptedEmissionsPercent",
    "packagingEmissionsIncluded",
)  # fmt: skip
PLACEHOLDER = "{product}"
"""Stands for the id of the product in ids, names and descriptions that hold for several products."""
_WITH_PLACEHOLDER = ("productIds", "productNameCompany", "productDescription")
_OURS: dict[str, Any] = {"packagingFlows": ListOf(text), "outboundResponsible": boolean}
_HEAD: dict[str, Any] = {name: kind for name, kind in RECORD.fields.items() if name != "pcf"} | _OURS
_PCF: dict[str, Any] = {**PCF, GLOBAL: boolean}


@dataclass(frozen=True)
class AboutProduct:
    """What the about file says of one product.

    Attributes
    ----------
    head, pcf : dict
        Fields of the record, and of its `pcf`.
    packaging_flows : tuple of str
        Flows of the rule that are packaging, as `stage.flow`.
    outbound_responsible : bool
        Whether the company is responsible for transport to its customer.
    """

    head: dict[str, Any]
    pcf: dict[str, Any]
    packaging_flows: tuple[str, ...]
    outbound_responsible: bool


class About:
    """A checked about file.

    Parameters
    ----------
    document : Document
        Its data with their lines.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.data: dict[str, Any] = _without_null(document.data)
        self.products: Mapping[str, Any] = self.data.get("products") or {}
        self.problems: list[Problem] = []
        self._check()

    def location(self, path: Sequence[str | int], product: str | None = None) -> str:
        """Return the place of a field: of the product where it stands there, else of the top."""
        own: DocumentPath = ("products", product or "", *path)
        found = _holds(self.document.data, own)
        return self.document.location(own if found else tuple(path))

    def of(self, product: str) -> tuple[AboutProduct, list[Problem]]:
        """Return what holds for a product, and what is missing for it."""
        own = self.products.get(product)
        own = own if isinstance(own, Mapping) else {}
        pcf, of_product = dict(self.data.get("pcf") or {}), own.get("pcf") or {}
        if any(name in of_product for name in (*GEOGRAPHY, GLOBAL)):
            pcf = {name: value for name, value in pcf.items() if name not in (*GEOGRAPHY, GLOBAL)}
        head = {**self.data, **own}
        for name in ("products", "pcf"):
            head.pop(name, None)
        flows, responsible = head.pop("packagingFlows", ()), head.pop("outboundResponsible", True)
        for name in _WITH_PLACEHOLDER:
            head = {**head, name: _fill(head[name], product, name)} if name in head else head
        pcf = {**pcf, **of_product}
        problems = self._missing(product, head, pcf)
        if pcf.pop(GLOBAL, None) is False:
            where = self.location(("pcf", GLOBAL), product)
            problems.append(_problem(where, "`geographyGlobal` is false.", "Leave it out, or write true."))
        named = tuple(flows) if isinstance(flows, list | tuple) else ()  # another form was refused when it was read
        return AboutProduct(head, pcf, named, bool(responsible)), problems

    def _missing(self, product: str, head: Mapping[str, Any], pcf: Mapping[str, Any]) -> list[Problem]:
        missing = [(name,) for name in MANDATORY if name not in head]
        missing_pcf = [("pcf", name) for name in MANDATORY_PCF if name not in pcf]
        name, problems = self.document.name, []
        for path in (*missing, *missing_pcf):
            where = f"{name} ({'.'.join(path)})"
            problems.append(_problem(where, "This field is missing.", self._cure(product, path[-1]), product))
        named = [field for field in (*GEOGRAPHY, GLOBAL) if field in pcf]
        if len(named) != 1:
            none, several = (
                "No geography is given.",
                Message("More than one geography is given: {named}.", named=", ".join(named)),
            )
            cure = Message("Give exactly one of {known}.", known=", ".join((*GEOGRAPHY, GLOBAL)))
            where = self.location(("pcf", named[1]), product) if named else f"{name} (pcf)"
            problems.append(_problem(where, several if named else none, cure, product))
        return problems

    def _cure(self, product: str, field: str) -> Message:
        if field not in _WITH_PLACEHOLDER:
            return Message("Give it at the top, or under products: {product}.", product=product)
        close = nearest(product, [name for name in self.products if isinstance(name, str)])
        if close is not None and close != product:
            return Message("Give it under products: {product}; {close!r} is named there.", product=product, close=close)
        return Message("Give it under products: {product}.", product=product)

    def warn_unknown(self, unknown: Sequence[str], products: Iterable[str] = ()) -> None:
        """Warn of products that are named and have no footprint: what stands there is not used."""
        if not unknown:
            return
        close, where = nearest(unknown[0], products), self.document.location(("products", unknown[0]))
        names = ", ".join(unknown[:10])
        what = Message("{where}: no product is called so: {names}; what is given there is not used.", where=where, names=names)
        warn_caller([sentences(what, Message("Did you mean {close!r}?", close=close) if close else "")])

    # -- form -----------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        """Check every key and value by itself; numbers become decimals in text."""
        self._check_part(self.data, _HEAD, (), ("products", "pcf"))
        self.data["pcf"] = self._check_pcf(self.data.get("pcf", {}), ("pcf",))
        if not isinstance(self.products, Mapping):
            where = self.document.location(("products",))
            self.problems.append(_problem(where, "`products` does not name products.", "Write `products: ID:` and its fields."))
            self.products = {}
        checked: dict[str, Any] = {}
        for product, own in self.products.items():
            path = ("products", product)
            if not isinstance(own, Mapping):
                cure = "Write its fields below it."
                self.problems.append(_problem(self.document.location(path), "This product has no fields.", cure))
                continue
            fields = dict(own)
            self._check_part(fields, _HEAD, path, ("pcf",))
            if "pcf" in fields:
                fields["pcf"] = self._check_pcf(fields["pcf"], (*path, "pcf"))
            checked[str(product)] = fields
        self.products = checked

    def _check_pcf(self, value: Any, path: tuple[str | int, ...]) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            self.problems.append(_problem(self.document.location(path), "`pcf` has no fields.", "Write its fields below it."))
            return {}
        fields = dict(value)
        self._check_part(fields, _PCF, path, ())
        return fields

    def _check_part(
        self, fields: dict[str, Any], known: Mapping[str, Any], path: tuple[str | int, ...], others: tuple[str, ...]
    ) -> None:
        for name in list(fields):
            where = (*path, str(name))
            if name in others:
                continue
            if name in CALCULATED:
                self._add(where, "This field is calculated.", "Leave it out.")
            elif name not in known:
                self._add(where, Message("{name!r} is no field of an about file.", name=name), _where_it_belongs(name, known))
            else:
                fields[name] = _as_text(fields[name], known[name])
                for found, fault in faults(_sample(fields[name], name), known[name], where):
                    self._add(found, fault.what, fault.cure)

    def _add(self, path: Sequence[str | int], what: str, cure: str) -> None:
        self.problems.append(_problem(self.document.location(tuple(path)), what, cure))


def _problem(where: str, what: str, cure: str, product: str = "") -> Problem:
    return Problem(where, what, cure, product, "about")


def _where_it_belongs(name: Any, known: Mapping[str, Any]) -> Message:
    if name in _PCF:
        return Message("It belongs under `pcf`.")
    if name in _HEAD:
        return Message("It belongs at the top, or under `products`.")
    return did_you_mean(str(name), [*known, "products", "pcf"], Message("Leave it out."))


def _as_text(value: Any, kind: Any) -> Any:
    """Return numbers as decimals in text where the field is a decimal, also inside objects."""
    if isinstance(value, Mapping) and isinstance(kind, ObjectOf):
        return {name: _as_text(each, kind.fields.get(name)) for name, each in value.items()}
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return decimal_text(value, 17) if is_number and callable(kind) else value


def _sample(value: Any, name: str) -> Any:
    """Return a value with its placeholder filled, so that its form can be checked."""
    return _fill(value, "P", name) if name in _WITH_PLACEHOLDER else value


def _fill(value: Any, product: str, name: str) -> Any:
    if isinstance(value, list):
        return [_fill(each, product, name) for each in value]
    if not isinstance(value, str):
        return value
    return value.replace(PLACEHOLDER, quote(product, safe="-._~") if name == "productIds" else product)


def _without_null(data: Any) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


def _holds(data: Any, path: Sequence[Any]) -> bool:
    for part in path:
        if (isinstance(data, Mapping) and part in data) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        ):
            data = data[part]
        else:
            return False
    return True


def read_about(source: Any) -> About:
    """Read an about file.

    Parameters
    ----------
    source : path or mapping
        A YAML or JSON file, or its content.

    Raises
    ------
    InputError
        With every key that is unknown, calculated or of wrong form.
    UsageError
        There is no such file, or it is of another type.

    Examples
    --------
    >>> about = read_about({"companyName": "Mill", "pcf": {"exemptedEmissionsPercent": 0}})
    >>> about.data["pcf"]["exemptedEmissionsPercent"]
    '0'
    """
    if isinstance(source, About):
        return source
    if isinstance(source, Mapping):
        return About(Document("about", dict(source)))
    if not isinstance(source, str | Path):
        raise wrong_type("about", source, "an about file", "Give the path of a YAML file, or its content as a dict.")
    return About(read_yaml(as_path(source, "about"), InputError, numbers="values"))
