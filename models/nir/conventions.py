"""How a tool turns NIR's differential equations into time steps."""

from dataclasses import dataclass, replace
from math import inf
from numbers import Real

__all__ = ["CHOICES", "CONVENTIONS", "Conventions", "check_dt", "conventions_of"]

CHOICES = {
    "integration": ("euler", "exact"),
    "comparison": (">", ">="),
    "reset": ("value", "subtract"),
    "reset_time": ("same step", "next step", "end of next step"),
    "synapse": ("first", "jump", "joint"),
    "integrator": ("dt", "step"),
    "initial": ("leak", "zero", "reset"),
}


@dataclass(frozen=True)
class Conventions:
    """What NIR leaves open about a time step, or what a tool does in its own way.

    Parameters
    ----------
    integration : str
        ``"euler"``: a state moves by dt / tau of its distance to the target; ``"exact"``: by 1 - exp(-dt / tau), the solution
        for an input that is constant during the step.
    comparison : str
        A neuron spikes where ``v > v_threshold`` (as NIR says), or where ``v >= v_threshold``.
    reset : str
        To ``"value"`` v_reset (as NIR says), or ``"subtract"`` the threshold.
    reset_time : str
        ``"same step"``, after the spike; ``"next step"``, before its update; ``"end of next step"``, after its update (a reset to a
        value then loses that update).
    synapse : str
        Of CubaLI and CubaLIF. ``"first"``: the current is updated, the membrane follows the new one; ``"jump"``: the input, times
        w_in, is added to the current, the membrane follows, then the current decays; ``"joint"``: both at once, from the states
        before (with ``"exact"``, the solution of both equations).
    integrator : str
        I and IF add ``dt * r * input`` in a step (``"dt"``, as NIR says), or ``r * input`` (``"step"``).
    initial : str
        Membranes start at ``"leak"`` (v_leak; 0 where a neuron has none), at ``"zero"`` or at ``"reset"`` (v_reset; where a neuron has
        none, as with leak).
    """

    integration: str = "euler"
    comparison: str = ">"
    reset: str = "value"
    reset_time: str = "same step"
    synapse: str = "first"
    integrator: str = "dt"
    initial: str = "leak"

    def __post_init__(self):
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"NIR convention {name} must be one of {', '.join(map(repr, choices))}, not {getattr(self, name)!r}")


# What the tools' own modules compute for the files that their exporters write (snnTorch's default neuron; Norse's files written with
# to_nir(..., dt=1)).
CONVENTIONS = {
    "nir": Conventions(),
    "snntorch": Conventions(reset="subtract", reset_time="end of next step", initial="zero"),
    "norse": Conventions(synapse="jump", integrator="step"),
    "spikingjelly": Conventions(comparison=">=", initial="reset"),
}


def conventions_of(value, **changes):
    """The conventions of a name or of themselves, with some of them changed."""
    if isinstance(value, str):
        if value not in CONVENTIONS:
            raise ValueError(f"NIR conventions must be one of {', '.join(CONVENTIONS)} or Conventions, not {value!r}")
        value = CONVENTIONS[value]
    if not isinstance(value, Conventions):
        raise TypeError(f"NIR conventions must be one of {', '.join(CONVENTIONS)} or Conventions, not {value!r}")
    return replace(value, **changes)


def check_dt(what, dt):
    """Refuse a time step that is none."""
    if not (isinstance(dt, Real) and 0 < dt < inf):
        raise ValueError(f"{what} must be a positive number of seconds, not {dt!r}")
