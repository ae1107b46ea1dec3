"""A board's configuration flash with weights in it: one image of bitstream and weights, and where they go."""

from __future__ import annotations

from .boards import board_names, find_board
from .errors import FitError

__all__ = ["combine", "weights_address"]


def weights_address(board):
    """Where in a board's flash the weights go.

    Parameters
    ----------
    board : Board

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If no design for the board can read them from there.
    """
    if board.weights_at is None:
        known = [name for name in board_names() if find_board(name).weights_at is not None]
        raise ValueError(f"weights must be link for {board.name}, not flash: a flash that holds weights have {', '.join(known)}")
    return board.weights_at


def combine(bitstream, weights, address):
    """One image for the whole flash: the bitstream at 0, erased bytes, the weights at their address.

    Parameters
    ----------
    bitstream, weights : bytes
    address : int

    Returns
    -------
    bytes

    Raises
    ------
    FitError
        If the bitstream reaches into the weights.
    """
    if len(bitstream) > address:
        raise FitError(f"a bitstream of {len(bitstream):,} bytes does not end before the weights at {address:#x} of the flash")
    return bitstream.ljust(address, b"\xff") + weights
