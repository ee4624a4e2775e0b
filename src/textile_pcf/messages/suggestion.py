"""The cure that offers the nearest known name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from textile_pcf.messages.message import Message
from textile_pcf.suggest import nearest

Otherwise = TypeVar("Otherwise", bound=str)


def did_you_mean(text: str, known: Iterable[str], otherwise: Otherwise, titled: str | None = None) -> Message | Otherwise:
    """Return the suggestion of a known name, or another cure if none is similar.

    Parameters
    ----------
    text : str
        What was written.
    known : iterable of str
        Names to choose from.
    otherwise : str
        The other cure.
    titled : str, optional
        Id whose title was written in its place; it is suggested before a similar name.

    Examples
    --------
    >>> did_you_mean("dying", ["dyeing"], "Add it."), did_you_mean("x", ["dyeing"], "Add it.")
    ("Did you mean 'dyeing'?", 'Add it.')
    """
    close = titled or nearest(text, known)
    return Message("Did you mean {close!r}?", close=close) if close else otherwise
