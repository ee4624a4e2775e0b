"""Pure arithmetic on arrays: masses backwards, amounts forwards, sums, links between products.

Knows no file, no unit text, no rule.
"""

from textile_pcf.engine.allocation import allocated_shares, share_by_mass, share_by_price
from textile_pcf.engine.derivatives import amount_gradient, factor_weights, leontief, ratio_elasticities
from textile_pcf.engine.emissions import exchange_amounts, sum_by_process
from textile_pcf.engine.growing_loops import find_loops
from textile_pcf.engine.loops import LinkedSystem, Links, solve_links, sum_by_group
from textile_pcf.engine.masses import Masses, loss_ratio, stage_masses
from textile_pcf.engine.networks import products_in_loops, rings

__all__ = [
    "LinkedSystem",
    "Links",
    "Masses",
    "allocated_shares",
    "amount_gradient",
    "exchange_amounts",
    "factor_weights",
    "find_loops",
    "leontief",
    "loss_ratio",
    "products_in_loops",
    "ratio_elasticities",
    "rings",
    "share_by_mass",
    "share_by_price",
    "solve_links",
    "stage_masses",
    "sum_by_group",
    "sum_by_process",
]
