"""The zip file that a workbook is: what else a file of that name may be, and its parts, read within bounds."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat
from zipfile import ZipFile

from textile_pcf.errors import PcfError, Problem

OLE = b"\xd0\xcf\x11\xe0"
PROTECTED = "EncryptedPackage".encode("utf-16-le")
STRICT = "http://purl.oclc.org/ooxml/"
MOST, BOMB, FOLD = 1_000_000_000, 20_000_000, 100  # bytes of all parts; a part so large is not packed so many times
RESAVE = "Open it in Excel, and save it as .xlsx (Excel workbook)."
DAMAGED = "This workbook is damaged."
Attributes = Mapping[str, str]


@dataclass(frozen=True)
class Element:
    """An element of a small part: its name and the name of what it stands in, without prefixes."""

    name: str
    inside: str
    attributes: Attributes


class Package:
    """The parts of a workbook by name.

    Raises
    ------
    error
        The file is no workbook, is protected, is damaged, or unpacks to more than can be read.
    """

    def __init__(self, data: bytes, name: str, error: type[PcfError]) -> None:
        self.name, self.error = name, error
        if data[:2] != b"PK":
            raise self.refused(*_no_zip(data))
        try:
            self._zip = ZipFile(io.BytesIO(data))
            parts = self._zip.infolist()
        except Exception:  # a damaged zip fails in many ways
            raise self.refused("This workbook is damaged or cut off.", "Copy it again, or save it again in Excel.") from None
        self._parts = {_key(part.filename): part for part in parts}
        if any(part.flag_bits & 1 for part in parts):
            raise self.refused("This workbook is protected by a password.", "Save it as .xlsx, without a password.")
        texts = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
        size = sum(part.file_size for part in texts)
        if size > MOST or any(part.file_size > max(BOMB, FOLD * part.compress_size) for part in texts):
            cure = "Save the table alone in a new workbook, or as CSV or Parquet."
            raise self.refused(f"This workbook unpacks to {size / 1e6:.0f} MB, which is too much to read.", cure)
        self.book = self._book()

    def refused(self, what: str, cure: str, where: str = "") -> PcfError:
        """The error to be raised."""
        return self.error([Problem(f"{self.name} {where}".strip(), what, cure, code="workbook")])

    def __contains__(self, part: str) -> bool:
        return _key(part) in self._parts

    def parse(self, part: str, start: Callable[[str, Attributes], None],
              end: Callable[[str], None] | None = None, text: Callable[[str], None] | None = None) -> None:  # fmt: skip
        """Go through a part; names come with their prefixes.

        Raises
        ------
        error
            The part is missing or damaged.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.StartDoctypeDeclHandler = _no_doctype
        if end is not None:
            parser.EndElementHandler = end
        if text is not None:
            parser.CharacterDataHandler = text
        try:
            with self._zip.open(self._parts[_key(part)]) as stream:
                parser.ParseFile(stream)
        except PcfError:
            raise
        except Exception:  # a foreign file may break zip, XML, numbers and places alike
            raise self.refused(DAMAGED, RESAVE, part) from None

    def elements(self, part: str) -> list[Element]:
        """All elements of a small part."""
        found: list[Element] = []
        open_ = [""]

        def start(name: str, attributes: Attributes) -> None:
            found.append(Element(_local(name), open_[-1], attributes))
            open_.append(found[-1].name)

        self.parse(part, start, lambda name: open_.__delitem__(-1))
        return found

    def related(self, part: str) -> list[tuple[str, str, str]]:
        """Id, kind and name of the parts that a part refers to."""
        folder, file = posixpath.split(part)
        rels = f"{folder}/_rels/{file}.rels".lstrip("/")
        if rels not in self:
            return []
        told = [each.attributes for each in self.elements(rels) if each.name == "Relationship"]
        return [
            (each.get("Id", ""), each.get("Type", "").rpartition("/")[2], _joined(folder, each.get("Target", "")))
            for each in told
            if each.get("TargetMode") != "External"
        ]

    def _book(self) -> str:
        """The name of the workbook's own part."""
        told = [target for _, kind, target in self.related("") if kind == "officeDocument"]
        for part in (*told, "xl/workbook.xml"):
            if part in self and part.lower().endswith(".xml") and not part.lower().startswith(("word/", "ppt/")):
                return part
        if "xl/workbook.bin" in self:
            raise self.refused("This is a binary workbook (.xlsb).", RESAVE)
        if "content.xml" in self and "META-INF/manifest.xml" in self:
            raise self.refused("This is an OpenDocument file (.ods).", RESAVE)
        raise self.refused("This zip file holds no Excel workbook.", "Give a workbook that was saved as .xlsx in Excel.")


def _no_zip(data: bytes) -> tuple[str, str]:
    """What a file is that is no zip file, and the cure."""
    head = data[:4096]
    if data.startswith(OLE):
        if PROTECTED in data:
            return "This workbook is protected by a password.", "Save it as .xlsx, without a password."
        return "This is an old Excel workbook (.xls), whatever its name.", RESAVE
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return "This is not an Excel workbook, but a web page or an XML file.", RESAVE
    if head.strip() and (b"\0" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff")):
        return (
            "This is not an Excel workbook, but a text file.",
            "Let its name end in .csv, or open it in Excel and save it as .xlsx.",
        )
    return "This is not an Excel workbook, or it is protected by a password.", "Save it as .xlsx, without a password."


def _no_doctype(*_: object) -> None:
    raise ValueError("a workbook declares no entities")


def _key(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _joined(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
