"""Spike times of differential equations with resets, by SciPy's solver with located events: the truth of hybrid neurons."""

import numpy as np
from scipy.integrate import solve_ivp

__all__ = ["hybrid"]


def hybrid(rhs, start, threshold, reset, duration, *, refractory=0.0, held=()):
    """Solve ``rhs`` from ``start``, with ``reset`` where ``threshold`` rises through 0.

    Parameters
    ----------
    rhs : callable
        ``rhs(t, y)``, the derivatives.
    start : sequence of float
    threshold : callable
        ``threshold(y)``; a spike where it reaches 0 from below, or is not below 0 at the end of a refractory period.
    reset : callable
        ``reset(y)``, the state after a spike.
    duration : float
    refractory : float
        Time after a spike without another.
    held : sequence of int
        States that stand still during it.

    Returns
    -------
    spikes : array
    end : array
        The state at the end.
    """
    def event(t, y):
        return threshold(y)

    def resting(t, y):
        slope = np.array(rhs(t, y), dtype=float)
        slope[list(held)] = 0.0
        return slope

    event.terminal, event.direction = True, 1
    options = dict(rtol=1e-9, atol=1e-11, method="DOP853")
    time, y, spikes = 0.0, np.array(start, dtype=float), []
    while time < duration:
        if spikes and refractory:
            end = min(time + refractory, duration)
            y, time = solve_ivp(resting, (time, end), y, **options).y[:, -1], end
            if time >= duration:
                break
        if not threshold(y) >= 0:
            solution = solve_ivp(rhs, (time, duration), y, events=event, **options)
            time, y = solution.t[-1], solution.y[:, -1]
            if not len(solution.t_events[0]):
                break
        spikes.append(time)
        y = np.array(reset(y), dtype=float)
    return np.array(spikes), y
