"""Conversions between formats."""

import numpy as np

from gateware.sc.formats.bipolar_to_unipolar import BipolarToUnipolar
from gateware.sc.formats.sign import Absolute
from gateware.sc.formats.sign_magnitude import BipolarToSignMagnitude
from gateware.sc.formats.two_rail import BipolarToTwoRail, TwoRailToBipolar
from gateware.sc.formats.unipolar_to_bipolar import UnipolarToBipolar

from ..case import Case
from ..wiring import Encoded

__all__ = ["CASES"]

_STREAM = {"stream": Encoded(0, 0)}


def _bipolar(name, make, truth, formula, output, result="unipolar"):
    return Case(name, "formats", make, _STREAM, output, truth, formula, operands=1, format="bipolar", result=result)


CASES = (
    _bipolar("bipolar to unipolar, depth 3", lambda n: BipolarToUnipolar(3), lambda v: np.maximum(v, 0), "max(v, 0)", "unipolar"),
    Case("unipolar to bipolar", "formats", lambda n: UnipolarToBipolar(), _STREAM, "bipolar", lambda p: p, "p", operands=1,
         result="bipolar"),
    _bipolar("absolute value, counter of 3 bits", lambda n: Absolute(3), np.abs, "|v|", "magnitude", "bipolar"),
    _bipolar("bipolar to magnitude", lambda n: BipolarToSignMagnitude(), np.abs, "|v|", "magnitude"),
    _bipolar("bipolar to two rails and back by subtraction", lambda n: BipolarToTwoRail(), lambda v: v, "v",
             lambda outputs: outputs.positive.astype(float) - outputs.negative),
    Case("two rails to bipolar", "formats", lambda n: TwoRailToBipolar(), {"positive": Encoded(0, 0), "negative": Encoded(1, 1)},
         "bipolar", lambda p, q: p - q, "p - q", result="bipolar"),
)
