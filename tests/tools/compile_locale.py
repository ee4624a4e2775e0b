"""Compiles the Chinese of click's texts: `textile_pcf.po` to `textile_pcf.mo`, as GNU msgfmt does.

`python tests/tools/compile_locale.py` writes it. A text with two forms has the first for one thing, the second for several.
"""

from __future__ import annotations

import ast
import re
import struct
from pathlib import Path

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "pyproject.toml").is_file())
PO = ROOT / "src/textile_pcf/cli/locale/zh/LC_MESSAGES/textile_pcf.po"


def entries(text: str) -> dict[str, str]:
    """Texts and their translations, forms of one text joined by NUL."""
    found: dict[str, str] = {}
    for block in text.split("\n\n"):
        parts = dict(re.findall(r'^(msg\w+(?:\[\d\])?) (".*")$', block, re.MULTILINE))
        read = {name: ast.literal_eval(value) for name, value in parts.items()}
        key = "\0".join(read[name] for name in ("msgid", "msgid_plural") if name in read)
        found[key] = "\0".join(read[name] for name in ("msgstr", "msgstr[0]", "msgstr[1]") if name in read)
    return found


def compiled(text: str) -> bytes:
    """The binary catalogue of a .po file: header, two tables of lengths and offsets, texts."""
    pairs = sorted((key.encode(), value.encode()) for key, value in entries(text).items())
    start, count = 28 + 16 * len(pairs), len(pairs)
    tables, body = [], b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), start + len(body)))
            body += pair[column] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0) + b"".join(tables) + body


if __name__ == "__main__":
    PO.with_suffix(".mo").write_bytes(compiled(PO.read_text(encoding="utf-8")))
