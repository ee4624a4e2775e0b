"""What a result was made with: library, Python, numpy and platform."""

from __future__ import annotations

import platform

import numpy as np

from textile_pcf._version import __version__


def environment() -> dict[str, str]:
    """Return the versions of library, Python and numpy, and the platform.

    Examples
    --------
    >>> list(environment())
    ['library', 'python', 'numpy', 'platform']
    """
    return {
        "library": f"textile_pcf {__version__}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": f"{platform.system()} {platform.machine()}",
    }
