"""Numbers as texts of an explanation."""

from __future__ import annotations


def number(value: float) -> str:
    """Return a number as text with seven significant digits.

    Examples
    --------
    >>> number(0.12345678), number(1234567.89), number(20.0), number(1e-9)
    ('0.1234568', '1234568', '20', '1e-09')
    """
    return f"{value:.7g}" if not 1e6 <= abs(value) < 1e15 else f"{value:.0f}"
