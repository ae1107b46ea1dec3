# amaranth: UnusedElaboratable=no
"""What is claimed of a component in every clock, written beside it as hardware: the base of all specifications."""

from functools import reduce
from random import Random

from amaranth.back import rtlil
from amaranth.hdl import Cat, ClockDomain, Elaboratable, Fragment, Module, Mux, Signal, Value
from amaranth.hdl._ir import PortDirection
from amaranth.hdl._mem import MemoryInstance
from amaranth.lib.wiring import In
from amaranth.sim import Simulator

from gateware.rtlil import component_ports

__all__ = ["Spec"]


class Spec(Elaboratable):
    """A component with free inputs, and the claims about it: what every component with streams or memories has to keep.

    1. Rule of streams: every output stream holds ``valid`` and payload until the transfer. The input streams do so by
       construction, and are free in all else.
    2. No memory port reads the row that another one writes in the same clock, and every address is a row.
    3. What the component asserts itself where its platform is ``"formal"``.

    The contract of one kind of component adds its own, from signals of the ports and, by their names, of the inside. The
    registers of a specification watch; they drive nothing.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        Its ports are streams and plain signals, clocked by ``sync``.
    contract : function of (Spec, Module, component), optional
        Adds claims and helper invariants.
    platform : str, optional
        What the component is elaborated for; None leaves out its own assertions, which a simulator may see fail while
        signals settle.

    Attributes
    ----------
    claims : list of str
        What is proven; claim ``k`` is the output ``claim<k>``. Known once the specification is elaborated.
    helpers : int
        How many helper invariants there are besides, the outputs ``helper<k>``: true in every clock, and needed by the
        induction, but promised to nobody.
    """

    def __init__(self, component, contract=None, platform="formal"):
        self.component, self._contract = component, contract
        self.fragment = Fragment.get(component, platform)
        self.claims, self.helpers = [], 0
        # Registers begin at their initial values; nothing resets them.
        self._domain = ClockDomain("sync", reset_less=True)
        self._free, self._checks = [], {}

    def rtlil(self):
        """The component with its specification as RTLIL, module ``spec``."""
        fragment = Fragment.get(self, "formal")
        ports = {signal.name: (signal, PortDirection.Input) for signal in (self._domain.clk, *self._free)}
        ports |= {name: (signal, PortDirection.Output) for name, signal in self._checks.items()}
        return rtlil.convert_fragment(fragment, ports, "spec", emit_src=False)[0]

    def watched(self):
        """The component below its specification as RTLIL, module ``design``, with the ports of the component.

        Who keeps to the rule of streams drives it as the component itself. The first module is the specification.
        """
        fragment = Fragment.get(self, "formal")
        outside = component_ports(self.component)
        free = {f"free_{port.name.replace('__', '_')}": port.name for port in outside}
        ports = {free.get(signal.name, signal.name): (signal, PortDirection.Input) for signal in (self._domain.clk, *self._free)}
        ports |= {port.name: (Value.cast(reduce(getattr, port.name.split("__"), self.component)), PortDirection.Output)
                  for port in outside if not port.is_input}
        ports |= {name: (signal, PortDirection.Output) for name, signal in self._checks.items()}
        return rtlil.convert_fragment(fragment, ports, "design", emit_src=False)[0]

    def falsify(self, clocks, seed=0):
        """Simulate from reset with random inputs until every claim has failed, or some clocks have passed.

        Parameters
        ----------
        clocks : int
        seed : int

        Returns
        -------
        dict of str to int
            For each claim that failed, by the name of its output, the clock in which it first did.
        """
        found, random = {}, Random(seed)
        simulator = Simulator(Fragment.get(self, None))
        simulator.add_clock(1e-6)
        checks = {name: signal for name, signal in self._checks.items() if name.startswith("claim")}

        async def testbench(ctx):
            for clock in range(clocks):
                # Busy and quiet times take turns, for some mistakes need a stream to wait or to pause for long.
                if clock % 40 == 0:
                    rates = [random.choice((0.0, 0.1, 0.5, 0.9, 1.0)) for _ in self._free]
                for signal, rate in zip(self._free, rates):
                    ctx.set(signal, random.random() < rate if len(signal) == 1 else random.getrandbits(len(signal)))
                _, _, *holds = await ctx.tick().sample(*checks.values())
                for name, held in zip(checks, holds):
                    if not held:
                        found.setdefault(name, clock)
                if len(found) == len(checks):
                    return

        simulator.add_testbench(testbench)
        simulator.run()
        return found

    def claim(self, m, words, condition):
        """Claim that ``condition`` holds in every clock."""
        self._output(m, f"claim{len(self.claims)}", condition)
        self.claims.append(words)

    def help(self, m, condition):
        """Add a helper invariant."""
        self._output(m, f"helper{self.helpers}", condition)
        self.helpers += 1

    def inside(self, name, *path):
        """The register or signal of a name in the component, or in the submodule of a path."""
        fragment = self.fragment
        for part in path:
            fragment = fragment.find_subfragment(part)
        found = {id(signal): signal for statements in fragment.statements.values() for statement in statements
                 for signal in statement._lhs_signals() if signal.name == name}
        if len(found) != 1:
            raise ValueError(f"{type(self.component).__name__} must have one signal {name!r}, not {len(found)}")
        return next(iter(found.values()))

    def state(self, name, *path):
        """Whether the state machine of the component, or of the submodule of a path, is in a state."""
        return self.fragment.find_generated(*path, "fsm").ongoing(name)

    def memory(self, *path):
        """The read ports and the write ports of the memory of a path, each with ``_addr``, ``_data`` and ``_en``."""
        fragment = self.fragment
        for part in path:
            fragment = fragment.find_subfragment(part)
        return fragment._read_ports, fragment._write_ports

    def elaborate(self, platform):
        m = Module()
        m.domains += self._domain
        m.submodules.component = self.fragment
        for name, member in self.component.signature.members.items():
            port = getattr(self.component, name)
            if member.is_signature:
                self._stream(m, name, port, member.flow == In)
            elif member.flow == In:
                m.d.comb += Value.cast(port).eq(self._input(name, port))
        for path, fragment in _walk(self.fragment):
            if isinstance(fragment, MemoryInstance):
                self._memory(m, ".".join(path), fragment)
            for machine in fragment.generated.values():
                # Codes that no state has are not reached.
                self.help(m, Cat(machine.ongoing(state) for state in tuple(machine.encoding)).any())
        if self._contract is not None:
            self._contract(self, m, self.component)
        return m

    def _input(self, name, value):
        """A free input, as wide as an input of the component."""
        source = Signal(len(Value.cast(value)), name=f"free_{name}")
        self._free.append(source)
        return source

    def _output(self, m, name, condition):
        self._checks[name] = Signal(name=name)
        m.d.comb += self._checks[name].eq(condition)

    def _stream(self, m, name, port, is_input):
        payload = Value.cast(port.payload)
        waits, before = Signal(name=f"{name}_waits"), Signal(len(payload), name=f"{name}_before")
        m.d.sync += [waits.eq(port.valid & ~port.ready), before.eq(payload)]
        if is_input:
            m.d.comb += [
                port.valid.eq(waits | self._input(f"{name}_valid", port.valid)),
                payload.eq(Mux(waits, before, self._input(f"{name}_payload", payload))),
            ]
        elif isinstance(port.ready, Signal):
            m.d.comb += port.ready.eq(self._input(f"{name}_ready", port.ready))
            self.claim(m, f"stream {name} holds valid and payload until the transfer",
                       ~waits | (port.valid & (payload == before)))

    def _memory(self, m, name, memory):
        depth = memory._data.depth
        for read in memory._read_ports:
            for number, write in enumerate(memory._write_ports):
                if number not in read._transparent_for:
                    self.claim(m, f"memory {name} is never read in the row being written",
                               ~(read._en & write._en.any() & (read._addr == write._addr)))
        if depth & (depth - 1):
            self.claim(m, f"memory {name} is never addressed past its last row",
                       Cat(port._en.any() & (port._addr >= depth)
                           for port in (*memory._read_ports, *memory._write_ports)) == 0)


def _walk(fragment, path=()):
    """A fragment and all those within it, each with its path."""
    yield path, fragment
    for number, (inner, name, _) in enumerate(fragment.subfragments):
        yield from _walk(inner, (*path, name or str(number)))
