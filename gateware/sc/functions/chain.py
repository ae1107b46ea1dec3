"""The saturating chain of states behind many functions: its move, and where it spends its time."""

from gateware.step import Range, minimum, mux, wrap

__all__ = ["move", "occupancy", "unsigned"]


def move(position, up, top, unsigned):
    """The neighbour of ``position``, upwards where the Bit ``up``, else downwards, within ``0..top``: for use in a step.

    Parameters
    ----------
    position : Int
    up : Bit
    top : int
        The last position.
    unsigned : Range
        That of the narrowest unsigned number that holds ``top``.
    """
    moved = position + mux(up, 1, -1)
    # Held where it would leave, not clamped: half the LUTs, since the register has an enable. wrap changes nothing that is
    # taken, and neither does minimum, which says so for a number of states that is no power of two.
    return mux((moved < 0) | (moved > top), position, minimum(wrap(moved, unsigned), top))


def unsigned(top):
    """The Range of the narrowest unsigned number that holds ``top``."""
    return Range.unsigned(top.bit_length())


def occupancy(p, states):
    r"""How often a chain that moves up with probability ``p`` is in each of its states, exactly, in the long run.

    .. math:: \pi_i = \frac{\rho^i}{\sum_{j<K} \rho^j}, \qquad \rho = \frac{p}{1 - p}

    Parameters
    ----------
    p : float
        0 to 1. The moves must be independent from clock to clock.
    states : int
        K.

    Returns
    -------
    list of float
        Of length K, with the sum 1.

    Raises
    ------
    ValueError
        If ``p`` is no probability.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p must be between 0 and 1, not {p!r}")
    falling = p < 0.5
    ratio = p / (1 - p) if falling else (1 - p) / p
    weights = [ratio**i for i in range(states)]
    total = sum(weights)
    return [weight / total for weight in (weights if falling else reversed(weights))]
