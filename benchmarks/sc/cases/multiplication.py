"""Products of streams."""

from gateware.sc.arithmetic.in_stream_multiplier import InStreamMultiplier
from gateware.sc.arithmetic.mux_dot_product import MuxDotProduct
from gateware.sc.arithmetic.multiply import AndMultiplier, XnorMultiplier
from gateware.sc.arithmetic.square import InStreamSquare, IsolatedSquare
from gateware.sc.arithmetic.two_rail_multiplier import TwoRailMultiplier
from gateware.sc.arithmetic.unary_multiplier import BipolarUnaryMultiplier, UnaryMultiplier

from ..case import Case
from ..wiring import Binary, Encoded, Random

__all__ = ["CASES"]

_PAIR = {"a": Encoded(0, 0), "b": Encoded(1, 1)}


def _product(name, make, wiring, format="unipolar", **others):
    return Case(name, "multiplication", make, wiring, others.pop("output", "product"), others.pop("truth", lambda a, b: a * b),
                others.pop("formula", "pq" if format == "unipolar" else "ab"), format=format, result=format, **others)


CASES = (
    _product("AND", lambda n: AndMultiplier(), _PAIR),
    _product("XNOR", lambda n: XnorMultiplier(), _PAIR, "bipolar"),
    _product("uMUL, a stream and a number", UnaryMultiplier, {"stream": Encoded(0, 0), "value": Binary(1)}),
    _product("uMUL, bipolar", BipolarUnaryMultiplier, {"stream": Encoded(0, 0), "value": Binary(1)}, "bipolar"),
    _product("uMUL in stream, window of 16", lambda n: InStreamMultiplier(4), _PAIR),
    _product("two rails", lambda n: TwoRailMultiplier(),
             {"a_positive": Encoded(0, 0), "a_negative": Encoded(1, 0), "b_positive": Encoded(2, 1), "b_negative": Encoded(3, 1)},
             output=lambda outputs: outputs.product_positive.astype(float) - outputs.product_negative, operands=4,
             truth=lambda a, b, c, d: (a - b) * (c - d), formula="(p1 - q1)(p2 - q2)"),
    _product("square, isolator of one flip-flop", lambda n: IsolatedSquare(1), {"stream": Encoded(0, 0)}, output="square",
             operands=1, truth=lambda p: p**2, formula="p^2"),
    _product("square in stream, window of 16", lambda n: InStreamSquare(4), {"stream": Encoded(0, 0)}, output="square",
             operands=1, truth=lambda p: p**2, formula="p^2"),
    _product("dot product of 4, multiplexer", lambda n: MuxDotProduct(4),
             {"a": tuple(Encoded(k, 0) for k in range(4)), "b": tuple(Encoded(4 + k, 1) for k in range(4)), "select": Random(2)},
             output="sum", operands=8, truth=lambda *p: sum(a * b for a, b in zip(p[:4], p[4:])) / 4, formula="sum p_i q_i / 4"),
)
