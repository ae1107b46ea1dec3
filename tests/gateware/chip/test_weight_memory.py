import numpy as np
import pytest

from gateware.chip.weight_memory import LargeMemory, WeightROM
from sim import cxxrtl


def test_a_rom_gives_its_rows_a_clock_later():
    rows = [int(row) for row in np.random.default_rng(0).integers(0, 1 << 20, 37)]
    simulation = cxxrtl.compile({"rom": WeightROM(rows, 20)})["rom"]
    address = np.random.default_rng(1).integers(0, 37, 200)
    assert simulation.run({"address": address})["data"][1:].tolist() == [rows[each] for each in address[:-1]]


@pytest.mark.parametrize("rows, width", [(9, 16), (5, 40), (7, 5), (3, 64)])
def test_what_was_written_word_by_word_is_read_row_by_row(rows, width):
    memory = LargeMemory(rows, width)
    assert memory.parts == {16: 1, 40: 4, 5: 1, 64: 4}[width] and memory.words == rows * memory.parts
    rng = np.random.default_rng(rows)
    words = rng.integers(0, 1 << 16, memory.words)
    order = rng.permutation(memory.words)
    simulation = cxxrtl.compile({"memory": memory})["memory"]
    # Words of an earlier load are overwritten.
    for values in (rng.integers(0, 1 << 16, memory.words), words):
        writes = {"write": np.ones(memory.words, int), "address": order, "word": values[order]}
        bits = len(memory.load.as_value())
        packed = writes["write"] | writes["address"] << 1 | writes["word"] << bits - 16
        simulation.run({"load": packed, "address": 0})
    address = np.r_[np.arange(rows), rng.integers(0, rows, 50), 0]
    data = simulation.run({"load": np.zeros(len(address), int), "address": address})["data"][1:]
    expected = [sum(int(word) << 16 * k for k, word in enumerate(words.reshape(rows, -1)[row])) & (1 << width) - 1 for row in address[:-1]]
    assert [int(each) for each in data] == expected


@pytest.mark.parametrize("make, error, message", [
    (lambda: WeightROM([], 8), ValueError, "WeightROM rows must be one or more unsigned numbers of 8 bits"),
    (lambda: WeightROM([256], 8), ValueError, "WeightROM rows must be one or more unsigned numbers of 8 bits"),
    (lambda: WeightROM([-1], 8), ValueError, "WeightROM rows must be one or more unsigned numbers of 8 bits"),
    (lambda: WeightROM([1], "8"), TypeError, "WeightROM width must be an integer, not '8'"),
    (lambda: LargeMemory(16385, 8), ValueError, "LargeMemory rows must be between 1 and 16384, not 16385"),
    (lambda: LargeMemory(0, 8), ValueError, "LargeMemory rows must be between 1 and 16384, not 0"),
    (lambda: LargeMemory(8, 65), ValueError, "LargeMemory width must be between 1 and 64, not 65"),
    (lambda: LargeMemory(8, 0.5), TypeError, r"LargeMemory width must be an integer, not 0\.5")])
def test_refusals(make, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        make()
