"""Speed of the golden models and of the engines, on one core of this machine.

Measurements that are compared are taken in turns within one run, and the best round of each counts: another program that
takes the core for a moment slows down a round, never the result.
"""

import time

import numpy as np

from gateware.neurons.fixed_point_lif import FixedPointLIF
from gateware.neurons.lif import LIF
from models import golden
from models.arrays import dtype_of
from sim import cxxrtl
from sim.streams import simulate

__all__ = ["best", "run_speed"]

NEURONS, STEPS = 4096, 2048
CXXRTL_CLOCKS, PYSIM_CLOCKS = 1_000_000, 4000


def best(rounds, *measurements):
    """The best of several rounds of each measurement, taken in turns.

    Parameters
    ----------
    rounds : int
    measurements : callable
        Each returns how many operations per second it did.

    Returns
    -------
    list of float
    """
    return [max(column) for column in zip(*([measure() for measure in measurements] for _ in range(rounds)))]


def _stimulus(component, *shape):
    """Random inputs around the threshold, within every input's range."""
    rng = np.random.default_rng(0)
    return {name: rng.integers(max(each.lo, -20), min(each.hi, 60), shape).astype(dtype_of(each))
            for name, each in component.inputs._asdict().items()}


def _bank(neuron):
    """A bank of neurons: the model's `run`, with its array checks and allocation, and the compiled kernel alone."""
    model, inputs = golden(neuron), _stimulus(neuron, STEPS, NEURONS)
    outputs = [np.empty((STEPS, NEURONS), dtype_of(shape)) for shape in neuron.outputs]
    model.run({name: values[:2] for name, values in inputs.items()})

    def run():
        start = time.perf_counter()
        model.run(inputs)
        return STEPS * NEURONS / (time.perf_counter() - start)

    def kernel():
        state = [np.full(NEURONS, value, dtype_of(shape)) for value, shape in zip(neuron.init, neuron.state)]
        start = time.perf_counter()
        model.kernel(STEPS, NEURONS, *state, *inputs.values(), *outputs)
        return STEPS * NEURONS / (time.perf_counter() - start)

    return run, kernel


def _engines(make):
    """The same stimulus, one new input per clock, through CXXRTL and through Amaranth's simulator."""
    component = make()
    simulation = cxxrtl.compile({"design": component})["design"]
    (name, values), = _stimulus(component, CXXRTL_CLOCKS).items()

    def fast():
        start = time.perf_counter()
        simulation.run({name: values}, outputs=["spike"])
        return CXXRTL_CLOCKS / (time.perf_counter() - start)

    def slow():
        design = make()

        async def bench(ctx):
            for value in values[:PYSIM_CLOCKS].tolist():
                ctx.set(getattr(design, name), value)
                await ctx.tick().sample(design.spike)

        start = time.perf_counter()
        simulate(design, bench, max_clocks=PYSIM_CLOCKS + 10, timeout=300)
        return PYSIM_CLOCKS / (time.perf_counter() - start)

    return fast, slow


def run_speed(rounds=5):
    """Measure and print; always 0."""
    if rounds < 1:
        raise ValueError(f"--rounds must be at least 1, not {rounds}")
    print(f"golden models, one core, {NEURONS:,} neurons for {STEPS:,} steps, best of {rounds} rounds in turns")
    neurons = {"LIF": LIF(), "LIF with refractory period": LIF(tau=10.0, refractory=5), "FixedPointLIF": FixedPointLIF()}
    measurements = [measure for neuron in neurons.values() for measure in _bank(neuron)]
    rates = best(rounds, *measurements)
    for index, name in enumerate(neurons):
        print(f"  {name:<30} run() {rates[2 * index] / 1e6:>8,.0f} M steps/s    kernel {rates[2 * index + 1] / 1e6:>8,.0f} M steps/s")
    print("engines, one LIF, a new input and a sampled spike in every clock")
    fast, slow = best(rounds, *_engines(LIF))
    print(f"  CXXRTL {fast / 1e6:,.2f} M clocks/s    pysim {slow / 1e3:,.2f} k clocks/s    ratio {fast / slow:,.0f}")
    return 0
