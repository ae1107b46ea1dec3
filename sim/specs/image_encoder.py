"""Contract of the image encoder's schedule."""

from typing import NamedTuple

from amaranth.hdl import EnableInserter, ResetInserter, Signal

from gateware.sc.sources.lfsr import LFSR

__all__ = ["ImageEncoderWatch", "image_encoder"]


class ImageEncoderWatch(NamedTuple):
    """What the specification counted since the image began.

    Parameters
    ----------
    accepted : Signal
        Pixels accepted.
    pixel, time_step : Signal
        Of the next spike.
    time_step_done : Value
        Whether this clock gives a time step's last spike.
    """

    accepted: object
    pixel: object
    time_step: object
    time_step_done: object


def image_encoder(spec, m, encoder, *path):
    """Each image gives ``time_steps`` spikes of each pixel, in order, from the same random numbers.

    It depends on the numbers of pixels and time steps and on the seed; the pixels may be anything.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    encoder : ImageEncoder
    *path : str
        Where the encoder is in the specified component.

    Returns
    -------
    ImageEncoderWatch
    """
    of = f" of {'.'.join(path)}" if path else ""
    pixels, time_steps = encoder.pixels, encoder.time_steps
    (read,), (write,) = spec.memory(*path, "image")
    loading, fetching, encoding = (spec.state(name, *path) for name in ("LOAD", "FETCH", "ENCODE"))
    pixel_inside, time_step_inside = spec.inside("pixel", *path), spec.inside("time_step", *path)

    def register(name, last):
        return Signal(range(last + 1), name="_".join((*path, name)))

    accepted, pixel, time_step = register("accepted", pixels), register("pixel", pixels), register("time_step", time_steps)
    loaded = Signal(name="_".join((*path, "loaded")))
    row = register("row", pixels - 1)    # what the memory's read register holds
    taken, given = encoder.i.valid & encoder.i.ready, encoder.o.valid & encoder.o.ready
    time_step_done = given & (pixel == pixels - 1)
    done = time_step_done & (time_step == time_steps - 1)
    reference = LFSR(16, seed=encoder.lfsr.init.value, direction="left")
    m.submodules += ResetInserter(done)(EnableInserter(given)(reference))
    m.d.sync += loaded.eq(taken & (accepted == pixels - 1))
    with m.If(taken):
        m.d.sync += accepted.eq(accepted + 1)
    with m.If(given):
        m.d.sync += pixel.eq(pixel + 1)
        with m.If(time_step_done):
            m.d.sync += [pixel.eq(0), time_step.eq(time_step + 1)]
        with m.If(done):
            m.d.sync += [accepted.eq(0), time_step.eq(0)]
    with m.If(read._en):
        m.d.sync += row.eq(read._addr)

    full = accepted == pixels
    spec.claim(m, f"exactly pixels * time_steps spikes{of} are given for the pixels of an image, and no pixel is accepted "
                  "between", (encoder.i.ready == ~full) & (encoder.o.valid == (full & ~loaded)))
    spec.claim(m, f"the first time step{of} is marked, and no other",
               ~encoder.o.valid | (encoder.o.payload.first == (time_step == 0)))
    spec.claim(m, f"every spike{of} is of the pixel whose turn it is",
               (write._en == taken) & (~taken | (write._addr == accepted)) & (~encoder.o.valid | (row == pixel)))
    spec.claim(m, f"the random numbers{of} start anew with each image and move once per spike",
               ~encoder.o.valid | (encoder.lfsr.random == reference.random))

    spec.help(m, ~loading | ((accepted == pixel_inside) & (accepted < pixels)))
    spec.help(m, ~fetching | (full & loaded))
    spec.help(m, ~encoding | (full & ~loaded & (row == pixel)))
    spec.help(m, encoding | ((pixel == 0) & (time_step == 0) & (reference.random == reference.init.value)))
    spec.help(m, loading | (pixel_inside == pixel))
    spec.help(m, (pixel < pixels) & (time_step < time_steps) & (time_step_inside == time_step))
    spec.help(m, (loading & (accepted == 0)) | (encoder.lfsr.random == reference.random))
    return ImageEncoderWatch(accepted, pixel, time_step, time_step_done)
