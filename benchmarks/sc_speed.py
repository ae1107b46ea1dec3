"""Speed of stochastic computing in software, on one core, beside ``sc_neurocore_engine`` where that is installed and can do it.

What is measured is the call that a user makes, its checks and the allocation of its result included. Measurements that are
compared are taken in turns within one run, and the best round of each counts.
"""

import functools
import importlib
import importlib.metadata
import time

import numpy as np

from gateware.sc.correlation.synchronizer import Synchronizer
from gateware.sc.division.correlated import CorrelatedDivider
from gateware.sc.functions.log_odds_gain import LogOddsGain
from gateware.sc.sources.lfsr import LFSR
from models import streams
from models.planes import PlanesModel
from models.transitions import TransitionModel

from .speed import best

__all__ = ["run_sc_speed"]

PEER = "sc_neurocore_engine"
# What is counted or run fits in the second cache, with what is beside it; a stream of bytes in the third.
BITS, PACKED, CLOCKED, LENGTH, BATCH = 1 << 20, 1 << 21, 1 << 20, 1024, 100
LAYERS = ((64, 32), (784, 128))
# A round takes about this long, several calls where they are short: short enough to come between other programs' turns.
SECONDS = 0.0005
DRAWS = 40


def _rate(bits, call):
    """A measurement: bits per second of a call."""
    call()
    start = time.perf_counter()
    call()
    calls = max(1, round(SECONDS / max(time.perf_counter() - start, 1e-6)))

    def measure():
        for _ in range(4):      # what the measurement before has put out of the caches comes back
            call()
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return calls * bits / (time.perf_counter() - start)

    return measure


def _peer():
    """The reference's engine on one thread, or None."""
    try:
        engine = importlib.import_module(PEER)
    except ImportError:
        print(f"{PEER} is not installed, so that there is nothing to compare with: `pip install sc-neurocore-engine`")
        return None
    engine.set_num_threads(1)
    print(f"beside {PEER} {importlib.metadata.version('sc-neurocore-engine')} ({engine.simd_tier()}, one thread)")
    return engine


def _arrays(peer):
    """Rows of what is done with bits and words: name, bits, our call, the peer's call or None."""
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, BITS, np.uint8)
    words = streams.pack(bits)
    yield "pack", BITS, lambda: streams.pack(bits), peer and functools.partial(peer.pack_bitstream_numpy, bits)
    yield ("unpack", BITS, lambda: streams.unpack(words, BITS),
           peer and functools.partial(peer.unpack_bitstream_numpy, words, BITS))
    a, b, select = (streams.pack(rng.random(PACKED) < 0.5) for _ in range(3))
    row, column = a.reshape(1, 1, -1), b.reshape(1, -1)
    yield "popcount", PACKED, lambda: streams.popcount(a, PACKED), peer and functools.partial(peer.popcount_numpy, a)
    yield "AND + popcount", PACKED, lambda: streams.dot(row, column, PACKED), None
    yield "XNOR + popcount", PACKED, lambda: streams.dot(row, column, PACKED, gate="xnor"), None
    yield "AND", PACKED, lambda: streams.and_(a, b, PACKED), None
    yield "XNOR", PACKED, lambda: streams.xnor(a, b, PACKED), None
    yield "MUX", PACKED, lambda: streams.mux(select, a, b, PACKED), None


def _encoding(peer, encoder):
    rng = np.random.default_rng(0)
    for count in (64, 784, 78_400):
        p = rng.random(count)
        phases = rng.integers(0, len(encoder.period), count)
        yield (f"encode {count} x {LENGTH}, LFSR of 16 bits", count * LENGTH,
               lambda p=p, phases=phases: streams_of(encoder, p, phases),
               peer and functools.partial(peer.batch_encode_numpy, p, LENGTH, 1))


def streams_of(encoder, p, phases):
    return encoder.encode(encoder.numbers(p), LENGTH, phase=phases)


def _machines():
    """State machines: planes by the kernel alone, with arrays that are there; tables by the whole call."""
    rng = np.random.default_rng(0)
    machines = {"stanh of 8 states": LogOddsGain(8), "CORDIV": CorrelatedDivider(), "synchronizer": Synchronizer()}
    for name, component in machines.items():
        model, names = PlanesModel(component), component.inputs._fields
        for instances in (64, 256, 512, 1024, 4096):
            clocks, words = CLOCKED // instances, instances // 64
            state = [np.zeros((shape.width, words), np.uint64) for shape in component.state]
            given = {field: rng.integers(0, 2**64, (clocks, 1, words), np.uint64) for field in names}
            results = [np.empty((clocks, 1, words), np.uint64) for _ in component.outputs]
            yield (f"{name}, {instances} streams, planes", CLOCKED,
                   functools.partial(model.kernel, clocks, words, *state, *given.values(), *results), None)
        yield "  the same by run()", CLOCKED, functools.partial(model.run, given, instances=instances), None
        model = TransitionModel(component)
        for count in (1, 16):
            given = {field: rng.integers(0, 2**64, (count, CLOCKED // 64 // count), np.uint64) for field in names}
            yield (f"{name}, {count} stream{'s' * (count > 1)}, tables", CLOCKED,
                   functools.partial(model.run, given, CLOCKED // count), None)


def _layers(peer, encoder):
    """A dense layer of packed inputs; and of numbers, encoded for the call as the reference does."""
    for inputs, neurons in LAYERS:
        rng = np.random.default_rng(0)
        weights, samples = rng.random((neurons, inputs)), rng.random((BATCH, inputs))
        phases = rng.integers(0, len(encoder.period), (neurons, inputs))
        packed_weights = streams_of(encoder, weights, phases)
        other = rng.integers(0, len(encoder.period), (BATCH, inputs))
        packed = streams_of(encoder, samples, other)
        layer = peer and peer.DenseLayer(inputs, neurons, LENGTH, seed=1)
        theirs = peer and peer.batch_encode_numpy(samples[0], LENGTH, 1)
        bits, name = inputs * neurons * LENGTH, f"dense {inputs} x {neurons} x {LENGTH}"

        def ours(count, phases=other, samples=samples, weights=packed_weights):
            return streams.dot(weights, streams_of(encoder, samples[:count], phases[:count]), LENGTH)

        yield (f"{name}, packed inputs", bits, functools.partial(streams.dot, packed_weights, packed[0], LENGTH),
               layer and functools.partial(layer.forward_prepacked_numpy, theirs))
        yield (f"{name}, encoded inputs", bits, functools.partial(ours, 1),
               layer and functools.partial(layer.forward_numpy, samples[0]))
        batch = layer and functools.partial(layer.forward_batch_numpy, samples)
        yield (f"{name}, packed batch of {BATCH}", BATCH * bits,
               functools.partial(streams.dot, packed_weights, packed, LENGTH), batch)
        yield f"{name}, encoded batch of {BATCH}", BATCH * bits, functools.partial(ours, BATCH), batch


def _bias(peer, encoder):
    """The mean error of a layer's sums over many streams of the same numbers: what does not average out is bias."""
    inputs, neurons = LAYERS[0]
    rng = np.random.default_rng(1)
    weights, samples = rng.random((neurons, inputs)), rng.random((BATCH, inputs))
    exact = samples @ weights.T

    def ours(draw):
        packed = [streams_of(encoder, values, rng.integers(0, len(encoder.period), values.shape))
                  for values in (weights, samples)]
        return streams.dot(*packed, LENGTH) / LENGTH

    def theirs(draw):
        layer = peer.DenseLayer(inputs, neurons, LENGTH, seed=draw)
        layer.set_weights(weights.tolist())
        layer.refresh_packed_weights()
        return np.asarray(layer.forward_batch_numpy(samples, seed=1000 + draw))

    print(f"mean error of sums of {inputs} products, {LENGTH} bits each, over {DRAWS} draws of all streams")
    for name, sums in (("ours", ours), ("theirs", theirs))[:2 if peer else 1]:
        errors = [(sums(draw) - exact).mean() for draw in range(1, DRAWS + 1)]
        print(f"  {name:<8}{np.mean(errors):+.4f} +- {np.std(errors) / DRAWS**0.5:.4f}")


def run_sc_speed(rounds=100):
    """Measure and print; always 0."""
    if rounds < 1:
        raise ValueError(f"--rounds must be at least 1, not {rounds}")
    peer, encoder = _peer(), streams.StreamEncoder(LFSR(16))
    print(f"one core, Gbit/s, best of {rounds} rounds in turns; a ratio is ours by theirs in the same call")
    for rows in (_arrays(peer), _encoding(peer, encoder), _machines(), _layers(peer, encoder)):
        for name, bits, ours, theirs in rows:
            rates = best(rounds, *(_rate(bits, call) for call in (ours, theirs) if call))
            beside = f"{rates[1] / 1e9:>9.1f}{rates[0] / rates[1]:>8.1f} x" if theirs else ""
            print(f"  {name:<44}{rates[0] / 1e9:>9.1f}{beside}", flush=True)
    _bias(peer, encoder)
    return 0
