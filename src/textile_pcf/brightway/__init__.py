"""Brightway: the same system in another engine, and its databases as background.

Needs `pip install 'textile_pcf[brightway]'`. Brightway is imported when first needed; no project is made or switched to unless
a caller names one.
"""

from textile_pcf.brightway.background import factors_from_brightway
from textile_pcf.brightway.database import write_database
from textile_pcf.brightway.datapackage import to_datapackage
from textile_pcf.brightway.scores import Scores, calculate, scores_of

__all__ = ["Scores", "calculate", "factors_from_brightway", "scores_of", "to_datapackage", "write_database"]
