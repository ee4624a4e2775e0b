"""Renew `compiled.txt` after `definitions.txt` changed: python tests/tools/compile_units.py"""

from pathlib import Path

from textile_pcf.units import pint_registry as registry

HOME = Path(registry.__file__)


def main() -> None:
    definitions = HOME.with_name("definitions.txt").read_text(encoding="utf-8")
    HOME.with_name("compiled.txt").write_text(registry.compile_table(definitions), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
