"""A rule as a document in Markdown, to be reviewed clause by clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rules import PropertySpec, RuleSet
from textile_pcf.rules.clauses import TOPICS, Grounded, Topic
from textile_pcf.template.entries import Entry, default_text, entries, sources_text
from textile_pcf.template.stage_facts import need_in_words, stage_facts

_SPECIAL = str.maketrans({letter: f"\\{letter}" for letter in "\\`*_<>[]|"})


def rule_document(rules: RuleSet, language: str = "en") -> str:
    """Return the whole rule as a document in Markdown: clauses with status and source, stages, choices, sources.

    Parameters
    ----------
    rules : RuleSet
        The rule.
    language : str, optional
        `en` or `zh`.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> print(rule_document(load_rules("cotton_fabric@2026.1")).splitlines()[0])
    # Cotton fabric
    """
    chapters = [_Chapters(rules, language).text(number, topic) for number, topic in enumerate(TOPICS, 2)]
    last = len(TOPICS) + 2
    parts = (_head(rules, language), _standards(rules, language), *chapters, _stages(rules, language, last))
    return "\n".join([*(line for part in parts for line in part), *_end(rules, language, last + 1)]).rstrip() + "\n"


def status_sentence(rules: RuleSet, language: str) -> str:
    """Return what a rule claims to be; that it was verified stands as declared by its authors."""
    document = rules.document
    if document.verified is None:
        return fixed_text(document.status, language)
    declared = document.verified
    values = {"edition": declared.edition, "reviewer": declared.reviewer, "date": str(declared.date), "sha256": declared.sha256}
    return fixed_text("verified_declared", language, **values)


def _head(rules: RuleSet, language: str) -> Iterator[str]:
    document = rules.document
    title = document.title.text(language) if document.title else document.rule
    yield f"# {_plain(title)}"
    yield ""
    yield f"{_plain(rules.name)} · {_plain(status_sentence(rules, language))}"
    yield ""
    if document.note:
        yield _plain(document.note.text(language))
        yield ""
    counts = {
        status: sum(clause.status == status for clause in document.clauses.all()) for status in ("ours", "interpreted", "read")
    }
    facts = [
        (fixed_text("document_unit", language), rules.product_unit.text),
        (fixed_text("document_boundary", language), ", ".join(_boundaries(rules, language))),
        (fixed_text("document_gwp", language), document.gwp),
        (fixed_text("document_biogenic", language), fixed_text(document.biogenic, language)),
        (fixed_text("document_electricity", language), fixed_text(document.electricity.declared, language)),
        (fixed_text("document_valid_from", language), str(document.valid_from or "–")),
        (
            fixed_text("document_clauses", language),
            ", ".join(f"{fixed_text(f'clause_{status}', language)} {count}" for status, count in counts.items()),
        ),
        ("SHA-256", rules.sha256 or "–"),
    ]
    yield from _table([("", ""), *facts])


def _boundaries(rules: RuleSet, language: str) -> list[str]:
    boundary = rules.document.boundary
    return [fixed_text(each, language) for each in ([boundary] if isinstance(boundary, str) else boundary)]


def _standards(rules: RuleSet, language: str) -> Iterator[str]:
    yield f"## 1 {fixed_text('document_standards', language)}"
    yield ""
    for number, basis in enumerate(rules.document.based_on, 1):
        read = fixed_text(f"access_{basis.access}", language)
        note = f" {_plain(basis.note.text(language))}" if basis.note else ""
        yield f"- **1.{number}** {_plain(basis.standard)} — {read}.{note}"
    if not rules.document.based_on:
        yield fixed_text("document_none", language)
    yield ""


class _Chapters:
    """The chapters of clauses of a rule in a language."""

    def __init__(self, rules: RuleSet, language: str) -> None:
        self.rules, self.language = rules, language

    def text(self, number: int, topic: Topic) -> Iterator[str]:
        """Yield the lines of the chapter of a topic: what the head of the rule says in numbers, then its clauses."""
        yield f"## {number} {fixed_text(f'topic_{topic}', self.language)}"
        yield ""
        statements = [*self._numbers(topic), *self._clauses(topic)]
        for position, statement in enumerate(statements, 1):
            yield f"- **{number}.{position}** {statement}"
        if not statements:
            yield fixed_text("document_none", self.language)
        yield ""

    def _clauses(self, topic: Topic) -> Iterator[str]:
        for clause in self.rules.document.clauses.of(topic):
            yield f"`{clause.id}` {_plain(clause.text.text(self.language))} — {self._ground(clause)}"

    def _numbers(self, topic: Topic) -> Iterator[str]:
        """Yield what keys of the head say on a topic."""
        document = self.rules.document
        if topic == "cutoff":
            for key in ("single", "total"):
                limit = getattr(document.cutoff, key)
                if limit is not None:
                    yield f"`cutoff.{key}` {fixed_text(f'document_cutoff_{key}', self.language)}: {_plain(limit)}"
        if topic == "data":
            yield from self._data()
        if topic == "validity" and document.validity:
            months = fixed_text("document_months", self.language, months=str(document.validity.months))
            review = f" {fixed_text('document_yearly', self.language)}" if document.validity.review else ""
            yield f"`validity` {months}{review} — {self._ground(document.validity)}"

    def _data(self) -> Iterator[str]:
        document = self.rules.document
        required = document.data_requirements
        if required:
            ground = self._ground(required)
            if required.primary:
                named = self.rules.ways_named(required.primary, self.language)
                yield f"`primary` {fixed_text('document_primary', self.language)}: {_plain(named)} — {ground}"
            if required.primary_mass_share is not None:
                share = f"{required.primary_mass_share:g} %"
                yield f"`primary_mass_share` {fixed_text('document_mass_share', self.language)}: {share} — {ground}"
            if required.period_months is not None:
                months = fixed_text("document_period", self.language, months=str(required.period_months))
                yield f"`period_months` {months} — {ground}"
            if required.note:
                yield _plain(required.note.text(self.language))
        if document.quality:
            limit = fixed_text("document_max_dqr", self.language, limit=f"{document.quality.max_dqr:g}")
            yield f"`quality` {limit} — {self._ground(document.quality)}"

    def _ground(self, grounded: Grounded) -> str:
        """Return the status of a statement and where it was found."""
        status = f"*{fixed_text(f'clause_{grounded.status}', self.language)}*"
        if not grounded.source:
            return status
        source = self.rules.document.sources[grounded.source]
        access = f" ({fixed_text(f'access_{source.access}', self.language)})" if source.access else ""
        return f"{status}: {_plain(source.title)}{access}, {_plain(grounded.locator or '')}"


def _stages(rules: RuleSet, language: str, number: int) -> Iterator[str]:
    """Yield the lines of all stages with everything that can be given."""
    yield f"## {number} {fixed_text('document_stages', language)}"
    yield ""
    known = list(entries(rules))
    for position, stage in enumerate(("product", *(spec.id for spec in rules.stages)), 1):
        name = fixed_text("product", language) if stage == "product" else rules.title(stage, language=language)
        yield f"### {number}.{position} {_plain(name)} `{stage}`"
        yield ""
        yield from _about_stage(rules, stage, language)
        rows = [_row(rules, entry, f"{number}.{position}.{row}", language) for row, entry in enumerate(_of(known, stage), 1)]
        if rows:
            heads = ("no", "id", "name", "mass_unit", "need", "value", "source", "note")
            yield from _table([tuple(fixed_text(f"document_{head}", language) for head in heads), *rows])


def _of(known: Iterable[Entry], stage: str) -> list[Entry]:
    return [entry for entry in known if entry.stage == stage]


def _about_stage(rules: RuleSet, stage: str, language: str) -> Iterator[str]:
    if stage == "product":
        return
    yield " · ".join(map(_plain, stage_facts(rules, stage, language)))
    yield ""
    model = next(model for model in rules.document.stages if model.id == stage)
    if model.note:
        yield _plain(model.note.text(language))
        yield ""


def _row(rules: RuleSet, entry: Entry, number: str, language: str) -> tuple[str, ...]:
    """Return the cells of a flow, property or loss."""
    spec = entry.spec
    unit = fixed_text("show_choice", language) if isinstance(spec, PropertySpec) and spec.choice else spec.unit.text
    title = rules.title(entry.stage, entry.name, language)
    value = default_text(rules, spec, language)
    note = rules.note(entry.stage, entry.name, language)
    return number, entry.name, title, unit, need_in_words(rules, entry, language), value, sources_text(rules, spec), note


def _end(rules: RuleSet, language: str, number: int) -> Iterator[str]:
    """Yield the lines of the choices and of the sources."""
    yield f"## {number} {fixed_text('document_choices', language)}"
    yield ""
    for position, group in enumerate(rules.document.alternatives, 1):
        note = f" — {_plain(group.note.text(language))}" if group.note else ""
        yield f"- **{number}.{position}** {_plain(rules.ways_named(group.one_of, language))}{note}"
    if not rules.document.alternatives:
        yield fixed_text("document_none", language)
    yield ""
    yield f"## {number + 1} {fixed_text('document_sources', language)}"
    yield ""
    for position, (key, source) in enumerate(rules.document.sources.items(), 1):
        access = f" — {fixed_text(f'access_{source.access}', language)}" if source.access else ""
        parts = [source.author, source.publisher, str(source.year or ""), source.url, source.licence, source.note]
        about = "; ".join(part for part in parts if part)
        yield f"- **{number + 1}.{position}** `{key}` {_plain(source.title)}{access}. {_plain(about)}".rstrip()


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield a table; the first row is its head."""
    for number, row in enumerate(rows):
        yield "| " + " | ".join(_plain(cell) for cell in row) + " |"
        if number == 0:
            yield "|" + "---|" * len(row)
    yield ""


def _plain(text: str) -> str:
    """Return a text in which Markdown finds nothing to format, on one line."""
    return " ".join(text.split()).translate(_SPECIAL)
