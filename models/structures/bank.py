"""The model of a bank of neurons: its neuron's golden model over arrays."""

import numpy as np

from gateware.neurons.bank import NeuronBank

from . import model_of

__all__ = ["BankModel"]


class BankModel:
    """The golden model of :class:`gateware.neurons.bank.NeuronBank`.

    Parameters
    ----------
    bank : NeuronBank
    """

    def __init__(self, bank):
        from models import golden
        self.bank, self.neuron = bank, golden(bank.neuron)

    def run(self, items):
        """The output stream of a stream of whole sweeps over the bank (the neuron's inputs, and ``first``)."""
        count, neuron = self.bank.count, self.bank.neuron
        sweeps = {name: np.asarray(values).reshape(-1, count) for name, values in items.items()}
        first = sweeps.pop("first").astype(bool)
        state, results = type(neuron.init)(*(np.full(count, value) for value in neuron.init)), []
        for sweep, start in enumerate(first):
            state = type(state)(*(np.where(start, init, value) for init, value in zip(neuron.init, state)))
            state, outputs = self.neuron.advance(state, {name: values[sweep:sweep + 1] for name, values in sweeps.items()})
            results.append(outputs)
        return {name: np.concatenate([getattr(each, name).ravel() for each in results])
                for name in neuron.outputs._fields}

    def stimulus(self, rng, size=200):
        """Random inputs of whole sweeps, about ``size`` of them."""
        count = max(3, -(-size // self.bank.count)) * self.bank.count
        return {name: rng.integers(shape.lo, shape.hi + 1, count)
                for name, shape in self.bank.neuron.inputs._asdict().items()} | {"first": rng.random(count) < 0.1}


model_of.register(NeuronBank, BankModel)
