"""Pictures of a result: stages, waterfall, Sankey diagram, comparison and hot spots. Each has its numbers in `.data`.

They need matplotlib: `pip install "textile_pcf[plot]"`. The interactive Sankey diagram needs plotly instead:
`pip install "textile_pcf[interactive]"`. Chinese labels need a font with Chinese characters on the machine, such as Noto Sans
CJK SC (Debian and Ubuntu: `apt-get install fonts-noto-cjk`). Windows and macOS include one.
"""

from textile_pcf.plot.factory_pictures import energy_use, load_curve
from textile_pcf.plot.figure import Picture
from textile_pcf.plot.interactive import LivePicture
from textile_pcf.plot.plots import Plots

__all__ = ["LivePicture", "Picture", "Plots", "energy_use", "load_curve"]
