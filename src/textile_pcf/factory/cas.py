"""CAS registry numbers: their check digit, and the shipped list of items by number."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache

from textile_pcf.io.resources import data_root

_FORM = re.compile(r"(\d{2,7})-(\d{2})-(\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item of `emission_factors/cas.csv`.

    Attributes
    ----------
    item : str
        Item of a factor.
    active : str
        Active content that the factor is per; empty where its source does not state one.
    """

    item: str
    active: str


def is_cas_number(text: str) -> bool:
    r"""Return whether a text is a CAS registry number with a right check digit.

    The last digit is :math:`\sum k d_k \bmod 10`, where :math:`d_k` is the k-th digit before it, from the right.

    Parameters
    ----------
    text : str
        Such as `7757-82-6`.

    References
    ----------
    Chemical Abstracts Service, check digit verification of CAS registry numbers.

    Examples
    --------
    Sodium sulphate: 2·1 + 8·2 + 7·3 + 5·4 + 7·5 + 7·6 = 136.

    >>> is_cas_number("7757-82-6"), is_cas_number("7757-82-5"), is_cas_number("sodium sulphate")
    (True, False, False)
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return False
    digits = reversed(match[1] + match[2])
    return sum(place * int(digit) for place, digit in enumerate(digits, 1)) % 10 == int(match[3])


@cache
def items_by_cas() -> dict[str, tuple[KnownItem, ...]]:
    """Return the items of the shipped list, by CAS number.

    Examples
    --------
    >>> [known.item for known in items_by_cas()["7757-82-6"]]
    ['sodium_sulfate']
    """
    found: dict[str, list[KnownItem]] = {}
    with (data_root("emission_factors") / "cas.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["cas"], []).append(KnownItem(row["item"], row["active"]))
    return {cas: tuple(items) for cas, items in found.items()}
