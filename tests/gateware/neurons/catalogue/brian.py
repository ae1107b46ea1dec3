"""Spike times that Brian2 gave for Wang and Buzsaki's neuron with further currents.

Brian2 2.9, method rk4, time step 0.005 ms, 300 ms from the tables' initial states, a spike where v rises over -20 mV;
its text, with ``extra`` as each test has it::

    dv/dt = (I - 35*(am/(am+bm))**3*h*(v-55) - 9*n**4*(v+90) - gl*(v+65) - extra)/C/ms : 1
    dh/dt = phi*(0.07*exp(-(v+58)/20)*(1-h) - h/(exp(-0.1*(v+28))+1))/ms : 1
    dn/dt = phi*(0.01*(v+34)/(1-exp(-0.1*(v+34)))*(1-n) - 0.125*exp(-(v+44)/80)*n)/ms : 1
    am = 0.1*(v+35)/(1-exp(-0.1*(v+35))) : 1
    bm = 4*exp(-(v+60)/18) : 1
"""

import numpy as np

from models.neurons import simulate

__all__ = ["assert_spikes_like"]


def assert_spikes_like(name, expected, count, *, inputs, duration=300.0, tolerance=0.02, parameters=None):
    """The first spikes of a neuron at the expected times, and as many of them, within the error of its step."""
    spikes = simulate(name, duration, inputs=inputs, parameters=parameters).spikes
    assert abs(len(spikes) - count) <= max(1, tolerance * count), (len(spikes), count)
    shown = min(len(spikes), len(expected))
    assert np.allclose(spikes[:shown], expected[:shown], rtol=tolerance, atol=0.1), spikes[:shown]
