"""Give the trained MNIST network random spikes instead of the pixels' values: the same weights, not trained again.

A pixel of level x of 16 spikes in each time step with probability x / 16; the hardware makes the spikes itself.

    python examples/mnist_with_random_spikes.py                 # the 500 images of the project
    SPIKELOOM_DATA=folder/with/mnist python examples/mnist_with_random_spikes.py -o spikes.npz
    python -m platforms build icebreaker --network spikes.npz
"""

import argparse
from dataclasses import replace
from math import inf
from pathlib import Path

import models.networks
from gateware.chip.network import Layer
from gateware.chip.spiking_chip import SpikingChip
from gateware.neurons.subtractive_lif import LEAK_BITS, SubtractiveLIF
from gateware.step import Q
from models import golden
from models.networks.accuracy import Accuracy
from models.networks.samples import load_samples
from models.networks.spiking_file import load_spiking, save_spiking

MNIST = Path(models.networks.__file__).with_name("mnist.npz")
LEVELS, BITS = 16, 4


def with_random_spikes(network, *, time_steps, seed=1):
    """A network whose first layer took the levels of constant currents, for spikes at rates of 0 to 16 sixteenths."""
    layer, further = network.layers[0], network.layers[1:]
    params, current = layer.neuron.params, layer.neuron.inputs.current
    unit = 1 << params.membrane.fraction_bits
    # A weight stood for one level; a spike is all 16 of them. Of 15 levels the threshold takes the difference.
    neuron = SubtractiveLIF(tau=(1 << LEAK_BITS) / -params.minus_leak if params.minus_leak else inf,
                            threshold=params.threshold / unit * LEVELS / network.levels, membrane=params.membrane,
                            current=Q(current.integer_bits + BITS, current.fraction_bits - BITS))
    return replace(network, name=f"{network.name} spikes", levels=LEVELS, layers=(Layer(layer.connection, neuron, layer.weight_bits), *further),
                   time_steps=time_steps, encoder="stochastic", seed=seed)


def evaluate(network):
    """The accuracy on MNIST's test images, and how many spikes arrive at each layer in a time step."""
    samples = load_samples(network)
    result = golden(SpikingChip(network)).classify(samples.levels)
    arrive = [network.sizes[0] * samples.levels.mean() / network.levels, *(spikes.mean() * spikes.shape[2] for spikes in result.spikes)]
    return Accuracy.of(result.label, samples.labels), arrive[:-1]


def main():
    """Compare numbers of time steps and seeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, help="write the network with 8 time steps and the first seed, for a chip")
    options = parser.parse_args()
    trained = load_spiking(MNIST)
    print(f"{trained!r}: {evaluate(trained)[0]}")
    for time_steps in (2, 4, 8):
        for seed in (1, 2, 3):
            network = with_random_spikes(trained, time_steps=time_steps, seed=seed)
            accuracy, arrive = evaluate(network)
            print(f"random spikes, {time_steps} time steps, seed {seed}: {accuracy}; "
                  f"spikes in a time step: {', '.join(f'{each:.1f}' for each in arrive)}", flush=True)
    if options.output:
        save_spiking(with_random_spikes(trained, time_steps=8), options.output)


if __name__ == "__main__":
    main()
