"""The errors that end a build, each one clear sentence."""

__all__ = ["BuildError", "DifferenceError", "FitError", "TimingError", "ToolError"]


class BuildError(RuntimeError):
    """A build could not be done; the message says why in one sentence."""


class ToolError(BuildError):
    """A tool is missing, failed, or ran longer than it was given."""


class FitError(BuildError):
    """The design needs more of a resource than the part has."""


class TimingError(BuildError):
    """The placed and routed design is slower than its clock."""


class DifferenceError(BuildError):
    """The bitstream, unpacked, is not the netlist that it was made from; the message says where."""
