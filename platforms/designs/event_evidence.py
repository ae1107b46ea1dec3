"""Samples of events through the pins of a whole design, as a host sends them: what it answers, and when."""

from __future__ import annotations

from gateware.bus.format import REPLY, Command, Frame, Status, encode

from ..host.driver import Board
from ..host.protocol import event_payloads
from ..host.sim_port import SimPort
from .difference import first_difference

__all__ = ["BIT_CLOCKS", "compare_pins"]

# Clocks per bit of the simulated line: 24 MHz at 1 Mbaud. While a block comes in the network is done with the one before.
BIT_CLOCKS = 24
# The simulation of more clocks than these takes more than some ten seconds.
MOST_CLOCKS, FEWEST, MOST = 10_000_000, 3, 100


def compare_pins(design, samples, golden):
    """Send samples to a simulated design over its serial line and compare its answers with the golden model.

    Parameters
    ----------
    design : platforms.designs.spiking.SpikingDesign
    samples : array, (B, time steps, inputs)
    golden : models.structures.chip.SampleResult
        What the model makes of them.

    Returns
    -------
    dict
        ``samples`` that were compared, of each ``reply_clocks``, from its last block known to be good to the reply's first start bit, and
        ``line_bytes``, there and back before the class is known.

    Raises
    ------
    MismatchError
        At the first class or score that differs.
    """
    top = design.assemble(BIT_CLOCKS * design.baud, 0)
    port, answers, clocks, lengths = SimPort(top), [], [], []
    with Board(port, levels=design.levels) as board:
        if design.load_words and design.flash is None:
            board.load(design.load_words)
        for index, sample in enumerate(samples[:MOST]):
            if index >= FEWEST and port.clocks > MOST_CLOCKS:
                break
            answers.append(board.classify_events(sample))
            clocks.append(port.reply_clocks)
            lengths.append(_line_bytes(sample, design, top.identity.capacity))
    count = len(answers)
    first_difference("the class that was sent", golden.label[:count], [answer.label for answer in answers], ("sample",))
    first_difference("the score that was sent", golden.scores[:count], [answer.counts for answer in answers], ("sample", "class"))
    return {"samples": len(clocks), "reply_clocks": clocks, "line_bytes": lengths}


def _line_bytes(sample, design, capacity):
    """Bytes on the line for a sample, there and back, before the reply that says its class."""
    payloads = event_payloads(sample, design.layers[0], design.levels, capacity)
    more = len(encode(Frame(0, Command.EVENTS | REPLY, bytes([Status.OK]))))
    return sum(len(encode(Frame(0, Command.EVENTS, payload))) for payload in payloads) + more * (len(payloads) - 1)
