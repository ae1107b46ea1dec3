"""The schedule of a folded step: in which clock each operation adds.

An operation that adds in clock ``t`` writes its row in that clock. The address of its addend is presented in clock ``t - 1``,
in which its first term is chosen; those of its factors are presented before that by the clocks of the product and one. A
row can be read from the clock after it was written, and a choice sees the flag from the clock after it was set.
"""

from itertools import count

from .microcode import Operation, bundles, ordered

__all__ = ["Schedule"]

# Clocks that a choice may come after its flag.
_PATIENCE = 64


class Schedule:
    """Clocks for operations, the most urgent ones first, each in the first clock that fits.

    Parameters
    ----------
    operations : list of Operation
    stages : int
        Clocks of a product.
    second : dict of Operation to value
        What the second factor of each product is.
    exchanges : function of Operation
        In which orders the operands ``a`` and ``c`` may stand: a subset of ``(False, True)``, True being the other way round.

    Attributes
    ----------
    clocks : dict of Operation to int
        When each adds.
    exchanged : set of Operation
        Those with ``a`` as the addend.
    length : int
        Clocks from the first address to the last sum.
    """

    def __init__(self, operations, stages, second, exchanges):
        self.stages, self.second, self.exchanges = stages, second, exchanges
        self.clocks, self.exchanged = {}, set()
        self._taken, self._flags = set(), []
        self._loads = {each.other[1]: each for each in operations if isinstance(each.other, tuple) and each.other[0] == "state"}
        groups = {group[0]: group for group in bundles(operations)}
        head = {each: key for key, group in groups.items() for each in group}
        waiting = {key: {head[need] for each in group for need in self._needs(each)} - {key} for key, group in groups.items()}
        urgency = self._urgency(operations)
        while waiting:
            key = max((key for key, needs in waiting.items() if not needs & waiting.keys()), key=lambda each: urgency[each])
            self._place(groups[key])
            del waiting[key]
        self.length = max(self.clocks.values()) + 1

    def _needs(self, each):
        needs = [operand for operand in each.operands if isinstance(operand, Operation)]
        # The old state is read first.
        return [*needs, self._loads[each.state]] if each.state in self._loads else needs

    def _urgency(self, operations):
        """Of each bundle, by its first operation: about how many clocks there are from its beginning to the end."""
        urgency, readers, order = {}, {}, ordered(operations)
        for group in order:
            for each in group:
                for operand in each.operands:
                    readers.setdefault(operand, []).append(group[0])
        for group in reversed(order):
            after = max((urgency[key] for each in group for key in readers.get(each, ())), default=0)
            urgency[group[0]] = after + 2 + 2 * (len(group) > 1) + (self.stages + 1) * (group[0].source == "product")
        return urgency

    def reads(self, each, exchanged=None):
        """What an operation reads: for each value how many clocks before the sum its address is presented, and the port."""
        exchanged = each in self.exchanged if exchanged is None else exchanged
        a, c = (each.c, each.a) if exchanged else (each.a, each.c)
        if each.source == "product":
            yield self.stages + 2, "a", a
            yield self.stages + 2, "b", self.second[each]
        elif each.source == "unit":
            yield 2, "a", a
            if each.b is not None:
                yield 2, "b", each.b
        if each.other is not None:
            yield 1, "a", each.other
        yield 1, "c", c if c is not None else ("constant", 0)

    def _earliest(self, each, exchanged):
        after = self.clocks[self._loads[each.state]] if each.state in self._loads and self._loads[each.state] is not each else 0
        return max([after, 1, *(before + (self.clocks[value] + 1 if isinstance(value, Operation) else 0)
                             for before, _, value in self.reads(each, exchanged))])

    def _fit(self, each, clocks, taken):
        """Where an operation fits first: (clock, exchanged, the resources that it takes)."""
        options = [(exchanged, self._earliest(each, exchanged)) for exchanged in self.exchanges(each)]
        for clock in clocks:
            for exchanged, earliest in options:
                resources = {("sum", clock), *((port, clock - before) for before, port, _ in self.reads(each, exchanged)
                                               if port != "c")}
                if clock >= earliest and not resources & (self._taken | taken):
                    return clock, exchanged, resources
        return None

    def _place(self, group):
        start = min(self._earliest(group[0], exchanged) for exchanged in self.exchanges(group[0]))
        for clock in count(start):
            found = self._attempt(group, clock)
            if found is not None:
                break
        for each, (clock, exchanged, resources) in found.items():
            self.clocks[each] = clock
            self._taken |= resources
            if exchanged:
                self.exchanged.add(each)
        if group[-1].flag is not None:
            self._flags.append(self._span(group, found))

    @staticmethod
    def _span(group, found):
        """The clock in which a flag is set, and the last one in which it is looked at."""
        return found[group[0]][0], max(found[each][0] for each in group[1:]) - 1

    def _attempt(self, group, clock):
        """Places for a bundle whose first operation adds in a clock; None where it does not fit."""
        found, taken = {}, set()
        for each in group:
            # The entry of a table is there a clock after its address, and is the first term of the next one.
            clocks = range(clock, clock + 1)
            if each is not group[0]:
                clocks = range(clock + 2, clock + 3 if each.index else clock + _PATIENCE)
            place = self._fit(each, clocks, taken)
            if place is None:
                return None
            found[each] = place
            taken |= place[2]
        if group[-1].flag is not None:
            start, end = self._span(group, found)
            if any(start < other < end or other < start < last for other, last in self._flags):
                return None
        return found
