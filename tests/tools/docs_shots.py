"""Screenshots: workbook, report, live report and notebook, as `docs/_static/{workbook.zh,report.en,live.en,notebook.en}.png`.

Renew them by hand when one of them looks different, and look at what came out: `python tests/tools/docs_shots.py`.
Needs LibreOffice, Chromium, Chinese fonts, and `pip install pypdfium2 pillow nbconvert`, which nothing else here needs.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "docs/_static"
WIDTH, HEIGHT = 1000, 1350
COLOURS = 48
STAGE = "染色"  # the sheet of the workbook that is shown


def browser(page: Path, out: Path) -> None:
    """Draw a page as a browser shows it."""
    name = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={WIDTH},{HEIGHT}")
    subprocess.run([name, *options, f"--screenshot={out}", page.as_uri()], check=True, capture_output=True)


PLAYED = """<script>
const move = (id, place, value) => {
  const slider = document.querySelectorAll(`#${id} input[type=range]`)[place];
  slider.value = value;
  slider.dispatchEvent(new Event("input"));
};
move("mixes", 0, 400);
move("amounts", 0, 50);
</script></body>"""
"""Two amounts that are moved: part of the electricity from the roof, and less electricity of looms."""


def _played(page: Path) -> Path:
    """Return a live report in which amounts are moved; its policy, which allows no other script, is left out."""
    text = re.sub(r"<meta http-equiv=[^>]*>", "", page.read_text(encoding="utf-8"))
    page.write_text(text.replace("</body>", PLAYED), encoding="utf-8")
    return page


def sheet(folder: Path, out: Path) -> None:
    """Draw a sheet of the workbook as it is printed."""
    import pypdfium2

    from textile_pcf.template import make_template

    book = make_template("cotton_fabric", folder / "mill.xlsx", "zh")
    command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(book)]
    subprocess.run(command, check=True, capture_output=True)
    pages = pypdfium2.PdfDocument(folder / "mill.pdf")
    page = next(page for page in pages if page.get_textpage().get_text_range().strip().startswith(STAGE))
    picture = page.render(scale=1.6).to_pil()
    picture.crop((20, 90, picture.width - 40, picture.height - 110)).save(out)


def main() -> None:
    """Write the pictures."""
    from PIL import Image

    import textile_pcf as tp

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sheet(folder, folder / "workbook.zh.png")
        report = tp.footprint(*tp.load_example("cotton_poplin")).to_html(folder / "report.html")
        browser(report, folder / "report.en.png")
        live = tp.footprint(*tp.load_example("cotton_poplin")).to_live_report(folder / "live.html")
        browser(_played(live), folder / "live.en.png")
        notebook = ROOT / "examples/notebooks/consultant_analysis.ipynb"
        command = [
            sys.executable,
            "-m",
            "nbconvert",
            "--to",
            "html",
            "--output-dir",
            name,
            "--output",
            "notebook",
            str(notebook),
        ]
        subprocess.run(command, check=True, capture_output=True)
        browser(folder / "notebook.html", folder / "notebook.en.png")
        for picture in folder.glob("*.png"):
            Image.open(picture).convert("RGB").quantize(COLOURS).save(OUT / picture.name, optimize=True)


if __name__ == "__main__":
    main()
