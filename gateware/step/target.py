"""What a family of parts can do between two registers: the multipliers it has, and rough delays."""

from dataclasses import dataclass

__all__ = ["TARGETS", "Target", "target_of"]


@dataclass(frozen=True)
class Target:
    """A family of parts, as the pipeline's rules see it.

    The delays are in nanoseconds and rough: they decide where registers go, not what holds in the end.

    Parameters
    ----------
    name : str
    factor : int
        Bits of a factor of one multiplier, both signed or both unsigned.
    multipliers : int
        How many of them a part has.
    thin : tuple of int
        So many low bits of a factor, that one multiplier has no room for, are gated sums in logic rather than further
        multipliers: whichever of these numbers takes less logic in all.
    period : float
        The default clock period, with room for routing above what the part is meant for.
    overhead : float
        What a stage loses to its registers.
    level : float
        A lookup table and the wires to it.
    chain, carry : float
        A carry chain: into it and out of it, and each bit.
    inverter : float
        What a difference takes above a sum.
    memory : float
        From a clock edge to the data of a block RAM, wires not counted.
    near : int
        With so many multipliers there is a further register before and behind each, for the way, and with twice as many two.
    """

    name: str
    factor: int
    multipliers: int
    thin: tuple
    period: float
    overhead: float
    level: float
    chain: float
    carry: float
    inverter: float
    memory: float
    near: int


# ice40 is the UP5K; ecp5 the 25F in speed grade 6, whose multipliers lie in two rows across the whole part.
TARGETS = {each.name: each for each in (
    Target("ice40", factor=16, multipliers=8, thin=(2, 4), period=20.0, overhead=2.2, level=2.9, chain=3.2, carry=0.3, inverter=2.6,
           memory=4.0, near=9),
    Target("ecp5", factor=18, multipliers=28, thin=(4,), period=8.5, overhead=1.0, level=1.5, chain=2.2, carry=0.04, inverter=0.0,
           memory=5.8, near=8),
)}


def target_of(name):
    """The :class:`Target` of a name.

    Raises
    ------
    ValueError
        If there is none of it.
    """
    if name not in TARGETS:
        raise ValueError(f"Pipeline target must be one of {', '.join(TARGETS)}, not {name!r}")
    return TARGETS[name]
