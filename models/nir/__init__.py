"""NIR graphs in and out: files, a simulator, what hardware holds of them, and the networks of chips."""

from importlib import import_module

_PLACES = {"CONVENTIONS": "conventions", "Conventions": "conventions", "Graph": "graph", "Recording": "simulation", "classify": "agreement",
           "compare": "agreement", "conversion_options": "metadata", "describe": "hardware", "from_network": "export", "from_nir": "graph",
           "levels_of": "chip", "network_name": "metadata", "read": "files", "read_recording": "recordings", "simulate": "simulation",
           "to_network": "chip", "write": "files", "write_recording": "recordings"}

__all__ = list(_PLACES)


def __getattr__(name):
    # Each is imported when it is asked for: hardware takes most of a second, and a simulation needs none.
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
