"""How active the inputs and neurons of a spiking chip are."""

from __future__ import annotations

import numpy as np

__all__ = ["activity_rows"]

# Samples that are encoded at a time.
BATCH = 500


def activity_rows(chip, samples, spikes):
    """Events of the inputs and of each layer.

    Parameters
    ----------
    chip : gateware.chip.spiking_chip.SpikingChip
    samples : array of int
        As the golden model takes them.
    spikes : sequence of arrays of bool, (samples, time steps, neurons)
        Of each layer.

    Returns
    -------
    list of dict
        ``layer``, ``neurons``, ``events`` (of a sample), ``rate`` (of a neuron and time step), ``silent`` (part of the neurons without
        an event in a sample) and ``never`` (neurons without any), means over the samples. Inputs that are the same in every time step
        are events once in a sample.
    """
    time_steps = chip.network.time_steps
    rows = [_row("inputs", _input_events(chip, samples), 1 if chip.constant else time_steps)]
    return rows + [_row(f"layer {k}", each.sum(axis=1), time_steps) for k, each in enumerate(spikes)]


def _input_events(chip, samples):
    """How many events each input makes in each sample."""
    from models import golden

    if chip.constant:
        return samples > 0
    if chip.encoder is None:
        return (samples > 0).sum(axis=1)
    encoder = golden(chip.encoder)
    return np.concatenate([(encoder.encode(samples[k:k + BATCH]) > 0).sum(axis=0) for k in range(0, len(samples), BATCH)])


def _row(layer, events, time_steps):
    return {"layer": layer, "neurons": events.shape[1], "events": float(events.sum(axis=1).mean()), "rate": float(events.mean() / time_steps),
            "silent": float((events == 0).mean()), "never": int((events == 0).all(axis=0).sum())}
