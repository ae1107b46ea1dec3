# amaranth: UnusedElaboratable=no
import numpy as np
import pytest
from amaranth.lib import data

from gateware.bus.format import Command, Frame, LayerRegisters, Registers, Status, encode
from gateware.chip.recorder import Recorder, membrane_bytes
from gateware.chip.serial_classifier import SerialClassifier
from gateware.chip.spiking_chip import SpikingChip
from gateware.step import Q
from models import golden
from platforms.host.driver import Board
from platforms.host.errors import RefusalError, UnobservedError
from platforms.host.sim_port import SimPort
from sim import cxxrtl
from sim.transactions import compare_transactions

ANSWER = data.StructLayout({"spike": 1, "v": Q(4, 10).shape})


def observed_top(chip):
    network = chip.network
    return SerialClassifier(SpikingChip(network, lanes=chip.lanes, sparse=chip.sparse, observed=True), 4, 1, clock_hz=4_000_000,
                            layers=network.sizes, levels=network.levels, name="observed", observed=True)


@pytest.mark.parametrize("name", ["membrane", "convolutions", "feedback"])
def test_a_host_reads_what_the_model_says(name):
    top = observed_top(SpikingChip.examples()[name])
    model, port = golden(top.core), SimPort(top)
    board, classes = Board(port, levels=top.levels), top.identity.layers[-1]
    samples = np.random.default_rng(3).integers(0, top.levels + 1, (6, top.identity.layers[0]))
    samples[1] = 0
    samples[2] = top.levels
    for count, sample in enumerate(samples, 1):
        answer, seen = board.classify(sample), model.inspect(sample)
        registers = board.registers()
        assert len(answer.counts) == classes
        # Identify and classify; before the second sample what was read of the first as well.
        assert registers[:2] == (top.core.network.time_steps, count) and registers[3:6] == (0, 0, answer.clocks)
        for k, (layer, spikes, v, own) in enumerate(zip(registers.layers, board.spikes(), board.membranes(), top.core.network.layers)):
            assert layer == LayerRegisters(own.neurons, own.neuron.outputs.v.width, seen.events[k], seen.spikes[k].sum())
            assert np.array_equal(spikes, seen.spikes[k]) and np.array_equal(v, seen.membranes[k])


def test_frames_and_losses_are_counted():
    top = SerialClassifier.examples()["observed"]
    port = SimPort(top)
    board = Board(port, levels=top.levels)
    good, bad = encode(Frame(9, Command.IDENTIFY)), bytearray(encode(Frame(9, Command.IDENTIFY)))
    bad[-1] ^= 1
    assert board.registers()[1:6] == (0, 1, 0, 0, 0)
    for data_ in (bytes(bad), good, bytes(bad), encode(Frame(9, Command.CLASSIFY | 0x80))):
        port.write(data_)
        while port.read(0.01):
            pass
    # Two good ones came since, one of them an echo, and the request for the registers before.
    assert board.registers()[1:6] == (0, 4, 2, 0, 0)
    # A break: one byte without a stop bit.
    port._run(np.zeros(40 * 12, np.int64))
    assert port.read(0.01) == b""
    assert board.registers()[1:6] == (0, 5, 2, 1, 0)


def test_what_there_is_not_is_refused():
    board = Board(SimPort(SerialClassifier.examples()["observed"]))
    board.identify()
    for payload, status in ((b"\0\0\0\0\x2f", Status.OK), (b"\0\0\0\0\x30", Status.OUT_OF_MEMORY), (b"\0\0\x30\0\0", Status.OUT_OF_MEMORY),
                            (b"\0\1\0\0\0", Status.OUT_OF_MEMORY), (b"\1\2\0\0\0", Status.OUT_OF_MEMORY), (b"\3\0\0\0\0", Status.OUT_OF_MEMORY),
                            (b"\1\0\xff\xff\xff", Status.OUT_OF_MEMORY), (b"\0\0\0\0", Status.BAD_LENGTH), (b"\0" * 6, Status.BAD_LENGTH)):
        try:
            assert len(board._ask(Command.READ, payload)) == 0x30 and status == Status.OK
        except RefusalError as error:
            assert error.status == status


def test_a_design_that_is_not_observed_says_so():
    board = Board(SimPort(SerialClassifier.examples()["small"]))
    for read, what in ((board.registers, "registers"), (board.spikes, "registers"), (board.membranes, "registers")):
        with pytest.raises(UnobservedError, match=f"^the design on the board at sim does not offer {what} to be read: build it with --observe$"):
            read()


def test_the_hardware_is_its_model():
    examples = Recorder.examples()
    for name, simulation in cxxrtl.compile(examples).items():
        assert compare_transactions(examples[name], simulation).ok


def test_registers_as_bytes():
    registers = Registers(5, 1, 2, 3, 4, 6, (LayerRegisters(11, 14, 7, 8), LayerRegisters(3, 7, 9, 10)))
    packed = registers.pack()
    assert len(packed) == Registers.size(2) and Registers.unpack(packed) == registers
    assert packed[:4] == bytes([1, 2, 5, 0]) and packed[24:32] == bytes([11, 0, 14, 0, 7, 0, 0, 0])
    for bad in (b"", packed[:-1], packed[:-4], b"\2" + packed[1:]):
        with pytest.raises(ValueError, match="^not registers of version 1: "):
            Registers.unpack(bad)


@pytest.mark.parametrize("width, size", [(1, 1), (8, 1), (9, 2), (16, 2), (17, 4), (32, 4)])
def test_membranes_have_whole_bytes(width, size):
    assert membrane_bytes(width) == size


@pytest.mark.parametrize("arguments, error, message", [
    (([], [], 1), ValueError, r"Recorder neurons must be 1 to 16 numbers, one for each of 0 answers, not \(\)"),
    (([ANSWER], [1, 2], 1), ValueError, r"Recorder neurons must be 1 to 16 numbers, one for each of 1 answers, not \(1, 2\)"),
    (([ANSWER], ["3"], 1), TypeError, "Recorder neurons must be an integer, not '3'"),
    (([ANSWER], [0], 1), ValueError, "Recorder neurons and time_steps must be 1 or more, .*"),
    (([ANSWER], [5], 0), ValueError, "Recorder neurons and time_steps must be 1 or more, .*"),
    (([ANSWER], [32769], 1), ValueError, ".* a layer's membranes and spikes at most 65,536 bytes, not .* and 65,538 bytes")])
def test_refusals(arguments, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        Recorder(*arguments)
