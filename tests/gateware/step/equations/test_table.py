import pytest

from gateware.neurons.equation_neuron import EquationNeuron
from gateware.step.equations import EquationError, load

GOOD = """
name = "Leaky"
[parameters]
tau = { value = 20.0, unit = "ms" }
theta = { value = 1.0, unit = "mV" }
[state]
v = { init = 0.0, unit = "mV", range = [-2.0, 2.0] }
[inputs]
I = { unit = "mV/ms", range = [-1.0, 1.0] }
[equations]
v = "dv/dt = -v/tau + I"
[spike]
when = "v >= theta"
reset = { v = "0" }
[integration]
method = "euler"
dt = 0.5
"""


def test_a_good_table():
    table = load(GOOD)
    assert (table.name, table.identifier, list(table.states), list(table.inputs), table.dt) == ("Leaky", "neuron", ["v"], ["I"], 0.5)
    assert load(GOOD, parameters={"tau": 10.0}).parameters["tau"].value == 10.0


@pytest.mark.parametrize("old, new, reason", [
    ('name = "Leaky"', 'name = "Leaky"\nnmae = 1', r"nmae: is unknown; known are"),
    ('name = "Leaky"', "", "name: must be a text"),
    ("-v/tau", "-v/taux", r"equations\.v: taux is unknown; known are .*tau"),
    ('unit = "ms"', 'unit = "mS"', r"equations\.v: .*(has the unit|puts together)"),
    ('unit = "ms"', 'unit = "parsnips"', r"parameters\.tau\.unit must be a unit like"),
    ("init = 0.0", "init = 3.0", r"state\.v\.init: 3 lies outside the range -2 to 2"),
    ("[-2.0, 2.0]", "[2.0, -2.0]", r"state\.v\.range: must rise"),
    ("[-2.0, 2.0]", "[-2.0]", r"state\.v\.range: must be \[lowest, highest\]"),
    ('reset = { v = "0" }', 'reset = { v = "7" }', r"spike\.reset\.v: 7 lies outside the range"),
    ('reset = { v = "0" }', 'reset = { w = "0" }', r"spike\.reset\.w: is no state"),
    ("value = 1.0", "value = 5.0", r"spike\.when: 'v >= theta' is never so: next\(v\) between -2 and 2"),
    ("value = 1.0", "value = nan", r"parameters\.theta\.value: must be a finite number"),
    ("v >= theta", "v + theta", r"spike\.when: must be a condition"),
    ('method = "euler"', 'method = "midpoint"', r"integration\.method: must be one of"),
    ('method = "euler"\n', 'method = "map"\nunit = "ms"\n', r"integration\.method: is map, and v has a differential equation"),
    ('method = "euler"', 'method = "euler"\neuler = ["v"]', r"integration\.euler: is for the method exponential_euler"),
    ("dt = 0.5", 'dt = 0.5\nunit = "1"', r"equations\.v: .*has the unit mV/ms, and must have mV"),
    ("dt = 0.5", "dt = -0.5", r"integration\.dt: must be positive"),
    ("dt = 0.5", "dt = 0.5\nsubsteps = 0", r"integration\.substeps: must be an integer from 1 to 64"),
    ('"dv/dt = -v/tau + I"', '"dw/dt = -v/tau + I"', r"equations\.v: must begin with dv/dt ="),
    ('"dv/dt = -v/tau + I"', '"-v/tau + I"', r"equations\.v: must be"),
    ('v = "dv/dt = -v/tau + I"', "", r"equations: has none for the state v"),
    ("range = [-2.0, 2.0]", 'range = [-2.0, 2.0], format = "Q1.8"', r"state\.v\.format: Q1\.8 holds"),
    ("range = [-2.0, 2.0]", 'range = [-2.0, 2.0], format = "8.8"', r"state\.v\.format: must be a format like Q8\.8"),
    ("range = [-2.0, 2.0]", "range = [-2.0, 2.0], size = 0", r"state\.v\.size: must be an integer from 1"),
    ("range = [-2.0, 2.0]", "range = [-2.5, 2.0], integer = true", r"state\.v\.range: must be integers"),
    ("range = [-2.0, 2.0]", 'range = [-2.0, 2.0], overflow = "wrap"', r"state\.v\.overflow: must be saturate, or wrap of an integer"),
    ("theta = {", "dt = {", r"parameters\.dt: is no name that can be used"),
    ("[spike]", "[protocol]\ninputs = { J = 1.0 }\n[spike]", r"protocol\.inputs\.J: is no input"),
    ("[spike]", "[protocol]\nfi = { input = \"I\" }\n[spike]", r"protocol\.fi: must have the keys"),
    ("[spike]", "[fixed_point]\nprecision = 40\n[spike]", r"fixed_point\.precision: must be an integer from 8 to 27"),
    ('reset = { v = "0" }', 'refractory = { time = -1.0 }', r"spike\.refractory\.time: must be 0 to 65535 steps"),
    ('name = "Leaky"', 'name = "Leaky"\nbase = "no_such"', r"base must be the name of another table"),
    ('name = "Leaky"', 'name = "Leaky', r"is no TOML"),
    ("value = 20.0", "value = 0.0", r"equations\.v: .* divides by 0 with these parameters"),
    ("-v/tau", "-v/tau + log(-theta/theta)*theta/tau", r"equations\.v: .* has a part without a finite value with these parameters"),
    ("-v/tau", "-v/tau + 9**9**9**9*theta/tau", r"equations\.v: .* has a part without a finite value"),
    ("-v/tau", "-v/tau + (v/theta)**1000*theta/tau", r"equations\.v: .* must have an exponent of at most 64"),
    ("theta = {", "Outputs = {", r"parameters\.Outputs: is no name that can be used"),
    ("[spike]", "[protocol]\ninputs = { I = 30.0 }\n[spike]", r"protocol\.inputs\.I: 30 lies outside the range -1 to 1"),
    ('name = "Leaky"', 'name = "Leaky"\norigin = "hearsay"', r"origin: must be published or reference-defined"),
])
def test_a_malformed_table_is_refused_with_file_key_and_reason(tmp_path, old, new, reason):
    assert old in GOOD
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(EquationError, match=f"mine.toml: {reason}"):
        load(path)


def test_a_format_too_narrow_for_a_constant_is_refused(tmp_path):
    path = tmp_path / "slow.toml"
    path.write_text(GOOD.replace("value = 20.0", "value = 2e5").replace("range = [-2.0, 2.0]", 'range = [-2.0, 2.0], format = "Q8.8"'))
    with pytest.raises(EquationError, match=r"slow.toml: equations\.v: .*has a term of at most .*below the format's "
                                            r"resolution of 2\*\*-8: give the state a finer"):
        EquationNeuron(load(path))


def test_an_unknown_parameter_and_a_missing_file():
    with pytest.raises(EquationError, match=r"parameters\.rho: is no parameter; there are tau, theta"):
        load(GOOD, parameters={"rho": 1.0})
    with pytest.raises(EquationError, match="no_such.toml: cannot be read: No such file"):
        load("no_such.toml")


def test_a_base_is_inherited_key_by_key(tmp_path):
    (tmp_path / "leaky.toml").write_text(GOOD)
    (tmp_path / "faster.toml").write_text('name = "Faster"\nbase = "leaky"\n[parameters]\ntau = { value = 5.0, unit = "ms" }\n')
    table = load(tmp_path / "faster.toml")
    assert (table.name, table.parameters["tau"].value, table.parameters["theta"].value, list(table.events)) == ("Faster", 5.0, 1.0, ["spike"])
