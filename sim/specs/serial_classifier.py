"""Contract of a classifier behind a UART: those of its parts, where they are."""

from gateware.chip.classifier import Classifier
from gateware.chip.spiking_chip import SpikingChip

from .classifier import classifier
from .event_blocks import event_blocks
from .flash_loader import flash_loader
from .flash_reader import flash_reader
from .recorder import recorder
from .spiking_chip import spiking_chip
from .uart_transmitter import uart_transmitter

__all__ = ["serial_classifier"]


def serial_classifier(spec, m, top, *path):
    """What the classifier, the UART transmitter, what takes events and what reads a flash promise holds inside the whole design.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    top : SerialClassifier
    *path : str
        Where the top level is in the specified component.
    """
    if isinstance(top.core, Classifier):
        classifier(spec, m, top.core, *path, "core")
    if isinstance(top.core, SpikingChip):
        spiking_chip(spec, m, top.core, *path, "core")
    if top.blocks is not None:
        event_blocks(spec, m, top.blocks, *path, "server", "blocks")
    if top._flash is not None:
        reader, loader = top._flash
        flash_reader(spec, m, reader, *path, "flash_reader")
        flash_loader(spec, m, loader, *path, "flash_loader")
    if top._recorder is not None:
        recorder(spec, m, top._recorder, *path, "recorder")
    uart_transmitter(spec, m, top._uart[1], *path, "uart_transmitter")
