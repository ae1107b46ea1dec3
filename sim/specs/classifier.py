"""Contract of the classifier: its parts' contracts, and that they never wait for each other."""

from amaranth.hdl import Signal

from .dense_layer import dense_layer
from .image_encoder import image_encoder
from .readout import count_readout

__all__ = ["classifier"]


def classifier(spec, m, chip, *path):
    """Each image gives one result after exactly the declared clocks, because no part waits for the next one.

    It depends on the sizes of the layers, their lanes and the number of time steps; not on weights, neuron or pixels.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    chip : Classifier
    *path : str
        Where the classifier is in the specified component.
    """
    hidden, output, time_steps = chip.hidden_layer, chip.output_layer, chip.network.time_steps
    encoder_watch = image_encoder(spec, m, chip.encoder, *path, "encoder")
    hidden_watch = dense_layer(spec, m, hidden, *path, "hidden")
    output_watch = dense_layer(spec, m, output, *path, "output")
    readout_watch = count_readout(spec, m, chip.readout, *path, "readout")
    due = readout_watch.due

    # Time steps that each part has finished of the image that is under way.
    encoded, integrated, answered = (Signal(range(time_steps + 1), name=name)
                                     for name in ("encoded", "integrated", "answered"))
    for steps, done in ((encoded, encoder_watch.time_step_done), (integrated, hidden_watch.done),
                        (answered, output_watch.done)):
        with m.If(done):
            m.d.sync += steps.eq(steps + 1)
        with m.If(chip.o.valid & chip.o.ready):
            m.d.sync += steps.eq(0)

    spec.claim(m, "the output layer never makes the hidden layer wait", ~hidden.o.valid | hidden.o.ready)
    spec.claim(m, "the read-out never makes the output layer wait", ~output.o.valid | output.o.ready)
    spec.claim(m, "a result is given once every part has finished time_steps time steps",
               ~chip.o.valid | ((encoded == time_steps) & (integrated == time_steps) & (answered == time_steps)))
    spec.claim(m, "a result comes exactly the declared clocks after the image's last pixel",
               ~chip.o.valid | (chip.o.payload.clocks == chip.declared_clocks))
    busy, pixel, clocks = (spec.inside(name, *path) for name in ("busy", "pixel", "clocks"))
    spec.claim(m, "no pixel is accepted until the image's result is taken", ~(chip.i.ready & busy))

    loading, fetching, encoding = (spec.state(name, *path, "encoder") for name in ("LOAD", "FETCH", "ENCODE"))
    # Between images nothing is under way; a part that has finished an image is idle.
    spec.help(m, busy | (loading & (encoder_watch.accepted == pixel) & (encoded == 0)))
    spec.help(m, ~busy | ((pixel == 0) & (encoding | fetching | (loading & (encoder_watch.accepted == 0)))))
    spec.help(m, ~encoding | (busy & (encoded == encoder_watch.time_step)))
    spec.help(m, ~fetching | (busy & (encoded == 0) & (clocks == 1)))
    spec.help(m, ~(busy & loading) | (encoded == time_steps))
    # The hidden layer takes what the encoder gives at once, the output layer what the hidden layer gives.
    spec.help(m, ~hidden_watch.open | ((integrated == encoded) & (hidden_watch.accepted == encoder_watch.pixel)))
    spec.help(m, hidden_watch.open | (busy & ~fetching & (integrated + 1 == encoded) & (encoder_watch.pixel == 0)))
    spec.help(m, ~output_watch.open | ((answered == integrated) & (output_watch.accepted == hidden_watch.updated)))
    # Both schedules advance by one in each clock, so that the output layer is done before the hidden layer's next answer.
    spec.help(m, output_watch.open | (busy & (answered + 1 == integrated) & (hidden_watch.updated == 0)
                                      & (output_watch.position + 1 >= output.n_inputs + hidden_watch.position)))
    spec.help(m, due == (busy & (answered == time_steps)))
    spec.help(m, due | ((readout_watch.time_step == answered) & (readout_watch.neuron == output_watch.updated)))
    spec.help(m, ~due | ((readout_watch.time_step == 0) & (readout_watch.neuron == 0) & output_watch.open))
    # Where the clocks have gone.
    begun = busy & ~fetching
    spec.help(m, ~(begun & (integrated != time_steps))
              | (clocks == 2 + integrated * hidden.interval + hidden_watch.position))
    spec.help(m, ~(begun & (integrated == time_steps) & ~due)
              | (clocks + output.n_inputs == 3 + time_steps * hidden.interval + output_watch.position))
