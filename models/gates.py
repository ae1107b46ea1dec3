"""Networks of gates made smaller: a gate is replaced by one or two gates of other signals that compute the same.

Signals are compared by their values over every valid assignment of the leaves, so that what a state or an input can never be
does not count, and so that the result is exact. This is resubstitution (A. Mishchenko and R. Brayton, Scalable Logic
Synthesis using a Simple Circuit Structure, IWLS 2006), with the whole network as its window: for the few gates of a small
state machine, whose kernel is run billions of times.
"""

from itertools import product

__all__ = ["assignments", "simplify"]

# Gates that words do in one instruction; what is not in a network of Planes is not needed in one made smaller.
_OPERATIONS = {"and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b, "andnot": lambda a, b: a & ~b}
_ROUNDS, _WAITING = 20, 3


def assignments(parts, limit):
    """The values of bit planes over every assignment of values to shapes, or None where there are more than ``limit``.

    Parameters
    ----------
    parts : list of (planes, shape)
        Names of planes, lowest first, and the shape they hold.
    limit : int

    Returns
    -------
    (dict of str to int, int) or None
        By plane an integer whose bit k is its value in assignment k; and the number of assignments.
    """
    total = 1
    for _, shape in parts:
        total *= shape.hi - shape.lo + 1
        if total > limit:
            return None
    values = {plane: 0 for planes, _ in parts for plane in planes}
    for k, case in enumerate(product(*(range(shape.lo, shape.hi + 1) for _, shape in parts))):
        for (planes, _), value in zip(parts, case):
            for j, plane in enumerate(planes):
                values[plane] |= (value >> j & 1) << k
    return values, total


def simplify(leaves, gates, roots, loops=()):
    """The gates of ``roots``, fewer where there is a way, and fewer in a row from one step to the next.

    Parameters
    ----------
    leaves : dict of str to int
        Values by name over the assignments, the constants' among them.
    gates : list of (str, str, str, str)
        ``(name, operation, a, b)`` in topological order; operations are and, or, xor.
    roots : list of str
    loops : list of (str, str)
        Leaves that take the value of a root from step to step. A gate between them counts as much as ``_WAITING`` others:
        the next step waits for it.

    Returns
    -------
    list, list
        The gates (andnot, ``a & ~b``, is a fourth operation), and the names of the roots.
    """
    network = _Network(leaves, gates, roots, loops)
    for _ in range(_ROUNDS):
        before = network.cost(network.gates)
        for name in reversed(list(network.gates)):
            if name in network.gates:
                network.resubstitute(name)
        if network.cost(network.gates) == before:
            break
    return [(name, *gate) for name, gate in network.gates.items()], network.roots


class _Network:
    def __init__(self, leaves, gates, roots, loops):
        self.leaves, self.values, self.gates, self.roots = leaves, dict(leaves), {}, roots
        first, same = {value: name for name, value in reversed(leaves.items())}, {}
        for name, operation, a, b in gates:
            a, b = same.get(a, a), same.get(b, b)
            value = _OPERATIONS[operation](self.values[a], self.values[b])
            if value in first:
                same[name] = first[value]
            else:
                first[value] = name
                self.values[name], self.gates[name] = value, (operation, a, b)
        self.roots = [same.get(root, root) for root in roots]
        self.start, self.stop = {leaf: 0 for leaf, _ in loops}, [same.get(root, root) for _, root in loops]
        self.prune()
        self.fresh = 0

    def live(self, gates):
        seen, wanted = set(), list(self.roots)
        while wanted:
            name = wanted.pop()
            if name in gates and name not in seen:
                seen.add(name)
                wanted += gates[name][1:]
        return seen

    def cost(self, gates):
        live, level = self.live(gates), dict(self.start)
        for name, (_, a, b) in gates.items():
            if name in live and (a in level or b in level):
                level[name] = 1 + max(level.get(a, 0), level.get(b, 0))
        return len(live) + _WAITING * max((level.get(name, 0) for name in self.stop), default=0)

    def prune(self):
        live = self.live(self.gates)
        self.gates = {name: gate for name, gate in self.gates.items() if name in live}

    def resubstitute(self, target):
        """Replace one gate where that costs less."""
        names = list(self.gates)
        divisors = [*self.leaves, *names[:names.index(target)]]
        best, least = None, self.cost(self.gates)
        for extra in self.candidates(target, divisors):
            trial = self._with(target, extra)
            cost = self.cost(trial)
            if cost < least:
                best, least = trial, cost
        if best is not None:
            for name, (operation, a, b) in best.items():
                if name not in self.values:
                    self.values[name] = _OPERATIONS[operation](self.values[a], self.values[b])
            self.gates = best
            self.prune()

    def _with(self, target, extra):
        trial = {}
        for name, gate in self.gates.items():
            if name == target:
                *before, last = extra
                for each in before:
                    trial[each[0]] = each[1:]
                trial[target] = last
            else:
                trial[name] = gate
        return trial

    def candidates(self, target, divisors):
        wanted = self.values[target]
        pairs = {}
        for k, a in enumerate(divisors):
            for b in divisors[:k]:
                for operation, x, y in (("and", a, b), ("or", a, b), ("xor", a, b), ("andnot", a, b), ("andnot", b, a)):
                    value = _OPERATIONS[operation](self.values[x], self.values[y])
                    if value == wanted:
                        yield [(operation, x, y)]
                    pairs.setdefault(value, (operation, x, y))
        without = {name: gate for name, gate in self.gates.items() if name != target}
        if not self.start and len(self.gates) - len(self.live(without)) < 3:
            return
        self.fresh += 1
        new = f"n{self.fresh}"
        for x in divisors:
            v = self.values[x]
            if v ^ wanted in pairs:
                yield [(new, *pairs[v ^ wanted]), ("xor", x, new)]
            if not wanted & ~v:
                for value, pair in pairs.items():
                    if v & value == wanted:
                        yield [(new, *pair), ("and", x, new)]
            if not v & ~wanted:
                for value, pair in pairs.items():
                    if v | value == wanted:
                        yield [(new, *pair), ("or", x, new)]
