"""Default number of rows of a partition, such that a run fits into a budget of memory."""

from __future__ import annotations

from textile_pcf.batch.job import Job
from textile_pcf.batch.partitions import ROWS

BUDGET = 200 << 20
"""Memory of a partition that is calculated, as estimated here. [bytes]

Two partitions that are read ahead, one that is written, and the library itself take about as much again.
"""
LEAST = 20_000
"""Rows of the smallest partition, whose fixed cost of some 10 ms is a third of its time under the shipped rules."""
STEP = 10_000
BYTES_OF_ROW = 60
BYTES_OF_QUANTITY = 58
"""What one stage, property, loss or flow of the rule takes in each product, given or not. [bytes]"""
ROWS_OF_PRODUCT = 10
"""Rows of a product that is filled in sparingly: the rule adds the same to it as to one of many rows."""
PLAIN, SCENARIO, UNCERTAINTY, WEIGHTS, QUALITY, SUPPLY, CONTRIBUTIONS = 100, 25, 25, 50, 50, 50, 150
"""What a plain run holds, and what each further scenario and each option adds to it. [%]"""


def default_rows(job: Job) -> int:
    """Return the rows of a partition, approximately, that follow from the rule and the options of a run.

    The numbers were fitted, within a fifth, to the arrays that are alive while partitions are calculated under the shipped
    rules and under one without values of its own. Nothing but the job decides, so the partitions are the same on every machine.

    Parameters
    ----------
    job : Job

    Returns
    -------
    int
        A multiple of `STEP`, at least `LEAST` and at most `ROWS`.
    """
    bytes_of_row = BYTES_OF_ROW + BYTES_OF_QUANTITY * quantities_of_product(job) // ROWS_OF_PRODUCT
    rows = BUDGET * PLAIN // (bytes_of_row * percent_held(job))
    return min(max(rows // STEP * STEP, LEAST), ROWS)


def quantities_of_product(job: Job) -> int:
    """Return the number of stages, properties and losses of a rule and of its flows that are not optional."""
    rules = job.rules
    return len(rules.stages) + len(rules.properties) + len(rules.losses) + sum(not flow.optional for flow in rules.flows)


def percent_held(job: Job) -> int:
    """Return what a run with its scenarios and options holds of each row, as a percentage of a plain run."""
    return (
        PLAIN
        + SCENARIO * (len(job.scenarios) - 1)
        + UNCERTAINTY * (job.uncertainty is not None)
        + WEIGHTS * job.weights
        + QUALITY * job.quality
        + SUPPLY * (job.supply is not None)
        + CONTRIBUTIONS * (job.results == "contributions")
    )
