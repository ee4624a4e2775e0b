"""The options `--publish` and `--strict`."""

from __future__ import annotations

from textile_pcf.errors import Problem, UsageError
from textile_pcf.results import Footprint


def publishable(result: Footprint, publish: bool, strict: bool) -> Footprint:
    """Return a result as it is written: masked with `--publish`, with stages merged where `--strict` stands as well.

    Parameters
    ----------
    result : Footprint
    publish, strict : bool
        The options.

    Raises
    ------
    UsageError
        `--strict` without `--publish`, or a total that alone gives a masked number away.
    """
    if strict and not publish:
        raise UsageError([Problem("--strict", "Strict is for publishing.", "Add --publish.", code="usage")])
    return result.published(strict) if publish else result
