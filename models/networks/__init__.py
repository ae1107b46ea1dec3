"""Trained networks: the files, their contents, and the float references they are compared with."""

from .accuracy import Accuracy
from .file import load, save
from .network import Network
from .reference import classify, float_counts, logistic_classes, real_lif

__all__ = ["Accuracy", "Network", "classify", "float_counts", "load", "logistic_classes", "real_lif", "save"]
