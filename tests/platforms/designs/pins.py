"""What happens at a serial classifier's pins, clock by clock."""

from amaranth.sim import Simulator

__all__ = ["last_byte_to_result"]


def last_byte_to_result(top, levels, payload, quiet):
    """Clocks from the last byte of a frame's payload taken to the classifier's result.

    Parameters
    ----------
    top : SerialClassifier
    levels : sequence of bool
        The line, clock by clock, while the frame comes.
    payload : int
        Its bytes.
    quiet : int
        Clocks after it.
    """
    seen = []

    async def bench(ctx):
        taken = top._frames[0].i
        for level in (*levels, *[1] * quiet):
            ctx.set(top.rx, int(level))
            seen.append((ctx.get(taken.valid) and ctx.get(taken.ready), ctx.get(top.core.o.valid)))
            await ctx.tick()

    simulator = Simulator(top)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    bytes_taken = [clock for clock, (byte, _) in enumerate(seen) if byte]
    # Two sync bytes, five of the header, two of its CRC; then the payload.
    last = bytes_taken[9 + payload - 1]
    return next(clock for clock, (_, valid) in enumerate(seen) if valid) - last
