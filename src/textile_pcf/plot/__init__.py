"""Pictures of a result: stages, waterfall, Sankey, comparison, hot spots. Each tells its numbers in `.data`.

They need matplotlib: `pip install "textile_pcf[plot]"`. Chinese labels need a font with Chinese characters on the machine,
such as Noto Sans CJK SC (Debian and Ubuntu: `apt-get install fonts-noto-cjk`); Windows and macOS bring one.
"""

from textile_pcf.plot.picture import Picture
from textile_pcf.plot.plots import Plots

__all__ = ["Picture", "Plots"]
