"""In which clock each node of a pipeline is computed: what a clock holds fits its period, and few values wait."""

from dataclasses import dataclass

__all__ = ["Schedule", "schedule"]

_WIRES = {"constant", "state", "input", "shl", "shr", "wrap", "to_int", "to_vector", "reverse", "shift_in", "bit_not", "join", "entry"}
_TREES = {"popcount", "parity", "trailing_zeros", "lowest_one", "linear", "equal", "bit_at", "with_bit", "lookup"}
_SWEEPS = 8


@dataclass(frozen=True)
class Schedule:
    """When the nodes of a lowered graph are computed.

    Attributes
    ----------
    stages : tuple of int
        The clock in which a node takes its operands. Its value is there in the same one, that of a ``table`` in the next.
    latency : int
        The clock in which every result is there, held in a register.
    """

    stages: tuple
    latency: int


def schedule(graph, target, period):
    """The :class:`Schedule` of a lowered graph.

    Every node is first computed as early as its operands and the period allow. Then nodes move to later clocks, or back, wherever
    fewer bits have to be handed on from clock to clock; the latency stays.

    Parameters
    ----------
    graph : gateware.step.trace.Graph
        From :func:`gateware.step.lowering.lower`.
    target : Target
    period : float
        Nanoseconds of a clock.
    """
    return _Scheduler(graph, target, period - target.overhead).run()


class _Scheduler:
    def __init__(self, graph, target, room):
        self.nodes, self.target, self.room = graph.nodes, target, room
        self.constants = {k for k, node in enumerate(self.nodes) if node.primitive == "constant"}
        self.operands = [[k for k in dict.fromkeys(node.operands) if k not in self.constants] for node in self.nodes]
        self.users = [[] for _ in self.nodes]
        for k, operands in enumerate(self.operands):
            for operand in operands:
                self.users[operand].append(k)
        self.results = set(graph.next_state) | set(graph.outputs)
        self.delays = [self._delay(k, node) for k, node in enumerate(self.nodes)]
        self.way = min(sum(node.primitive == "times" for node in self.nodes) // target.near, 2)
        self.wires = [delay == 0 for delay in self.delays]
        # A memory's word comes a clock later.
        self.late = [int(node.primitive == "table") for node in self.nodes]

    def run(self):
        self.stages, self.ready = [], []
        for k in range(len(self.nodes)):
            stage = self._earliest(k)
            start = self._arrival(k, stage)
            if not self._fits(k, start):
                stage, start = stage + 1, 0.0
            self.stages.append(stage)
            self.ready.append(self._finish(k, start))
        self.latency = max((max(self._there(k) + 1, self._made(k)[1]) for k in self.results - self.constants), default=1)
        early = self._improve()
        self._sweep(reversed(range(len(self.nodes))), latest=True)
        return Schedule(min(early, self._improve())[1], self.latency)

    def _improve(self):
        """Move nodes as long as it saves registers: their bits, and the stages."""
        for _ in range(_SWEEPS):
            if not self._sweep(reversed(range(len(self.nodes)))) + self._sweep(range(len(self.nodes))):
                break
        return sum(self._bits(k) for k in range(len(self.nodes)) if k not in self.constants), tuple(self.stages)

    def _delay(self, k, node):
        """The time a node takes, in nanoseconds."""
        target, primitive = self.target, node.primitive
        shapes = [self.nodes[j].shape for j in node.operands]
        if primitive in _WIRES:
            return 0.0
        if primitive == "times":
            return self.room
        if primitive in ("add", "sub", "less"):
            if primitive == "less" and shapes[1].lo == shapes[1].hi == 0:
                return 0.0
            inverter = target.inverter if primitive != "add" and shapes[1].lo != shapes[1].hi else 0.0
            return inverter + target.chain + target.carry * max(each.width for each in (*shapes, node.shape))
        if primitive == "gate" and shapes[0].lo < 0:
            return target.level + target.chain + target.carry * node.shape.width
        if primitive in _TREES:
            return target.level * _levels(max((each.width for each in shapes), default=1))
        if primitive == "saturate":
            return target.level * (1 + _levels(shapes[0].width - node.static["limits"].width + 1))
        return target.level

    # Times within a stage, of which the room is all there is.

    def _there(self, k):
        """The clock in which a value is first there."""
        return self.stages[k] + self.late[k]

    def _made(self, k):
        """The clock in which a value is made by logic, a memory or a multiplier, and that from which on its users may take it."""
        primitive = self.nodes[k].primitive
        if primitive in ("state", "input"):
            return -1, 0
        if not self.wires[k]:
            return self._there(k), self.stages[k] + 1 + self.way if primitive == "times" else 0
        made = [self._made(j) for j in self.operands[k]]
        return max((each[0] for each in made), default=-1), max((each[1] for each in made), default=0)

    def _from(self, k, made, settled):
        """The first clock in which a node may use a value that is made and settled in such clocks."""
        if self.nodes[k].primitive == "times":
            return max(made + 1 + self.way, settled)
        return 0 if self.wires[k] else settled

    def _earliest(self, k):
        return max((max(self._there(j), self._from(k, *self._made(j))) for j in self.operands[k]), default=0)

    def _arrival(self, k, stage):
        """When the operands of a node are there in a stage; those of earlier ones are in registers."""
        return max((self.ready[j] for j in self.operands[k] if self._there(j) == stage), default=0.0)

    def _fits(self, k, start):
        # A multiplier's operands come from registers, an address is set up before the clock.
        return start == 0.0 or start + self.delays[k] <= self.room

    def _finish(self, k, start):
        return self.target.memory if self.late[k] else start + self.delays[k]

    # Moves.

    def _sweep(self, order, latest=False):
        return sum(self._move(k, latest) for k in order
                   if k not in self.constants and self.nodes[k].primitive not in ("state", "input"))

    def _move(self, k, as_late):
        """Move one node to the clock that costs the fewest registers, the latest of equals, or to the latest at any cost."""
        earliest = self._earliest(k)
        latest = min((self.stages[j] for j in self.users[k]), default=self.latency) - self.late[k]
        if k in self.results:
            latest = min(latest, self.latency - 1 - self.late[k])
        now = best = self.stages[k]
        before = least = self._cost(k, now)
        for stage in range(earliest, latest + 1):
            cost = self._cost(k, stage)
            if (as_late or cost < least or cost == least and stage > best) and self._allowed(k, stage):
                best, least = stage, cost
        if best != now:
            self.stages[k] = best
            self._update(k)
        return least < before

    def _cost(self, k, stage):
        """Register bits of a node's value and of its operands with the node in a stage."""
        before, self.stages[k] = self.stages[k], stage
        cost = sum(self._bits(j) for j in (k, *self.operands[k]))
        self.stages[k] = before
        return cost

    def _bits(self, k):
        last = max((self.stages[j] for j in self.users[k]), default=self._there(k))
        if k in self.results:
            last = self.latency
        return self.nodes[k].shape.width * (last - self._there(k))

    def _allowed(self, k, stage):
        """Whether what stays in its clock keeps within the period with a node in a stage."""
        before, self.stages[k] = self.stages[k], stage
        start = self._arrival(k, stage)
        allowed = self._fits(k, start) and self._follows(k, self._finish(k, start)) and self._waits(k, *self._made(k))
        self.stages[k] = before
        return allowed

    def _follows(self, k, ready):
        for j in self.users[k]:
            if self.stages[j] == self._there(k):
                others = (self.ready[i] for i in self.operands[j] if i != k and self._there(i) == self.stages[j])
                start = max((ready, *others))
                if not self._fits(j, start) or not self.late[j] and not self._follows(j, start + self.delays[j]):
                    return False
        return True

    def _waits(self, k, made, settled):
        """Whether all that use a value do so late enough."""
        if k in self.results and settled > self.latency:
            return False
        return all(self.stages[j] >= self._from(j, made, settled) and (not self.wires[j] or self._waits(j, made, settled))
                   for j in self.users[k])

    def _update(self, k):
        """Times of a node and of all that hang on it, after a move."""
        waiting = [k]
        while waiting:
            k = waiting.pop()
            ready = self._finish(k, self._arrival(k, self.stages[k]))
            if ready != self.ready[k]:
                self.ready[k] = ready
            waiting += [j for j in self.users[k] if self.stages[j] == self._there(k) and
                        self.ready[j] != self._finish(j, self._arrival(j, self.stages[j]))]


def _levels(bits):
    """Lookup tables of four inputs one after another that take so many bits together."""
    levels, width = 1, 4
    while width < bits:
        levels, width = levels + 1, 4 * width
    return levels
