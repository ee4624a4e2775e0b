"""Calculate: the one room where rules, activity data, factors and the engine meet."""

from textile_pcf.calculation.main import CONVENTIONS, GWP_SETS, calculate, footprint

__all__ = ["CONVENTIONS", "GWP_SETS", "calculate", "footprint"]
