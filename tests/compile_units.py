"""Renew `units.compiled.txt` after `units.txt` changed: python tests/compile_units.py"""

from pathlib import Path

from textile_pcf import unit_text

HOME = Path(unit_text.__file__)


def main() -> None:
    definitions = HOME.with_name("units.txt").read_text(encoding="utf-8")
    HOME.with_name("units.compiled.txt").write_text(unit_text.compiled(definitions), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
