"""A trained spiking network behind a UART, placed on a part's memories."""

from __future__ import annotations

from functools import cached_property

from gateware.bus.format import Classification, Command, Frame, encode
from gateware.bus.uart import divisor_for
from gateware.chip.mapper import Memories, map_network
from gateware.chip.serial_classifier import SerialClassifier
from gateware.rtlil import to_rtlil

from ..files import sha256_of

__all__ = ["SpikingDesign"]


class SpikingDesign:
    """A spiking network as it is put on a board.

    Parameters
    ----------
    network : gateware.chip.network.SpikingNetwork
    part : platforms.boards.Part
    baud : int
        Line rate of the UART in bits per second.

    Attributes
    ----------
    placement : gateware.chip.mapper.Placement

    Raises
    ------
    MappingError
        If the network does not fit the part.
    """

    def __init__(self, network, part, *, baud=1_000_000):
        self.network, self.part, self.baud, self.name = network, part, baud, network.name
        self.placement = map_network(network, Memories(part.family, part.ram, part.spram))

    @property
    def layers(self):
        """Neurons in each layer, inputs first."""
        return self.network.sizes

    def create_core(self):
        """A fresh chip, without its serial line."""
        return self.placement.create_chip(self.network)

    @cached_property
    def load_words(self):
        """The words of the weights that the host loads; none where all are in the bitstream."""
        core = self.create_core()
        return core.load_words() if core.words else []

    def create_top(self, clock_hz):
        """A fresh top level for a clock in Hz, with its build id.

        Raises
        ------
        ValueError
            If the UART's rate cannot be made from the clock.
        """
        return self.assemble(clock_hz, self.build_id(clock_hz))

    def build_id(self, clock_hz):
        """64 bits of the digest of the top level with a build id of 0 and of the network: equal hardware and weights have equal ids."""
        return int(sha256_of(to_rtlil(self.assemble(clock_hz, 0)) + self.network.digest)[:16], 16)

    def assemble(self, clock_hz, build_id):
        """A fresh top level with a given build id."""
        return SerialClassifier(self.create_core(), divisor_for(clock_hz, self.baud), build_id, clock_hz=clock_hz, layers=self.layers,
                                levels=self.network.levels, name=self.name)

    def line_seconds(self):
        """Time that a sample takes on the line, and that its answer takes: start and stop bits included."""
        sample = encode(Frame(0, Command.CLASSIFY, bytes(self.layers[0])))
        answer = Classification(0, 0, (0,) * self.layers[-1]).pack()
        width = -(-self.create_core().score.elem_shape.width // 8)
        reply = encode(Frame(0, Command.CLASSIFY, bytes(1 + len(answer) + (width - 1) * self.layers[-1])))
        return len(sample) * 10 / self.baud, len(reply) * 10 / self.baud
