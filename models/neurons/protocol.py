"""Inputs over time, from what a table's protocol says: a constant, pulses, a sine, noise, or an array."""

import numpy as np

__all__ = ["input_array"]


def input_array(name, entry, steps, dt, *, lo=-np.inf, hi=np.inf):
    """An input as an array of ``steps`` values.

    Parameters
    ----------
    name : str
        What an error calls it.
    entry : float, dict or array
        A number; ``{value, every}``: a value for one step every so long, the first at time ``every``; ``{mean, amplitude, period}``: a
        sine; ``{mean, sd, hold, seed}``: Gaussian noise, a new value every ``hold``; or an array (T,) or (T, B).
    steps : int
    dt : float
    lo, hi : float
        The input's range.

    Returns
    -------
    array (T,) or (T, B)

    Raises
    ------
    ValueError
        If an array has another length, or a value lies outside the range (noise is cut to it).
    """
    if isinstance(entry, dict):
        time = np.arange(steps) * dt
        if "every" in entry:
            every = max(1, round(entry["every"] / dt))
            array = np.where((np.arange(steps) + 1) % every == 0, float(entry["value"]), 0.0)
        elif "amplitude" in entry:
            array = entry["mean"] + entry["amplitude"] * np.sin(2 * np.pi * time / entry["period"])
        else:
            hold = max(1, round(entry["hold"] / dt))
            draws = np.random.default_rng(int(entry["seed"])).normal(entry["mean"], entry["sd"], -(-steps // hold))
            array = np.clip(np.repeat(draws, hold)[:steps], lo, hi)
    else:
        array = np.asarray(entry, np.float64)
        if array.ndim == 0:
            array = np.full(steps, float(array))
    if array.ndim not in (1, 2) or array.shape[0] != steps:
        raise ValueError(f"input {name} must have the shape ({steps},) or ({steps}, B), not {array.shape}")
    if array.size and not (array.min() >= lo and array.max() <= hi):
        raise ValueError(f"input {name} must lie between {lo:g} and {hi:g}, not reach {array.min():g} to {array.max():g}")
    return array
