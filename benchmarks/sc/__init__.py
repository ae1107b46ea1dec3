"""Figures of stochastic operators: error against length, correlation, validity, area. ``python -m benchmarks sc --help``."""
