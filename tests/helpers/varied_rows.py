"""Rows of products whose losses, properties, shares or outputs have a spread, for the mill of the tests of uncertainty."""

from __future__ import annotations

COTTON = [
    "P,spinning,fibre,,1,kg/kg,cotton", "P,making,electricity,,5,kWh/kg,,,,1.2", "P,making,steam,,2,kg/kg,,,,1.5",
]  # fmt: skip
BLEND = [
    "B,product,share,cotton,60,%,,,,1.1", "B,product,share,polyester,40,%,,,,1.2",
    "B,spinning,fibre,cotton,1,kg/kg,cotton", "B,spinning,fibre,polyester,1,kg/kg,polyester",
    "B,spinning,waste,cotton,12,%,,,,1.3", "B,spinning,waste,polyester,5,%,,,,,3,9",
    "B,making,heat", "B,making,rate,,3,kWh/kg,,,,1.4",
]  # fmt: skip
PERIOD = [
    "M,making,electricity,,9000,kWh,,,,1.1,,,,period", "M,making,output,,2000,kg,,,,1.05,,,,period",
    "M,spinning,power,,2,kWh/kg",
]  # fmt: skip
HEATED = ["H,making,heat", "H,making,rate,,2,kWh/kg,,,,,1.5,4"]
