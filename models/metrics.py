"""Metrics of stochastic streams: correlation, progressive error, stability, discrepancy, and where an error comes from.

A stream is an array of 0 and 1, the last axis being time, or one of packed words (uint64, see :mod:`models.packed`) with its
``length``.
"""

from operator import index

import numpy as np

from .packed import pack, unpack

__all__ = ["counts", "error_split", "fault_curve", "normalised_stability", "progressive_error", "scc", "scc_of_counts",
           "serial_correlation", "stability", "star_discrepancy", "zce", "zce_of_counts"]


def _packed(name, stream, length):
    """A stream's words and length."""
    array = np.asarray(stream)
    if length is None:
        if array.ndim < 1 or array.dtype.kind not in "biu" or (array.size and not 0 <= array.min() <= array.max() <= 1):
            raise ValueError(f"{name} must be an array of 0 and 1, or packed words with their length, not {array.dtype} of the "
                             f"shape {array.shape}")
        length = array.shape[-1]
        array = pack(array)
    else:
        if array.ndim < 1 or array.dtype != np.uint64:
            raise TypeError(f"{name} must be packed words of uint64 where a length is given, not {array.dtype} of the shape "
                            f"{array.shape}")
        length = index(length)
        if array.shape[-1] != -(-length // 64):
            raise ValueError(f"{name} must have {-(-length // 64)} words for {length} clocks, not {array.shape[-1]}")
        if length % 64:
            array = array.copy()
            array[..., -1] &= np.uint64((1 << length % 64) - 1)
    if length < 1:
        raise ValueError(f"{name} must have at least one clock, not {length}")
    return array, length


def _bits(name, stream, length):
    words, length = _packed(name, stream, length)
    return unpack(words, length)


def _ones(words):
    return np.bitwise_count(words).sum(axis=-1, dtype=np.int64)


def _real(name, values, lo=-np.inf, hi=np.inf):
    array = np.asarray(values, float)
    if not (np.isfinite(array).all() and (array >= lo).all() and (array <= hi).all()):
        wanted = f"between {lo:g} and {hi:g}" if hi < np.inf else f"at least {lo:g}" if lo > -np.inf else "finite"
        raise ValueError(f"{name} must be {wanted}, not {values!r}")
    return array


def counts(x, y, length=None):
    """How often two streams are (1, 1), (1, 0), (0, 1) and (0, 0).

    Parameters
    ----------
    x, y : array of 0 and 1 (..., T), or packed words
        Of one length; leading axes broadcast.
    length : int, optional
        T, if the words are packed.

    Returns
    -------
    tuple of four arrays of int64 (...)
        a, b, c and d of the literature.
    """
    x, clocks = _packed("x", x, length)
    y, others = _packed("y", y, length)
    if clocks != others:
        raise ValueError(f"x and y must have the same length, not {clocks} and {others}")
    both, x_ones, y_ones = _ones(x & y), _ones(x), _ones(y)
    return both, x_ones - both, y_ones - both, clocks - x_ones - y_ones + both


def _four(numbers):
    arrays = np.broadcast_arrays(*map(np.asarray, numbers))
    for name, array in zip(("both", "only_x", "only_y", "neither"), arrays):
        if array.dtype.kind not in "iu" or (array.size and array.min() < 0):
            raise ValueError(f"{name} must be counts, at least 0, not {array!r}")
    a, b, c, d = (array.astype(np.int64) for array in arrays)
    if (a + b + c + d == 0).any():
        raise ValueError("the four counts must not all be 0")
    return a, b, c, d


def scc_of_counts(both, only_x, only_y, neither):
    r"""Stochastic cross-correlation of the counts a, b, c, d that :func:`counts` and ``CorrelationMonitor`` give.

    .. math:: \mathrm{SCC} = \begin{cases}
        (ad - bc) / (N \min(a+b, a+c) - (a+b)(a+c)) & ad > bc \\
        (ad - bc) / ((a+b)(a+c) - N \max(a - d, 0)) & ad < bc \\ 0 & ad = bc \end{cases}

    It is 0 for a constant stream. Source: A. Alaghi, J. P. Hayes, Exploiting Correlation in Stochastic Circuit Design, ICCD 2013.
    """
    a, b, c, d = _four((both, only_x, only_y, neither))
    total, product, excess = a + b + c + d, (a + b) * (a + c), a * d - b * c
    limit = np.where(excess > 0, total * np.minimum(a + b, a + c) - product, product - total * np.maximum(a - d, 0))
    return np.divide(excess, limit, out=np.zeros(excess.shape), where=excess != 0)[()]


def zce_of_counts(both, only_x, only_y, neither):
    r"""Zero correlation error of the counts a, b, c, d.

    .. math:: \Delta = \frac{a}{N} - \hat p \hat q, \quad
        \Delta_0 = \frac{\operatorname{round}(N \hat p \hat q)}{N} - \hat p \hat q, \quad
        \mathrm{ZCE} = \operatorname{sgn}(\Delta)\,(|\Delta| - |\Delta_0|)

    The excess of the AND of two streams over the nearest that streams of these ones can have: as a is an integer and
    :math:`N \hat p \hat q` rarely, :math:`\Delta` alone, and with it SCC, reports a correlation that nothing can remove. Never is
    :math:`|\Delta| < |\Delta_0|`, because the nearest integer is a possible a. Source: H. Hsiao, J. San Miguel, J. Anderson,
    Zero Correlation Error: A Metric for Finite-Length Bitstream Independence in Stochastic Computing, ASP-DAC 2021.
    """
    a, b, c, d = _four((both, only_x, only_y, neither))
    total, product = a + b + c + d, (a + b) * (a + c)
    # In units of 1 / N**2, exact: a N - P, and the distance of P to the nearest multiple of N.
    excess, rest = a * total - product, product % total
    return (np.sign(excess) * (np.abs(excess) - np.minimum(rest, total - rest)) / total**2)[()]


def scc(x, y, length=None):
    """Stochastic cross-correlation of two streams, -1 to 1; see :func:`scc_of_counts` and, for the parameters, :func:`counts`."""
    return scc_of_counts(*counts(x, y, length))


def zce(x, y, length=None):
    """Zero correlation error of two streams; see :func:`zce_of_counts` and, for the parameters, :func:`counts`."""
    return zce_of_counts(*counts(x, y, length))


def serial_correlation(stream, lags=range(1, 17), length=None):
    """SCC of a stream with itself some clocks later, over the clocks that have both.

    Parameters
    ----------
    stream : array of 0 and 1 (..., T), or packed words
    lags : iterable of int
        Each 1 to T - 1.
    length : int, optional
        T, if the words are packed.

    Returns
    -------
    array (..., number of lags)
    """
    bits, lags = _bits("stream", stream, length), [index(lag) for lag in lags]
    for lag in lags:
        if not 1 <= lag < bits.shape[-1]:
            raise ValueError(f"lags must be between 1 and {bits.shape[-1] - 1}, not {lag}")
    return np.stack([scc(bits[..., lag:], bits[..., :-lag]) for lag in lags], axis=-1)


def progressive_error(stream, value, length=None):
    r"""Error of the unipolar estimate after every clock: :math:`e_t = |\frac{1}{t} \sum_{k \le t} s_k - v|`.

    Parameters
    ----------
    stream : array of 0 and 1 (..., T), or packed words
    value : float or array (...)
        In 0..1.
    length : int, optional
        T, if the words are packed.

    Returns
    -------
    array (..., T)
    """
    bits, value = _bits("stream", stream, length), _real("value", value, 0.0, 1.0)
    return np.abs(bits.cumsum(axis=-1) / np.arange(1, bits.shape[-1] + 1) - value[..., None])


def _last(errors, threshold):
    """The last clock (from 1) at which the error is above the threshold, 0 if there is none."""
    # An error that equals the threshold but for the rounding of a quotient is not above it.
    above = errors > threshold + 1e-12
    length = above.shape[-1]
    return np.where(above.any(axis=-1), length - above[..., ::-1].argmax(axis=-1), 0)


def stability(stream, value, threshold, length=None):
    r"""The share of a stream's clocks after which its estimate stays good: :math:`1 - t^*/N`, t* the last t with :math:`e_t
    > \tau`.

    Parameters
    ----------
    stream, value, length
        As of :func:`progressive_error`.
    threshold : float
        tau, at least 0.

    Returns
    -------
    float or array (...)
        0 to 1. Source: D. Wu et al., uGEMM: Unary Computing Architecture for GEMM Applications, ISCA 2020,
        doi:10.1109/ISCA45697.2020.00040.
    """
    errors = progressive_error(stream, value, length)
    return (1 - _last(errors, _real("threshold", threshold, 0.0)) / errors.shape[-1])[()]


def normalised_stability(stream, value, threshold, length=None):
    r"""Stability divided by the greatest that a stream of this value and length can have.

    The best stream has :math:`\operatorname{round}(v t)` ones after every t, which one bit per clock allows. 0 where even that
    stream has none.

    Parameters, Returns
    -------------------
    As of :func:`stability`. Source: D. Wu, R. Yin, J. San Miguel, Normalized Stability: A Cross-Level Design Metric for Early
    Termination in Stochastic Computing, ASP-DAC 2021.
    """
    reached = np.asarray(stability(stream, value, threshold, length))
    clocks = np.arange(1, (np.asarray(stream).shape[-1] if length is None else index(length)) + 1)
    value = np.asarray(value, float)[..., None]
    best = 1 - _last(np.abs(np.floor(value * clocks + 0.5) / clocks - value), threshold) / len(clocks)
    return np.divide(reached, best, out=np.zeros(np.broadcast_shapes(reached.shape, best.shape)), where=best > 0)[()]


def star_discrepancy(x, y, modulus):
    r"""Star discrepancy of the points :math:`(x_t, y_t) / M`, exact.

    .. math:: D^* = \sup_{0 \le u, v \le 1} \left| \frac{\#\{t : x_t < uM,\, y_t < vM\}}{N} - u v \right|

    The error of the product of two streams encoded with the sequences is at most this, for any two operands.

    Parameters
    ----------
    x, y : array of int (N,)
        Random numbers, 0 to ``modulus - 1``; memory grows with the product of their numbers of values.
    modulus : int
        M.
    """
    modulus = index(modulus)
    if modulus < 1:
        raise ValueError(f"modulus must be at least 1, not {modulus}")
    x, y = np.asarray(x), np.asarray(y)
    for name, each in (("x", x), ("y", y)):
        if each.ndim != 1 or each.dtype.kind not in "iu" or each.shape != x.shape or not each.size:
            raise ValueError(f"{name} must be one sequence of integers, as long as the other, not {each.dtype} of the shape "
                             f"{each.shape}")
        if each.min() < 0 or each.max() >= modulus:
            outside = each.min() if each.min() < 0 else each.max()
            raise ValueError(f"{name} must lie between 0 and {modulus - 1}, not reach {outside}")
    # Between the coordinates of the points the count is constant: the supremum is at a corner, counted with or without its edges.
    (columns, column), (rows, row) = np.unique(x, return_inverse=True), np.unique(y, return_inverse=True)
    inside = np.zeros((len(columns) + 1, len(rows) + 1), np.int64)
    np.add.at(inside, (column + 1, row + 1), 1)
    inside = inside.cumsum(axis=0).cumsum(axis=1)
    low, high = (np.append(each, modulus) / modulus for each in (columns, rows))
    area = low[:, None] * high
    closed = inside[np.minimum(np.arange(1, len(low) + 1), len(columns))][:, np.minimum(np.arange(1, len(high) + 1), len(rows))]
    return float(max((area - inside / len(x)).max(), (closed / len(x) - area).max()))


def error_split(estimates, truth):
    r"""Where the error of repeated estimates comes from.

    .. math:: \mathrm{RMSE}^2 = \overline{b_i^2} + \overline{\sigma_i^2}, \quad b_i = \overline{\hat v_i} - v_i

    Parameters
    ----------
    estimates : array (runs, operands)
        Each row with its own seed.
    truth : array (operands,)

    Returns
    -------
    dict of str to float
        ``rmse``; ``bias``, the root of the mean of :math:`b_i^2`; ``deviation``, that of the variances over the runs;
        ``mean``, the mean error; ``max``, the greatest error of all runs and operands.
    """
    estimates, truth = _real("estimates", estimates), _real("truth", truth)
    if estimates.ndim != 2 or truth.shape != estimates.shape[1:] or not estimates.size:
        raise ValueError(f"estimates must have the shape (runs, operands) and truth (operands,), not {estimates.shape} and "
                         f"{truth.shape}")
    errors = estimates - truth
    return {"rmse": float(np.sqrt((errors**2).mean())), "bias": float(np.sqrt((errors.mean(axis=0)**2).mean())),
            "deviation": float(np.sqrt(estimates.var(axis=0).mean())), "mean": float(errors.mean()),
            "max": float(np.abs(errors).max())}


def fault_curve(compute, streams, truth, rates, seed=0):
    """RMSE of a computation against the rate of flipped bits in its streams.

    Parameters
    ----------
    compute : function
        ``compute(streams) -> estimates``, an array of the shape of ``truth``.
    streams : mapping of str to array of 0 and 1 (T, ...)
        Its inputs; every bit of each is flipped with the rate, independently.
    truth : array
    rates : sequence of float
        In 0..1.
    seed : int
        Of the flips.

    Returns
    -------
    array (number of rates,)
    """
    truth, rates = _real("truth", truth), _real("rates", rates, 0.0, 1.0)
    if rates.ndim != 1:
        raise ValueError(f"rates must be a sequence, not {rates!r}")
    arrays = {name: np.asarray(stream) for name, stream in streams.items()}
    for name, array in arrays.items():
        if array.dtype.kind not in "biu" or (array.size and not 0 <= array.min() <= array.max() <= 1):
            raise ValueError(f"stream {name} must be an array of 0 and 1, not {array.dtype} of the shape {array.shape}")
    curve = []
    for k, rate in enumerate(rates):
        rng = np.random.default_rng([seed, k])
        flipped = {name: array.astype(np.bool_) ^ (rng.random(array.shape) < rate) for name, array in arrays.items()}
        estimates = np.asarray(compute(flipped), float)
        if estimates.shape != truth.shape:
            raise ValueError(f"compute must give estimates of the shape {truth.shape}, not {estimates.shape}")
        curve.append(np.sqrt(((estimates - truth)**2).mean()))
    return np.array(curve)
