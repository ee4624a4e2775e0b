"""Products that miss the data quality rating that their rule asks for."""

from __future__ import annotations

from textile_pcf.data_quality.main import quality
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint


def missed_requirement(product: str, limit: float) -> Message:
    """Return the warning of a product that is not shown to keep the rating that its rule asks for.

    Parameters
    ----------
    product : str
        Id of the product.
    limit : float
        Largest data quality rating that the rule allows, 1 best to 5.
    """
    text = "{product}: the data quality rating is not shown to be {limit:g} or better, which the rule asks for."
    return Message(text, product=product, limit=limit)


def requirement_warnings(result: Footprint) -> list[Message]:
    """Return a warning for each product that misses `quality.max_dqr` of its rule; nothing where the rule states none.

    Parameters
    ----------
    result : Footprint
        A result with its run.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> requirement_warnings(tp.footprint("examples/cotton_poplin/activity.csv", "cotton_fabric@2026.1"))
    []
    """
    if result.rules.document.quality is None:
        return []
    rated = quality(result)
    if rated.met is None or rated.max_dqr is None:
        return []
    return [missed_requirement(name, rated.max_dqr) for name, met in zip(result.products, rated.met, strict=True) if not met]
