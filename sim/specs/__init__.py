"""Contracts of structural components: what each kind promises, written as hardware that watches it."""

from gateware.bus import UARTTransmitter
from gateware.bus.flash_reader import FlashReader
from gateware.chip.classifier import Classifier
from gateware.chip.core import SpikingCore
from gateware.chip.event_blocks import EventBlocks
from gateware.chip.event_merge import EventMerge
from gateware.chip.events import AddressEvents
from gateware.chip.first_spike_readout import FirstSpikeReadout
from gateware.chip.flash_loader import FlashLoader
from gateware.chip.image_encoder import ImageEncoder
from gateware.chip.input_encoder import InputEncoder
from gateware.chip.membrane_readout import MembraneReadout
from gateware.chip.readout import CountReadout
from gateware.chip.recorder import Recorder
from gateware.chip.serial_classifier import SerialClassifier
from gateware.chip.spike_delays import SpikeDelays
from gateware.chip.spiking_chip import SpikingChip
from gateware.chip.synapses import Synapses
from gateware.layers.dense import DenseLayer
from gateware.layers.stochastic_dense import StochasticDense
from gateware.neurons.bank import NeuronBank
from gateware.step.folded import FoldedStep
from gateware.stream_fork import StreamFork

from .address_events import address_events
from .classifier import classifier
from .dense_layer import dense_layer
from .event_blocks import event_blocks
from .event_merge import event_merge
from .first_spike_readout import first_spike_readout
from .flash_loader import flash_loader
from .flash_reader import flash_reader
from .folded import folded_step
from .image_encoder import image_encoder
from .input_encoder import input_encoder
from .membrane_readout import membrane_readout
from .neuron_bank import neuron_bank
from .readout import count_readout
from .recorder import recorder
from .serial_classifier import serial_classifier
from .spec import Spec
from .spike_delays import spike_delays
from .spiking_chip import spiking_chip
from .spiking_core import spiking_core
from .stochastic_dense import stochastic_dense
from .stream_fork import stream_fork
from .synapses import synapses
from .uart_transmitter import uart_transmitter

__all__ = ["Spec", "spec_for"]

_CONTRACTS = {
    AddressEvents: address_events,
    Classifier: classifier,
    CountReadout: count_readout,
    DenseLayer: dense_layer,
    EventBlocks: event_blocks,
    EventMerge: event_merge,
    FlashLoader: flash_loader,
    FlashReader: flash_reader,
    Recorder: recorder,
    SerialClassifier: serial_classifier,
    FirstSpikeReadout: first_spike_readout,
    FoldedStep: folded_step,
    ImageEncoder: image_encoder,
    InputEncoder: input_encoder,
    MembraneReadout: membrane_readout,
    NeuronBank: neuron_bank,
    SpikeDelays: spike_delays,
    SpikingChip: spiking_chip,
    SpikingCore: spiking_core,
    StochasticDense: stochastic_dense,
    StreamFork: stream_fork,
    Synapses: synapses,
    UARTTransmitter: uart_transmitter,
}


def spec_for(component, platform="formal"):
    """The specification of a component: the rules that hold for all, and its kind's contract where it has one."""
    return Spec(component, next((_CONTRACTS[cls] for cls in type(component).__mro__ if cls in _CONTRACTS), None), platform)
