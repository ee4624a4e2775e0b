"""A browser as witness: what it shows of a page, and what it complains of. Without one there is nothing to ask."""

import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
BROWSERS = [CHROMIUM] if CHROMIUM else []


def _run(browser: str, page: Path, folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}", "--enable-logging=stderr",
               "--virtual-time-budget=10000", *options, page.as_uri()]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)


def dom(browser: str, page: Path, folder: Path) -> str:
    """The page as it stands after its scripts have run; it may neither complain nor be refused anything."""
    done = _run(browser, page, folder, "--dump-dom")
    assert "CONSOLE" not in done.stderr, done.stderr
    assert "Refused" not in done.stderr, done.stderr
    return done.stdout


def screenshot(browser: str, page: Path, folder: Path, size: str = "1000,600") -> Path:
    """The page as a picture."""
    path = folder / f"{page.stem}.png"
    _run(browser, page, folder, f"--window-size={size}", f"--screenshot={path}")
    return path
