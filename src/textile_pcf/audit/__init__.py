"""Locks, verification, saved results, licence masks, labels: what an auditor, a buyer and a certifier ask for."""

from textile_pcf.audit.bundles import open_lock
from textile_pcf.audit.label_payload import LabelOptions, label
from textile_pcf.audit.lock_document import LockDocument, read_lock
from textile_pcf.audit.locks import lock
from textile_pcf.audit.masks import Masks, PublishedFootprint, published
from textile_pcf.audit.saved_results import load_result, save
from textile_pcf.audit.verification import Verification, locked_result, verify

__all__ = [
    "LabelOptions",
    "LockDocument",
    "Masks",
    "PublishedFootprint",
    "Verification",
    "label",
    "load_result",
    "lock",
    "locked_result",
    "open_lock",
    "published",
    "read_lock",
    "save",
    "verify",
]
