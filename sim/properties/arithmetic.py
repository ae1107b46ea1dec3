"""Conservation in adders: no one is lost or made."""

from gateware.sc.arithmetic.scaled_adder import ScaledAdder
from gateware.step import popcount, to_int

from .property import always


@always(ScaledAdder, "every one of the inputs is in the output, n to one, or in the remainder")
def scaled_adder(params, state, inputs, following, outputs):
    return following.remainder - state.remainder == popcount(inputs.streams) - params.width * to_int(outputs.sum)
