"""Formats of others: PACT, openLCA and tables of factors out and in; published category rules in."""
