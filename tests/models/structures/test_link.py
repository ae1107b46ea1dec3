# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.bus import FrameReceiver, FrameTransmitter
from gateware.bus.format import Command, Decoder, Frame, Status, encode
from gateware.chip.serial_classifier import SerialClassifier
from models import golden
from platforms.host.sim_port import SimPort
from sim import cxxrtl
from sim.streams import simulate, stream_get, stream_put


def test_frame_receivers_do_what_their_models_do():
    examples = FrameReceiver.examples()
    simulations = cxxrtl.compile(examples)
    for name, component in examples.items():
        model = golden(component)
        items = model.stimulus(np.random.default_rng(12), 5_000)
        expected = model.run(items)
        run = simulations[name].run_stream(items, count=len(expected["length"]), max_clocks=100_000,
                                           i_gap=[0, 0, 3], o_gap=[0, 5])
        for field, values in expected.items():
            assert run.items[field].tolist() == values.tolist()
        assert len(expected["length"]) > 30


def test_frame_transmitters_do_what_their_models_do():
    for component in FrameTransmitter.examples().values():
        rng = np.random.default_rng(13)
        header = {"sequence": rng.integers(0, 256, 30), "command": rng.integers(0, 256, 30),
                  "length": rng.integers(0, 17, 30)}
        payload = rng.integers(0, 256, header["length"].sum())
        expected = golden(component).run(header, payload).tolist()

        async def send_headers(ctx, component=component, header=header):
            for sequence, command, length in zip(*(values.tolist() for values in header.values())):
                await stream_put(ctx, component.header, {"sequence": sequence, "command": command, "length": length})

        async def send_payload(ctx, component=component, payload=payload):
            for byte in payload.tolist():
                await stream_put(ctx, component.i, byte)

        async def take(ctx, component=component, expected=expected):
            assert [await stream_get(ctx, component.o) for _ in expected] == expected

        simulate(component, send_headers, send_payload, take, max_clocks=10_000)


@pytest.fixture(params=SerialClassifier.examples().items(), ids=lambda item: item[0])
def top(request):
    return request.param[1]


def test_a_serial_classifier_answers_as_its_model(top):
    model, port, statuses = golden(top), SimPort(top), set()
    assert port.read(top.boot_clocks / top.identity.clock_hz) == b""
    requests = Decoder().feed(model.stimulus(np.random.default_rng(14), 6_000 if top.blocks is None else 20_000).tobytes())
    for request in requests:
        port.write(encode(request))
        answer = b""
        while data := port.read(0.001):
            answer += data
        assert answer == model.run(list(encode(request)), answer).tobytes()
        statuses.add((request.command if request.command in list(Command) else None, answer[9] if answer else None))
    if top.blocks is None:
        sample, others = Command.CLASSIFY, {(Command.CLASSIFY, Status.PIXEL_OUT_OF_RANGE), (None, None)}
    else:
        sample, others = Command.EVENTS, {(Command.EVENTS, Status.BAD_EVENT), (Command.EVENTS, Status.BAD_BLOCK),
                                          (Command.CLASSIFY, Status.UNKNOWN_COMMAND)}
    assert statuses >= others | {(Command.IDENTIFY, Status.OK), (sample, Status.OK), (sample, Status.UNSUPPORTED_VERSION),
                                 (None, Status.UNKNOWN_COMMAND)}
    if getattr(top.core, "words", 0):
        assert ((Command.CLASSIFY, Status.NOT_LOADED) in statuses) == (top.boot_clocks == 0)
        assert statuses >= {*((Command.LOAD, status) for status in (
            Status.OK, Status.BAD_LENGTH, Status.OUT_OF_MEMORY))}
    assert len(requests) > 200


def test_the_model_of_a_loaded_network_knows_its_own_weights_only():
    top = SerialClassifier.examples()["loaded"]
    model, words = golden(top), top.core.load_words()
    image = Frame(1, Command.CLASSIFY, bytes(9))
    assert model.answer(image).payload == bytes([Status.NOT_LOADED])
    last = Frame(1, Command.LOAD, (len(words) - 1).to_bytes(3, "little") + words[-1].to_bytes(2, "little"))
    assert model.answer(last).payload == bytes([Status.OK])
    with pytest.raises(ValueError, match="^the weights that are loaded must be those of the network$"):
        model.answer(image)
