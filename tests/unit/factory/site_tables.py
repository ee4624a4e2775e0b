"""Tables of a site's year that several tests use, written small."""

from __future__ import annotations

from typing import Any

import textile_pcf as tp

Rows = list[dict[str, Any]]


def rows(text: str) -> Rows:
    """Rows of a table in CSV."""
    head, *lines = (line.split(",") for line in text.strip().splitlines())
    return [dict(zip(head, [cell.strip() for cell in line], strict=True)) for line in lines]


UTILITIES = """
carrier,process,amount,unit
electricity,,1200,MWh
"""
PRODUCTION = """
product,process,output,unit
A,dyeing,400,t
B,printing,100,t
"""
PLAN = """
carrier,process,driver,weight
electricity,dyeing,output,1
electricity,printing,output,2
"""


def allocate(utilities: str = UTILITIES, production: str = PRODUCTION, plan: str = PLAN, **options: Any) -> Any:
    """Allocate small tables."""
    return tp.factory.allocate(rows(utilities), rows(production), rows(plan), **options)
