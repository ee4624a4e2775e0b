"""Batches: catalogues of any size, in partitions, with bounded memory; an interrupted run goes on where it stopped."""

from textile_pcf.batch.run import BatchResult, calculate_batch
from textile_pcf.batch.work import Scenario

__all__ = ["BatchResult", "Scenario", "calculate_batch"]
