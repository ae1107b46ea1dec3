"""Pairs of sources for products: phases of one register, dimensions of Sobol, counters; and how a prefix of a stream does."""

import numpy as np

from gateware.sc.sources.de_bruijn import DeBruijnLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.sc.sources.van_der_corput import VanDerCorput
from models import golden

from .sources import KINDS, SEED
from .tables import as_csv, figure, markdown

__all__ = ["phase_search", "prefix_errors", "product_error", "search_files", "sobol_pairs"]

_WIDTHS = (6, 7, 8, 9, 10)
_PREFIXES = (16, 32, 64, 128, 192, 256)


def _numbers(component, length):
    return np.asarray(golden(component).run(length=length)[0], np.int64)


def product_error(first, second, operands):
    """RMSE of the AND product over all pairs of operands.

    Parameters
    ----------
    first, second : array of int, (N,)
        The random numbers of the two streams.
    operands : array of int
        Between 0 and N.

    Returns
    -------
    float
    """
    length = len(first)
    # Ones of a & b are a scalar product of bits: counts stay exact in single precision.
    a, b = ((operands[:, None] > numbers).astype(np.float32) for numbers in (first, second))
    return float(np.sqrt(np.mean((a @ b.T / length - np.outer(operands, operands) / length**2)**2)))


def _grid(n):
    return np.arange(33) * (1 << n) // 32


def _offsets(sequence, n):
    """The error at every phase of a sequence against itself."""
    wide = np.resize(sequence, 2 * len(sequence) + 2)
    length = 1 << n
    return np.array([product_error(np.resize(sequence, length), wide[phase:phase + length], _grid(n))
                     for phase in range(len(sequence))])


def _counter_pair(n, centred):
    ramp, reverse = _numbers(RampCounter(1 << n), 1 << n), _numbers(VanDerCorput(n), 1 << n)
    return product_error(ramp ^ ((1 << n // 2) - 1 if centred else 0), reverse, _grid(n))


def phase_search(widths=_WIDTHS, say=lambda title: None):
    """Best phases between two equal registers, over all phases, beside other pairs.

    Parameters
    ----------
    widths : iterable of int
    say : callable
        Told what is searched.

    Returns
    -------
    list of dict
        A row per width.
    """
    rows = []
    for n in widths:
        say(f"phases of registers of {n} bits")
        plain = _offsets(_numbers(LFSR(n), (1 << n) - 1), n)
        best = np.argsort(plain, kind="stable")
        bruijn = _offsets(_numbers(DeBruijnLFSR(n), 1 << n), n)
        rows.append({"n": n, "best_phases": " ".join(map(str, best[:3])), "best": float(plain[best[0]]),
                     "median": float(np.median(plain[1:])), "worst_but_0": float(plain[1:].max()),
                     "de_bruijn_phase": int(np.argmin(bruijn)), "de_bruijn": float(bruijn.min()),
                     "counter_and_reverse": _counter_pair(n, False), "half_inverted_counter_and_reverse": _counter_pair(n, True),
                     "sobol_1_2": product_error(_numbers(Sobol(n, 1), 1 << n), _numbers(Sobol(n, 2), 1 << n), _grid(n))})
    return rows


def sobol_pairs(n=8, dimensions=8):
    """The product's error for every pair of Sobol dimensions, on the grid: a square array, NaN on its diagonal."""
    sequences = [_numbers(Sobol(n, each + 1), 1 << n) for each in range(dimensions)]
    return np.array([[np.nan if a is b else product_error(a, b, _grid(n)) for b in sequences] for a in sequences])


def every_operand(n=8):
    """The product's error over all pairs of operands 0 to N, for pairs of sources: ``{name: RMSE}``."""
    length, all_of_them = 1 << n, np.arange((1 << n) + 1)
    ramp, reverse = _numbers(RampCounter(length), length), _numbers(VanDerCorput(n), length)
    register = _numbers(LFSR(n), length - 1)
    phase = int(np.argmin(_offsets(register, n)))
    return {
        "counter with its lower half inverted, bit-reversed counter":
            product_error(ramp ^ (1 << n // 2) - 1, reverse, all_of_them),
        "counter, bit-reversed counter": product_error(ramp, reverse, all_of_them),
        "Sobol 1, 2": product_error(_numbers(Sobol(n, 1), length), _numbers(Sobol(n, 2), length), all_of_them),
        f"LFSR, phase {phase}": product_error(np.resize(register, length), np.resize(np.roll(register, -phase), length),
                                              all_of_them),
    }


def prefix_errors(n=8, pairs=1000, prefixes=_PREFIXES):
    """RMSE of prefixes of AND products, by kind of source.

    Returns
    -------
    dict of str to list of float
        By kind, in the order of ``prefixes``.
    """
    length = 1 << n
    operands = np.rint(np.random.default_rng(SEED).random((pairs, 2)).T * length).astype(np.int64)
    exact, found = operands.prod(axis=0) / length**2, {}
    clocks = np.asarray(prefixes)
    for kind in KINDS.values():
        runs = []
        for run in range(kind.runs):
            bits = np.logical_and(*(operands[k][None, :] > kind.numbers(n, run, k)[:, None] for k in range(2)))
            means = bits.cumsum(axis=0)[clocks - 1] / clocks[:, None]
            runs.append(np.sqrt(((means - exact)**2).mean(axis=1)))
        found[kind.name] = np.mean(runs, axis=0).tolist()
    return found


def search_files(say=lambda title: None):
    """The page and CSV of all searches: text by file name."""
    from .plots import plot_lines

    phases = phase_search(say=say)
    say("pairs of Sobol dimensions")
    pairs, exhaustive = sobol_pairs(), every_operand()
    say("prefixes")
    prefixes = prefix_errors()
    values = pairs[np.triu_indices(len(pairs), 1)]
    labels = range(1, len(pairs) + 1)
    parts = ["""\
# Pairs of sources for products

Written by `python -m benchmarks sc`. RMSE of an AND product over a period of N = 2^n clocks, on the grid of 33 x 33 operands
0, N/32, ..., N (at n = 10 the grid is coarse against the numbers, which flatters). Every phase of a register against itself is
tried.

## Phases of one register

""" + markdown(["n", "best phases", "RMSE", "median", "worst but phase 0", "with the zero state: phase", "RMSE",
                "counter and bit-reversed counter", "the same, lower half of the counter inverted", "Sobol 1, 2"],
               [[row["n"], row["best_phases"].replace(" ", ", "),
                 *(f"{row[key]:.5f}" for key in ("best", "median", "worst_but_0")),
                 row["de_bruijn_phase"], *(f"{row[key]:.5f}" for key in (
                     "de_bruijn", "counter_and_reverse", "half_inverted_counter_and_reverse", "sobol_1_2"))] for row in phases],
               "r" * 10),
        """
A phase costs nothing: it is the seed. The worst phase is a shift of a clock or two, which leaves the streams almost equal.

## Pairs of Sobol dimensions, N = 256

""" + markdown(["", *labels], [[f"**{i}**", *("" if np.isnan(value) else f"{value:.4f}" for value in line)]
                               for i, line in zip(labels, pairs)], "r" * 9),
        f"""
Best {values.min():.4f}, median {np.median(values):.4f}, worst {values.max():.4f}: another dimension is not enough.

## Every operand, N = 256

Over all 257 x 257 operands, without the grid's regularity:

""" + markdown(["pair of sources", "RMSE"], [[name, f"{value:.5f}"] for name, value in exhaustive.items()]),
        """
## Prefixes of a stream

RMSE of the mean of the first t bits of a product that is made for N = 256, 1000 random operands:

""" + markdown(["source", *(f"t = {t}" for t in _PREFIXES)],
               [[name, *map(figure, each)] for name, each in prefixes.items()]),
        "\n![Error of prefixes](prefixes.svg)\n"]
    dense = list(range(4, 257, 4))
    curves = prefix_errors(prefixes=dense)
    return {"pairs.md": "\n".join(parts), "phases.csv": as_csv(phases),
            "prefixes.csv": as_csv([{"source": name, **{f"t_{t}": value for t, value in zip(_PREFIXES, each)}}
                                    for name, each in prefixes.items()]),
            "prefixes.svg": plot_lines("Prefixes of products, N = 256", "clocks", "RMSE",
                                       {name: (dense, each) for name, each in curves.items()})}
