"""Units, unit groups and flow properties of openLCA: its own ids for what it has, ours for the rest."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from textile_pcf.units import Unit, canonical_text

UNIT_WORDS = {"Item(s)": "piece", "Items": "piece"}
"""Our units by names that openLCA has and we do not read."""
NO_VERSION = "00.00.000"
"""Version of data sets that an import must never take for newer than those of the user."""


def own_id(kind: str, *names: str) -> str:
    """Return the id of a data set of ours: a UUID of version 5 over its kind and names.

    Examples
    --------
    >>> own_id("Flow", "rule@1", "A") == own_id("Flow", "rule@1", "A"), own_id("Flow", "A") == own_id("Process", "A")
    (True, False)
    """
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "\0".join((kind, *names))))


def reference(kind: str, identifier: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a reference to a data set."""
    return {"@type": kind, "@id": identifier, "name": name, **more}


@dataclass(frozen=True)
class Dimension:
    """A unit group of openLCA with its flow property.

    Attributes
    ----------
    group, flow_property : (str, str)
        Id and name.
    units : tuple of (name, id, factor, size)
        Units: name, id, factor to the first one, and size in our canonical unit.
    """

    group: tuple[str, str]
    flow_property: tuple[str, str]
    units: tuple[tuple[str, str, float, float], ...]


@dataclass(frozen=True)
class UsedUnit:
    """A unit as openLCA has it.

    Attributes
    ----------
    dimension : Dimension
        Its group and flow property.
    index : int
        Which of the units of the group.
    scale : float
        How many of this unit one of ours is.
    """

    dimension: Dimension
    index: int
    scale: float

    @property
    def name(self) -> str:
        """Name of the unit."""
        return self.dimension.units[self.index][0]

    @property
    def reference(self) -> dict[str, Any]:
        """Reference to the unit."""
        name, identifier, _, _ = self.dimension.units[self.index]
        return reference("Unit", identifier, name)

    @property
    def flow_property(self) -> dict[str, Any]:
        """Reference to the flow property."""
        return reference("FlowProperty", *self.dimension.flow_property)


KG = Dimension(
    ("93a60a57-a4c8-11da-a746-0800200c9a66", "Units of mass"),
    ("93a60a56-a3c8-11da-a746-0800200b9a66", "Mass"),
    (("kg", "20aadc24-a391-41cf-b340-3e4529f44bde", 1.0, 1.0),),
)
_KNOWN = {
    (("mass", 1),): KG,
    (("energy", 1),): Dimension(
        ("93a60a57-a3c8-11da-a746-0800200c9a66", "Units of energy"),
        ("f6811440-ee37-11de-8a39-0800200c9a66", "Energy"),
        (
            ("MJ", "52765a6c-3896-43c2-b2f4-c679acf13efe", 1.0, 1.0),
            ("kWh", "86ad2244-1f0e-4912-af53-7865283103e4", 3.6, 3.6),
        ),
    ),
    (("length", 1), ("mass", 1)): Dimension(
        ("838aaa21-0117-11db-92e3-0800200c9a66", "Units of mass*length"),
        ("838aaa20-0117-11db-92e3-0800200c9a66", "Goods transport (mass*distance)"),
        (("t*km", "0dea4ed8-bb6b-4049-b2b4-b2c413ef2180", 1.0, 1e6),),
    ),
    (("length", 2),): Dimension(
        ("93a60a57-a3c8-18da-a746-0800200c9a66", "Units of area"),
        ("93a60a56-a3c8-19da-a746-0800200c9a66", "Area"),
        (("m2", "3ce61faa-5716-41c1-aef6-b5920054acc9", 1.0, 1.0),),
    ),
    (("volume", 1),): Dimension(
        ("93a60a57-a3c8-12da-a746-0800200c9a66", "Units of volume"),
        ("93a60a56-a3c8-22da-a746-0800200c9a66", "Volume"),
        (("m3", "1c3a9695-398d-4b1f-b07e-a8715b610f70", 1.0, 1.0),),
    ),
    (("length", 1),): Dimension(
        ("838aaa22-0117-11db-92e3-0800200c9a66", "Units of length"),
        ("838aaa23-0117-11db-92e3-0800200c9a66", "Length"),
        (("m", "3d314eab-ef11-4ff3-a35e-9bc5cd858694", 1.0, 1.0),),
    ),
    (("piece", 1),): Dimension(
        ("5beb6eed-33a9-47b8-9ede-1dfe8f679159", "Units of items"),
        ("01846770-4cfe-4a25-8ad9-919d8d378345", "Number of items"),
        (("Item(s)", "6dabe201-aaac-4509-92f0-d00c26cb72ab", 1.0, 1.0),),
    ),
}


def openlca_unit(unit: Unit) -> UsedUnit:
    """Return a unit as openLCA has it; a dimension that it lacks gets a group of ours.

    Parameters
    ----------
    unit : Unit
        A unit of a flow or product.

    Examples
    --------
    >>> from textile_pcf.units import parse_unit
    >>> [(openlca_unit(parse_unit(text)).name, openlca_unit(parse_unit(text)).scale) for text in ("kWh", "g", "pair")]
    [('kWh', 1.0), ('kg', 0.001), ('pair', 1.0)]
    """
    dimension = _KNOWN.get(unit.dimensions) or _own_dimension(unit)
    for index, (*_, size) in enumerate(dimension.units):
        if size == unit.factor:
            return UsedUnit(dimension, index, 1.0)
    return UsedUnit(dimension, 0, unit.factor / dimension.units[0][3])


def _own_dimension(unit: Unit) -> Dimension:
    name = canonical_text(unit.dimensions)
    return Dimension(
        (own_id("UnitGroup", name), f"Units of {name}"),
        (own_id("FlowProperty", name), f"Amount in {name}"),
        ((name, own_id("Unit", name), 1.0, 1.0),),
    )


def dimension_data_sets(dimension: Dimension) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the unit group and the flow property of a dimension as data sets."""
    group = {
        "@type": "UnitGroup",
        "@id": dimension.group[0],
        "name": dimension.group[1],
        "version": NO_VERSION,
        "defaultFlowProperty": reference("FlowProperty", *dimension.flow_property),
        "units": [
            {"@id": identifier, "name": name, "conversionFactor": factor, "isRefUnit": number == 0}
            for number, (name, identifier, factor, _) in enumerate(dimension.units)
        ],
    }
    flow_property = {
        "@type": "FlowProperty",
        "@id": dimension.flow_property[0],
        "name": dimension.flow_property[1],
        "version": NO_VERSION,
        "flowPropertyType": "PHYSICAL_QUANTITY",
        "unitGroup": reference("UnitGroup", *dimension.group),
    }
    return group, flow_property


def unit_name(identifier: str) -> str | None:
    """Return our name of a unit of openLCA by its id; None for others.

    Examples
    --------
    >>> unit_name("86ad2244-1f0e-4912-af53-7865283103e4"), unit_name("x")
    ('kWh', None)
    """
    for dimension in _KNOWN.values():
        for name, known, *_ in dimension.units:
            if known == identifier:
                return "piece" if name == "Item(s)" else name
    return None
