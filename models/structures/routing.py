"""The models of what lies between cores: forks, delays, merged events."""

import numpy as np

from gateware.chip.event_merge import EventMerge
from gateware.chip.events import AddressEvents
from gateware.chip.spike_delays import SpikeDelays
from gateware.stream_fork import StreamFork

from . import model_of

__all__ = ["DelaysModel", "ForkModel", "MergeModel", "late"]


def late(spikes, delays, start=0, stop=None):
    """The time steps ``start`` to ``stop`` of spikes (T, B, sources) that arrive late by each source's delay."""
    delays, stop = np.asarray(delays), len(spikes) if stop is None else stop
    steps = np.arange(start, stop)[:, None] - delays
    # Of sources first, so that one index serves both.
    arrived = spikes[np.maximum(steps, 0), :, np.arange(len(delays))]
    return (arrived & (steps >= 0)[:, :, None]).transpose(0, 2, 1)


class ForkModel:
    """The golden model of :class:`gateware.stream_fork.StreamFork`.

    Parameters
    ----------
    fork : StreamFork
    """

    def __init__(self, fork):
        self.fork = fork

    def run(self, items):
        """The output streams, by name."""
        return {f"o{k}": np.asarray(items) for k in range(self.fork.takers)}

    def stimulus(self, rng, size=200):
        """Random items."""
        return rng.integers(0, 1 << len(self.fork.i.payload), size)


class DelaysModel:
    """The golden model of :class:`gateware.chip.spike_delays.SpikeDelays`.

    Parameters
    ----------
    delays : SpikeDelays
    """

    def __init__(self, delays):
        self.delays = delays

    def run(self, items):
        """The output stream of whole samples' spikes."""
        spikes = np.asarray(items, bool).reshape(-1, self.delays.time_steps, self.delays.sources).transpose(1, 0, 2)
        return late(spikes, self.delays.delays).transpose(1, 0, 2).ravel()

    def stimulus(self, rng, size=200):
        """Random spikes of whole samples, about ``size`` of them."""
        period = self.delays.time_steps * self.delays.sources
        return rng.random(-(-size // period) * period) < 0.5


class MergeModel:
    """The golden model of :class:`gateware.chip.event_merge.EventMerge`.

    Parameters
    ----------
    merge : EventMerge
    """

    def __init__(self, merge):
        self.merge = merge

    def run(self, **streams):
        """The output stream (``last``, ``number``, ``level``) of streams ``i0``, ``i1`` ... of as many whole time steps."""
        merged = []
        for k, (offset, items) in enumerate(zip(self.merge.offsets, (streams[f"i{k}"] for k in range(len(self.merge.sources))))):
            last, step = np.asarray(items["last"], bool), np.cumsum(items["last"]) - items["last"]
            kept = ~last if k < len(self.merge.sources) - 1 else np.ones(len(last), bool)
            number = np.where(last, 0, np.asarray(items["number"]) + offset)
            merged.append(np.stack([step, np.full(len(last), k), last, number, np.asarray(items["level"])])[:, kept])
        merged = np.concatenate(merged, axis=1)
        merged = merged[:, np.lexsort((merged[1], merged[0]))]
        return {"last": merged[2], "number": merged[3], "level": merged[4]}

    def stimulus(self, rng, size=200):
        """Random events of as many time steps on each stream, by its name."""
        sources = self.merge.sources
        steps = -(-size // sum(sources))
        streams = {}
        for k, (count, levels) in enumerate(zip(sources, self.merge.levels)):
            values = rng.integers(0, levels + 1, steps * count) * (rng.random(steps * count) < 0.5)
            streams[f"i{k}"] = model_of(AddressEvents(count, levels)).run(values)
        return streams


for _component, _model in ((StreamFork, ForkModel), (SpikeDelays, DelaysModel), (EventMerge, MergeModel)):
    model_of.register(_component, _model)
