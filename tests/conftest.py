"""What holds for a whole run: absent witnesses in its header, compiled modules kept, long files first."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from engines import absent_engines
from hypothesis import settings
from printing import absent_printing
from storage_emulators import absent_emulators

# A busy machine is no fault: an example may take any time. The same examples each time, so that a change is refused for what
# it does; `--hypothesis-profile=search` draws new ones.
settings.register_profile("search", deadline=None)
settings.register_profile("same examples", deadline=None, derandomize=True)
settings.load_profile("same examples")

# Tests start many processes that import the library: each would compile it again where compiled modules are not kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

LONGEST = (
    "tests/endtoend/test_batch_recipes.py",
    "tests/witness/oracle/test_oracle.py",
    "tests/endtoend/test_notebooks.py",
    "tests/endtoend/test_packaging.py",
    "tests/endtoend/test_batch_killed.py",
    "tests/endtoend/test_docs.py",
    "tests/unit/template/test_template_several.py",
    "tests/unit/inventory/test_draws.py",
    "tests/unit/template/test_template.py",
    "tests/unit/template/test_site_sheets.py",
    "tests/unit/brightway/test_brightway.py",
    "tests/endtoend/test_faces_agree.py",
    "tests/unit/report/test_report.py",
    "tests/unit/template/test_template_several_sheets.py",
    "tests/unit/io/test_parquet_damaged.py",
    "tests/endtoend/test_batch.py",
    "tests/unit/batch/test_batch_links.py",
    "tests/unit/batch/test_remote_folder.py",
    "tests/unit/report/live/test_numbers.py",
    "tests/unit/engine/test_links_long.py",
    "tests/unit/plot/test_interactive.py",
    "tests/unit/batch/test_csv_stream.py",
    "tests/unit/batch/test_arrow_stream.py",
    "tests/properties/test_metering.py",
    "tests/properties/test_invariance.py",
    "tests/properties/test_properties.py",
)
"""Files that take longest, longest first. One that a worker begins last keeps it busy while the others have nothing to do."""

MEMORY = "/dev/shm"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def absent_witnesses() -> Iterator[str]:
    """Yield each absent witness with what is not checked without it."""
    if not any(map(shutil.which, BROWSERS)):
        yield "no browser (apt-get install chromium): HTML reports and interactive diagrams are not opened"
    if shutil.which("soffice") is None:
        yield "no LibreOffice (apt-get install libreoffice-calc): formulas of workbooks are evaluated by our own evaluator only"
    if find_spec("olca_schema") is None:
        yield "no olca-schema (pip install olca-schema): packages of openLCA are read by our own solver and Brightway only"
    if not os.environ.get("TEXTILE_PCF_PACT_SCHEMAS"):
        yield "no TEXTILE_PCF_PACT_SCHEMAS (folder of the schemas of PACT): records are checked by our own models only"
    if not os.environ.get("TEXTILE_PCF_CATEGORY_RULES"):
        yield "no TEXTILE_PCF_CATEGORY_RULES (folder of published category rules): drafts are made of our own fixtures only"
    yield from absent_printing()
    yield from absent_engines()
    yield from absent_emulators()


def pytest_configure(config: pytest.Config) -> None:
    """Give Brightway a folder, and hand out files in the order of `pytest_collection_modifyitems`; xdist has another one.

    Brightway makes a project in its folder when it is imported: workers that do so in one folder at the same time fail, and
    that of the user is none of ours. The folder is in memory where it may be, and goes when the process ends, because
    Brightway keeps using the last one that it opened.
    """
    folder = tempfile.mkdtemp(prefix="brightway", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
    os.environ["BRIGHTWAY2_DIR"] = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first in a run of several workers, then those of most tests."""
    if not hasattr(config, "workerinput"):
        return
    place = {file: number for number, file in enumerate(LONGEST)}
    files = {item: item.nodeid.partition("::")[0] for item in items}
    count = Counter(files.values())
    items.sort(key=lambda item: (place.get(files[item], len(place)), -count[files[item]], files[item]))


def pytest_report_header() -> list[str]:
    """Return one header line for each absent witness."""
    return [f"absent witness: {text}" for text in absent_witnesses()]
