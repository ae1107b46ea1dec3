"""A port with a board behind it that is written in Python, and can be told to misbehave."""

from gateware.bus.format import REPLY, Classification, Command, Decoder, Frame, Identity, Status

__all__ = ["IDENTITY", "RESULT", "FakePort", "answer"]

IDENTITY = Identity(0x0123456789ABCDEF, 24_000_000, 64, (64, 32, 10), "digits")
RESULT = Classification(3, 40_000, (0, 1, 2, 30, 4, 5, 6, 7, 8, 9))


def answer(request):
    """What a good board replies."""
    content = {Command.IDENTIFY: IDENTITY, Command.CLASSIFY: RESULT}[request.command].pack()
    return Frame(request.sequence, request.command | REPLY, bytes([Status.OK]) + content)


class FakePort:
    """Gives every request's number and frame to a function that returns the bytes to come back.

    Its clock runs on only while somebody waits.
    """

    name = "fake"

    def __init__(self, respond):
        self.respond = respond
        self.requests = []
        self.seconds = 0.0
        self.closed = False
        self._decoder = Decoder()
        self._waiting = b""

    def write(self, data):
        for frame in self._decoder.feed(data):
            self.requests.append(frame)
            self._waiting += self.respond(len(self.requests), frame)

    def read(self, timeout):
        data, self._waiting = self._waiting[:5], self._waiting[5:]
        self.seconds += 0.0001 if data else timeout
        return data

    def now(self):
        return self.seconds

    def close(self):
        self.closed = True
