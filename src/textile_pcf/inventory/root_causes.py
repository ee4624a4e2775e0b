"""Problems in the order of the file, without those that only follow from another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textile_pcf.activity.activity import Activity
from textile_pcf.errors import Problem, by_location
from textile_pcf.messages.message import Message

FOLLOWING = frozenset({"missing", "missing-input", "alternatives", "no-factor", "in-default", "no-mass", "shares"})


def root_causes(activity: Activity, problems: Iterable[Problem]) -> list[Problem]:
    """Return problems by location, without those that follow from a missing product name or from its capitals."""
    listed = list(problems)
    nameless = any(problem.code == "bad-product" for problem in listed)
    twins = _case_variants(activity) if any(problem.code in FOLLOWING for problem in listed) else {}
    kept = [problem for problem in listed if not _follows(problem, nameless, twins)]
    short = {problem.product for problem in listed if problem.code in FOLLOWING and problem.product in twins}
    return by_location([*kept, *_differing(activity, twins, short)])


def _follows(problem: Problem, nameless: bool, twins: dict[str, str]) -> bool:
    return problem.code in FOLLOWING and ((nameless and problem.product == "") or problem.product in twins)


def _case_variants(activity: Activity) -> dict[str, str]:
    """Return the products that differ from another only in capitals, with that other product."""
    by_fold: dict[str, list[str]] = {}
    for product in activity.products:
        by_fold.setdefault(product.casefold(), []).append(product)
    return {
        name: next(other for other in names if other != name) for names in by_fold.values() if len(names) > 1 for name in names
    }


def _differing(activity: Activity, twins: dict[str, str], short: set[str]) -> Iterator[Problem]:
    """Yield one problem per pair of which one is incomplete."""
    reported: set[str] = set()
    cells = activity.columns
    for product in activity.products:
        if product in short and product.casefold() not in reported:
            reported.add(product.casefold())
            other = twins[product]
            later = max(product, other, key=activity.products.index)
            row = int((cells.texts["product"].codes == activity.products.index(later)).argmax())
            what = Message(
                "{other!r} and {product!r} differ only in capitals, and one of them is incomplete.",
                other=other,
                product=product,
            )
            yield from cells.problems_at([row], what, "Write the product in one way.", "product", "product-twins")
