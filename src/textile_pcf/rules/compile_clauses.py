"""Checks of what a rule states in words: sources that exist, flows that exist, and no claim beyond what was read."""

from __future__ import annotations

from collections.abc import Iterator

from textile_pcf.errors import Problem
from textile_pcf.io.strict_yaml import Document, DocumentPath
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.rules.clauses import TOPICS, Grounded
from textile_pcf.rules.schema import RuleDocument


def clause_problems(rule: RuleDocument, document: Document) -> Iterator[Problem]:
    """Yield the problems of clauses, requirements on data, validity, and the claim to be verified.

    Parameters
    ----------
    rule : RuleDocument
        The rule.
    document : Document
        The same with the places of its values.
    """
    seen: set[str] = set()
    for topic in TOPICS:
        for number, clause in enumerate(rule.clauses.of(topic)):
            path: DocumentPath = ("clauses", topic, number)
            if clause.id in seen:
                what = Message("{name!r} is already the id of a clause.", name=clause.id)
                yield _problem(document, (*path, "id"), what, Message("Give each its own id."))
            seen.add(clause.id)
            yield from _ground_problems(rule, document, path, clause)
    for key in ("data_requirements", "validity", "quality"):
        grounded = getattr(rule, key)
        if grounded is not None:
            yield from _ground_problems(rule, document, (key,), grounded)
    yield from _primary_problems(rule, document)
    yield from _verified_problems(rule, document)


def _ground_problems(rule: RuleDocument, document: Document, path: DocumentPath, grounded: Grounded) -> Iterator[Problem]:
    """Yield the problems of what a statement rests on."""
    source = rule.sources.get(grounded.source or "")
    if grounded.status != "ours" and not (grounded.source and grounded.locator):
        what = Message("This says {status!r}, but not where it was found.", status=grounded.status)
        yield _problem(document, path, what, Message("Add `source:` and `locator:`, or `status: ours`."))
    if grounded.source and source is None:
        what = Message("There is no source {name!r}.", name=grounded.source)
        cure = did_you_mean(grounded.source, rule.sources, Message("Add it to `sources`."))
        yield _problem(document, (*path, "source"), what, cure)
    if source is not None and grounded.status == "read" and source.access not in ("text", "contents"):
        what = Message("This says `read`, but the text of {name!r} was not read.", name=grounded.source)
        yield _problem(document, (*path, "status"), what, Message("Write `status: interpreted`."))


def _primary_problems(rule: RuleDocument, document: Document) -> Iterator[Problem]:
    """Yield the flows and losses that must be primary but do not exist."""
    known = [f"{stage.id}.{name}" for stage in rule.stages for name in (*stage.flows, *(loss.id for loss in stage.losses))]
    requirements = rule.data_requirements
    for number, name in enumerate(requirements.primary if requirements else ()):
        if name not in known:
            what = Message("There is no flow or loss {name!r} in this rule.", name=name)
            cure = did_you_mean(name, known, Message("Write it as `stage.flow` or `stage.loss`."))
            yield _problem(document, ("data_requirements", "primary", number), what, cure)


def _verified_problems(rule: RuleDocument, document: Document) -> Iterator[Problem]:
    """Yield the problems of a claim to be verified."""
    if rule.status == "verified" and rule.verified is None:
        what = Message("The status is `verified`, but not what was read, by whom and when.")
        cure = Message("Add `verified:` with `sha256`, `edition`, `reviewer` and `date`, or write `status: interpretation`.")
        yield _problem(document, ("status",), what, cure)
    if rule.status != "verified" and rule.verified is not None:
        what = Message("`verified` is used in a rule of status {status!r}.", status=rule.status)
        yield _problem(document, ("verified",), what, Message("Write `status: verified`, or leave it out."))


def _problem(document: Document, path: DocumentPath, what: Message, cure: Message) -> Problem:
    return Problem(document.location(path), what, cure, code="clause")
