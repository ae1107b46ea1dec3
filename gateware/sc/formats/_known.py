"""What is known of the output of a converter with memory."""

from gateware.sc.contract import Stream

__all__ = ["converted"]


def converted(format, *streams, lo=0.0, hi=1.0):
    """A stream of a format that depends on others; None where nothing is known of one."""
    if None in streams:
        return None
    return Stream(frozenset().union(*(stream.origins for stream in streams)), "derived", format=format, lo=lo, hi=hi)
