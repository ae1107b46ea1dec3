"""Contract of the neuron bank's schedule."""

from typing import NamedTuple

from amaranth.hdl import Mux, Signal

__all__ = ["NeuronBankWatch", "neuron_bank"]


class NeuronBankWatch(NamedTuple):
    """What the specification counted.

    Parameters
    ----------
    begun, updated : Signal
        The neuron whose input is the next to be accepted, and the one whose answer is the next to leave.
    """

    begun: object
    updated: object


def neuron_bank(spec, m, bank, *path):
    """The neurons are read and updated in turn, and none is read while its new state is on the way.

    It depends on the number of neurons and the latency; not on the neuron.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    bank : NeuronBank
    *path : str
        Where the bank is in the specified component.

    Returns
    -------
    NeuronBankWatch
    """
    of = f" of {'.'.join(path)}" if path else ""
    (read,), (write,) = spec.memory(*path, "states")
    reading, writing, valid, advance = (spec.inside(name, *path) for name in ("reading", "writing", "valid", "advance"))
    # Neurons whose input was accepted, and that were updated, in turn; the row that the register behind the memory holds.
    begun, updated, row = (Signal(range(bank.count), name=name) for name in ("begun", "updated", "row"))
    # How many neurons are in a stage or behind it: one by one, as the sum of all bits at once is beyond the solver.
    behind = [Signal(range(bank.latency + 1), name=f"behind{k}") for k in range(bank.latency)]
    under_way = behind[0]
    taken, given = bank.i.valid & bank.i.ready, bank.o.valid & bank.o.ready
    newest = Signal(range(bank.count))
    for counter, moves in ((begun, taken), (updated, given)):
        with m.If(moves):
            m.d.sync += counter.eq(Mux(counter == bank.count - 1, 0, counter + 1))
    with m.If(taken):
        m.d.sync += newest.eq(begun)
    with m.If(advance):
        m.d.sync += row.eq(read._addr)
        m.d.sync += [number.eq(number + arrives - valid[-1]) for number, arrives in zip(behind, [bank.i.valid, *valid])]

    writing_now = write._en.any()
    spec.claim(m, f"every neuron{of} is updated exactly once per input, in turn",
               (writing_now == given) & (~writing_now | (write._addr == updated)))
    spec.claim(m, f"every input{of} meets the state of the neuron whose turn it is", ~valid[0] | (row == newest))
    spec.claim(m, f"no neuron{of} is read while its new state is on the way",
               (under_way < bank.count) & (begun == Mux(updated + under_way >= bank.count,
                                                        updated + under_way - bank.count, updated + under_way)))

    for k, (number, next_number) in enumerate(zip(behind, [*behind[1:], 0])):
        spec.help(m, (number == next_number + valid[k]) & (number <= bank.latency - k))
    spec.help(m, (begun < bank.count) & (updated < bank.count))
    spec.help(m, (reading == begun) & (writing == updated))
    return NeuronBankWatch(begun, updated)
