"""The named wires of an RTL as z3 terms, each over the wires before it."""

from __future__ import annotations

import re

import z3

from gateware.yosys import run_yosys


__all__ = ["Wires"]

# Nothing here optimises, so that a wire is computed from the wires that the RTL names (but for comparisons of no bits, which the
# writer of SMT-LIB does not take). ROMs become logic, or their contents would be free.
_SCRIPT = """\
read_rtlil design.il
hierarchy -top design
proc -noopt
flatten
opt_expr r:A_WIDTH=0 r:B_WIDTH=0 %i
memory_map -rom-only
async2sync
dffunmap
write_smt2 -stbv -wires design.smt2
"""
_SORT = re.compile(r"^\(define-sort \|design_s\| .*$", re.MULTILINE)
_FUNCTION = re.compile(r"\(define-fun \|(design(?:#\d+|_n [^|]*))\| \(\(state \|design_s\|\)\) (Bool|\(_ BitVec \d+\)) ")
_USE = re.compile(r"\(\|(design#\d+)\| (state|next_state)\)")
_WIRE, _NEXT = "design_n ", "next "


class Wires:
    """The wires of an RTL by name, in one clock, and its registers in the following one.

    Yosys writes every signal as a function of the RTL's state, over other signals. Here the signals that the wires ``names``
    consist of become unknowns, and what Yosys defines them to be is put in only where it is asked for. The others may then be
    anything, and what is true whatever they are is true of the RTL.

    Parameters
    ----------
    rtlil : str
        Text with the top module ``design``.
    names : sequence of str
        Wires, each one after those that it is computed from.

    Attributes
    ----------
    initial : z3 Bool
        That the registers hold their initial values.
    transition : z3 Bool
        What the registers hold in the following clock.

    Raises
    ------
    ValueError
        If the RTL lacks one of the wires, or does not say what it is.
    """

    def __init__(self, rtlil, names):
        self._position = {name: k for k, name in enumerate(names)}
        lines = run_yosys(_SCRIPT, {"design.il": rtlil}, ["design.smt2"])["design.smt2"].splitlines()
        functions = {found[1]: (found[2], line[found.end():]) for line in lines if (found := _FUNCTION.match(line))}
        for name in names:
            if _WIRE + name not in functions:
                raise ValueError(f"the RTL must have the wire {name}")
            if not all(signal in functions for signal, _ in _USE.findall(functions[_WIRE + name][1])):
                raise ValueError(f"the RTL must compute the wire {name}, which is free")
        # A signal belongs to the first of the wires that it is part of.
        self._owner = {}
        for name in names:
            for signal in _signals(functions[_WIRE + name][1], functions):
                self._owner.setdefault(signal, name)
        self._kept = {*self._owner, *(_WIRE + name for name in names)}
        self._uses = self._reached(functions)
        equations = list(z3.parse_smt2_string(self._text(lines, functions)))
        self._terms = {each.arg(0).decl().name(): (each.arg(0), each.arg(1)) for each in equations}
        self.initial, self.transition = self._terms.pop("initial")[1], self._terms.pop("transition")[1]

    def _reached(self, functions):
        """The unknowns in the definition of every function, those in which it uses no unknown being put in."""
        uses = {}
        for name, (_, body) in functions.items():
            direct = _signals(body, functions)
            uses[name] = {each for each in direct if each in self._owner}.union(
                *(uses[each] for each in direct if each not in self._owner))
        return uses

    def _text(self, lines, functions):
        def unknown(found):
            if found[1] not in self._owner:
                return found[0]
            return f"|{_NEXT if found[2] == 'next_state' else ''}{found[1]}|"

        text = []
        for line in lines:
            if line.startswith(";"):
                continue
            found = _FUNCTION.match(line)
            line = _USE.sub(unknown, line)
            if found is None:
                text.append(line)
            elif found[1] in self._kept:
                # Its last bracket comes on a line of its own: there may be a comment at the end.
                body = _USE.sub(unknown, functions[found[1]][1])
                text += [f"(declare-fun |{found[1]}| () {found[2]})", f"(assert (= |{found[1]}| {body}", ")"]
            elif not found[1].startswith(_WIRE):
                text.append(line)
        head = next(k for k, line in enumerate(text) if _SORT.match(line)) + 1
        declared = ["(declare-fun state () |design_s|)", "(declare-fun following () |design_s|)"]
        declared += [f"(declare-fun |{_NEXT}{name}| () {functions[name][0]})" for name in self._owner]
        tail = ["(declare-fun initial () Bool)", "(assert (= initial (|design_i| state)))",
                "(declare-fun transition () Bool)", "(assert (= transition (|design_t| state following)))"]
        return "\n".join([*text[:head], *declared, *text[head:], *tail])

    def wire(self, name):
        """The value of a wire: a Bool if it has one bit, else a bit-vector."""
        return self._terms[_WIRE + name][1]

    def computed(self, name, opened=()):
        """The value of a wire over the wires before it; in place of those in ``opened`` comes what they are made of."""
        return self._open(_WIRE + name, self._position[name], opened, {})

    def _open(self, function, position, opened, done):
        if function not in done:
            parts = [(self._terms[each][0], self._open(each, position, opened, done)) for each in self._uses[function]
                     if self._position[self._owner[each]] >= position or self._owner[each] in opened]
            term = self._terms[function][1]
            done[function] = z3.substitute(term, *parts) if parts else term
        return done[function]

    def after(self, name):
        """The value of a register's wire in the following clock."""
        signals = [self._terms[each][0] for each in self._uses[_WIRE + name]]
        return z3.substitute(self.wire(name), *((each, z3.Const(_NEXT + each.decl().name(), each.sort())) for each in signals))


def _signals(body, functions):
    """The functions that a definition uses; those that are not defined, such as what a memory holds, are free in any case."""
    return [name for name in dict.fromkeys(name for name, _ in _USE.findall(body)) if name in functions]
