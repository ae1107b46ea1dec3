"""Train a 784-128-10 network with snnTorch, export it to NIR, and bring it to the integers of a chip.

    pip install snntorch==1.0.0 nirtorch==2.6
    SPIKELOOM_DATA=folder/with/mnist python examples/mnist_from_snntorch.py
"""

import argparse
from pathlib import Path

import nir
import numpy as np

from models import golden
from models.datasets import load_mnist
from models.nir import compare, levels_of, read, simulate, to_network

TIME_STEPS = 8
LEVELS = 15
BATCH = 1000


def train(images, labels, path, epochs, seed):
    """Train with snnTorch's default neuron; the function returned gives spike counts of images."""
    import snntorch
    import torch
    from snntorch.export_nir import export_to_nir
    torch.manual_seed(seed)
    neurons = [snntorch.Leaky(beta=torch.full((size,), 0.9), threshold=torch.ones(size), init_hidden=True) for size in (128, 10)]
    net = torch.nn.Sequential(torch.nn.Linear(784, 128), neurons[0], torch.nn.Linear(128, 10), neurons[1])

    def run(inputs):
        for each in neurons:
            each.reset_mem()
        spikes = membranes = 0
        for _ in range(TIME_STEPS):
            spikes, membranes = spikes + net(inputs), membranes + neurons[1].mem
        return spikes, membranes

    inputs, labels = torch.tensor(images, dtype=torch.float32), torch.tensor(labels)
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    for epoch in range(epochs):
        for part in torch.randperm(len(inputs)).split(256):
            loss = torch.nn.functional.cross_entropy(run(inputs[part])[1] * 3 / TIME_STEPS, labels[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch + 1}: loss {loss.item():.4f}")
    for each in neurons:
        each.reset_mem()
    nir.write(path, export_to_nir(net, torch.zeros(1, 784), ignore_dims=[0]))

    def counts(images):
        with torch.no_grad():
            return run(torch.tensor(images, dtype=torch.float32))[0].numpy()
    return counts


def evaluate(path, images, labels, calibration, weight_bits=8):
    """Spike counts in floating point, and the network in integers with its accuracy."""
    from gateware.chip.spiking_chip import SpikingChip
    graph = read(path)
    parts = [images[first:first + BATCH].astype(np.float32) for first in range(0, len(images), BATCH)]
    counts = np.concatenate([simulate(graph, np.broadcast_to(part, (TIME_STEPS, *part.shape)), conventions="snntorch").output.sum(axis=0)
                             for part in parts])
    network = to_network(graph, dt=1e-4, time_steps=TIME_STEPS, levels=LEVELS, conventions="snntorch", weight_bits=weight_bits, samples=calibration)
    found = golden(SpikingChip(network)).classify(levels_of(images, LEVELS))
    return counts, network, float((found.label == labels).mean()), compare(graph, network, images[:BATCH])


def main():
    """Train, export, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path, default=Path("snntorch-mnist.nir"))
    options = parser.parse_args()
    try:
        mnist = load_mnist()
    except (FileNotFoundError, ValueError) as error:
        parser.error(str(error))
    training, test = (images.reshape(-1, 784) / 255 for images in (mnist.train_images, mnist.test_images))
    tool = train(training, mnist.train_labels.copy(), options.output, options.epochs, options.seed)(test)
    print(f"snnTorch: {(tool.argmax(axis=1) == mnist.test_labels).mean():.2%} of {len(test):,} test images")
    for bits in (8, 6, 4):
        counts, network, accuracy, found = evaluate(options.output, test, mnist.test_labels, training[:200], bits)
        if bits == 8:
            print(f"here, in floating point: {(counts == tool).all(axis=1).mean():.2%} of the images with the same spike counts of all outputs")
        layers = ", ".join(f"{layer.same:.1%}" for layer in found.layers)
        print(f"in integers, weights of {bits} bits: {accuracy:.2%}; spikes as in floating point: {layers}; {network!r}")


if __name__ == "__main__":
    main()
