"""Evidence: simulation engines, comparisons with the models, proofs, netlist equivalence."""

__all__ = ["check"]


def __getattr__(name):
    # Imported on demand: the models bring NumPy and Numba.
    if name == "check":
        from .ladder import check
        return check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
