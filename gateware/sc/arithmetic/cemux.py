"""Correlation-enhanced multiplexer: a weighted sum of streams of one source, each taken exactly as often as its weight."""

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Format, Serial
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.van_der_corput import VanDerCorput
from gateware.step import Vector
from gateware.step.compose import Composite, connect, outside

from .mux_tree import SignInverter, ThresholdMux

__all__ = ["CeMux"]


class CeMux(Composite):
    r"""Weighted sum of streams that share one source, stream i being taken exactly :math:`|w_i|` times in N clocks.

    .. math:: o_t = s_{i,t} \oplus [w_i < 0] \text{ where } \sum_{j < i} |w_j| \le r_t < \sum_{j \le i} |w_j|, \qquad
              E[2o - 1] = \frac{1}{N} \sum_i w_i\,v_i, \quad N = \sum_i |w_i|

    The select r visits every number below N once in N clocks ("precise sampling"), so it adds no error of its own; streams
    of one source (SCC +1) differ in few clocks, so it matters little which of them is taken when.

    Parameters
    ----------
    weights : sequence of int
        2 to 64 integers, whose magnitudes sum to a power of two N of at most 2**16. Negative ones need bipolar streams.
    order : {"ramp", "bit reversed"}
        Of the select: a counter, for streams of a low-discrepancy source or an LFSR; or a counter with its bits reversed,
        for streams of a ramp, whose numbers the counter would follow.

    Members
    -------
    streams : In(len(weights))
        Stream i in bit i, all encoded from one source.
    sum : Out(1)

    Raises
    ------
    TypeError, ValueError
        If the weights or the order are not as above.

    Notes
    -----
    A balanced tree of multiplexers with constant thresholds. With one of source and select a ramp and the other a
    bit-reversed counter, both from 0, the ones of the output in a period of N clocks are within
    :math:`n (\log_2(N) / 3 + 1)` of the weighted sum, n being the number of streams: the discrepancy of n runs of
    consecutive numbers.

    Latency 0, interval 1. Source: T. J. Baker and J. P. Hayes, CeMux: Maximizing the Accuracy of Stochastic Mux Adders and an
    Application to Filter Design, ACM TODAES 27(3), 2022, arXiv:2108.12326.
    """

    def __init__(self, weights=(3, -1, 2, 2), *, order="ramp"):
        weights = tuple(integer("CeMux weights", weight) for weight in weights)
        if not 2 <= len(weights) <= 64:
            raise ValueError(f"CeMux weights must be 2 to 64 integers, not {len(weights)}")
        size = sum(map(abs, weights))
        if not 2 <= size <= 1 << 16 or size & (size - 1):
            raise ValueError(f"CeMux weights must have magnitudes with a sum of a power of two from 2 to 2**16, not {size}")
        if order not in ("ramp", "bit reversed"):
            raise ValueError(f"CeMux order must be 'ramp' or 'bit reversed', not {order!r}")
        self.weights, self.order = weights, order
        negative = sum((weight < 0) << k for k, weight in enumerate(weights))
        # Streams of the select's own sequence would be taken at their ones, or at their zeros.
        own = Serial("streams", "not a ramp" if order == "ramp" else "not low discrepancy")
        self.contract = Contract(Correlation("streams", +1), own, *([Format("streams", "bipolar")] if negative else []))
        streams = outside("streams", Vector(len(weights)))
        signed = connect(SignInverter(len(weights), negative), streams=streams).signed
        index = (connect(RampCounter(size)).ramp if order == "ramp" else connect(VanDerCorput(size.bit_length() - 1)).random)

        def tree(low, high):
            """Streams low to high - 1, by a threshold between the two halves."""
            if high - low == 1:
                return signed[low]
            middle = (low + high) // 2
            node = ThresholdMux(size, sum(map(abs, weights[:middle])))
            return connect(node, index=index, below=tree(low, middle), above=tree(middle, high)).chosen

        super().__init__(sum=tree(0, len(weights)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "bit reversed": cls((5, 11), order="bit reversed")}
