"""Data sets: those that ship with the project, and readers of published ones from a folder of the user's."""

from .digits import Digits, load_digits
from .events import EventSet, Recording, count_events
from .mnist import LEVELS, Mnist, MnistSample, load_mnist, load_mnist_sample, to_levels
from .nmnist import load_nmnist, read_nmnist
from .shd import load_shd

__all__ = ["Digits", "EventSet", "LEVELS", "Mnist", "MnistSample", "Recording", "count_events", "load_digits", "load_mnist", "load_mnist_sample",
           "load_nmnist", "load_shd", "read_nmnist", "to_levels"]
