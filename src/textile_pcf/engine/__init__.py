"""Pure arithmetic on arrays: masses backwards, amounts forwards, sums, links between products.

Knows no file, no unit text, no rule.
"""

from textile_pcf.engine.emissions import amounts
from textile_pcf.engine.loops import linked, looping, loops, summed
from textile_pcf.engine.masses import Masses, loss_ratio, stage_masses

__all__ = ["Masses", "amounts", "linked", "looping", "loops", "loss_ratio", "stage_masses", "summed"]
