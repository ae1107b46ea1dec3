"""Hardware, written once: spiking neurons, stochastic streams, layers, links and chips as Amaranth components."""

_HOMES = {
    "AndMultiplier": "sc.arithmetic.multiply", "Classifier": "chip.classifier", "ComparatorEncoder": "sc.encode.comparator",
    "DenseLayer": "layers.dense", "FixedPointLIF": "neurons.fixed_point_lif", "LFSR": "sc.sources.lfsr", "LIF": "neurons.lif",
    "MuxAdder": "sc.arithmetic.mux_adder", "NeuronBank": "neurons.bank", "OnesCounter": "sc.decode.ones_counter", "Popcount": "sc.arithmetic.popcount",
    "RampCounter": "sc.sources.ramp", "StochasticDense": "layers.stochastic_dense", "XnorMultiplier": "sc.arithmetic.multiply",
}
__all__ = sorted(_HOMES)


def __getattr__(name):
    # Amaranth is imported by who asks for hardware, not by who asks for a package.
    if name in _HOMES:
        from importlib import import_module
        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_HOMES})
