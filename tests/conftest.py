"""The report header names the external witnesses that are absent, so that a skipped check is not overlooked."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec

from engines import absent_engines

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _has_chinese_font() -> bool:
    """Return whether fontconfig lists a font with Chinese characters; True if it cannot be asked."""
    if shutil.which("fc-list") is None:
        return True
    done = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())


def absent_witnesses() -> Iterator[str]:
    """Yield each absent witness with what is not checked without it."""
    if not any(map(shutil.which, BROWSERS)):
        yield "no browser (apt-get install chromium): HTML reports and interactive diagrams are not opened"
    if shutil.which("soffice") is None:
        yield "no LibreOffice (apt-get install libreoffice-calc): formulas of workbooks are evaluated by our own evaluator only"
    if not _has_chinese_font():
        yield "no Chinese font (apt-get install fonts-noto-cjk): pictures are drawn with a substitute font"
    if find_spec("olca_schema") is None:
        yield "no olca-schema (pip install olca-schema): packages of openLCA are read by our own solver and Brightway only"
    if not os.environ.get("TEXTILE_PCF_PACT_SCHEMAS"):
        yield "no TEXTILE_PCF_PACT_SCHEMAS (folder of the schemas of PACT): records are checked by our own models only"
    if not os.environ.get("TEXTILE_PCF_CATEGORY_RULES"):
        yield "no TEXTILE_PCF_CATEGORY_RULES (folder of published category rules): drafts are made of our own fixtures only"
    yield from absent_engines()


def pytest_report_header() -> list[str]:
    """Return one header line for each absent witness."""
    return [f"absent witness: {text}" for text in absent_witnesses()]
