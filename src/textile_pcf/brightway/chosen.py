"""Which activities of a Brightway database are asked for, which product each makes, and whether it takes that in instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from textile_pcf.errors import FactorError, Problem
from textile_pcf.suggest import nearest

Select = Mapping[str, Any] | Iterable[str] | Callable[[Any], bool] | None
_MAKES = ("production", "generic production")


@dataclass(frozen=True)
class Chosen:
    """An activity under an item.

    `product` is the activity itself where the database has no nodes of products; `made` is negative where it is treated.
    """

    item: str
    node: Any
    product: Any
    made: float

    @property
    def unit(self) -> str:
        """Unit of the product."""
        return str(self.product.get("unit") or self.node.get("unit") or "")

    @property
    def reference(self) -> str:
        """Name of the product; empty where the activity does not say."""
        own = self.node.get("reference product")
        return str(self.product["name"] if self.product.id != self.node.id else own or "")


def chosen(database: Any, select: Select) -> list[Chosen]:
    """The activities that `select` asks for.

    Raises
    ------
    FactorError
        There are none or several of that code or name, or it cannot be told what one of them makes.
    """
    nodes = [node for node in database if _is_activity(node)]
    if callable(select) or select is None:
        found = [("", node) for node in nodes if select is None or select(node)]
        return _named(_made(found))
    products = [node for node in database if node.get("type") == "product"]
    wanted = select if isinstance(select, Mapping) else {text: text for text in select}
    pairs, problems = [], []
    for item, text in wanted.items():
        these = _fitting(nodes, products, text)
        if len(these) == 1:
            pairs.append((str(item), these[0]))
        else:
            problems.append(_not_one(database.name, text, these, [*nodes, *products]))
    if problems:
        raise FactorError(problems)
    made = _made(pairs)
    return made if isinstance(select, Mapping) else _named(made)


def _is_activity(node: Any) -> bool:
    kind = node.get("type") or "process"
    return bool(kind.startswith("process") or kind == "multifunctional")


def _fitting(nodes: list[Any], products: list[Any], text: Any) -> list[Any]:
    """Nodes of this code, else activities, else products of this name."""
    by_code = [node for node in [*nodes, *products] if node["code"] == text]
    return by_code or next(
        (found for kind in (nodes, products) if (found := [node for node in kind if node["name"] == text])), []
    )


def _not_one(database: str, text: Any, these: list[Any], nodes: list[Any]) -> Problem:
    close = nearest(str(text), [node["name"] for node in nodes])
    many = f"{len(these)} activities have this name." if these else "There is no activity with this code or name."
    codes = ", ".join(node["code"] for node in these[:5])
    cure = f"Give a code: {codes}." if these else f"Did you mean {close!r}?" if close else "Give a code of the database."
    return Problem(f"{database} ({text})", many, cure, code="no-activity")


# -- what they make -------------------------------------------------------------------------------------------------


def _made(pairs: list[tuple[str, Any]]) -> list[Chosen]:
    """What each activity makes, or which activity makes the product; every problem at once."""
    found, problems = [], []
    for item, node in pairs:
        told = _of_product(item, node) if node.get("type") == "product" else _of_activity(item, node)
        if isinstance(told, Chosen):
            found.append(told)
        else:
            problems.append(told)
    if problems:
        raise FactorError(problems)
    return found


def _of_activity(item: str, node: Any) -> Chosen | Problem:
    """An activity with the one product it makes; without production exchanges it makes one unit of itself."""
    made: dict[int, float] = {}
    products: dict[int, Any] = {}
    for edge in node.production():
        product = edge.input
        products[product.id] = product
        made[product.id] = made.get(product.id, 0.0) + float(edge["amount"])
    if len(products) > 1:
        names = ", ".join(repr(product["name"]) for product in products.values())
        return _wrong(node, f"The activity makes several products: {names}.", "Allocate it in Brightway first.")
    if not products and node.get("type") in ("process", "multifunctional"):
        return _wrong(node, "The activity makes no product.", "Add its production exchange in Brightway.")
    product = next(iter(products.values()), node)
    return _one(item, node, product, made.get(product.id, 1.0))


def _of_product(item: str, product: Any) -> Chosen | Problem:
    """A product with the one activity that makes it."""
    edges = list(product.upstream(kinds=_MAKES))
    makers = {edge.output.id: edge.output for edge in edges}
    if not makers:
        return _wrong(product, "No activity makes this product.", "Add the activity that makes it, or choose another.")
    if len(makers) > 1:
        names = ", ".join(repr(node["name"]) for node in makers.values())
        return _wrong(product, f"Several activities make this product: {names}.", "Put a market between them in Brightway.")
    node = next(iter(makers.values()))
    told = _of_activity(item, node)
    return told if isinstance(told, Problem) else _one(item, node, product, told.made)


def _one(item: str, node: Any, product: Any, made: float) -> Chosen | Problem:
    if made == 0 or made != made:
        return _wrong(node, "The activity makes 0 of its product.", "Correct its production exchange in Brightway.")
    return Chosen(item, node, product, made)


def _wrong(node: Any, what: str, cure: str) -> Problem:
    return Problem(f"{node['database']} ({node['name']})", what, f"{cure} Or leave it out with select.", code="bad-production")


# -- what they are called -------------------------------------------------------------------------------------------


def _named(found: list[Chosen]) -> list[Chosen]:
    """Items made of names; product and code are added where two would be the same."""
    items = [slug(one.node["name"]) for one in found]
    for field in ("reference", "code"):
        keys = [(item, one.node.get("location")) for item, one in zip(items, found, strict=True)]
        twice = {key for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else set()
        items = [
            f"{item}_{slug(one.reference if field == 'reference' else one.node['code'])}".rstrip("_") if key in twice else item
            for item, key, one in zip(items, keys, found, strict=True)
        ]
    return [Chosen(item, one.node, one.product, one.made) for item, one in zip(items, found, strict=True)]


def slug(text: str) -> str:
    """A name as an item: words joined by `_`."""
    return re.sub(r"\W+", "_", text.lower()).strip("_")
