"""The mark of a test that compares a neuron of the catalogue with something independent of this project."""

__all__ = ["TRUTHS", "truth"]

TRUTHS = {}


def truth(*names):
    """Marks a test as an independent check of the neurons ``names``."""
    def mark(test):
        for name in names:
            TRUTHS.setdefault(name, []).append(f"{test.__module__}.{test.__qualname__}")
        return test
    return mark
