"""Brightway: solve a result with another engine, write it as a database, and use Brightway databases as emission factors.

Needs `pip install 'textile_pcf[brightway]'`. Brightway is imported when it is first needed. No project is created or opened
unless the caller names one.
"""

from textile_pcf.brightway.background import factors_from_brightway
from textile_pcf.brightway.database import write_database
from textile_pcf.brightway.datapackage import to_datapackage
from textile_pcf.brightway.scores import Scores, calculate, scores_of

__all__ = ["Scores", "calculate", "factors_from_brightway", "scores_of", "to_datapackage", "write_database"]
