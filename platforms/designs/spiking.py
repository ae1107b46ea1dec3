"""A trained spiking network behind a UART, placed on a part's memories."""

from __future__ import annotations

from functools import cached_property

from amaranth.hdl import Shape

from gateware.bus.format import MAX_PAYLOAD, Command, Frame, encode, score_bytes
from gateware.bus.uart import divisor_for
from gateware.chip.core import AnswerLayout
from gateware.chip.flash_loader import flash_image
from gateware.chip.mapper import Memories, MappingError, blocks_for, map_network
from gateware.chip.recorder import Recorder
from gateware.chip.serial_classifier import SerialClassifier
from gateware.rtlil import to_rtlil

from ..boards import read_table
from ..energy import estimate_energy
from ..files import sha256_of
from .memories import memory_map
from .operations import count_operations

__all__ = ["SpikingDesign"]

# Both bytes of the CRC, each ten bits on the line.
CRC_BITS = 20
# From the end of a frame to the check of its first value.
SERVER_CLOCKS = 3
# Of the 16 sizes that an identity holds one is that of the inputs.
MOST_LAYERS = 15


def _check_link(network):
    """Refuse a network whose samples no frame holds, or whose layers no identity."""
    inputs, layers = network.sizes[0], len(network.layers)
    if network.encoder != "events" and inputs > MAX_PAYLOAD:
        raise ValueError(f"network {network.name} must have at most {MAX_PAYLOAD:,} inputs, for a sample is one frame of the link, not {inputs:,}")
    if layers > MOST_LAYERS:
        raise ValueError(f"network {network.name} must have at most {MOST_LAYERS} layers, for a board tells its host no more of them, not {layers}")


class SpikingDesign:
    """A spiking network as it is put on a board.

    Parameters
    ----------
    network : gateware.chip.network.SpikingNetwork
    part : platforms.boards.Part
    baud : int
        Line rate of the UART in bits per second.
    graph : platforms.designs.references.GraphReference, optional
        What the network was made of.
    flash : int, optional
        Where in the board's flash the weights lie that are not part of the bitstream; the host loads them if not given.
    observed : bool
        Whether the host can read spikes, membranes and counters.

    Attributes
    ----------
    placement : gateware.chip.mapper.Placement

    Raises
    ------
    MappingError
        If the network does not fit the part.
    ValueError
        If weights are to come from the flash, and all are part of the bitstream.
    """

    def __init__(self, network, part, *, baud=1_000_000, graph=None, flash=None, observed=False):
        self.network, self.part, self.baud, self.graph, self.name = network, part, baud, graph, network.name
        _check_link(network)
        self.flash, self.observed = flash, observed
        self.placement = self._place()
        if flash is not None and not self.load_words:
            raise ValueError(f"weights must be link for {self.name} on {part.name}, not flash: all of them are part of the bitstream")

    def _place(self):
        """Where the network goes on the part, in the block RAM that its observation leaves."""
        network, part = self.network, self.part
        if not self.observed:
            return map_network(network, Memories(part.family, part.ram, part.spram))
        needs = f"to be observed takes {self.observed_blocks} of the part's {part.ram} block RAMs"
        if self.observed_blocks >= part.ram:
            raise MappingError(needs)
        try:
            return map_network(network, Memories(part.family, part.ram - self.observed_blocks, part.spram))
        except MappingError as error:
            raise MappingError(f"{needs}, and of the others {error}") from None

    @cached_property
    def observed_blocks(self):
        """Block RAMs that keep spikes and membranes of the last sample."""
        layers = self.network.layers
        recorder = Recorder([AnswerLayout(layer.neuron) for layer in layers], [layer.neurons for layer in layers], self.network.time_steps)
        return sum(blocks_for(self.part.family, width, depth) for width, depth in recorder.memories)

    @property
    def layers(self):
        """Neurons in each layer, inputs first."""
        return self.network.sizes

    def create_core(self):
        """A fresh chip, without its serial line."""
        return self.placement.create_chip(self.network, observed=self.observed)

    @cached_property
    def load_words(self):
        """The words of the weights that the host loads; none where all are in the bitstream."""
        core = self.create_core()
        return core.load_words() if core.words else []

    @property
    def takes_events(self):
        """Whether the host sends events, time step by time step, rather than images."""
        return self.network.encoder == "events"

    @property
    def levels(self):
        """The largest value of an input."""
        return self.network.levels

    def held_out(self, samples):
        """Levels and labels of a file of samples, or of those that are taken by default; the labels may be None."""
        from models.networks.samples import load_samples
        found = load_samples(self.network, samples)
        return found.levels, found.labels

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
                                levels=self.network.levels, name=self.name, flash=self.flash, observed=self.observed)

    def gather_evidence(self, samples, *, use_cache, steps):
        """As :func:`platforms.designs.spiking_evidence.gather_chip_evidence`, with a file of samples or None."""
        from models.networks.samples import load_samples

        from .spiking_evidence import gather_chip_evidence
        evidence = gather_chip_evidence(self, load_samples(self.network, samples), use_cache=use_cache, steps=steps)
        # Without a file, samples are MNIST's.
        return evidence | {"peers": read_table("peers")["mnist"] if samples is None else []}

    def describe(self, evidence, build):
        """What a report says of the network beside its build, as `platforms.report.describe_build` says that."""
        rtl, (request, reply), clock_hz = evidence["rtl"], self.line_seconds(evidence["rtl"]), build["clock"]["hz"]
        crc = CRC_BITS * divisor_for(clock_hz, self.baud)
        if "pins" in rtl:
            # The CRC comes, the last block is checked, then its events go in and the result comes. The request is shown as many clocks
            # after the end of its frame as the reply's start bit comes after the result.
            clocks = sorted(crc + each for each in rtl["pins"]["reply_clocks"])
        else:
            # The CRC comes, every value is checked, then the values go in and the result comes.
            clocks = sorted(crc + SERVER_CLOCKS + self.layers[0] + each for each in rtl["whole_clocks"])
        median = clocks[len(clocks) // 2]
        operations = count_operations(self.create_core(), [row["events"] for row in evidence["activity"]])
        return {
            "design": {"name": self.name, "layers": list(self.layers), "time_steps": self.network.time_steps, "baud": self.baud,
                       "encoder": self.network.encoder, "readout": self.network.readout,
                       "network": self.network.digest, "build_id": f"{self.build_id(clock_hz):016x}",
                       "provenance": self.network.provenance},
            "accuracy": evidence["accuracy"], "not_computed": evidence["not_computed"], "confusion": evidence["confusion"],
            "source": evidence["source"], "peers": evidence["peers"],
            "rtl": {name: rtl[name] for name in ("images", "spikes", "simulated")},
            "latency": {"clocks": median, "seconds": median / clock_hz, "all_clocks": clocks,
                        "request_seconds": request, "reply_seconds": reply},
            "memories": memory_map(to_rtlil(self.assemble(clock_hz, 0)), self.placement.rows, build["components"]),
            "activity": evidence["activity"], "operations": operations,
            "energy": estimate_energy(operations, median / clock_hz, self.part.name, clock_hz, build["clock"]["pll"]),
            "example": evidence["example"],
            "standing": evidence["standing"],
        } | self._describe_flash(clock_hz) | ({"observed": {"blocks": self.observed_blocks}} if self.observed else {})

    def _describe_flash(self, clock_hz):
        """Where the weights lie in the flash, and how long it takes to read them; nothing where they do not."""
        if self.flash is None:
            return {}
        clocks = self.assemble(clock_hz, 0).boot_clocks
        return {"flash": {"file": "flash.bin", "weights": "weights.bin", "offset": self.flash, "bytes": len(self.files()["weights.bin"]),
                          "clocks": clocks, "seconds": clocks / clock_hz}}

    def files(self):
        """What belongs to a build beside bitstream and report: the network in integers, and the weights to load, as words, low bytes
        first, or as the flash has them."""
        from models.networks.spiking_file import spiking_bytes
        files = {"network.npz": spiking_bytes(self.network)}
        if self.load_words:
            files["weights.bin"] = b"".join(word.to_bytes(2, "little") for word in self.load_words)
        if self.flash is not None:
            files["weights.bin"] = flash_image(self.load_words)
        return files

    def line_seconds(self, rtl):
        """Time that a sample takes on the line, and that its answer takes: start and stop bits included.

        Samples of events differ: the median of those that were compared, with the replies to all blocks but the last.
        """
        request = sorted(rtl["pins"]["line_bytes"])[rtl["pins"]["samples"] // 2] if "pins" in rtl else len(
            encode(Frame(0, Command.CLASSIFY, bytes(self.layers[0]))))
        score = Shape.cast(self.create_core().score.elem_shape)
        # A status, the class, four bytes of clocks, the scores.
        reply = encode(Frame(0, Command.CLASSIFY, bytes(6 + self.layers[-1] * score_bytes(score.width, score.signed))))
        return request * 10 / self.baud, len(reply) * 10 / self.baud
