"""Neurons simulated: in float64 as their equations say, or in the integers of their hardware."""

_HOMES = {"Bank": "bank", "BankRun": "bank", "Trace": "simulation", "input_array": "protocol", "rate": "simulation",
          "rheobase": "simulation", "simulate": "simulation", "solve": "simulation"}
__all__ = sorted(_HOMES)


def __getattr__(name):
    # Numba is imported by who runs a neuron, not by who asks for help.
    if name in _HOMES:
        from importlib import import_module
        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
