"""The zip package of a workbook: recognition of other file types, and its parts, read within size limits."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat
from zipfile import ZipFile

from textile_pcf.errors import PcfError, Problem
from textile_pcf.messages.message import Message

OLE = b"\xd0\xcf\x11\xe0"
PROTECTED = "EncryptedPackage".encode("utf-16-le")
STRICT = "http://purl.oclc.org/ooxml/"
MAX_BYTES = 1_000_000_000
"""Largest unpacked size of all XML parts."""
BOMB_BYTES, BOMB_RATIO = 20_000_000, 100
"""A part of this size that is compressed by more than this ratio is refused as a zip bomb."""
RESAVE = "Open it in Excel, and save it as .xlsx (Excel workbook)."
DAMAGED = "This workbook is damaged."
Attributes = Mapping[str, str]


@dataclass(frozen=True)
class Element:
    """An element of a small XML part.

    Attributes
    ----------
    name : str
        Name without prefix.
    inside : str
        Name of the parent element without prefix.
    attributes : mapping
        Attributes with their prefixes.
    """

    name: str
    inside: str
    attributes: Attributes


class Package:
    """The parts of a workbook by name.

    Parameters
    ----------
    data : bytes
        Content of the file.
    name : str
        Path, for messages.
    error : type of PcfError
        Class of the error to raise.

    Raises
    ------
    error
        The file is no workbook, is protected or damaged, or unpacks to more than can be read.
    """

    def __init__(self, data: bytes, name: str, error: type[PcfError]) -> None:
        self.name, self.error = name, error
        if data[:2] != b"PK":
            raise self.refusal(*_other_file_type(data))
        try:
            self._zip = ZipFile(io.BytesIO(data))
            parts = self._zip.infolist()
        except Exception:  # a damaged zip file raises errors of many types
            raise self.refusal("This workbook is damaged or cut off.", "Copy it again, or save it again in Excel.") from None
        self._parts = {_key(part.filename): part for part in parts}
        if any(part.flag_bits & 1 for part in parts):
            raise self.refusal("This workbook is protected by a password.", "Save it as .xlsx, without a password.")
        xml = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
        size = sum(part.file_size for part in xml)
        if size > MAX_BYTES or any(part.file_size > max(BOMB_BYTES, BOMB_RATIO * part.compress_size) for part in xml):
            cure = "Save the table alone in a new workbook, or as CSV or Parquet."
            raise self.refusal(
                Message("This workbook unpacks to {size:.0f} MB, which is too much to read.", size=size / 1e6), cure
            )
        self.book = self._book()

    def refusal(self, what: str, cure: str, where: str = "") -> PcfError:
        """Return the error to raise.

        Parameters
        ----------
        what, cure : str
            What is wrong, and what to do.
        where : str
            Name of the part.
        """
        return self.error([Problem(f"{self.name} {where}".strip(), what, cure, code="workbook")])

    def __contains__(self, part: str) -> bool:
        return _key(part) in self._parts

    def parse(self, part: str, start: Callable[[str, Attributes], None],
              end: Callable[[str], None] | None = None, text: Callable[[str], None] | None = None) -> None:  # fmt: skip
        """Parse an XML part; element names have their prefixes.

        Parameters
        ----------
        part : str
            Name of the part.
        start, end, text : callable
            Handlers of expat: `start(name, attributes)`, `end(name)`, `text(piece)`.

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
        except Exception:  # the zip file, the XML, or a number in a handler may be invalid
            raise self.refusal(DAMAGED, RESAVE, part) from None

    def elements(self, part: str) -> list[Element]:
        """Return all elements of a small part, in document order."""
        elements: list[Element] = []
        parents = [""]

        def start(name: str, attributes: Attributes) -> None:
            elements.append(Element(_local(name), parents[-1], attributes))
            parents.append(elements[-1].name)

        self.parse(part, start, lambda name: parents.__delitem__(-1))
        return elements

    def related(self, part: str) -> list[tuple[str, str, str]]:
        """Return id, relation type and name of the parts to which a part refers."""
        folder, file = posixpath.split(part)
        rels = f"{folder}/_rels/{file}.rels".lstrip("/")
        if rels not in self:
            return []
        relations = [each.attributes for each in self.elements(rels) if each.name == "Relationship"]
        return [
            (each.get("Id", ""), each.get("Type", "").rpartition("/")[2], _resolve(folder, each.get("Target", "")))
            for each in relations
            if each.get("TargetMode") != "External"
        ]

    def _book(self) -> str:
        """Return the name of the main part of the workbook."""
        documents = [target for _, relation, target in self.related("") if relation == "officeDocument"]
        for part in (*documents, "xl/workbook.xml"):
            if part in self and part.lower().endswith(".xml") and not part.lower().startswith(("word/", "ppt/")):
                return part
        if "xl/workbook.bin" in self:
            raise self.refusal("This is a binary workbook (.xlsb).", RESAVE)
        if "content.xml" in self and "META-INF/manifest.xml" in self:
            raise self.refusal("This is an OpenDocument file (.ods).", RESAVE)
        raise self.refusal("This zip file holds no Excel workbook.", "Give a workbook that was saved as .xlsx in Excel.")


def _other_file_type(data: bytes) -> tuple[str, str]:
    """Return what a file is that is no zip file, and the cure."""
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
    """Return a name without its prefix."""
    return name.rpartition(":")[2]


def _resolve(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
