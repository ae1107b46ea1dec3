"""Lines of LLVM's text for lanes of eight neurons: what the banks of integers and of floats have in common."""

import re

__all__ = ["GROUP", "LANES", "Lines"]

LANES = 8
# Neurons per turn of the inner loop at most: a bank is filled up to a multiple of it.
GROUP = 2 * LANES


class Lines:
    """Instructions in order, equal ones once, and the intrinsics that they declare."""

    def __init__(self):
        self.body, self.declared, self._known = [], {}, {}

    def emit(self, text):
        """The name of the result of an instruction."""
        if text not in self._known:
            self._known[text] = f"%x{len(self._known)}"
            self.body.append(f"{self._known[text]} = {text}")
        return self._known[text]

    def call(self, kind, name, *arguments):
        """The result of a function of arguments of its own type, called ``name`` in LLVM."""
        self.declared[name] = f"declare {kind} @{name}({', '.join([kind] * len(arguments))})"
        return self.emit(f"call {kind} @{name}({', '.join(f'{kind} {each}' for each in arguments)})")

    def intrinsic(self, name, kind, *arguments):
        """The result of an intrinsic that is named by its type: ``llvm.<name>.v8i32``."""
        count, element = re.fullmatch(r"<(\d+) x (\w+)>", kind).groups()
        return self.call(kind, f"llvm.{name}.v{count}{element.replace('double', 'f64')}", *arguments)
