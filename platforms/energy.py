"""An estimate of the energy of a sample: operations, and what is published of the part's power. Nothing of it is measured here."""

from __future__ import annotations

from .boards import read_table

__all__ = ["estimate_energy"]


def estimate_energy(operations, seconds, part, clock_hz, pll):
    """The energy that a part may take for a sample, the way of the sample to the chip and back left out.

    Parameters
    ----------
    operations : list of dict
        From `platforms.designs.operations.count_operations`.
    seconds : float
        From the last byte of a sample to its class.
    part : str
        Name of the part.
    clock_hz : float
    pll : bool
        Whether the clock comes from a PLL.

    Returns
    -------
    dict
        ``rows``, each with ``what``, ``count`` (of the first row in seconds), ``unit_joules``, ``joules`` and ``model``; ``joules``, their
        sum; ``watts``, that sum over the latency; ``static_joules`` (part of the first row);
        ``sources``. Of a part of which nothing is published all energies are None.
    """
    total = {name: sum(row[name] for row in operations) for name in ("additions", "updates", "weight_bits", "sum_bits", "state_bits")}
    bits = total["weight_bits"] + total["sum_bits"] + total["state_bits"]
    power = read_table("power").get(part)
    if power is None:
        rows = [{"what": what, "count": count, "unit_joules": None, "joules": None, "model": "nothing is published of this part"}
                for what, count in (("additions of a weight", total["additions"]), ("updates of a neuron", total["updates"]),
                                    ("bits of memories", bits))]
        return {"rows": rows, "joules": None, "watts": None, "static_joules": None, "sources": []}

    def product(name):
        return (power[name] - power["counter_amperes"]) * power["volts"] / (power["mhz"] * 1e6)

    idle = _current(power["with_pll" if pll else "without_pll"], clock_hz / 1e6) * power["volts"]
    memory = power["memory_joules_per_bit"] * (power["static_volts"] / power["memory_volts"]) ** 2
    rows = [
        _row("time, with the clock running", seconds, idle, "measured on such a part, nearly empty, at this clock"
             + (", its PLL included" if pll else "")),
        _row("additions of a weight", total["additions"], product("logic_product_amperes"),
             "each as the product of two counters of 8 bits in logic, measured on such a part"),
        _row("updates of a neuron", total["updates"], product("dsp_product_amperes"),
             "each as such a product by a DSP block, measured on such a part"),
        _row("bits of memories, read or written", bits, memory, "no figure of this part: those of another memory, times (1.2 V / 0.9 V)²"),
    ]
    joules = sum(row["joules"] for row in rows)
    return {"rows": rows, "joules": joules, "watts": joules / seconds,
            "static_joules": power["static_amperes"] * power["static_volts"] * seconds,
            "sources": [power[name] for name in ("static_source", "measured_source", "memory_source")]}


def _row(what, count, unit, model):
    return {"what": what, "count": count, "unit_joules": unit, "joules": count * unit, "model": model}


def _current(points, mhz):
    """Amperes at a clock, on the straight line through the nearest two points of measured ones."""
    first = max(0, min(len(points) - 2, sum(each <= mhz for each, _ in points) - 1))
    (x0, y0), (x1, y1) = points[first:first + 2]
    return y0 + (y1 - y0) * (mhz - x0) / (x1 - x0)
