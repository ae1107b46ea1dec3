"""The default design: a trained spiking classifier of handwritten digits behind a UART."""

from __future__ import annotations

from functools import cached_property

from gateware.bus.format import MAX_PIXEL, Classification, Command, Frame, encode
from gateware.bus.uart import divisor_for
from gateware.chip.classifier import Classifier
from gateware.chip.serial_classifier import SerialClassifier
from gateware.rtlil import to_rtlil

from ..files import sha256_of

__all__ = ["DigitsDesign"]


class DigitsDesign:
    """The bundled network, or another of its kind, as it is put on a board.

    Parameters
    ----------
    network : models.networks.Network, optional
        By default the digits network that ships with the project.
    baud : int
        Line rate of the UART in bits per second.
    """

    name = "digits"

    def __init__(self, network=None, *, baud=1_000_000):
        if network is None:
            from models.networks import load
            network = load()
        self.network, self.baud = network, baud

    @cached_property
    def layers(self):
        """Neurons in each layer, inputs first."""
        return self.network.inputs, self.network.hidden, self.network.classes

    def create_core(self):
        """A fresh classifier, without its serial line."""
        return Classifier(self.network)

    @cached_property
    def declared_clocks(self):
        """Clocks from the last pixel to the class, as the classifier declares them."""
        return self.create_core().declared_clocks

    def create_top(self, clock_hz):
        """A fresh top level for a clock, with its build id.

        Parameters
        ----------
        clock_hz : int
            Frequency in Hz.

        Returns
        -------
        SerialClassifier

        Raises
        ------
        ValueError
            If the UART's rate cannot be made from the clock.
        """
        return self.assemble(clock_hz, self.build_id(clock_hz))

    def build_id(self, clock_hz):
        """64 bits of the digest of the whole top level with a build id of 0: equal hardware has equal ids."""
        return int(sha256_of(to_rtlil(self.assemble(clock_hz, 0)))[:16], 16)

    def assemble(self, clock_hz, build_id):
        """A fresh top level with a given build id."""
        return SerialClassifier(self.create_core(), divisor_for(clock_hz, self.baud), build_id, clock_hz=clock_hz, layers=self.layers,
                         name=self.name)

    levels, takes_events = MAX_PIXEL, False
    # All weights are part of the bitstream.
    load_words = ()

    def held_out(self, samples):
        """The images that no training saw, and their labels; there is no other file of samples."""
        from models.datasets import load_digits
        self._refuse(samples)
        digits = load_digits()
        return digits.images[digits.test], digits.labels[digits.test]

    @staticmethod
    def _refuse(samples):
        if samples is not None:
            raise ValueError("the digits network is evaluated on the held-out images of its data set: leave out --samples")

    def gather_evidence(self, samples, *, use_cache, steps):
        """As :func:`platforms.designs.evidence.gather_evidence`; its samples are the held-out images of the data set."""
        from .evidence import gather_evidence
        self._refuse(samples)
        return gather_evidence(self, use_cache=use_cache, steps=steps)

    def describe(self, evidence, build):
        """What a report says of the network beside its build, as `platforms.report.describe_build` says that."""
        clocks, clock_hz = evidence["rtl"]["clocks"], build["clock"]["hz"]
        request, reply = self.line_seconds()
        return {
            "design": {"name": self.name, "layers": list(self.layers), "time_steps": self.network.time_steps, "baud": self.baud,
                       "network": self.network.digest, "build_id": f"{self.build_id(clock_hz):016x}",
                       "provenance": self.network.provenance},
            "accuracy": evidence["accuracy"],
            "rtl": evidence["rtl"],
            "latency": {"clocks": clocks, "seconds": clocks / clock_hz, "request_seconds": request, "reply_seconds": reply},
            "example": evidence["example"],
            "standing": evidence["standing"],
        }

    def files(self):
        """What belongs to a build beside bitstream and report: nothing."""
        return {}

    def line_seconds(self):
        """Time that an image takes on the line, and that its answer takes: start and stop bits included."""
        image = encode(Frame(0, Command.CLASSIFY, bytes(self.network.inputs)))
        answer = Classification(0, 0, (0,) * self.network.classes).pack()
        # The reply's payload begins with a status byte.
        reply = encode(Frame(0, Command.CLASSIFY, b"\0" + answer))
        return len(image) * 10 / self.baud, len(reply) * 10 / self.baud
