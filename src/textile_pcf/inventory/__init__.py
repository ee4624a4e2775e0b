"""From activity data to a linear system: quantities completed, factors matched, masses, amounts, links."""
