# amaranth: UnusedElaboratable=no
"""Against the published semantics: a = ((rest - v) * leak) >> 8, b = (I * gain) >> 8, both rounded down, v' = wrap16(v + a + b + noise)."""

import numpy as np
import pytest

from gateware.neurons.fixed_point_lif import FixedPointLIF
from models import golden


def run(component, current=0, *, noise=0, leak=0, gain=256, steps=1, v=None):
    """(spikes, membranes) of a run from a membrane."""
    model = golden(component)
    inputs = {name: np.broadcast_to(np.array(value), steps) for name, value in
              (("current", current), ("noise", noise), ("leak", leak), ("gain", gain))}
    state = component.init if v is None else component.init._replace(v=v)
    outputs = model.advance(state, inputs)[1]
    return outputs.spike.astype(int).tolist(), outputs.v.tolist()


def test_hand_computed_steps():
    # leak 20: a = (-v * 20) >> 8; gain 256: b = I = 100. 0 -> 100; 100 - 8 + 100 = 192 (-2000 / 256 = -7.8, down to -8);
    # 192 - 15 + 100 = 277 >= 256: spike, reset, two steps of rest; then again.
    spikes, v = run(FixedPointLIF(), 100, leak=20, steps=8)
    assert v == [100, 192, 0, 0, 0, 100, 192, 0] and spikes == [0, 0, 1, 0, 0, 0, 0, 1]


def test_the_verilog_has_no_refractory_steps():
    spikes, v = run(FixedPointLIF(refractory=0), 100, leak=20, steps=6)
    assert v == [100, 192, 0, 100, 192, 0] and spikes == [0, 0, 1, 0, 0, 1]


def test_the_threshold_is_reached_by_equality():
    assert run(FixedPointLIF(), [256, 0, 0, 255, 1], steps=5) == ([1, 0, 0, 0, 1], [0, 0, 0, 255, 0])


def test_the_sum_wraps_round():
    # 32000 + 1000 is 33000 - 65536 = -32536: no spike, as 16 bits do it.
    assert run(FixedPointLIF(threshold=32767), 1000, v=32000) == ([0], [-32536])
    assert run(FixedPointLIF(), -1000, v=-32000) == ([1], [0])  # -33000 + 65536 = 32536, over the threshold


def test_negative_membranes_drift_to_rest_and_positive_ones_stand_still_below_the_dead_zone():
    # Rounding down: v = -1 leaks by (1 * 20) >> 8 = 0, but v = +1 by (-20) >> 8 = -1.
    assert run(FixedPointLIF(), leak=20, v=-1, steps=3)[1] == [-1, -1, -1]
    assert run(FixedPointLIF(), leak=20, v=3, steps=5)[1] == [2, 1, 0, 0, 0]
    assert run(FixedPointLIF(), leak=20, v=-13, steps=3)[1] == [-12, -12, -12]


def test_gain_and_noise():
    # (3 * 100) >> 8 = 1 and (-3 * 100) >> 8 = -2; noise is added as it is.
    assert run(FixedPointLIF(), [3, -3, 0], gain=100, noise=[0, 0, -7], steps=3)[1] == [1, -1, -8]


def test_rest_and_reset_differ():
    component = FixedPointLIF(rest=-50, reset=-100, refractory=1)
    assert component.init.v == -50
    # From -50 by 306 to 256: spike and reset; one step held at rest whatever comes; from rest again.
    assert run(component, [306, 30000, 5], steps=3) == ([1, 0, 0], [-100, -50, -45])


def test_extreme_products_are_exact():
    component = FixedPointLIF(rest=-32768, threshold=32767)
    # (-32768 - 32767) * -32768 >> 8 = 8388480; (-32768 * -32768) >> 8 = 4194304; sum with v = 32767 modulo 2**16.
    total = 32767 + (65535 * 32768 >> 8) + (32768 * 32768 >> 8) + 32767
    assert run(component, -32768, noise=32767, leak=-32768, gain=-32768, v=32767)[1] == [(total + 32768) % 65536 - 32768]


@pytest.mark.parametrize("arguments, error, message", [
    ({"rest": 32768}, ValueError, "FixedPointLIF rest must be between -32768 and 32767, not 32768"),
    ({"reset": -32769}, ValueError, "FixedPointLIF reset must be between -32768 and 32767, not -32769"),
    ({"threshold": 40000}, ValueError, "FixedPointLIF threshold must be between -32768 and 32767, not 40000"),
    ({"threshold": 1.0}, TypeError, "must be an integer, not "),
    ({"refractory": -1}, ValueError, "FixedPointLIF refractory must be between 0 and 65535 steps, not -1"),
    ({"refractory": 65536}, ValueError, "FixedPointLIF refractory must be between 0 and 65535 steps, not 65536"),
])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        FixedPointLIF(**arguments)


def test_numpy_integers_are_parameters():
    assert all(type(value) is int for value in FixedPointLIF(threshold=np.int16(300), refractory=np.uint8(3)).params[:4])
