"""Pictures of a result, and of what is made of results: intervals, tornado, effects, measures, targets, meters.

Each has its numbers in `.data`. They need matplotlib: `pip install "textile_pcf[plot]"`. The interactive Sankey diagram needs
plotly instead: `pip install "textile_pcf[interactive]"`. Chinese labels need a font with Chinese characters on the machine,
such as Noto Sans CJK SC (Debian and Ubuntu: `apt-get install fonts-noto-cjk`). Windows and macOS include one.
"""

from textile_pcf.plot.change_bars import abatement_steps, effects
from textile_pcf.plot.factory_pictures import energy_use, load_curve
from textile_pcf.plot.figure import Picture
from textile_pcf.plot.interactive import LivePicture
from textile_pcf.plot.intervals import stage_intervals
from textile_pcf.plot.plots import Plots
from textile_pcf.plot.sensitivity_bars import tornado
from textile_pcf.plot.target_years import target_path

__all__ = [
    "LivePicture",
    "Picture",
    "Plots",
    "abatement_steps",
    "effects",
    "energy_use",
    "load_curve",
    "stage_intervals",
    "target_path",
    "tornado",
]
