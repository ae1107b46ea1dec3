"""The model of what a host can read of a chip after a sample."""

import numpy as np

from gateware.bus.format import LayerRegisters, Region, Registers
from gateware.chip.recorder import Recorder, membrane_bytes

from . import model_of

__all__ = ["RecorderModel", "membranes_as_bytes", "spikes_as_bytes"]


def spikes_as_bytes(spikes):
    """Spikes (time steps, neurons) as the host reads them: bits, those of a time step padded to bytes."""
    return np.packbits(np.asarray(spikes, bool), axis=1, bitorder="little").tobytes()


def membranes_as_bytes(v, width):
    """Membranes (neurons,) as the host reads them."""
    size = membrane_bytes(width)
    return np.asarray(v, np.int64).astype("<i8").view(np.uint8).reshape(-1, 8)[:, :size].tobytes()


class RecorderModel:
    """The golden model of :class:`gateware.chip.recorder.Recorder`.

    Parameters
    ----------
    recorder : Recorder
    """

    def __init__(self, recorder):
        self.recorder = recorder

    def run(self, items):
        """All bytes of each region and layer, by their pair, after ``samples``, with ``lines`` (frames, dropped, lost) on the line.

        Each of the samples is a dict: ``spikes``, ``v`` (arrays (time steps, neurons) of each layer), ``events`` (of each), ``clocks``.
        """
        recorder = self.recorder
        quiet = [np.zeros((recorder.time_steps, neurons), np.int64) for neurons in recorder.neurons]
        # As a bitstream leaves it: no sample yet, all zeros.
        *_, last = {"spikes": quiet, "v": quiet, "events": [0] * len(quiet), "clocks": 0}, *items["samples"]
        layers = tuple(LayerRegisters(neurons, width, events, int(np.sum(spikes))) for neurons, width, events, spikes in
                       zip(recorder.neurons, recorder.widths, last["events"], last["spikes"]))
        registers = Registers(recorder.time_steps, len(items["samples"]), *items["lines"], last["clocks"], layers)
        told = {(Region.REGISTERS, 0): registers.pack()}
        for k, (spikes, v) in enumerate(zip(last["spikes"], last["v"])):
            told |= {(Region.SPIKES, k): spikes_as_bytes(spikes), (Region.MEMBRANES, k): membranes_as_bytes(v[-1], recorder.widths[k])}
        return told

    def stimulus(self, rng, size=200):
        """A few random samples, with events and clocks, and what happens on the line."""
        recorder, samples = self.recorder, []
        for _ in range(3):
            shape = [(recorder.time_steps, neurons) for neurons in recorder.neurons]
            samples.append({"spikes": [rng.random(each) < 0.4 for each in shape],
                            "v": [rng.integers(-1 << width - 1, 1 << width - 1, each) for width, each in zip(recorder.widths, shape)],
                            "events": [int(rng.integers(30)) for _ in shape], "clocks": int(rng.integers(1 << 32))})
        return {"samples": samples, "lines": tuple(int(each) for each in rng.integers(0, 40, 3))}


model_of.register(Recorder, RecorderModel)
