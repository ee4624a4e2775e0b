"""JSON for people: keys in their order, one value per line."""

from __future__ import annotations

import json
from typing import Any


def indented_json(data: Any) -> str:
    """Return data as JSON text, with a line break at the end; NaN and infinite numbers are refused.

    Parameters
    ----------
    data : Any
        Texts, numbers, lists and dicts.

    Raises
    ------
    ValueError
        A number is not finite.

    Examples
    --------
    >>> print(indented_json({"title": "涤纶", "kg": 1.5}), end="")
    {
     "title": "涤纶",
     "kg": 1.5
    }
    """
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
