"""Drawings of a report, as inline SVG that takes its colours from the page."""

from .floorplan import component_groups, floorplan
from .histogram import histogram
from .raster import digit, raster

__all__ = ["component_groups", "digit", "floorplan", "histogram", "raster"]
