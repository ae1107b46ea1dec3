"""What can go wrong between a host and a board: one exception type for each kind."""

__all__ = ["CorruptionError", "LinkError", "PortError", "RefusalError", "SilenceError", "UnobservedError", "VersionError",
           "WrongBuildError"]


class LinkError(Exception):
    """Any failure of the line or of the board behind it; the message is one sentence for the user."""


class PortError(LinkError):
    """The port is missing, cannot be opened, or has gone away."""


class SilenceError(LinkError):
    """Nothing came back in any attempt."""


class CorruptionError(LinkError):
    """Bytes came back, but no reply that could be read."""


class VersionError(LinkError):
    """The board speaks another version of the protocol."""


class WrongBuildError(LinkError):
    """The board runs another build than the one that was asked for."""


class RefusalError(LinkError):
    """The board understood the request and refused it.

    Parameters
    ----------
    message : str
    status : gateware.bus.format.Status
        The board's reason.
    """

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


class UnobservedError(RefusalError):
    """The board's design was not built to be observed."""
