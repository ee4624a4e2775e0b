"""Calculate: the one room where rules, activity data, factors and the engine meet."""

from textile_pcf.calculation.main import CONVENTIONS, GWP_SETS, calculate, emissions, footprint
from textile_pcf.calculation.matched import Answers

__all__ = ["CONVENTIONS", "GWP_SETS", "Answers", "calculate", "emissions", "footprint"]
