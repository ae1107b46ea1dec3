"""A simulated board behind a pseudo-terminal, for programs that know serial ports and nothing of us."""

from __future__ import annotations

import os
import select

from .errors import PortError

__all__ = ["Terminal"]

# A design that is alive answers in this much of its own time after the last byte, or not at all.
ANSWER_SECONDS = 0.05


class Terminal:
    """A pseudo-terminal whose other end is a simulated board.

    Bytes that a program writes into ``name`` reach the design's ``rx`` pin, and what its ``tx`` pin says can be read there. The
    simulation's time moves on only while bytes come or an answer is due.

    Parameters
    ----------
    port : platforms.host.sim_port.SimPort

    Attributes
    ----------
    name : str
        Of the terminal, such as ``/dev/pts/3``.

    Raises
    ------
    PortError
        If the system has no pseudo-terminals.
    """

    def __init__(self, port):
        try:
            import tty
            self._ours, self._theirs = os.openpty()
        except (ImportError, AttributeError, OSError) as error:
            raise PortError(f"this system gives no pseudo-terminal ({error})") from None
        # No echo, no line editing: bytes as they are, whoever opens it.
        tty.setraw(self._theirs)
        self.name, self._port = os.ttyname(self._theirs), port

    def serve(self, seconds=None):
        """Pass bytes on until ``seconds`` have gone by without any; for ever, if not given.

        Returns
        -------
        int
            Bytes that came.
        """
        count = 0
        while select.select([self._ours], [], [], seconds)[0]:
            data = os.read(self._ours, 4096)
            count += len(data)
            self._port.write(data)
            while answer := self._port.read(ANSWER_SECONDS):
                self._send(answer)
                if select.select([self._ours], [], [], 0)[0]:
                    break
        return count

    def _send(self, data):
        while data:
            data = data[os.write(self._ours, data):]

    def close(self):
        """Give the terminal back."""
        os.close(self._ours)
        os.close(self._theirs)
