"""A dataflow graph as folded steps see it: without what computes nothing, and how often the rest is used."""

__all__ = ["SimplifiedGraph"]


class SimplifiedGraph:
    """A traced graph whose nodes are asked for by what they come down to.

    Parameters
    ----------
    graph : gateware.step.trace.Graph

    Attributes
    ----------
    nodes : tuple of Node
    uses : dict of int to int
        How often each node that is needed is used, by its index.
    """

    def __init__(self, graph):
        self.nodes = graph.nodes
        self.uses = self._count({self.alias(k) for part in (graph.next_state, graph.outputs) for k in part})

    def alias(self, k):
        """The node whose value node ``k`` has."""
        while True:
            node = self.nodes[k]
            if node.primitive in ("to_int", "to_vector") or node.primitive in ("shl", "shr") and node.static["n"] == 0:
                k = node.operands[0]
            elif node.primitive == "add" and 0 in (values := [self.constant(each) for each in node.operands]):
                k = node.operands[1 - values.index(0)]
            elif node.primitive == "mux" and self.alias(node.operands[1]) == self.alias(node.operands[2]):
                k = node.operands[1]
            elif node.primitive == "mux" and self.constant(node.operands[0]) is not None:
                k = node.operands[1 if self.constant(node.operands[0]) else 2]
            else:
                return k

    def constant(self, k):
        """The value of a node that can have one only."""
        node = self.nodes[k]
        if node.primitive == "constant":
            return int(node.static["value"])
        if node.primitive in ("to_int", "to_vector"):
            return self.constant(node.operands[0])
        if node.shape.kind == "int" and node.shape.lo == node.shape.hi:
            return node.shape.lo
        if node.primitive == "less":
            a, b = (self.nodes[each].shape for each in node.operands)
            return 1 if a.hi < b.lo else 0 if a.lo >= b.hi else None
        if node.primitive == "bit_not" and node.shape.kind == "bit":
            value = self.constant(node.operands[0])
            return None if value is None else 1 - value
        return None

    def operands(self, k):
        return [self.alias(each) for each in self.nodes[k].operands] if self.constant(k) is None else []

    def _count(self, roots):
        """How often each node that is needed is used."""
        uses, waiting = dict.fromkeys(roots, 1), list(roots)
        while waiting:
            for each in self.operands(waiting.pop()):
                if each not in uses:
                    waiting.append(each)
                uses[each] = uses.get(each, 0) + 1
        return uses

    def is_comparison(self, k):
        while self.nodes[k].primitive == "bit_not" and self.nodes[k].shape.kind == "bit":
            k = self.alias(self.nodes[k].operands[0])
        return self.nodes[k].primitive == "less"
