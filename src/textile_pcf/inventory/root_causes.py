"""Problems in the order of the file, without those that only follow from another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.product_names import similar_names
from textile_pcf.errors import Problem, by_location
from textile_pcf.messages.message import Message

FOLLOWING = frozenset({"missing", "missing-input", "alternatives", "no-factor", "in-default", "no-mass", "shares"})


def root_causes(activity: Activity, problems: Iterable[Problem]) -> list[Problem]:
    """Return problems by location, without those that follow from a missing product name or from its spelling."""
    listed = list(problems)
    nameless = any(problem.code == "bad-product" for problem in listed)
    short = {problem.product for problem in listed if problem.code in FOLLOWING}
    groups = similar_names(activity.products) if short else []
    twins = {name for group in groups for name in group}
    kept = [problem for problem in listed if not _follows(problem, nameless, twins)]
    return by_location([*kept, *_differing(activity, groups, short)])


def _follows(problem: Problem, nameless: bool, twins: set[str]) -> bool:
    return problem.code in FOLLOWING and ((nameless and problem.product == "") or problem.product in twins)


def _differing(activity: Activity, groups: Iterable[tuple[str, ...]], short: set[str]) -> Iterator[Problem]:
    """Yield one problem per group of names of which one is incomplete: at that one, as a batch rejects where a problem is."""
    cells = activity.columns
    for group in groups:
        incomplete = [name for name in group if name in short]
        if incomplete:
            product = incomplete[-1]
            other = next(name for name in group if name != product)
            row = int((cells.texts["product"].codes == activity.products.index(product)).argmax())
            what = Message(
                "{other!r} and {product!r} differ only in capitals, spaces or the width of letters, "
                "and one of them is incomplete.",
                other=other,
                product=product,
            )
            yield from cells.problems_at([row], what, "Write the product in one way.", "product", "product-twins")
