"""Fixtures of the tests of locks, masks and labels."""

from audit_mill import mill

__all__ = ["mill"]
