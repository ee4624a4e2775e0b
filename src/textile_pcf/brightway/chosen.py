"""Select activities of a Brightway database, and find the product that each makes or treats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from textile_pcf.errors import FactorError, Problem
from textile_pcf.messages.message import Message, sentences
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.regions import WORLD, region_of_others

Select = Mapping[str, Any] | Iterable[str] | Callable[[Any], bool] | None
_MAKES = ("production", "generic production")


@dataclass(frozen=True)
class SelectedActivity:
    """An activity with its item.

    Attributes
    ----------
    item : str
        Item of the emission factor.
    node : bw2data.Node
        The activity.
    product : bw2data.Node
        Its product; the activity itself if the database has no product nodes.
    amount : float
        Amount of the product made; negative if the activity treats it.
    """

    item: str
    node: Any
    product: Any
    amount: float

    @property
    def unit(self) -> str:
        """Unit of the product."""
        return str(self.product.get("unit") or self.node.get("unit") or "")

    @property
    def location(self) -> str:
        """Location in the database, such as RoW; empty if there is none."""
        stated = self.node.get("location") or self.product.get("location") or ""
        return str(stated[-1] if isinstance(stated, tuple | list) else stated)

    @property
    def region(self) -> str:
        """Our region of the location: GLO for RoW or none; a location that is not known stays as it is."""
        return region_of_others(self.location) or self.location or WORLD

    @property
    def reference(self) -> str:
        """Name of the product; empty if the activity does not state it."""
        own = self.node.get("reference product")
        return str(self.product["name"] if self.product.id != self.node.id else own or "")


def select_activities(database: Any, select: Select) -> list[SelectedActivity]:
    """Return the activities selected by `select`.

    Raises
    ------
    FactorError
        A code or name matches no activity or several, or the product of an activity is not clear.
    """
    nodes = [node for node in database if _is_activity(node)]
    if callable(select) or select is None:
        selected = [("", node) for node in nodes if select is None or select(node)]
        return _with_items(_with_products(selected))
    products = [node for node in database if node.get("type") == "product"]
    names = [select] if isinstance(select, str) else select
    requested = names if isinstance(names, Mapping) else {text: text for text in names}
    pairs, problems = [], []
    for item, text in requested.items():
        matches = _matching_nodes(nodes, products, text)
        if len(matches) == 1:
            pairs.append((str(item), matches[0]))
        else:
            problems.append(_match_problem(database.name, text, matches, [*nodes, *products]))
    if problems:
        raise FactorError(problems)
    activities = _with_products(pairs)
    return activities if isinstance(select, Mapping) else _with_items(activities)


def _is_activity(node: Any) -> bool:
    node_type = node.get("type") or "process"
    return bool(node_type.startswith("process") or node_type == "multifunctional")


def _matching_nodes(nodes: list[Any], products: list[Any], text: Any) -> list[Any]:
    """Nodes with this code; otherwise activities, otherwise products with this name."""
    by_code = [node for node in [*nodes, *products] if node["code"] == text]
    return by_code or next(
        (named for group in (nodes, products) if (named := [node for node in group if node["name"] == text])), []
    )


def _match_problem(database: str, text: Any, matches: list[Any], nodes: list[Any]) -> Problem:
    message = (
        Message("{count} activities have this name.", count=len(matches))
        if matches
        else "There is no activity with this code or name."
    )
    codes = ", ".join(node["code"] for node in matches[:5])
    cure = (
        Message("Give a code: {codes}.", codes=codes)
        if matches
        else did_you_mean(str(text), [node["name"] for node in nodes], "Give a code of the database.")
    )
    return Problem(f"{database} ({text})", message, cure, code="no-activity")


# -- what they make -------------------------------------------------------------------------------------------------


def _with_products(pairs: list[tuple[str, Any]]) -> list[SelectedActivity]:
    """Find the product of each activity, or the activity of each product; report all problems at once."""
    activities, problems = [], []
    for item, node in pairs:
        selected = _of_product(item, node) if node.get("type") == "product" else _of_activity(item, node)
        if isinstance(selected, SelectedActivity):
            activities.append(selected)
        else:
            problems.append(selected)
    if problems:
        raise FactorError(problems)
    return activities


def _of_activity(item: str, node: Any) -> SelectedActivity | Problem:
    """Return an activity with its one product. Without production exchanges it makes one unit of itself."""
    amounts: dict[int, float] = {}
    products: dict[int, Any] = {}
    for edge in node.production():
        product = edge.input
        products[product.id] = product
        amounts[product.id] = amounts.get(product.id, 0.0) + float(edge["amount"])
    if len(products) > 1:
        names = ", ".join(repr(product["name"]) for product in products.values())
        return _production_problem(
            node, Message("The activity makes several products: {names}.", names=names), "Allocate it in Brightway first."
        )
    if not products and node.get("type") in ("process", "multifunctional"):
        return _production_problem(node, "The activity makes no product.", "Add its production exchange in Brightway.")
    product = next(iter(products.values()), node)
    return _selected_activity(item, node, product, amounts.get(product.id, 1.0))


def _of_product(item: str, product: Any) -> SelectedActivity | Problem:
    """Return a product with the one activity that makes it."""
    edges = list(product.upstream(kinds=_MAKES))
    makers = {edge.output.id: edge.output for edge in edges}
    if not makers:
        return _production_problem(
            product, "No activity makes this product.", "Add the activity that makes it, or choose another."
        )
    if len(makers) > 1:
        names = ", ".join(repr(node["name"]) for node in makers.values())
        return _production_problem(
            product,
            Message("Several activities make this product: {names}.", names=names),
            "Put a market between them in Brightway.",
        )
    node = next(iter(makers.values()))
    activity = _of_activity(item, node)
    return activity if isinstance(activity, Problem) else _selected_activity(item, node, product, activity.amount)


def _selected_activity(item: str, node: Any, product: Any, amount: float) -> SelectedActivity | Problem:
    if amount == 0 or amount != amount:
        return _production_problem(
            node, "The activity makes 0 of its product.", "Correct its production exchange in Brightway."
        )
    return SelectedActivity(item, node, product, amount)


def _production_problem(node: Any, what: str, cure: str) -> Problem:
    return Problem(
        f"{node['database']} ({node['name']})", what, sentences(cure, "Or leave it out with select."), code="bad-production"
    )


# -- what they are called -------------------------------------------------------------------------------------------


def _with_items(activities: list[SelectedActivity]) -> list[SelectedActivity]:
    """Make items from names, with product and code added where two would be the same."""
    items = [slug(activity.node["name"]) for activity in activities]
    for field in ("reference", "code"):
        keys = [(item, activity.region) for item, activity in zip(items, activities, strict=True)]
        duplicates = {key for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else set()
        items = [
            f"{item}_{slug(activity.reference if field == 'reference' else activity.node['code'])}".rstrip("_")
            if key in duplicates
            else item
            for item, key, activity in zip(items, keys, activities, strict=True)
        ]
    return [
        SelectedActivity(item, activity.node, activity.product, activity.amount)
        for item, activity in zip(items, activities, strict=True)
    ]


def slug(text: str) -> str:
    """Return a name as an item: words joined by `_`.

    Examples
    --------
    >>> slug("Yarn, cotton (ring)")
    'yarn_cotton_ring'
    """
    return re.sub(r"\W+", "_", text.lower()).strip("_")
