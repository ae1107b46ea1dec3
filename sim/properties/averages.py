"""Moving averages follow the stream: a bit never moves them the other way."""

from gateware.sc.decode.moving_average import ExponentialAverage
from gateware.step import mux, to_int

from .property import always


@always(ExponentialAverage, "a 1 never lowers the average and a 0 never raises it")
def exponential_average(params, state, inputs, following, outputs):
    move = to_int(following.average) - to_int(state.average)
    return mux(inputs.stream, move, -move) >= 0
