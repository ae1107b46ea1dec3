"""Hardware, written once: spiking neurons, stochastic streams, layers, links and chips as Amaranth components."""

_HOMES = {
    "AbsoluteDifference": "sc.arithmetic.absolute_difference", "AddieDivider": "sc.division.addie",
    "AdaptiveLIF": "neurons.adaptive_lif",
    "AddieRoot": "sc.division.addie_root", "AndMultiplier": "sc.arithmetic.multiply",
    "BernsteinUnit": "sc.functions.bernstein", "Classifier": "chip.classifier",
    "ComparatorEncoder": "sc.encode.comparator", "Conv2d": "chip.network", "CounterMaximum": "sc.order.counter",
    "CubaLeakyIntegrator": "neurons.cuba_lif", "CubaLIF": "neurons.cuba_lif",
    "Decorrelator": "sc.correlation.decorrelator", "Dense": "chip.network", "DenseLayer": "layers.dense",
    "Desynchronizer": "sc.correlation.desynchronizer", "EncoderPair": "sc.encode.pair",
    "EquationNeuron": "neurons.equation_neuron", "FixedPointLIF": "neurons.fixed_point_lif",
    "FoldedStep": "step.folded", "from_equations": "neurons.from_equations", "HistoryDivider": "sc.division.history",
    "Izhikevich": "neurons.izhikevich", "Layer": "chip.network", "LeakyIntegrator": "neurons.leaky_integrator",
    "LeapForwardLFSR": "sc.sources.leap_forward", "LFSR": "sc.sources.lfsr", "LIF": "neurons.lif",
    "LogOddsGain": "sc.functions.log_odds_gain", "MuxAdder": "sc.arithmetic.mux_adder", "NeuronBank": "neurons.bank",
    "OnesCounter": "sc.decode.ones_counter", "Popcount": "sc.arithmetic.popcount", "RampCounter": "sc.sources.ramp",
    "Regenerator": "sc.correlation.regenerator", "ReLU": "sc.functions.relu", "SC": "sc.expression",
    "ScaledAdder": "sc.arithmetic.scaled_adder", "SelectAdder": "sc.arithmetic.select_adder",
    "SharedMaximum": "sc.order.shared", "Sobol": "sc.sources.sobol", "SpikingChip": "chip.spiking_chip",
    "SpikingNetwork": "chip.network", "StochasticCircuit": "sc.synthesis",
    "StochasticDense": "layers.stochastic_dense", "SubtractiveLIF": "neurons.subtractive_lif",
    "Synchronizer": "sc.correlation.synchronizer", "UnaryMultiplier": "sc.arithmetic.unary_multiplier",
    "VanDerCorput": "sc.sources.van_der_corput", "XnorMultiplier": "sc.arithmetic.multiply",
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
