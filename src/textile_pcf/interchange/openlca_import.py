"""Results of processes in packages of openLCA (JSON-LD), as emission factors; everything else stays with Brightway."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textile_pcf.errors import FactorError, Problem, wrong_type
from textile_pcf.factors import FactorTable, TableDocument, check_table
from textile_pcf.factors.gwp import SETS, UNKNOWN
from textile_pcf.interchange.item_names import item_id
from textile_pcf.interchange.json_text import decode_utf8, parse_json
from textile_pcf.interchange.openlca_units import UNIT_WORDS, unit_name
from textile_pcf.io.documents import Source
from textile_pcf.io.localized import LocalizedText
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.io.output_files import as_path
from textile_pcf.io.safe_text import escape_controls
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message
from textile_pcf.regions import WORLD, region_of_others
from textile_pcf.suggest import nearest
from textile_pcf.units import UnitError, parse_unit

_DAMAGED = (zlib.error, lzma.LZMAError)
"""What damaged content of a zip file raises, further to what zipfile documents."""
LARGEST = 500_000_000
"""Bytes of all data sets together that are read."""
FOLDERS = ("results", "processes", "lcia_categories", "locations")
LICENCE = "not said in the package; not to be passed on"
COLUMNS = ("item", "value", "unit", "region", "year", "kind", "name_en", "gwp", "source", "locator", "redistributable", "notes")


def read_openlca(source: str | Path, *, indicator: str | None = None, gwp: str | None = None) -> FactorTable:
    """Read results of openLCA as emission factors.

    Read are data sets `Result` with a reference flow, and processes that carry impact results; one impact category counts.

    Parameters
    ----------
    source : path
        A zip file of JSON-LD, schema version 2.
    indicator : str, optional
        Name or id of the impact category; needed where the package has several in kg CO2e.
    gwp : str, optional
        Set of global warming potentials of that category: AR4, AR5, AR6 or EF3.1; else `unknown`.

    Returns
    -------
    FactorTable
        One table with a row per result. [kg CO2e per unit of the reference flow]

    Raises
    ------
    FactorError
        With every problem of the package.
    UsageError
        There is no such file.

    Examples
    --------
    >>> read_openlca("README.md")
    Traceback (most recent call last):
    textile_pcf.errors.FactorError: 1 problem in the emission factors:
      README.md: This is no zip file. Export it from openLCA as JSON-LD.
    """
    path = as_path(source, "source")
    if indicator is not None and not isinstance(indicator, str):
        raise wrong_type("indicator", indicator, "an impact category", "Write its name or id as text.")
    return _Reader(escape_controls(str(path)), _data_sets(path), gwp or UNKNOWN).table(indicator)


def _is_data_set(name: str) -> bool:
    """Whether an entry of a package is a data set that is read; file managers add others, such as `.DS_Store`."""
    folder, _, file = name.partition("/")
    return folder in FOLDERS and file.endswith(".json") and not file.rpartition("/")[2].startswith(".")


def _data_sets(path: Path) -> dict[str, dict[str, Any]]:
    """Return the data sets of the folders that are read, by folder and id."""
    name = escape_controls(str(path))
    read_bytes(path)  # refuses a file that cannot be opened
    found: dict[str, dict[str, Any]] = {folder: {} for folder in FOLDERS}
    problems: list[Problem] = []
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [each for each in archive.infolist() if _is_data_set(each.filename)]
            if sum(each.file_size for each in entries) > LARGEST:
                what = Message("The package holds more than {size} MB.", size=LARGEST // 1_000_000)
                raise FactorError([Problem(name, what, "Export only the results that you need.", code="openlca")])
            for entry in entries:
                where = f"{name}: {escape_controls(entry.filename)}"
                try:
                    data_set = parse_json(decode_utf8(archive.read(entry), where), where)
                except FactorError as error:
                    problems += error.problems
                    continue
                if not isinstance(data_set, Mapping) or not isinstance(data_set.get("@id"), str):
                    problems.append(Problem(where, "This is no data set: it has no `@id`.", "Export it again.", code="openlca"))
                    continue
                folder = found[entry.filename.split("/")[0]]
                if folder.setdefault(data_set["@id"], data_set) is not data_set:
                    what = Message("The id {identifier!r} is in the package twice.", identifier=data_set["@id"])
                    problems.append(Problem(where, what, "Export it again.", code="openlca"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, *_DAMAGED) as error:
        whole = "This is no zip file." if isinstance(error, zipfile.BadZipFile) else "This zip file cannot be read."
        problems = [Problem(name, whole, "Export it from openLCA as JSON-LD.", code="openlca")]
    if problems:
        raise FactorError(problems)
    return found


@dataclass
class _Reader:
    """Rows of a package, with all problems.

    Attributes
    ----------
    name : str
        The file.
    data_sets : dict
        Data sets by folder and id.
    gwp : str
        Set of global warming potentials of the rows.
    ref_units : dict
        Units of impact categories by id, as references to them state them.
    """

    name: str
    data_sets: dict[str, dict[str, Any]]
    gwp: str
    problems: list[Problem] = field(default_factory=list)
    ref_units: dict[str, str] = field(default_factory=dict)

    def table(self, indicator: str | None) -> FactorTable:
        """Return the rows as a table; raise all problems."""
        if self.gwp not in (*SETS, UNKNOWN):
            known = Message("Write one of {sets}.", sets=", ".join(SETS))
            raise FactorError([Problem("gwp", Message("{gwp!r} is not a GWP set.", gwp=self.gwp), known, code="openlca")])
        carriers = [*self._carriers()]
        if not carriers:
            cure = "Calculate in openLCA and save the result, or read the package with Brightway: factors_from_brightway."
            raise FactorError([Problem(self.name, "The package holds no results.", cure, code="openlca")])
        category = self._category(indicator, carriers)
        found = {each[0]: row for each in carriers if (row := self._row(each, category)) is not None}
        self._refuse_twins(found)
        rows = [*found.values()]
        if not rows and not self.problems:
            what = Message("No result is of the impact category {category}.", category=category)
            self.problems.append(Problem(self.name, what, "Name another one.", code="openlca"))
        if self.problems:
            raise FactorError(self.problems)
        stem = Path(self.name).stem
        document = TableDocument(
            title=LocalizedText(en=f"Results of openLCA: {stem}", zh=f"openLCA 结果：{stem}"),
            licence=LICENCE, redistributable=False, sources={stem: Source(title=f"Package of openLCA: {stem}")},
        )  # fmt: skip
        cells = {name: [row.get(name, "") for row in rows] for name in COLUMNS}
        table = Table("openlca", cells, len(rows), "frame", range(len(rows)))
        return FactorTable((check_table("openlca", table, document),))

    def _carriers(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for folder in ("results", "processes"):
            for identifier, data_set in sorted(self.data_sets[folder].items()):
                if data_set.get("impactResults"):
                    yield f"{self.name}: {folder}/{identifier}", data_set

    def _category(self, indicator: str | None, carriers: list[tuple[str, Mapping[str, Any]]]) -> str:
        """Return the id of the impact category that counts."""
        names: dict[str, str] = {}
        for _, data_set in carriers:
            for each in _list(data_set.get("impactResults")):
                reference = each.get("indicator")
                if isinstance(reference, Mapping) and isinstance(reference.get("@id"), str):
                    names.setdefault(reference["@id"], str(reference.get("name") or reference["@id"]))
                    self.ref_units.setdefault(reference["@id"], _text(reference.get("refUnit")))
        if indicator is None:
            chosen = [each for each in names if self._counts_co2(each)] if len(names) > 1 else [*names]
        else:
            chosen = [each for each, name in names.items() if indicator in (each, name)]
        if len(chosen) == 1:
            self._refuse_other_units(chosen[0], names[chosen[0]])
            return chosen[0]
        known = ", ".join(sorted(names.values())[:10])
        close = nearest(indicator, names.values()) if indicator and not chosen else None
        what: str = "Several impact categories count CO2e." if len(chosen) > 1 else "There is no such impact category."
        if indicator and chosen:  # of one name: only their ids tell them apart
            known = ", ".join(sorted(chosen)[:10])
        cure = (
            Message("Did you mean {close!r}?", close=close)
            if close
            else Message("Name one as indicator: {known}.", known=known)
        )
        raise FactorError([Problem(self.name, what, cure, code="openlca")])

    def _counts_co2(self, category: str) -> bool:
        unit = "".join(self._unit_of(category).casefold().split())
        return unit.startswith("kg") and "co2" in unit

    def _unit_of(self, category: str) -> str:
        """Return the unit of an impact category: of its data set, or of a reference to it where that is missing."""
        return _text(self.data_sets["lcia_categories"].get(category, {}).get("refUnit")) or self.ref_units.get(category, "")

    def _refuse_other_units(self, category: str, name: str) -> None:
        """Refuse a category that the package says to be in another unit than kg CO2e."""
        unit = self._unit_of(category)
        if unit.strip() and not self._counts_co2(category):
            what = Message("The impact category {name!r} is in {unit}, not in kg CO2e.", name=name[:80], unit=unit[:80])
            raise FactorError([Problem(self.name, what, "Name another one.", code="openlca")])

    def _refuse_twins(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        """Report results of one name and region: their rows would be one."""
        first: dict[tuple[str, str], str] = {}
        for where, row in rows.items():
            other = first.setdefault((row["item"], row["region"]), where)
            if other != where:
                what = Message("{item} of {region} is already in {place}.", item=row["item"], region=row["region"], place=other)
                cure = "Keep one of the results, or give them names of their own in openLCA."
                self.problems.append(Problem(where, what, cure, code="openlca"))

    def _row(self, carrier: tuple[str, Mapping[str, Any]], category: str) -> dict[str, Any] | None:
        where, data_set = carrier
        amounts = [
            each.get("amount") for each in _list(data_set.get("impactResults"))
            if isinstance(each.get("indicator"), Mapping) and each["indicator"].get("@id") == category
        ]  # fmt: skip
        if not amounts:
            return None
        flows = [each for each in _list(data_set.get("flowResults")) if each.get("isRefFlow")]
        flows += [each for each in _list(data_set.get("exchanges")) if each.get("isQuantitativeReference")]
        if len(amounts) != 1 or len(flows) != 1:
            self._report(where, "A result has one reference flow and one amount of the impact category; this has not.")
            return None
        per: Any = flows[0].get("amount")
        unit = self._unit(where, flows[0])
        if not _is_number(amounts[0]) or not _is_number(per) or per == 0:
            self._report(where, "The amount of the impact or of the reference flow is no number, or is 0.")
            return None
        name = data_set.get("name")
        if unit is None or not isinstance(name, str) or not item_id(name):
            if unit is not None:
                self._report(where, "The result has no name.")
            return None
        return {
            "item": f"olca_{item_id(name)}", "value": amounts[0] / abs(per), "unit": f"kgCO2e/{unit}",
            "region": self._region(where, data_set, flows[0]), "kind": "life_cycle",
            "name_en": escape_controls(name), "gwp": self.gwp,
            "source": Path(self.name).stem, "locator": data_set["@id"], "redistributable": "false",
        }  # fmt: skip

    def _unit(self, where: str, flow: Mapping[str, Any]) -> str | None:
        reference = flow.get("unit")
        identifier, name = (reference.get("@id"), reference.get("name")) if isinstance(reference, Mapping) else (None, None)
        text = unit_name(identifier) if isinstance(identifier, str) else None
        text = text or UNIT_WORDS.get(_text(name), _text(name))
        try:
            parse_unit(text)
        except UnitError as error:
            self.problems.append(Problem(where, error.what, "Write the result per a unit of mass, energy, area or number.",
                                         code="openlca"))  # fmt: skip
            return None
        return f"({text})" if any(sign in text for sign in "*/ ") else text

    def _region(self, where: str, data_set: Mapping[str, Any], flow: Mapping[str, Any]) -> str:
        """Return the region of a process, or of the reference flow of a result; the world where neither has a location."""
        texts = next(filter(None, map(self._locations, (data_set, flow, flow.get("flow")))), None)
        if texts is None:
            return WORLD
        code = next((code for text in texts if (code := region_of_others(text))), None)
        if code is None:
            self._report(where, Message("The location {name!r} is not known.", name=texts[-1]))
        return code or WORLD

    def _locations(self, carrier: Any) -> list[str]:
        """Return code and name of the location of a data set or reference, which states it as a reference or as a code."""
        reference = carrier.get("location") if isinstance(carrier, Mapping) else None
        if not isinstance(reference, Mapping):
            return [reference] if isinstance(reference, str) and reference.strip() else []
        location = self.data_sets["locations"].get(str(reference.get("@id")), {})
        texts = [location.get("code"), reference.get("code"), location.get("name"), reference.get("name")]
        return [text for text in texts if isinstance(text, str) and text.strip()]

    def _report(self, where: str, what: str) -> None:
        self.problems.append(Problem(where, what, "Correct it in openLCA and export it again.", code="openlca"))


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
