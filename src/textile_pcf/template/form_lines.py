"""Lines, sections and sheets of a template workbook as data, and texts in one language or in both."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from textile_pcf.messages.catalogue import fixed_text

SHEET_NAME = 31  # maximum length of a sheet name


@dataclass(frozen=True)
class Line:
    """One line to fill in.

    Attributes
    ----------
    id : str
        `stage.name` of a quantity, the id of a stage, or a key that begins with `#`.
    title : str
        What the mill reads.
    need : str
        Whether the line must be filled in, one of `NEEDS`, or `always` for a stage that is not optional.
    default, citation, help : str
        Default of the rule, its sources, and the note of the rule.
    unit : str
        Unit written beforehand.
    units, items, choices, answers, types : tuple of str
        Lists to choose from: units, factor items, options, yes or no, data types.
    prefilled : dict
        Further texts written beforehand, by column.
    bases : bool
        True if the mill may state what the amount is per.
    inputs : tuple of str
        Columns to fill in; all of them if empty.
    link : str
        Sheet that the title links to.
    """

    id: str
    title: str
    need: str = "optional"
    default: str = ""
    citation: str = ""
    help: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    prefilled: dict[str, str] = field(default_factory=dict)
    bases: bool = False
    inputs: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True)
class Section:
    """Lines under one heading.

    Attributes
    ----------
    title : str
        The heading; empty for none.
    lines : tuple of Line
        Its lines.
    stage : str
        The stage whose transport they are; empty for others.
    """

    title: str
    lines: tuple[Line, ...]
    stage: str = ""


@dataclass(frozen=True)
class Page:
    """A sheet of the workbook.

    Attributes
    ----------
    name : str
        Name of the sheet.
    title, note : str
        Heading of the sheet and the text below it.
    sections : tuple of Section
        Its lines, under headings.
    component : bool
        True if each fibre of a blend may have lines of its own.
    stage : str
        The stage that the sheet is about; empty for others.
    """

    name: str
    title: str
    note: str
    sections: tuple[Section, ...]
    component: bool = False
    stage: str = ""

    @property
    def required(self) -> int:
        """Number of lines that must be filled in, whichever stages take place."""
        return sum(line.need == "required" for section in self.sections for line in section.lines)


class Naming:
    """Names of sheets: unique and valid in Excel."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def sheet(self, title: str) -> str:
        """Return a unique and valid name for a sheet.

        Examples
        --------
        >>> naming = Naming()
        >>> naming.sheet("Reeling [1/2]"), naming.sheet("Reeling [1/2]")
        ('Reeling 1 2', 'Reeling 1 2 2')
        """
        cleaned = " ".join(re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", title).split()) or "sheet"
        name, number = cleaned[:SHEET_NAME].strip(), 1
        while name.casefold() in self.taken:
            number += 1
            name = f"{cleaned[: SHEET_NAME - 3].strip()} {number}"
        self.taken.add(name.casefold())
        return name


def bilingual(language: str, english: str, chinese: str, separator: str = "\n") -> str:
    """Return the text in one language, or in both if `language` is `both`."""
    if language != "both" or english == chinese:
        return english if language == "en" else chinese
    return f"{chinese}{separator}{english}"


def fixed_label(key: str, language: str, separator: str = "\n") -> str:
    """Return a fixed text of the catalogue in one language, or in both."""
    return bilingual(language, fixed_text(key, "en"), fixed_text(key, "zh"), separator)
