"""Quality of the data behind a result: ratings, shares of primary data, hot spots, requirements of a rule."""

from textile_pcf.data_quality.main import Quality, quality

__all__ = ["Quality", "quality"]
