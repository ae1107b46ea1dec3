"""Contract of a stream fork: each taker has each item exactly once."""

from amaranth.hdl import Cat, Signal

__all__ = ["stream_fork"]


def stream_fork(spec, m, fork, *path):
    """Every item goes to every taker exactly once, and is accepted with the last of them.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    fork : StreamFork
    *path : str
        Where it is in the specified component.
    """
    of = f" of {'.'.join(path)}" if path else ""
    outputs = [getattr(fork, f"o{k}") for k in range(fork.takers)]
    # Who was given the present item.
    served = Signal(fork.takers, name="_".join((*path, "was_served")))
    taken, given = fork.i.valid & fork.i.ready, Cat(output.valid & output.ready for output in outputs)
    m.d.sync += served.eq((served | given) & ~taken.replicate(fork.takers))
    spec.claim(m, f"no taker{of} is given an item twice", (served & given) == 0)
    spec.claim(m, f"an item{of} is accepted exactly in the clock in which its last taker takes it",
               taken == (fork.i.valid & (served | given).all()))
    spec.claim(m, f"what is given{of} is the item", Cat(~output.valid | (fork.i.valid & (output.payload == fork.i.payload))
                                                        for output in outputs).all())
    spec.help(m, spec.inside("served", *path) == served)
