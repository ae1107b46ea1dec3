import inspect
import types

import pytest

from gateware.bus import FrameReceiver, FrameTransmitter, UARTReceiver, UARTTransmitter
from gateware.chip.classifier import Classifier
from gateware.chip.conv_synapses import ConvSynapses
from gateware.chip.core import SpikingCore
from gateware.chip.events import AddressEvents
from gateware.chip.first_spike_readout import FirstSpikeReadout
from gateware.chip.flash_loader import FlashLoader
from gateware.chip.image_encoder import ImageEncoder
from gateware.chip.input_encoder import InputEncoder
from gateware.chip.membrane_readout import MembraneReadout
from gateware.chip.readout import CountReadout
from gateware.chip.serial_classifier import SerialClassifier
from gateware.chip.sparse_synapses import SparseSynapses
from gateware.chip.spiking_chip import SpikingChip
from gateware.chip.synapses import DenseSynapses
from gateware.layers.dense import DenseLayer
from gateware.layers.stochastic_dense import StochasticDense
from gateware.neurons.bank import NeuronBank
from gateware.step.pipeline import Pipeline
from gateware.stream_fork import StreamFork
from models.networks import load
from sim.contracts import prove_contracts
from sim.induction import prove_spec
from sim.specs import Spec
from sim.specs.address_events import address_events
from sim.specs.classifier import classifier
from sim.specs.dense_layer import dense_layer
from sim.specs.first_spike_readout import first_spike_readout
from sim.specs.flash_loader import flash_loader
from sim.specs.image_encoder import image_encoder
from sim.specs.input_encoder import input_encoder
from sim.specs.membrane_readout import membrane_readout
from sim.specs.neuron_bank import neuron_bank
from sim.specs.readout import count_readout
from sim.specs.spiking_chip import spiking_chip
from sim.specs.spiking_core import spiking_core
from sim.specs.stochastic_dense import stochastic_dense
from sim.specs.stream_fork import stream_fork
from sim.specs.synapses import synapses
from sim.specs.uart_transmitter import uart_transmitter

EXAMPLES = [pytest.param(component, id=f"{cls.__name__}-{name}")
            for cls in (UARTReceiver, UARTTransmitter, FrameReceiver, FrameTransmitter, DenseLayer, ImageEncoder, CountReadout,
                        NeuronBank, Classifier, SerialClassifier, StochasticDense, AddressEvents, DenseSynapses, ConvSynapses,
                        SparseSynapses, SpikingCore, MembraneReadout, FirstSpikeReadout, InputEncoder, SpikingChip, StreamFork)
            for name, component in cls.examples().items()]


@pytest.mark.parametrize("component", EXAMPLES)
def test_contracts_hold(component):
    result = prove_contracts(component)
    assert result.ok, str(result)


def test_the_contracts_of_the_digits_network_hold_at_full_size():
    chip = Classifier(load())
    result = prove_contracts(chip)
    assert result.ok, str(result)
    assert {"a result comes exactly the declared clocks after the image's last pixel",
            "the output layer never makes the hidden layer wait",
            "memory hidden.states is never read in the row being written"} <= {goal.name for goal in result.goals}


class Broken:
    """A class with one line of its source changed; one of its examples, the first if none is named."""

    def __init__(self, cls, old, new, example=None):
        self.cls, self.old, self.new, self.example = cls, old, new, example

    def __call__(self):
        module = inspect.getmodule(self.cls)
        source = inspect.getsource(module)
        assert source.count(self.old) == 1, f"{self.old!r} must occur once in {module.__name__}"
        changed = types.ModuleType(module.__name__)
        changed.__file__, changed.__package__ = module.__file__, module.__package__
        exec(compile(source.replace(self.old, self.new), module.__file__, "exec"), vars(changed))
        examples = getattr(changed, self.cls.__name__).examples()
        return examples[self.example or next(iter(examples))]


CONTRACTS = {DenseLayer: dense_layer, ImageEncoder: image_encoder, CountReadout: count_readout, Classifier: classifier,
             NeuronBank: neuron_bank, UARTTransmitter: uart_transmitter, StochasticDense: stochastic_dense,
             AddressEvents: address_events, DenseSynapses: synapses, ConvSynapses: synapses, SparseSynapses: synapses,
             SpikingCore: spiking_core, MembraneReadout: membrane_readout, FirstSpikeReadout: first_spike_readout, InputEncoder: input_encoder,
             SpikingChip: spiking_chip, StreamFork: stream_fork, FlashLoader: flash_loader}
SEARCH = {DenseLayer: 600, ImageEncoder: 600, CountReadout: 2000, Classifier: 500, NeuronBank: 600, UARTTransmitter: 2000,
          StochasticDense: 1500, AddressEvents: 400, DenseSynapses: 800, ConvSynapses: 3000, SparseSynapses: 800, SpikingCore: 800,
          MembraneReadout: 1500, FirstSpikeReadout: 1500, InputEncoder: 800, SpikingChip: 1500,
          StreamFork: 400, FlashLoader: 400}    # clocks

MUTANTS = [
    (DenseLayer, "state_write.en.eq(transfer)", "state_write.en.eq(self.o.valid)", "updated exactly once"),
    (DenseLayer, "state_read.addr.eq(number + 1)", "state_read.addr.eq(number)", "from its own state"),
    (DenseLayer, "state_read.addr.eq(number + 1)", "state_read.addr.eq(answered)", "while its new value waits"),
    (DenseLayer, "state_read.addr.eq(number + 1)", "state_read.addr.eq(answered)", "states is never read in the row"),
    (DenseLayer, "update.eq(~self.o.valid | self.o.ready)", "update.eq(1)", "stream o holds"),
    (DenseLayer, "self.i.ready.eq(~self.o.valid | self.o.ready)", "self.i.ready.eq(1)", "no input is accepted"),
    (DenseLayer, "accumulate.eq(column != 0)", "accumulate.eq(1)", "each column"),
    (DenseLayer, "[column.eq(0), row.eq(0)]", "[column.eq(0)]", "weights is never addressed past"),
    (DenseLayer, "m.d.sync += number.eq(0)", "m.d.sync += number.eq(n_neurons)", "states is never addressed past"),
    (DenseLayer, "+ self.n_neurons + 1", "+ self.n_neurons", "at most the declared clocks"),
    (DenseLayer, "+ self.n_neurons + 1", "+ self.n_neurons + 2", "exactly the declared clocks"),
    (ImageEncoder, "time_step == self.time_steps - 1", "time_step == self.time_steps", "exactly pixels * time_steps"),
    (ImageEncoder, "restart.eq(1)", "restart.eq(0)", "start anew"),
    (ImageEncoder, "EnableInserter(transfer | restart)", "EnableInserter(self.o.valid | restart)", "start anew"),
    (ImageEncoder, "first.eq(time_step == 0)", "first.eq(pixel == 0)", "first time step"),
    (ImageEncoder, "read.en.eq(0)", "read.en.eq(1)", "never read in the row"),
    (ImageEncoder, "read.addr.eq(following)", "read.addr.eq(pixel)", "whose turn it is"),
    (ImageEncoder, "with m.If(~last_pixel):", "with m.If(1):", "image is never addressed past"),
    (ImageEncoder, "read.en.eq(transfer)", "read.en.eq(1)", "stream o holds"),
    (CountReadout, "with m.If(last):", "with m.If(first):", "one result"),
    (CountReadout, "self.i.ready.eq(~result_valid)", "self.i.ready.eq(1)", "exactly while no result waits"),
    (CountReadout, "label.eq(neuron)", "label.eq(neuron + 6)", "label"),
    (CountReadout, "result_valid.eq(0)", "label.eq(0)", "one result"),
    (CountReadout, "with m.If(self.o.valid & self.o.ready)", "with m.If(self.o.valid)", "stream o holds"),
    (NeuronBank, "write.en.eq(valid[-1] & advance)", "write.en.eq(valid[-1])", "updated exactly once"),
    (NeuronBank, "with m.If(self.i.valid):", "with m.If(1):", "meets the state"),
    (NeuronBank, "write.addr.eq(writing)", "write.addr.eq(reading)", "states is never read in the row"),
    (NeuronBank, "advance.eq(self.o.ready | ~valid[-1])", "advance.eq(1)", "stream o holds"),
    (UARTTransmitter, "bit_done & (shift == 0)", "shift == 0", "accepted exactly"),
    (UARTTransmitter, "self.tx.eq(shift[0])", "self.tx.eq(shift[1])", "on the line"),
    (UARTTransmitter, '"tx": Out(1, init=1)', '"tx": Out(1, init=0)', "line is high"),
    (StochasticDense, "with m.If(column == n_inputs):", "with m.If(column == n_inputs - 1):", "exactly once, in order"),
    (StochasticDense, "state_read.en.eq(update & ~last_number)", "state_read.en.eq(~last_number)", "stand for the latency"),
    (StochasticDense, "state_read.en.eq(update & ~last_number)", "state_read.en.eq(0)", "from its own state"),
    (StochasticDense, "update.eq(stage == pipeline.latency)", "update.eq(stage == pipeline.latency - 1)", "stand for the latency"),
    (StochasticDense, "Mux(first, sums[lane], state_read.data.sum)", "Mux(first, sums[0], state_read.data.sum)", "own current"),
    (StochasticDense, "state_write.data.sum.eq(own_sum)", "state_write.data.sum.eq(sums[lane])", "keeps its current"),
    (StochasticDense, "[total.eq(0) for total in sums]", "[]", "begins with 0"),
    (StochasticDense, "Mux(negative, -product, product)", "product", "signed product"),
    (StochasticDense, "Mux(first, init, state_read.data.neuron[name])", "state_read.data.neuron[name]", "the neurons and their counts anew"),
    (StochasticDense, "Mux(first, 0, state_read.data.count)", "state_read.data.count", "the neurons and their counts anew"),
    (StochasticDense, "moves = counting,", "moves = counting | update,", "same window of random numbers"),
    (StochasticDense, "input_write.en.eq(self.i.valid)", "input_write.en.eq(1)", "no register and no memory moves"),
    (StochasticDense, "moves = counting,", "moves = counting | self.i.ready,", "no register and no memory moves"),
    (StochasticDense, "self.o.ready & ~last_number", "~last_number", "stream o holds"),
    (StochasticDense, "with m.If(self.o.ready):", "with m.If(1):", "sent once"),
    (StochasticDense, "else first) + 2", "else first) + 3", "exactly the declared clocks"),
    (StochasticDense, "with m.If(column == n_inputs - 1):", "with m.If(column == n_inputs - 2):", "inputs are accepted exactly"),
    (Classifier, "readout.o.ready.eq(self.o.ready)", "readout.o.ready.eq(1)", "stream o holds"),
    (Classifier, "clocks.eq(1), busy.eq(1)", "clocks.eq(2), busy.eq(1)", "exactly the declared clocks after"),
    (Classifier, "self.i.ready.eq(encoder.i.ready & ~busy)", "self.i.ready.eq(encoder.i.ready)", "no pixel is accepted"),
    (Classifier, "encoder.i.valid.eq(self.i.valid & ~busy)", "encoder.i.valid.eq(self.i.valid)", "time_steps time steps"),
    (AddressEvents, "self.i.ready.eq(~event | self.o.ready)", "self.i.ready.eq(1)", "lost or made up"),
    (AddressEvents, "self.o.valid.eq(self.i.valid & event)", "self.o.valid.eq(self.i.valid)", "lost or made up"),
    (AddressEvents, "number.eq(number + 1)", "number.eq(number + 2)", "number and the level"),
    (AddressEvents, "number.eq(number + 1)", "number.eq(number)", "rise"),
    (AddressEvents, "with m.If(self.o.ready):", "with m.If(1):", "stream o holds"),
    (AddressEvents, "number == self.sources - 1", "number == self.sources - 2", "exactly once"),
    (MembraneReadout, "time_step == self.time_steps - 1):", "time_step == self.time_steps - 2):", "one result"),
    (MembraneReadout, "self.i.ready.eq(~done & ~last)", "self.i.ready.eq(~done)", "exactly while no result"),
    (MembraneReadout, "label.eq(compared)", "label.eq(compared + 6)", "label"),
    (MembraneReadout, "with m.If(self.o.valid & self.o.ready)", "with m.If(self.o.valid)", "stream o holds"),
    (FirstSpikeReadout, "found.eq(found | spike)]", "found.eq(spike)]", "label", "three"),
    (FirstSpikeReadout, "decided.eq(found | spike)", "decided.eq(0)", "label", "three"),
    (FirstSpikeReadout, "(neuron == 0) | higher", "higher", "label", "two"),
    (FirstSpikeReadout, "Mux(found, spike & higher,", "Mux(found, higher,", "label", "three"),
    (FirstSpikeReadout, "higher.eq(v > best_v)", "higher.eq(v >= best_v)", "label", "three"),
    (FirstSpikeReadout, "[best_v.eq(v), label.eq(neuron)]", "[best_v.eq(v)]", "label", "three"),
    (FirstSpikeReadout, "time_step.eq(0), found.eq(0),", "time_step.eq(0),", "label", "three"),
    (FirstSpikeReadout, "Mux(first, self.time_steps, times[0])", "times[0]", "the times", "three"),
    (FirstSpikeReadout, "spike & (before == self.time_steps)", "spike", "the times", "three"),
    (FirstSpikeReadout, "self.i.ready.eq(~result_valid)", "self.i.ready.eq(1)", "exactly while no result", "three"),
    (FirstSpikeReadout, "with m.If(last):", "with m.If(first):", "one result", "three"),
    (FirstSpikeReadout, "with m.If(self.o.valid & self.o.ready)", "with m.If(self.o.valid)", "stream o holds", "three"),
    (InputEncoder, "write.en.eq(transfer & first)", "write.en.eq(transfer)", "kept in its own row"),
    (InputEncoder, "read.addr.eq(following)", "read.addr.eq(number)", "whose turn it is"),
    (InputEncoder, "read.en.eq(~first & (transfer | ~fetched))", "read.en.eq(transfer | ~fetched)", "sample is never read in the row", "one input"),
    (InputEncoder, "self.i.ready.eq(0)]", "self.i.ready.eq(self.o.ready)]", "are taken exactly"),
    (InputEncoder, "done.eq(step_done & (time_step == self.time_steps - 1))", "done.eq(step_done & (time_step == 1))", "exactly time_steps"),
    (InputEncoder, "fetched.eq(~first & ~done)", "fetched.eq(1)", "one clock after the first"),
    (InputEncoder, "self.o.payload.eq(present)", "self.o.payload.eq(present >> 1)", "as it is"),
    (InputEncoder, "ResetInserter(done)", "ResetInserter(step_done)", "start anew", "stochastic"),
    (InputEncoder, "EnableInserter(transfer)", "EnableInserter(self.o.valid)", "move once", "stochastic"),
    (InputEncoder, "EnableInserter(transfer)", "EnableInserter(present[0] | ~present[0])", "stream o holds", "stochastic"),
    (InputEncoder, "self.lfsr.random[-len(comparator.random):]", "self.lfsr.random[:len(comparator.random)]", "upper bits", "stochastic"),
    (InputEncoder, "table.address.eq(following_step)", "table.address.eq(time_step)", "that the value says", "one input"),
    (InputEncoder, "high.eq(low)", "high.eq(present)", "that the value says", "latency"),
    (InputEncoder, "Mux(first, self.lowest[0], table.data)", "table.data", "that the value says", "latency"),
    (DenseSynapses, "read.en.eq(walking & walk.valid)", "read.en.eq(1)", "sums is never read in the row"),
    (DenseSynapses, "row == rows - 1", "row == rows - 2", "before every sum is 0"),
    (DenseSynapses, "weight_row.eq(walk.next(weight_row))", "weight_row.eq(weight_row)", "rows of its weights in order"),
    (DenseSynapses, "self._step < self._rows, self._step == self._steps - 1", "self._step < self._rows, self._step == self._steps - 2",
     "has read all its rows"),
    (DenseSynapses, "stored.eq(added)", "stored.eq(walk.row)", "written two clocks later"),
    (DenseSynapses, "self.o.payload.first.eq(time_step == 0)", "self.o.payload.first.eq(place == 0)", "first is so"),
    (DenseSynapses, "read.addr.eq(row + 1)]", "read.addr.eq(row)]", "own row and lane"),
    (DenseSynapses, "write.en.eq(storing | clearing)", "write.en.eq(storing)", "is cleared"),
    (DenseSynapses, "with m.If(self.o.ready):", "with m.If(1):", "stream o holds"),
    (ConvSynapses, "self._left >= DRAIN", "self._left >= 0", "every sum of an event is stored"),
    (ConvSynapses, "inside += [distance >= 0, ", "inside += [", "reads the sums in whose window"),
    (ConvSynapses, "Mux(self._last_x, 0, self._x + 1)", "self._x + 1", "reads the sums in whose window"),
    (ConvSynapses, "self.done = self._left == 0", "self.done = self._left == DRAIN + 1", "at every place of the kernel"),
    (ConvSynapses, "return event.channel * self._rows_of_event", "return event.channel", "reads its own weights"),
    (ConvSynapses, "column[start:start + self.lanes]", "column[start:start + self.lanes][::-1]", "its own weight"),
    (SparseSynapses, "self.valid = data[weights_width:-1], ~self._first", "self.valid = data[weights_width:-1], Const(1)", "of its list in order"),
    (SparseSynapses, "Mux(self._indexed, self._begins, weight_row)", "weight_row", "of its list in order"),
    (SparseSynapses, "self._indexed & none, data[-1])", "self._indexed & none, 1)", "has read all its rows"),
    (SparseSynapses, "Mux(self._first, self._indexed & none, data[-1])", "data[-1]", "has read all its rows"),
    (SparseSynapses, "begins == synapses.depth if", "begins == 0 if", "has read all its rows"),
    (SparseSynapses, "| number << weights_width", "| (number & 2) << weights_width", "sums is never read in the row"),
    (SparseSynapses, "stored.eq(walk.row)", "stored.eq(walk.row + 1)", "written one clock later"),
    (SpikingCore, "bank.o.ready.eq(self.o.ready | empty)", "bank.o.ready.eq(1)", "stream o holds"),
    (SpikingCore, "self.o.valid.eq(bank.o.valid & ~empty)", "self.o.valid.eq(bank.o.valid & (place != 0))", "answers in turn"),
    (SpikingCore, "bank.i.valid.eq(synapses.o.valid)", "bank.i.valid.eq(1)", "drives the neuron whose it is"),
    (FlashLoader, "check.valid.eq(self.i.valid & self.i.ready)", "check.valid.eq(self.i.valid)", "divided bit by bit", "one"),
    (FlashLoader, "self.loaded.eq(known & check.match_detected)", "self.loaded.eq(~known)", "exactly after the right header", "one"),
    (StreamFork, "(served | ready).all()", "(served & ready).all()", "exactly in the clock in which its last taker"),
    (StreamFork, "self.i.valid & ~served[k]", "self.i.valid", "given an item twice"),
    (SpikingChip, "self.i.ready.eq(sample.ready & ~busy)", "self.i.ready.eq(sample.ready)", "no input is taken"),
    (SpikingChip, "with m.If(~readout.o.valid):", "with m.If(1):", "stream o holds"),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=[f"{m[0].__name__}-{m[3]}" for m in MUTANTS])
def test_each_contract_fails_where_it_is_broken(mutant):
    cls, old, new, contract, *example = mutant
    result = prove_spec(lambda platform: Spec(Broken(cls, old, new, *example)(), CONTRACTS[cls], platform), search=SEARCH[cls])
    goals = [goal for goal in result.goals if contract in goal.name]
    assert any(goal.holds is False and goal.counterexample for goal in goals), str(result)


def test_a_slow_output_layer_makes_the_hidden_layer_wait():
    class Slow(Classifier):
        """A classifier whose output layer was replaced by one that takes longer than it may."""

        def __init__(self):
            super().__init__(Classifier.examples()["small"].network)
            self.output_layer = DenseLayer(self.network.neuron, self.network.output_weights, lanes=1)

    result = prove_spec(lambda platform: Spec(Slow(), classifier, platform), search=200)
    assert [goal.holds for goal in result.goals if goal.name == "the output layer never makes the hidden layer wait"] == [False]


def test_a_component_without_a_contract_is_refused():
    with pytest.raises(ValueError, match="Pipeline must have a contract: it has neither streams nor memories"):
        prove_contracts(Pipeline.examples()["LIF"])
