"""Classify the held-out handwritten digits with the bundled network, bit for bit as the FPGA does.

    python examples/classify_digits.py
"""

import numpy as np

from gateware.chip.classifier import Classifier
from models import golden
from models.datasets import load_digits
from models.networks import Accuracy, classify, float_counts, load, logistic_classes

SHADES = " .:-=+*#@"

network, digits = load(), load_digits()
images, labels = digits.images[digits.test], digits.labels[digits.test]

result = golden(Classifier(network)).classify(images)
print(network)
print("integer network     ", Accuracy.of(result.label, labels))
print("float network       ", Accuracy.of(classify(*float_counts(network, images)), labels))
print("logistic regression ", Accuracy.of(logistic_classes(network, images), labels))

wrong = np.flatnonzero(result.label != labels)
first = wrong[0] if len(wrong) else 0
print(f"\nHeld-out image {first}, a {labels[first]}, is taken for a {result.label[first]}:\n")
for row in images[first].reshape(8, 8):
    print("    " + "".join(2 * SHADES[pixel // 2] for pixel in row))
print("\n    spikes of the outputs 0 to 9:", *result.counts[first])
