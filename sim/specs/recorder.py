"""Contract of the recorder: what is written where, and what is counted."""

from amaranth.hdl import Mux, Signal

__all__ = ["recorder"]


def recorder(spec, m, watcher, *path):
    """Every answer's membrane is in the row of its neuron, its spike in its bit of a byte of its time step; counters count.

    It depends on the numbers of neurons and time steps; not on what is answered, nor when.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    watcher : Recorder
    *path : str
        Where the recorder is in the specified component.
    """
    for k, neurons in enumerate(watcher.neurons):
        answer, rows = getattr(watcher, f"answers{k}"), watcher.row_bytes(k)

        def register(name, last, k=k):
            return Signal(range(max(2, last + 1)), name="_".join((*path, f"{name}_of_{k}")))

        # The answer's neuron and time step, and the byte of the spikes before it: counted here once more.
        neuron, step, byte = register("neuron", neurons - 1), register("step", watcher.time_steps - 1), register("byte", 255)
        last = neuron == neurons - 1
        now = byte | answer.payload.spike << neuron[:3]
        full = last | (neuron[:3] == 7)
        with m.If(answer.valid):
            m.d.sync += [neuron.eq(Mux(last, 0, neuron + 1)), byte.eq(Mux(full, 0, now))]
            with m.If(last):
                m.d.sync += step.eq(Mux(step == watcher.time_steps - 1, 0, step + 1))
        (_,), (membrane,) = spec.memory(*path, f"membranes{k}")
        (_,), (spikes,) = spec.memory(*path, f"spikes{k}")
        place = step * rows + (neuron >> 3)
        placed = (membrane._addr == neuron) & (membrane._data == answer.payload.v.as_unsigned())
        spec.claim(m, f"a membrane of layer {k} is written with each answer, in the row of its neuron",
                   (membrane._en.any() == answer.valid) & (~answer.valid | placed))
        spec.claim(m, f"a byte of spikes of layer {k} is written with its eighth answer, or the last of a time step, where it belongs",
                   (spikes._en.any() == (answer.valid & full)) & (~spikes._en.any() | ((spikes._addr == place) & (spikes._data == now))))
        spec.help(m, (spec.inside(f"neuron{k}", *path) == neuron) & (spec.inside(f"row{k}", *path) == place)
                  & (spec.inside(f"bits{k}", *path) == byte) & (neuron < neurons) & (step < watcher.time_steps) & ~byte[7])

        # Of a sample: since its start.
        spikes_now, events_now = register("spikes", 2**32 - 1), register("events", 2**32 - 1)
        m.d.sync += [spikes_now.eq(Mux(watcher.start, 0, spikes_now) + (answer.valid & answer.payload.spike)),
                     events_now.eq(Mux(watcher.start, 0, events_now) + getattr(watcher, f"event{k}"))]
        begins = spec.inside("start_now", *path)

        def following(name, begins=begins):
            """What a counter becomes with the clock before, which it counts now."""
            count = spec.inside(name, *path)
            return (Mux(begins, 0, count) + spec.inside(f"{name}_now", *path))[:len(count)]

        count = following(f"count{k}")
        spec.claim(m, f"spikes and events of layer {k} are counted from the start of the sample, a clock later",
                   (count == spikes_now[:len(count)]) & (following(f"events{k}") == events_now))
    for name, event in (("samples", "done"), ("frames", "frame"), ("frames_dropped", "dropped"), ("bytes_lost", "lost")):
        total = Signal(32, name="_".join((*path, f"{name}_counted")))
        m.d.sync += total.eq(total + getattr(watcher, event))
        spec.claim(m, f"{name.replace('_', ' ')} are counted, a clock later",
                   (spec.inside(name, *path) + spec.inside(f"{name}_now", *path))[:32] == total)
