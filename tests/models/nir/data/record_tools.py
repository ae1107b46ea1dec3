"""Networks that snnTorch, Norse and SpikingJelly export to NIR, and the spikes that the tools themselves give.

Run once, in an environment with torch 2.13.0, nir 1.0.8, nirtorch 2.6, snntorch 1.0.0, norse 1.1.0 and spikingjelly 2.0.0;
the tests read its files and need none of the tools. Each network becomes NAME.nir, as the tool's own exporter writes it,
and NAME.npz: ``inputs`` (time, batch, ...), ``outputs`` of the network, and ``spikes_NODE`` of the hidden neurons.
The arithmetic is the tools' own, float32.

    python tests/models/nir/data/record_tools.py
"""

from pathlib import Path

import nir
import norse.torch as norse
import numpy as np
import snntorch
import torch
from norse.torch.utils.export_nir import to_nir
from snntorch.export_nir import export_to_nir as export_snntorch
from spikingjelly.activation_based import functional, layer, neuron
from spikingjelly.activation_based.nir_exchange import export_to_nir as export_spikingjelly

HERE = Path(__file__).parent
STEPS, BATCH = 40, 3


def uniform(generator, low, high, *shape):
    return torch.from_numpy(generator.uniform(low, high, shape).astype(np.float32))


def linear(generator, inputs, outputs, gain, bias=True, kind=torch.nn.Linear):
    layer_ = kind(inputs, outputs, bias=bias)
    with torch.no_grad():
        layer_.weight.copy_(uniform(generator, -gain / 2, gain, outputs, inputs))
        if bias:
            layer_.bias.copy_(uniform(generator, -gain / 4, gain / 4, outputs))
    return layer_


def convolution(generator, inputs, outputs, size, gain, kind=torch.nn.Conv2d, **options):
    """Weights are multiples of 1/16, so that membranes meet thresholds exactly."""
    layer_ = kind(inputs, outputs, size, **options)
    with torch.no_grad():
        layer_.weight.copy_(torch.round(16 * uniform(generator, -gain / 2, gain, *layer_.weight.shape)) / 16)
        layer_.bias.copy_(torch.round(16 * uniform(generator, -gain / 4, gain / 4, outputs)) / 16)
    return layer_


def record(name, graph, step, inputs):
    """Write the exported graph, if any, and what `step` (one time step of the tool) gives for the inputs."""
    with torch.no_grad():
        steps = [step(frame) for frame in inputs]
    arrays = {key: torch.stack([values[key] for values in steps]).numpy() for key in steps[0]}
    # Spikes are kept as bytes: they are 0 or 1.
    arrays = {key: value.astype(np.uint8) if key != "membranes" else value for key, value in arrays.items()}
    for key, value in arrays.items():
        print(f"{name}: {key} {value.shape}, mean {value.mean():.3f}")
    if graph is not None:
        # Without compression the small arrays of these files need a third of the room.
        nir.write(HERE / f"{name}.nir", graph, compression=None)
    np.savez_compressed(HERE / f"{name}.npz", inputs=inputs.numpy().astype(np.uint8), **arrays)


def spikes(generator, *shape, rate=0.4):
    return torch.from_numpy((generator.random((STEPS, BATCH, *shape)) < rate).astype(np.float32))


def snntorch_leaky(name, reset):
    """The default neuron, whose reset comes one step late."""
    generator = np.random.default_rng(1)
    options = {"init_hidden": True, "reset_mechanism": reset}
    first = snntorch.Leaky(beta=torch.full((10,), 0.9), threshold=uniform(generator, 0.8, 1.5, 10), **options)
    second = snntorch.Leaky(beta=torch.full((6,), 0.8), threshold=torch.ones(6), **options)
    dense = linear(generator, 12, 10, 0.25), linear(generator, 10, 6, 0.3, bias=False)

    def step(frame):
        hidden = first(dense[0](frame))
        return {"spikes_1": hidden, "outputs": second(dense[1](hidden))}
    graph = export_snntorch(torch.nn.Sequential(dense[0], first, dense[1], second), torch.zeros(1, 12), ignore_dims=[0])
    first.reset_mem()
    second.reset_mem()
    # The exporter writes the same file for every kind of reset.
    record(name, graph if reset == "subtract" else None, step, spikes(generator, 12))


def snntorch_synaptic(name, reset):
    generator = np.random.default_rng(2)
    neurons = snntorch.Synaptic(alpha=uniform(generator, 0.4, 0.8, 12), beta=uniform(generator, 0.7, 0.95, 12),
                                threshold=uniform(generator, 0.8, 1.5, 12), init_hidden=True, reset_mechanism=reset)
    dense = linear(generator, 10, 12, 0.25)

    def step(frame):
        return {"outputs": neurons(dense(frame)), "membranes": neurons.mem}
    graph = export_snntorch(torch.nn.Sequential(dense, neurons), torch.zeros(1, 10), ignore_dims=[0])
    neurons.reset_mem()
    record(name, graph if reset == "subtract" else None, step, spikes(generator, 10))


def snntorch_recurrent():
    generator = np.random.default_rng(3)
    neurons = snntorch.RLeaky(beta=0.85, threshold=1.0, linear_features=8, init_hidden=True, reset_mechanism="subtract")
    neurons.recurrent = linear(generator, 8, 8, 0.4)
    dense = linear(generator, 10, 8, 0.3), linear(generator, 8, 4, 0.5)
    last = snntorch.Leaky(beta=torch.full((4,), 0.9), threshold=torch.ones(4), init_hidden=True, reset_mechanism="subtract")

    def step(frame):
        hidden = neurons(dense[0](frame))
        return {"spikes_1": hidden, "outputs": last(dense[1](hidden)), "membranes": last.mem}
    graph = export_snntorch(torch.nn.Sequential(dense[0], neurons, dense[1], last), torch.zeros(1, 10), ignore_dims=[0])
    neurons.reset_mem()
    last.reset_mem()
    record("snntorch_recurrent", graph, step, spikes(generator, 10))


def snntorch_recurrent_synaptic():
    """Current-based neurons with a recurrence, then current-based ones without."""
    generator = np.random.default_rng(8)
    neurons = snntorch.RSynaptic(alpha=0.6, beta=0.85, threshold=1.0, linear_features=9, init_hidden=True, reset_mechanism="subtract")
    neurons.recurrent = linear(generator, 9, 9, 0.15)
    dense = linear(generator, 10, 9, 0.12), linear(generator, 9, 5, 0.15)
    last = snntorch.Synaptic(alpha=torch.full((5,), 0.7), beta=torch.full((5,), 0.8), threshold=torch.ones(5), init_hidden=True,
                             reset_mechanism="subtract")

    def step(frame):
        hidden = neurons(dense[0](frame))
        return {"spikes_1": hidden, "outputs": last(dense[1](hidden)), "membranes": last.mem}
    graph = export_snntorch(torch.nn.Sequential(dense[0], neurons, dense[1], last), torch.zeros(1, 10), ignore_dims=[0])
    neurons.reset_mem()
    last.reset_mem()
    record("snntorch_recurrent_synaptic", graph, step, spikes(generator, 10))


def norse_parameters(kind, tau_mem_inv, size, **fields):
    return kind(tau_mem_inv=torch.full((size,), tau_mem_inv), v_leak=torch.zeros(size), **fields)


def norse_dense():
    """Box and current-based neurons and a leaky integrator. Its exporter multiplies time constants by dt, so dt=1."""
    generator = np.random.default_rng(4)
    first = norse.LIFBoxCell(norse_parameters(norse.LIFBoxParameters, 100.0, 10, v_th=uniform(generator, 0.3, 0.6, 10),
                                              v_reset=torch.zeros(10)))
    second = norse.LIFCell(norse_parameters(norse.LIFParameters, 60.0, 8, tau_syn_inv=torch.full((8,), 200.0),
                                            v_th=uniform(generator, 0.3, 0.6, 8), v_reset=torch.zeros(8)))
    last = norse.LIBoxCell(norse_parameters(norse.LIBoxParameters, 50.0, 5))
    modules = [linear(generator, 12, 10, 0.9), first, linear(generator, 10, 8, 0.6), second, linear(generator, 8, 5, 0.5), last]
    state = {1: None, 3: None, 5: None}

    def step(frame):
        values, seen = frame, {}
        for number, module in enumerate(modules):
            if number in state:
                values, state[number] = module(values, state[number])
                seen[number] = values
            else:
                values = module(values)
        return {"spikes_1": seen[1], "spikes_3": seen[3], "membranes": seen[5]}
    graph = to_nir(norse.SequentialState(*modules), torch.zeros(12), dt=1.0)
    record("norse_dense", graph, step, spikes(generator, 12))


def norse_convolution():
    generator = np.random.default_rng(5)
    neurons = norse.IAFCell(norse.IAFParameters(v_th=torch.round(8 * uniform(generator, 0.8, 1.6, 3, 4, 4)) / 8))
    conv = convolution(generator, 2, 3, 3, 0.2, stride=2, padding=1)
    state = [None]

    def step(frame):
        output, state[0] = neurons(conv(frame), state[0])
        return {"outputs": output}
    graph = to_nir(norse.SequentialState(conv, neurons), torch.zeros(2, 7, 7), dt=1.0)
    graph.infer_types()  # Norse leaves the shapes open, which NIR's writer refuses
    record("norse_convolution", graph, step, spikes(generator, 2, 7, 7))


def spikingjelly_convolution():
    generator = np.random.default_rng(6)
    first, last = neuron.IFNode(v_threshold=0.75), neuron.LIFNode(tau=4.0, v_threshold=0.5, v_reset=-0.125)
    net = torch.nn.Sequential(
        convolution(generator, 1, 3, 3, 0.35, kind=layer.Conv2d, padding=1), first, layer.AvgPool2d(2), layer.Flatten(),
        linear(generator, 27, 6, 0.4, kind=layer.Linear), last)
    inputs = spikes(generator, 1, 6, 6)
    graph = export_spikingjelly(net, inputs[0])
    functional.reset_net(net)

    def step(frame):
        hidden = net[:2](frame)
        return {"spikes_1": hidden, "outputs": net[2:](hidden), "membranes": last.v}
    record("spikingjelly_convolution", graph, step, inputs)


def spikingjelly_current():
    generator = np.random.default_rng(7)
    net = torch.nn.Sequential(
        linear(generator, 12, 10, 0.3, kind=layer.Linear), neuron.CUBALIFNode(c_decay=0.5, v_decay=0.75, v_threshold=0.75),
        linear(generator, 10, 6, 0.6, kind=layer.Linear), neuron.LIFNode(tau=3.0, decay_input=False))
    inputs = spikes(generator, 12)
    graph = export_spikingjelly(net, inputs[0])
    functional.reset_net(net)

    def step(frame):
        hidden = net[:2](frame)
        return {"spikes_1": hidden, "outputs": net[2:](hidden), "membranes": net[3].v}
    record("spikingjelly_current", graph, step, inputs)


if __name__ == "__main__":
    snntorch_leaky("snntorch_leaky", "subtract")
    snntorch_leaky("snntorch_leaky_zero", "zero")
    snntorch_synaptic("snntorch_synaptic", "subtract")
    snntorch_synaptic("snntorch_synaptic_zero", "zero")
    snntorch_recurrent()
    snntorch_recurrent_synaptic()
    norse_dense()
    norse_convolution()
    spikingjelly_convolution()
    spikingjelly_current()
