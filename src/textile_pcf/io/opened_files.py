"""Files opened to be read."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from textile_pcf.io.strict_yaml import cannot_be_opened


def open_binary(name: str) -> BinaryIO:
    """Open a file to read its bytes.

    Raises
    ------
    UsageError
        The file cannot be opened.
    """
    try:
        return Path(name).open("rb")
    except (OSError, ValueError) as fault:
        raise cannot_be_opened(name, fault) from None
