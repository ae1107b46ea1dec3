"""Data sets: those that ship with the project, and readers of published ones from a folder of the user's."""

from .digits import Digits, load_digits
from .mnist import LEVELS, Mnist, MnistSample, load_mnist, load_mnist_sample, to_levels

__all__ = ["Digits", "LEVELS", "Mnist", "MnistSample", "load_digits", "load_mnist", "load_mnist_sample", "to_levels"]
