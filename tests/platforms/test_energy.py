import pytest

from platforms.energy import estimate_energy

LAYER = {"layer": 0, "additions": 1000.0, "updates": 200.0, "weight_bits": 3000.0, "sum_bits": 2000.0, "state_bits": 1000.0}


def test_energies_are_counts_times_published_currents():
    found = estimate_energy([LAYER, LAYER | {"additions": 500.0}], 1e-3, "iCE40UP5K", 12e6, pll=False)
    idle, additions, updates, memory = found["rows"]
    # 617.6 uA at 1.219 V and 12 MHz; 351 uA more with a product in logic in every clock, 237 uA with one of a DSP block.
    assert idle["joules"] == pytest.approx(617.6e-6 * 1.219 * 1e-3)
    assert additions["count"] == 1500 and additions["unit_joules"] == pytest.approx(351e-6 * 1.219 / 12e6) == pytest.approx(35.66e-12, rel=1e-3)
    assert updates["count"] == 400 and updates["unit_joules"] == pytest.approx(24.07e-12, rel=1e-3)
    assert memory["count"] == 12_000 and memory["joules"] == pytest.approx(12_000 * 10e-12 / 64 * 16 / 9)
    assert found["joules"] == pytest.approx(sum(row["joules"] for row in found["rows"])) and found["watts"] == pytest.approx(found["joules"] * 1e3)
    assert found["static_joules"] == pytest.approx(75e-6 * 1.2 * 1e-3)
    assert len(found["sources"]) == 3


@pytest.mark.parametrize("mhz, pll, microamperes", [
    (0, False, 96.5), (6, False, 357.05), (24, False, 1138.7), (16, True, 1557.6), (24, True, 1862.75), (48, True, 2676.6), (12, True, 1405.025)])
def test_the_idle_current_lies_on_the_line_through_what_was_measured(mhz, pll, microamperes):
    watts = estimate_energy([LAYER], 1.0, "iCE40UP5K", mhz * 1e6, pll)["rows"][0]["unit_joules"]
    assert watts == pytest.approx(microamperes * 1e-6 * 1.219)


def test_of_a_part_without_published_figures_there_are_only_counts():
    found = estimate_energy([LAYER], 1e-3, "LFE5U-25F", 25e6, pll=False)
    assert found["joules"] is None and found["watts"] is None and not found["sources"]
    assert [row["count"] for row in found["rows"]] == [1000, 200, 6000] and all(row["joules"] is None for row in found["rows"])
