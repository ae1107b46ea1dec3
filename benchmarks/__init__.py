"""Measurements: area and Fmax of the hardware, speed of the models and engines. ``python -m benchmarks --help``."""
