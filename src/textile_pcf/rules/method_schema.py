"""Models of the methodological elements of a rule: allocation at a stage, and the age of emission factors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema, model_validator

from textile_pcf.errors import InvalidValueError
from textile_pcf.io.documents import Strict
from textile_pcf.io.localized import LocalizedText, Text

Boundary = Literal["cradle_to_gate", "gate_to_gate", "cradle_to_grave"]
AllocationMethod = Literal["subdivision", "system_expansion", "physical", "economic", "other"]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_\-]*$", max_length=64)]

SHARE_TITLE = LocalizedText(en="Allocated to the product", zh="分配给主产品的份额")
PRICE_TITLE = LocalizedText(en="Price of the product", zh="主产品价格")
PRODUCT_PRICE = "product_price"


class Method(Strict):
    """One way of allocation, with its cited share."""

    method: AllocationMethod
    """`physical` or `economic`; `subdivision` and `system_expansion` where the rule avoids allocation."""
    share: Annotated[float, Field(gt=0, le=1)]
    """Part of the emissions up to and at the stage that the product carries. [1]"""
    source: str
    """Key in `sources`."""
    locator: str
    """Table, clause or page in the source."""


class Allocation(Strict):
    """How the emissions up to and at a stage are shared between the product and its co-products; masses stay as they are."""

    id: Identifier = "allocation_share"
    """Name of the row by which the mill may give the share itself."""
    method: AllocationMethod
    """`physical` (by mass) or `economic` (by mass and price); the others need a cited share or that of the mill."""
    co_products: Annotated[list[Identifier], Field(min_length=1)]
    """What else comes out of the stage, by id."""
    titles: dict[Identifier, Text] = {}
    """Names of the co-products for reports."""
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    """Part that the product carries; without it the mill gives it, or masses (`ID_mass`) and prices of the co-products. [1]"""
    source: str | None = None
    """Key in `sources`."""
    locator: str | None = None
    """Table, clause or page in the source."""
    hierarchy: Text
    """Why the steps of ISO 14044, 4.3.4.2, that come before the method are not taken."""
    alternatives: list[Method] = []
    """Other ways, each with the total that it would give: the sensitivity that ISO 14044 asks for."""

    @model_validator(mode="after")
    def _check_sources(self) -> Allocation:
        if self.share is not None and not (self.source and self.locator):
            raise InvalidValueError("The share has no source.", "State where it was read: `source:` and `locator:`.")
        if set(self.titles) - set(self.co_products):
            raise InvalidValueError("A title names no co-product.", "Name those of `co_products`.")
        if len(set(self.co_products)) < len(self.co_products):
            raise InvalidValueError("A co-product appears twice.", "Name each once.")
        return self

    def properties(self) -> dict[str, dict[str, Any]]:
        """Return the properties by which activity data give the share, or what it is computed from, as written in a rule."""
        cited = {"value": self.share, "source": self.source, "locator": self.locator} if self.share is not None else {}
        quantities: dict[str, dict[str, Any]] = {
            self.id: {"unit": "1", "optional": True, "title": SHARE_TITLE, "note": self.hierarchy, **cited}
        }
        if self.share is not None or self.method not in ("physical", "economic"):
            return quantities
        for name in self.co_products:
            title = self.titles.get(name) or LocalizedText(en=name, zh=name)
            quantities[f"{name}_mass"] = _quantity("kg/kg", title, "mass per mass of the product", "与主产品的质量比")
            if self.method == "economic":
                quantities[f"{name}_price"] = _quantity("CNY/kg", title, "price", "价格")
        if self.method == "economic":
            quantities[PRODUCT_PRICE] = {"unit": "CNY/kg", "optional": True, "title": PRICE_TITLE}
        return quantities


def _quantity(unit: str, title: LocalizedText, english: str, chinese: str) -> dict[str, Any]:
    text = LocalizedText(en=f"{title.text()}: {english}", zh=f"{title.text('zh')}：{chinese}")
    return {"unit": unit, "optional": True, "title": text}


class FactorAge(Strict):
    """How many years may lie between the year asked for and that of an emission factor, before or after it."""

    years: Annotated[int, Field(gt=0, le=100)]
    """More years give a warning."""
    source: str | None = None
    """Key in `sources`."""
    locator: str | None = None
    """Table, clause or page in the source."""
    note: Text | None = None
    """Without a source: that the limit is a choice of the rule, and why."""

    @model_validator(mode="after")
    def _check_source(self) -> FactorAge:
        if not (self.source and self.locator) and self.note is None:
            raise InvalidValueError(
                "The limit has no source.", "Cite it (`source`, `locator`), or say in `note` that it is a choice of the rule."
            )
        return self


_NAMES = ["cradle_to_gate", "gate_to_gate", "cradle_to_grave"]
BOUNDARY_LIST = {"anyOf": [{"enum": _NAMES}, {"type": "array", "items": {"enum": _NAMES}, "minItems": 1}]}
STAGE_BOUNDARY = {"anyOf": [{"enum": ["inside", "outside"]}, {"type": "array", "items": {"enum": _NAMES}, "minItems": 1}]}
_List = Annotated[list[Boundary], Field(min_length=1)]
Boundaries = Annotated[Boundary | _List, WithJsonSchema(BOUNDARY_LIST)]
StageBoundary = Annotated[Literal["inside", "outside"] | _List, WithJsonSchema(STAGE_BOUNDARY)]
