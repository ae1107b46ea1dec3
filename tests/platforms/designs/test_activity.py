# amaranth: UnusedElaboratable=no
from dataclasses import replace

import numpy as np
import pytest

from gateware.chip.spiking_chip import SpikingChip
from platforms.designs.activity import activity_rows

# 9 inputs of 0 to 7, 6 and 3 neurons.
NETWORK = SpikingChip.examples()["membrane"].network
SAMPLES = np.array([[0] * 9, [7] * 9, [0, 1, 2] * 3])
STEPS = NETWORK.time_steps


def _chip(**changes):
    return SpikingChip(replace(NETWORK, **changes), lanes=(2, 2))


def _rows(chip, samples):
    spikes = np.zeros((len(samples), STEPS, 6), bool)
    spikes[0, :, 0] = spikes[1, 1, 1:3] = True
    return activity_rows(chip, samples, [spikes, np.zeros((len(samples), STEPS, 3), bool)])


def test_spikes_are_counted_by_neuron_time_step_and_sample():
    _, first, second = _rows(_chip(), SAMPLES)
    assert first["events"] == pytest.approx((STEPS + 2) / 3) and first["rate"] == pytest.approx((STEPS + 2) / (3 * STEPS * 6))
    assert first["silent"] == pytest.approx(15 / 18) and first["never"] == 3 and first["neurons"] == 6
    assert (second["events"], second["rate"], second["silent"], second["never"]) == (0, 0, 1, 3)


@pytest.mark.parametrize("encoder, steps", [("current", 1), ("latency", STEPS)])
def test_an_input_of_currents_is_an_event_once_and_so_is_a_latency(encoder, steps):
    inputs = _rows(_chip(encoder=encoder), SAMPLES)[0]
    assert inputs["events"] == 5 and inputs["rate"] == pytest.approx(5 / 9 / steps)
    assert inputs["silent"] == pytest.approx(12 / 27) and inputs["never"] == 0


def test_events_of_streams_are_their_ones():
    inputs = _rows(_chip(encoder="stochastic", levels=8), np.where(SAMPLES == 7, 8, SAMPLES))[0]
    # The highest level is a one in every time step; six others may be.
    assert 9 * STEPS <= 3 * inputs["events"] <= 15 * STEPS and inputs["silent"] >= 12 / 27


def test_events_of_recordings_are_as_they_come():
    recordings = np.zeros((2, STEPS, 9), int)
    recordings[0, :, 3] = recordings[1, 2, 4] = 5
    inputs = _rows(_chip(encoder="events"), recordings)[0]
    assert inputs["events"] == pytest.approx((STEPS + 1) / 2) and inputs["never"] == 7
