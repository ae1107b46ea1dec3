"""Contracts of structural components: what each kind promises, written as hardware that watches it."""

from gateware.bus import UARTTransmitter
from gateware.chip.classifier import Classifier
from gateware.chip.serial_classifier import SerialClassifier
from gateware.chip.image_encoder import ImageEncoder
from gateware.chip.readout import CountReadout
from gateware.layers.dense import DenseLayer
from gateware.layers.stochastic_dense import StochasticDense
from gateware.neurons.bank import NeuronBank
from gateware.step.folded import FoldedStep

from .classifier import classifier
from .dense_layer import dense_layer
from .serial_classifier import serial_classifier
from .folded import folded_step
from .image_encoder import image_encoder
from .neuron_bank import neuron_bank
from .readout import count_readout
from .spec import Spec
from .stochastic_dense import stochastic_dense
from .uart_transmitter import uart_transmitter

__all__ = ["Spec", "spec_for"]

_CONTRACTS = {
    Classifier: classifier,
    CountReadout: count_readout,
    DenseLayer: dense_layer,
    SerialClassifier: serial_classifier,
    FoldedStep: folded_step,
    ImageEncoder: image_encoder,
    NeuronBank: neuron_bank,
    StochasticDense: stochastic_dense,
    UARTTransmitter: uart_transmitter,
}


def spec_for(component, platform="formal"):
    """The specification of a component: the rules that hold for all, and its kind's contract where it has one."""
    return Spec(component, next((_CONTRACTS[cls] for cls in type(component).__mro__ if cls in _CONTRACTS), None), platform)
