"""The model of what takes blocks of events, and a host's way to write samples as blocks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gateware.bus.format import END_OF_STEP, Status
from gateware.chip.event_blocks import EventBlocks
from gateware.chip.events import AddressEvents

from . import model_of
from .chip import EventsModel

__all__ = ["BlocksState", "EventBlocksModel", "event_words"]


def event_words(sample, word_bytes):
    """A sample, levels (time steps, inputs), as the words of its blocks, in bytes (words, ``word_bytes``)."""
    sample = np.asarray(sample, np.int64)
    events = EventsModel(AddressEvents(sample.shape[1], 255)).run(sample.ravel())
    number = np.where(events["last"], END_OF_STEP, events["number"])
    columns = [number & 0xFF, number >> 8, events["level"]]
    return np.stack(columns[:word_bytes], axis=1).astype(np.uint8)


class BlocksState(NamedTuple):
    """What the blocks passed on have left behind.

    Attributes
    ----------
    last, following : int
        The last block's number, and the next one's; 0 and None before the first.
    lowest : int
        The lowest number of an input that may come in this time step.
    values : array (K, inputs)
        Levels of the sample, in the time steps that have ended and the one that is open.
    """

    last: int
    following: int | None
    lowest: int
    values: np.ndarray


class EventBlocksModel:
    """The golden model of :class:`gateware.chip.event_blocks.EventBlocks`.

    Parameters
    ----------
    blocks : EventBlocks
    """

    def __init__(self, blocks):
        self.blocks = blocks
        self.start = BlocksState(0, None, 0, np.zeros((1, blocks.inputs), np.int64))

    def fits(self, length):
        """Whether a block may have so many bytes."""
        blocks = self.blocks
        return blocks.word_bytes < length <= blocks.capacity and (length - 1) % blocks.word_bytes == 0

    def ended(self, state):
        """Whether the sample is over."""
        return len(state.values) > self.blocks.time_steps

    def take(self, state, block):
        """The state after a block of bytes, the status of the answer, and the words that are passed on (K, 2): numbers and levels."""
        blocks, number, nothing = self.blocks, block[0], np.zeros((0, 2), np.int64)
        if number and number == state.last:
            return state, Status.OK, nothing
        if number and (self.ended(state) or number != state.following):
            return state, Status.BAD_BLOCK, nothing
        lowest, values = (state.lowest, list(state.values)) if number else (0, list(self.start.values))
        words = np.frombuffer(block, np.uint8, offset=1).reshape(-1, blocks.word_bytes).astype(np.int64)
        words = np.stack([words[:, 0] | words[:, 1] << 8, words[:, 2] if blocks.levels > 1 else words[:, 0] * 0 + 1], axis=1)
        if blocks.levels == 1:
            words[words[:, 0] == END_OF_STEP, 1] = 0
        for unit, level in words.tolist():
            ends = unit == END_OF_STEP
            right = level == 0 if ends else lowest <= unit < blocks.inputs and 1 <= level <= blocks.levels
            if len(values) > blocks.time_steps or not right:
                return state, Status.BAD_EVENT, nothing
            if ends:
                lowest, values = 0, [*values, values[0] * 0]
            else:
                lowest, values[-1] = unit + 1, np.where(np.arange(blocks.inputs) == unit, level, values[-1])
        closing = []
        if not number and state.following is not None:
            closing = [(END_OF_STEP, 0)] * (blocks.time_steps + 1 - len(state.values))
        return BlocksState(number, number % 255 + 1, lowest, np.array(values)), Status.OK, np.array([*closing, *words.tolist()])

    def sample(self, state):
        """The levels (time steps, inputs) of a sample that is over."""
        return state.values[:self.blocks.time_steps]

    def run(self, items):
        """Of blocks, in bytes: ``status`` and ``ended`` after each, and ``o``, the events that left."""
        state, said, left = self.start, [], []
        for block in items:
            state, status, words = self.take(state, block)
            said.append((status, self.ended(state)))
            left.append(words)
        words, said = np.concatenate(left), np.array(said, np.int64)
        last = words[:, 0] == END_OF_STEP
        number = np.where(last, 0, words[:, 0])
        places = {}
        if self.blocks.shape:
            places = dict(zip(("channel", "y", "x"), np.unravel_index(number, self.blocks.shape)))
        return {"status": said[:, 0], "ended": said[:, 1], "o": {"last": last, "number": number, "level": words[:, 1]} | places}

    def stimulus(self, rng, size=200):
        """About ``size`` words in blocks, at most 400: samples, and whatever a host or a line may do to their order and their words."""
        # They go through the RTL clock by clock.
        blocks, found, size = self.blocks, [], min(size, 400)
        while size > 0:
            sample = rng.integers(0, blocks.levels + 1, (blocks.time_steps, blocks.inputs)) * (rng.random((blocks.time_steps, 1)) < rng.random())
            for block in self.split(event_words(sample, blocks.word_bytes), rng):
                size -= len(block) // blocks.word_bytes
                chance = rng.random()
                if chance < 0.1:
                    # A word that is not in order, or that happens to be.
                    spoilt = bytearray(block)
                    spoilt[rng.integers(1, len(block))] = rng.choice([0, 1, 255, rng.integers(256)])
                    found.append(bytes(spoilt))
                if chance < 0.15:
                    found.append(bytes([rng.integers(256)]) + block[1:])
                found += [block] * (1 + (0.2 < chance < 0.3))
                if chance > 0.95:
                    # The host gives up.
                    break
        return found

    def split(self, words, rng=None):
        """The blocks of a sample's words: as long as they may be, or of any length."""
        most, start, number = (self.blocks.capacity - 1) // self.blocks.word_bytes, 0, 0
        while start < len(words):
            count = most if rng is None else int(rng.integers(1, most + 1))
            yield bytes([number]) + words[start:start + count].tobytes()
            start, number = start + count, number % 255 + 1


model_of.register(EventBlocks, EventBlocksModel)
