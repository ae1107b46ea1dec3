"""Which design a network file becomes."""

from __future__ import annotations

from .digits import DigitsDesign
from .spiking import SpikingDesign

__all__ = ["open_design"]


def open_design(network, part, baud):
    """The design of a network file.

    Parameters
    ----------
    network : path-like or None
        A file of `models.networks`; None is the digits network that ships with the project.
    part : platforms.boards.Part
    baud : int
        Line rate of the UART in bits per second.

    Returns
    -------
    DigitsDesign or SpikingDesign
    """
    from models.networks import load
    from models.networks.spiking_file import is_spiking_network, load_spiking

    if network is not None and is_spiking_network(network):
        return SpikingDesign(load_spiking(network), part, baud=baud)
    return DigitsDesign(load(network), baud=baud)
