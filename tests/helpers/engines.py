"""Whether Spark and Ray can start on this machine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec


@cache
def has_java() -> bool:
    """Return whether a Java runtime answers."""
    java = shutil.which("java")
    return java is not None and subprocess.run([java, "-version"], capture_output=True, check=False).returncode == 0


def has_spark() -> bool:
    """Return whether Spark is installed and finds a Java runtime."""
    return find_spec("pyspark") is not None and has_java()


def has_ray() -> bool:
    """Return whether Ray is installed: it has no wheels for the newest Python."""
    return find_spec("ray") is not None


def absent_engines() -> Iterator[str]:
    """Yield each engine that cannot start, with what is not checked without it."""
    if find_spec("pyspark") is None:
        yield "no Spark (pip install pyspark): docs/recipes/on_spark.py does not run"
    elif not has_java():
        yield "no Java runtime (apt-get install default-jre-headless): docs/recipes/on_spark.py does not run"
    if not has_ray():
        yield "no Ray (pip install ray): docs/recipes/on_ray.py does not run"
