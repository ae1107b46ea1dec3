"""Fast simulation: Amaranth to RTLIL to C++ (Yosys ``write_cxxrtl``) to a shared library with the clock loop inside.

Many designs share one Yosys call, one C++ unit and one library. Libraries are kept in the user's cache folder under a digest of
the RTLIL, the driver and the versions of Yosys and the compiler; they are written beside their final name and renamed, so that
an interrupted or a second process never sees half of one.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import logging
import os
import platform
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from amaranth.hdl import Shape
from amaranth.lib import data

from gateware.rtlil import Port, component_ports, to_rtlil
from gateware.yosys import find_yosys, run_yosys

from .compilers import find_compiler
from .layouts import from_words, pack, to_words, unpack, word_count


__all__ = ["Simulation", "SimulationError", "StreamRun", "compile"]

_log = logging.getLogger("spikeloom")
_RUNNING = 1        # of the driver's states, 0 is finished and the higher ones are failures
_CHUNK = 1 << 16    # clocks between two looks at Ctrl-C
_DRIVER = Path(__file__).with_name("driver.h")


class SimulationError(RuntimeError):
    """The simulated hardware broke a rule: it did not settle, violated a stream, or did not answer in time."""


class StreamRun(NamedTuple):
    """What a run over streams returned.

    Parameters
    ----------
    items : ndarray or dict
        Payloads of the output stream in order (a dict of field arrays if its payload is structured).
    sent, received : ndarray of int64
        The clock of every transfer on the input and on the output stream, counted from the start of the run.
    clocks : int
        Clocks that passed.
    watched : dict
        For every watched stream the pair (payloads, clocks).
    """

    items: object
    sent: np.ndarray
    received: np.ndarray
    clocks: int
    watched: dict


class _Stream(ctypes.Structure):
    _fields_ = [("payload", ctypes.c_int32), ("valid", ctypes.c_int32), ("ready", ctypes.c_int32),
                ("items", ctypes.c_void_p), ("gaps", ctypes.c_void_p), ("gap_count", ctypes.c_uint64), ("count", ctypes.c_uint64),
                ("done", ctypes.c_uint64), ("wait", ctypes.c_uint64), ("held", ctypes.c_uint64),
                ("data", ctypes.c_void_p), ("clocks", ctypes.c_void_p)]


class Simulation:
    """One simulated instance of a design; its state lives on between calls. Made by :func:`compile`.

    Parameters
    ----------
    name : str
        Name of the design, used in errors.
    ports : list of Port
        Its ports, ``rst`` included if it has one.
    layouts : dict
        The layout of every port that is a structure.

    Notes
    -----
    One clock is: set the inputs, settle, sample the outputs (what a testbench sees in that clock), clock edge. An input that is
    not given keeps its value; inputs start at their initial values.
    """

    def __init__(self, library, index: int, name: str, ports: list[Port], layouts: dict):
        self.name = name
        self.inputs = {port.name: port.shape for port in ports if port.is_input}
        self.outputs = {port.name: port.shape for port in ports if not port.is_input}
        self._layouts = layouts
        self._library = library
        self._self = library.spikeloom_new(index)

    def __del__(self):
        if getattr(self, "_self", None):
            self._library.spikeloom_delete(self._self)
            self._self = None

    def reset(self) -> None:
        """Bring every register, memory and input to its initial value."""
        self._library.spikeloom_reset(self._self)

    def run(self, inputs: dict, *, cycles: int | None = None, outputs=None) -> dict:
        """Run some clocks with given inputs and return the outputs of every clock.

        Parameters
        ----------
        inputs : dict of str to array_like
            By port, integers shaped ``(T,)`` (or ``(T, W)`` uint64 for more than 64 bits), or one integer held throughout.
        cycles : int, optional
            Number of clocks; needed where no array says it.
        outputs : iterable of str, optional
            The outputs to return (all).

        Returns
        -------
        dict of str to ndarray
            By port, int64 shaped ``(T,)`` (uint64 for 64 unsigned bits; ``(T, W)`` uint64, sign-extended, for more).

        Raises
        ------
        ValueError
            If a port is unknown, a value does not fit its port, or lengths differ.
        SimulationError
            If the design does not settle.
        """
        wanted = list(self.outputs if outputs is None else outputs)
        for what, names, known in (("input", inputs, self.inputs), ("output", wanted, self.outputs)):
            for name in names:
                self._require(what, name, known)
        held = {name: value for name, value in inputs.items() if np.ndim(value) == 0}
        given = {name: to_words(value, self.inputs[name], name) for name, value in inputs.items() if name not in held}
        lengths = {name: len(words) for name, words in given.items()} | ({} if cycles is None else {"cycles": cycles})
        if len(set(lengths.values())) != 1:
            raise ValueError(f"inputs of {self.name} must have one length, or cycles must be given, not {lengths or 'neither'}")
        cycles = next(iter(lengths.values()))
        for name, value in held.items():
            given[name] = np.repeat(to_words([value], self.inputs[name], name), cycles, axis=0)
        results = {name: np.empty((cycles, word_count(self.outputs[name].width)), np.uint64) for name in wanted}
        for start in range(0, cycles, _CHUNK):
            count = min(_CHUNK, cycles - start)
            done = ctypes.c_uint64(0)
            status = self._library.spikeloom_run(self._self, count, self._addresses(self.inputs, given, start),
                                                 self._addresses(self.outputs, results, start), ctypes.byref(done))
            if status:
                raise SimulationError(self._failure(status, (), -1, start + done.value, (), ()))
        return {name: from_words(words, self.outputs[name]) for name, words in results.items()}

    def run_stream(self, items=None, *, i: str = "i", o: str = "o", count: int | None = None, i_gap=0, o_gap=0,
                   max_clocks: int, watch=()) -> StreamRun:
        """Send items into one valid/ready stream and collect another, with stalls on both sides.

        Parameters
        ----------
        items : array_like or dict, optional
            Payloads to send (a dict of field arrays for a structured payload); none for a design without input stream.
        i, o : str
            Names of the streams.
        count : int, optional
            Items to wait for (as many as are sent).
        i_gap, o_gap : int or array_like of int
            Clocks in which ``valid`` (``ready``) is held low after each transfer, used in turn and again from the start.
        max_clocks : int
            The run fails if it takes more clocks.
        watch : iterable of str
            Further output streams whose transfers are recorded (they are always ready), or plain outputs, recorded in every clock.

        Returns
        -------
        StreamRun

        Raises
        ------
        ValueError
            If a stream is unknown or an item does not fit.
        SimulationError
            If the design needs more than ``max_clocks``, takes back ``valid`` or changes a payload before its transfer, or does not settle.
        """
        sources = {} if items is None else {i: items}
        if count is None:
            count = 0 if items is None else len(next(iter(items.values())) if isinstance(items, dict) else items)
        done, clocks = self.run_streams(sources, {o: count}, gaps={i: i_gap, o: o_gap}, max_clocks=max_clocks, watch=watch)
        results, received = done.pop(o)
        sent = done.pop(i)[1] if sources else np.zeros(0, np.int64)
        return StreamRun(results, sent, received, clocks, done)

    def run_streams(self, sources: dict, sinks: dict, *, gaps: dict | None = None, max_clocks: int, watch=()):
        """Drive any number of streams at once; :meth:`run_stream` says what the arguments mean.

        Parameters
        ----------
        sources : dict of str to array_like or dict
            The items of each input stream.
        sinks : dict of str to int
            The items to wait for at each output stream.
        gaps : dict, optional
            The gaps of each stream (0).
        max_clocks, watch
            See :meth:`run_stream`.

        Returns
        -------
        dict
            For every stream the pair (items, clocks of the transfers); an input stream's items are None.
        int
            Clocks that passed.
        """
        keep, gaps = [], gaps or {}
        into = [self._source(name, items, gaps.get(name, 0), keep) for name, items in sources.items()]
        names = [*sinks, *watch]
        out = [self._sink(name, sinks.get(name, 0), gaps.get(name, 0) if name in sinks else 0, keep) for name in names]
        into, out = (_Stream * len(into))(*into), (_Stream * len(out))(*out)
        clocks, culprit = ctypes.c_uint64(0), ctypes.c_int32(-1)
        try:
            for stream in (*into, *out):
                self._library.spikeloom_stream_open(self._self, ctypes.byref(stream))
            status = _RUNNING
            while status == _RUNNING and clocks.value < max_clocks:
                limit = min(_CHUNK, max_clocks - clocks.value)
                status = self._library.spikeloom_stream(self._self, into, len(into), out, len(out), ctypes.byref(clocks), limit,
                                                        ctypes.byref(culprit))
            if status > _RUNNING or any(stream.done < stream.count for stream in (*into, *out)):
                raise SimulationError(self._failure(status, names, culprit.value, clocks.value, [*zip(sources, into)], [*zip(sinks, out)]))
            done = {name: (None, self._clocks(stream)) for name, stream in zip(sources, into)}
            done |= {name: (self._items(name, stream), self._clocks(stream)) for name, stream in zip(names, out)}
        finally:
            self._library.spikeloom_stream_close(self._self)
        return done, clocks.value

    @contextlib.contextmanager
    def vcd(self, path):
        """Record every signal of the runs inside the ``with`` block, two time units for each clock, into a VCD file.

        Parameters
        ----------
        path : path_like
            File to write; it appears only when the block ends without an error.

        Raises
        ------
        ValueError
            If the design was compiled without ``trace=True``.
        """
        if not hasattr(self._library, "spikeloom_trace_open"):
            raise ValueError(f"{self.name} must be compiled with trace=True to write a VCD file")
        path = Path(path)
        self._library.spikeloom_trace_open(self._self)
        try:
            yield
            length = ctypes.c_uint64()
            address = self._library.spikeloom_trace_text(self._self, ctypes.byref(length))
            text = ctypes.string_at(address, length.value)
        finally:
            self._library.spikeloom_trace_close(self._self)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with open(handle, "wb") as file:
                file.write(text)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise

    def _require(self, what, name, known):
        if name not in known:
            raise ValueError(f"{what} of {self.name} must be one of {', '.join(known) or 'none'}, not {name!r}")

    def _addresses(self, ports, arrays, start):
        return (ctypes.c_void_p * len(ports))(*(
            arrays[name].ctypes.data + 8 * start * arrays[name].shape[1] if name in arrays else None for name in ports))

    def _index(self, ports, name):
        return list(ports).index(name) if name in ports else -1

    def _gaps(self, gap, name, keep):
        gaps = np.atleast_1d(np.asarray(gap))
        if gaps.dtype.kind not in "iu" or gaps.ndim != 1 or gaps.size == 0 or gaps.min() < 0:
            raise ValueError(f"gap of {name} must be one or more integers of at least 0, not {gap!r}")
        keep.append(gaps.astype(np.uint64))
        return keep[-1].ctypes.data, len(gaps)

    def _source(self, name, items, gap, keep):
        port = f"{name}__payload"
        self._require("input stream", port, self.inputs)
        shape = self.inputs[port]
        words = pack(self._layouts[port], items, name) if isinstance(items, dict) and port in self._layouts else to_words(items, shape, name)
        keep.append(np.ascontiguousarray(words))
        gaps, gap_count = self._gaps(gap, name, keep)
        return _Stream(payload=self._index(self.inputs, port), valid=self._index(self.inputs, f"{name}__valid"),
                       ready=self._index(self.outputs, f"{name}__ready"), items=keep[-2].ctypes.data, gaps=gaps, gap_count=gap_count,
                       count=len(words))

    def _sink(self, name, count, gap, keep):
        port = self._payload(name)
        gaps, gap_count = self._gaps(gap, name, keep)
        return _Stream(payload=self._index(self.outputs, port), valid=self._index(self.outputs, f"{name}__valid"),
                       ready=self._index(self.inputs, f"{name}__ready"), gaps=gaps, gap_count=gap_count, count=count)

    def _payload(self, name):
        if name in self.outputs:
            return name
        self._require("output stream", f"{name}__payload", self.outputs)
        return f"{name}__payload"

    def _items(self, name, sink):
        port = self._payload(name)
        shape = self.outputs[port]
        words = word_count(shape.width)
        raw = self._copy(self._library.spikeloom_stream_data(ctypes.byref(sink)), sink.done * words).reshape(-1, words)
        return unpack(self._layouts[port], raw) if port in self._layouts else from_words(raw, shape)

    def _clocks(self, stream):
        return self._copy(self._library.spikeloom_stream_clocks(ctypes.byref(stream)), stream.done).view(np.int64)

    @staticmethod
    def _copy(address, count):
        return np.frombuffer(ctypes.string_at(address, 8 * count), np.uint64).copy() if count else np.zeros(0, np.uint64)

    def _failure(self, status, names, culprit, clocks, into, out):
        if status == 2:
            return f"{self.name} does not settle in clock {clocks}: its combinational logic oscillates"
        if status == 5:
            # An expression of C++ with the rule in words at its end.
            rule = self._library.spikeloom_rule(self._self).decode().rstrip('"').rpartition('"')[2]
            return f"{self.name} breaks a rule in clock {clocks}: {rule}"
        if status > 2:
            what = "valid fell" if status == 3 else "payload changed"
            return f"{self.name} breaks the rule of streams in clock {clocks}: {names[culprit]}.{what} before its transfer"
        progress = [f"{name} accepted {stream.done} of {stream.count} items" for name, stream in into]
        progress += [f"{name} returned {stream.done} of {stream.count}" for name, stream in out]
        return f"{self.name} did not finish within {clocks} clocks: {', '.join(progress)}"


def compile(designs: dict, *, trace: bool = False, rtlil: dict | None = None, timeout: float = 600.0) -> dict[str, Simulation]:
    """Compile components into simulations that share one library.

    Parameters
    ----------
    designs : dict of str to amaranth.lib.wiring.Component
        The designs by name; each may use the clock domain ``sync`` or none.
    trace : bool
        Whether the simulations can write VCD files (a larger library, at the same speed while none is written).
    rtlil : dict of str to str, optional
        RTLIL (module ``design``) to take in place of what the designs of these names give.
    timeout : float
        Seconds after which Yosys and the compiler are given up, each.

    Returns
    -------
    dict of str to Simulation

    Raises
    ------
    ValueError
        If a design has another clock domain than ``sync``.
    gateware.yosys.YosysError, sim.compilers.CompilerError
        If a tool is missing or fails.
    """
    texts = {name: (rtlil or {}).get(name) or to_rtlil(component) for name, component in designs.items()}
    tables = {name: _ports(name, component, texts[name]) for name, component in designs.items()}
    path = _library_path(list(texts.values()), trace)
    library = _load(path) if path.exists() else None
    if library is None:
        _build(path, list(texts.values()), list(tables.values()), trace, timeout)
        library = _load(path)
        if library is None:
            raise SimulationError(f"{path} was compiled but cannot be loaded")
    layouts = {name: _payload_layouts(component) for name, component in designs.items()}
    return {name: Simulation(library, index, name, [port for port in tables[name] if port.name != "clk"], layouts[name])
            for index, name in enumerate(designs)}


def _ports(name, component, text):
    ports = component_ports(component)
    known = {port.name for port in ports}
    top = text[text.index("module \\design\n"):].split("\nend\n")[0]
    for found in re.findall(r"^  wire width 1 input \d+ +\\(\S+)$", top, re.MULTILINE):
        if found in ("clk", "rst"):
            ports.append(Port(found, Shape(1), True))
        elif found not in known:
            raise ValueError(f"{name} must have no clock domain but sync, not one with the port {found}")
    return ports


def _payload_layouts(component):
    return {"__".join(map(str, path)): value.shape() for path, _, value in component.signature.flatten(component)
            if isinstance(value, data.View)}


def _library_path(texts, trace):
    # Imported here: platformdirs reads the environment, which tests change.
    import platformdirs
    yosys, compiler = find_yosys(), find_compiler()
    digest = hashlib.sha256()
    for part in (_DRIVER.read_text(), yosys.origin, yosys.version, compiler.version, *compiler.command, *compiler.flags,
                 platform.machine(), platform.system(), f"trace={trace}", *texts):
        digest.update(f"{len(part)}\n{part}".encode())
    folder = platformdirs.user_cache_path("spikeloom", appauthor=False) / "cxxrtl"
    return folder / f"{digest.hexdigest()}{'.dll' if os.name == 'nt' else '.so'}"


def _build(path, texts, tables, trace, timeout):
    yosys, compiler = find_yosys(), find_compiler()
    _log.info("compiling %d design(s) with %s (%s)", len(texts), compiler.name, compiler.version)
    names = [f"design{index}" for index in range(len(texts))]
    script = "".join(f"read_rtlil {name}.il\nhierarchy -top design\nwrite_cxxrtl -g{4 if trace else 0} -namespace {name} {name}.cc\n"
                     f"design -reset\n" for name in names)
    sources = run_yosys(script, {f"{name}.il": text for name, text in zip(names, texts)}, [f"{name}.cc" for name in names], timeout)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="build-") as folder:
        work = Path(folder)
        for name, text in sources.items():
            (work / name).write_text(text)
        (work / "main.cc").write_text(_main(tables, trace))
        compiler.build(work / "main.cc", work / "library", [work, _DRIVER.parent, yosys.share / "include/backends/cxxrtl/runtime"], timeout)
        os.replace(work / "library", path)


def _main(tables, trace):
    lines = ["#define SPIKELOOM_TRACE" if trace else "", "#include <driver.h>"]
    lines += [f'#include "design{index}.cc"' for index in range(len(tables))]
    lines += ["spikeloom::Instance *spikeloom::make(uint32_t index) {", "    auto *self = new Instance;", "    switch (index) {"]
    for index, ports in enumerate(tables):
        lines.append(f"    case {index}: {{ auto *top = new design{index}::p_design; self->module.reset(top);")
        for port in ports:
            mangled = _mangle(port.name)
            if port.name == "clk":
                lines.append(f"        self->clock = storage(top->{mangled});")
                continue
            store = f"storage(top->{mangled})" if port.shape.width else "nullptr"
            init = ", ".join(f"{word:#x}ull" for word in to_words(np.array([port.init], object), port.shape, port.name)[0].tolist())
            lines.append(f"        self->{'inputs' if port.is_input else 'outputs'}.push_back("
                         f"{{{store}, {port.shape.width}, {'true' if port.shape.signed else 'false'}, {{{init}}}}});")
        lines.append("        break; }")
    lines += ["    }", "    self->reset();", "    return self;", "}", ""]
    return "\n".join(lines)


def _mangle(name):
    """Name a public wire as ``write_cxxrtl`` does."""
    return "p_" + "".join(char if char.isascii() and char.isalnum() else "__" if char == "_" else f"_{ord(char):x}_" for char in name)


@functools.cache
def _open(path):
    return ctypes.CDLL(str(path))


def _load(path):
    try:
        library = _open(path)
    except OSError:
        # A library of another system, or a damaged one: built again.
        return None
    pointer, u64 = ctypes.c_void_p, ctypes.c_uint64
    for name, result, arguments in (
            ("new", pointer, [ctypes.c_uint32]), ("delete", None, [pointer]), ("reset", None, [pointer]),
            ("run", ctypes.c_int32, [pointer, u64, pointer, pointer, pointer]),
            ("rule", ctypes.c_char_p, [pointer]), ("stream_open", None, [pointer, pointer]),
            ("stream", ctypes.c_int32, [pointer, pointer, ctypes.c_size_t, pointer, ctypes.c_size_t, pointer, u64, pointer]),
            ("stream_data", pointer, [pointer]), ("stream_clocks", pointer, [pointer]), ("stream_close", None, [pointer]),
            ("trace_open", None, [pointer]), ("trace_text", pointer, [pointer, pointer]), ("trace_close", None, [pointer])):
        if hasattr(library, f"spikeloom_{name}"):
            function = library[f"spikeloom_{name}"]
            function.restype, function.argtypes = result, arguments
            setattr(library, f"spikeloom_{name}", function)
    return library
