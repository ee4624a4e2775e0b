"""What every part of a report is written from: the result, its unit and language, the study, and the list of sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath

from textile_pcf.arrays import FloatArray
from textile_pcf.io.study_statements import Study
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.formulas import write_formulas
from textile_pcf.messages.message import localize
from textile_pcf.report.assessment import Assessment
from textile_pcf.results import Footprint
from textile_pcf.results.licence import licence_notes


class SourceList:
    """Sources by their number, in the order in which they are first referred to."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def reference(self, source: str, locator: str = "") -> str:
        """Return a reference to a source, such as `[3] table 4`; the locator alone without a source.

        Examples
        --------
        >>> sources = SourceList()
        >>> sources.reference("Mill survey", "p. 2"), sources.reference("Mill survey"), sources.reference("")
        ('[1] p. 2', '[1]', '')
        """
        if not source:
            return locator
        number = self.numbers.setdefault(source, len(self.numbers) + 1)
        return f"[{number}] {locator}".rstrip()


@dataclass(frozen=True)
class ReportContext:
    """The result, the unit and the language of a report.

    Attributes
    ----------
    result : Footprint
        The result.
    unit : str
        Unit of the figures.
    scale : ndarray, shape (products,)
        Product units in one `unit`.
    language : str
        `en` or `zh`.
    assessment : Assessment
        What is said beside the figures.
    study : Study or None
        What the cover says; None for a report without a cover.
    sources : SourceList
        Sources of amounts and factors, numbered.
    """

    result: Footprint
    unit: str
    scale: FloatArray
    language: str
    assessment: Assessment
    study: Study | None = None
    sources: SourceList = field(default_factory=SourceList)

    def text(self, key: str, **values: object) -> str:
        """Return a fixed text of the catalogue."""
        return write_formulas(fixed_text(key, self.language, **values))

    def warnings(self, product: int | None) -> list[str]:
        """Return the warnings on one product alone, or with None those on the whole run, in the language of the report."""
        number = -1 if product is None else product
        texts = [text for of, text in self.result.notes if of == number]
        if product is None:
            texts = [*licence_notes(self.result), *texts]
        return [write_formulas(localize(text, self.language)) for text in dict.fromkeys(texts)]

    @property
    def title(self) -> str:
        """Title of the rule."""
        return str(self.result.provenance["title_zh" if self.language == "zh" else "title"])

    @cached_property
    def _folders(self) -> list[str]:
        """Paths of the input files that have a folder."""
        names = [str(file["name"]) for file in self.result.provenance["input"]]
        return [name for name in names if name != PurePath(name).name]

    def without_folders(self, text: str) -> str:
        """Return a text with the names of the input files in place of their paths, which differ between machines."""
        for path in self._folders:
            text = text.replace(path, PurePath(path).name)
        return text

    @cached_property
    def stop(self) -> str:
        """Full stop of the language."""
        return self.text("report_stop")

    def sentence(self, text: str) -> str:
        """Return a text that begins with a capital letter and ends with a full stop."""
        closed = text if text.endswith((".", "。", "!", "?")) else text + self.stop
        return closed[:1].upper() + closed[1:]
