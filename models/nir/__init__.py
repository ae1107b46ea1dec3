"""NIR graphs in and out: files, a simulator, and what hardware can hold of them."""

from .conventions import CONVENTIONS, Conventions
from .files import read, write
from .graph import Graph, from_nir
from .simulation import Recording, simulate

__all__ = ["CONVENTIONS", "Conventions", "Graph", "Recording", "from_nir", "read", "simulate", "write"]
