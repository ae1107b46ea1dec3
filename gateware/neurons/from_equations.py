"""A neuron from equations given as texts."""

from pathlib import Path

from gateware.parameters import integer
from gateware.step.equations import EquationError, read_document

from .equation_neuron import EquationNeuron

__all__ = ["from_equations"]

_FOLDER = Path(__file__).parents[1] / "tables" / "neurons"


def from_equations(*equations, ranges, threshold=None, reset=None, parameters=None, inputs=None, init=None, units=None,
                   definitions=None, crossing=False, refractory=None, hold=(), dt=0.1, unit="ms", method="euler", euler=(),
                   precision=20, formats=None, name="neuron", seed=1):
    """A neuron from its equations, as a component.

    Parameters
    ----------
    *equations : str
        ``"dv/dt = ..."`` or ``"v[t+1] = ..."``, one per state; a text may hold several lines.
    ranges : mapping of str to (float, float)
        Of every state and input: what its fixed-point format must hold, and what it saturates to.
    threshold : str, optional
        The condition of a spike, ``"v >= 30"``, on the updated state.
    reset : mapping of str to str or float, or str, optional
        By state, ``{"v": "c", "u": "u + d"}``, or ``"v = c; u = u + d"``.
    parameters : mapping of str to float or (float, str), optional
        Values, with a unit where units are to be checked.
    inputs : sequence of str, optional
        Which names of ``ranges`` are inputs (those without an equation).
    init : mapping of str to float or str, optional
        Initial states (0).
    units : mapping of str to str, optional
        Of states and inputs; without any, units are not checked.
    definitions : mapping of str to str, optional
        Named intermediates.
    crossing : bool
        Whether only a rise through the threshold is a spike.
    refractory : float, optional
        Time without a spike after one, in ``unit``; the states ``hold`` stand still for as long.
    hold : sequence of str
    dt : float
    unit : str
        Of time.
    method : str
        euler, exponential_euler (``euler`` lists exceptions), heun, rk4, exact or map.
    euler : sequence of str
    precision : int
        Significant bits of factors, 8 to 27.
    formats : mapping of str to str, optional
        ``{"v": "Q8.8"}``, where they are not to follow from range and precision.
    name : str
    seed : int
        Of random() and normal().

    Returns
    -------
    EquationNeuron

    Raises
    ------
    EquationError
        If anything is wrong, naming it.

    Examples
    --------
    >>> neuron = from_equations(
    ...     "dv/dt = 0.04*v**2 + 5*v + 140 - u + I", "du/dt = a*(b*v - u)", threshold="v >= 30", reset="v = c; u = u + d",
    ...     parameters={"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0}, ranges={"v": (-100, 40), "u": (-30, 30), "I": (-50, 50)},
    ...     init={"v": -65.0, "u": -13.0}, dt=0.5)
    """
    seed = integer("seed", seed)
    if seed < 0:
        raise EquationError(f"seed must be at least 0, not {seed}")
    if isinstance(hold, str):
        raise EquationError(f"hold must be a list of states, not {hold!r}")
    if hold and refractory is None:
        raise EquationError(f"hold is for a neuron with a refractory time, not {list(hold)!r} without one")
    lines = [line.strip() for text in equations for line in _text("equations", text).splitlines() if line.strip()]
    found = {}
    for line in lines:
        left = line.split("=", 1)[0].strip()
        state = left.removesuffix("[t+1]") if left.endswith("[t+1]") else left.removeprefix("d").split("/")[0]
        if "=" not in line or state in found:
            raise EquationError(f'equations must be "dx/dt = ..." or "x[t+1] = ...", one per state, not {line!r}')
        found[state] = line
    units, init, formats = dict(units or {}), dict(init or {}), dict(formats or {})
    variables = {}
    for key, limits in dict(ranges).items():
        if not isinstance(limits, (tuple, list)) or len(limits) != 2:
            raise EquationError(f"ranges of {key} must be (lowest, highest), not {limits!r}")
        variables[key] = {"range": list(limits)} | ({"format": formats.pop(key)} if key in formats else {})
        if units:
            variables[key]["unit"] = units.pop(key, "1")
    given = [key for key in variables if key not in found] if inputs is None else list(inputs)
    for what, names, known in (("ranges", [*found, *given], variables), ("init", init, found), ("units", units, ()), ("formats", formats, ())):
        for key in names:
            if key not in known:
                raise EquationError(f"{what} must have an entry for {key}" if what == "ranges" else f"{what}: {key} is no state"
                                    + ("" if what == "init" else " or input"))
    constants = {key: {"value": value[0], "unit": value[1]} if isinstance(value, (tuple, list)) and len(value) == 2 and isinstance(value[1], str)
                 else {"value": value} for key, value in dict(parameters or {}).items()}
    document = {
        "name": name, "parameters": constants, "state": {key: variables[key] | {"init": init.get(key, 0.0)} for key in found},
        "inputs": {key: variables[key] for key in given}, "definitions": dict(definitions or {}), "equations": found,
        "integration": {"method": method, "dt": dt, "unit": unit} | ({"euler": list(euler)} if euler else {}),
        "fixed_point": {"precision": precision}}
    if threshold is not None:
        document["spike"] = {"when": threshold, "crossing": crossing, "reset": _resets(reset)}
        if refractory is not None:
            document["spike"]["refractory"] = {"time": refractory, "hold": list(hold)}
    elif reset or refractory or crossing:
        raise EquationError("reset, refractory and crossing are for a neuron with a threshold")
    checked = any("unit" in each for each in variables.values())
    return EquationNeuron(read_document(document, name, name, folder=_FOLDER, units=checked), seed=seed)


def _text(name, value):
    if not isinstance(value, str):
        raise EquationError(f"{name} must be texts, not {value!r}")
    return value


def _resets(reset):
    if reset is None:
        return {}
    if not isinstance(reset, str):
        return dict(reset)
    parts = [part.split("=", 1) for part in reset.split(";") if part.strip()]
    if any(len(part) != 2 for part in parts):
        raise EquationError(f'reset must be like "v = c; u = u + d", not {reset!r}')
    return {state.strip(): value.strip() for state, value in parts}
