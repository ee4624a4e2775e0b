"""How sure a footprint is: spreads of numbers, keyed draws, whole recalculations, closed form and sensitivity."""

from textile_pcf.uncertainty_analysis.main import sensitivity, uncertainty
from textile_pcf.uncertainty_analysis.result import Uncertainty

__all__ = ["Uncertainty", "sensitivity", "uncertainty"]
