import numpy as np
import pytest
import torch

from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import SubtractiveLIF
from gateware.step import Q
from models import golden
from models.training.cells import LI, LIF, AdaptiveLIF, CubaLIF, RecurrentLIF
from models.training.surrogates import Atan, FastSigmoid, Rectangular

CONSTANT = torch.full((400, 1), 0.3)


def test_an_integrator_charges_to_current_over_leak():
    spikes, v = LI(leak=0.25)(CONSTANT)
    t = np.arange(1, 401)
    assert not spikes.any()
    assert v[:, 0].detach().numpy() == pytest.approx(0.3 / 0.25 * (1 - 0.75**t), rel=1e-5)


def test_a_synapse_charges_the_membrane_by_the_difference_of_two_exponentials():
    cell = CubaLIF(leak=0.25, synapse_leak=0.5, threshold=100.0)
    impulse = torch.zeros(30, 1)
    impulse[0] = 1.0
    _, v = cell(impulse)
    n = np.arange(30)
    assert v[:, 0].detach().numpy() == pytest.approx((0.75 ** (n + 1) - 0.5 ** (n + 1)) / 0.25, rel=1e-5)


@pytest.mark.parametrize("cell", [LIF(leak=0.0), RecurrentLIF(1, leak=0.0)], ids=["LIF", "recurrent"])
def test_reset_by_subtraction_keeps_the_rate(cell):
    if isinstance(cell, RecurrentLIF):
        torch.nn.init.zeros_(cell.recurrent.weight)
    spikes, _ = cell(CONSTANT)
    assert spikes.mean().item() == pytest.approx(0.3, abs=0.003)


def test_reset_to_zero_loses_what_is_above_the_threshold():
    spikes, v = LIF(leak=0.0, reset="zero")(CONSTANT)
    assert spikes.mean().item() == pytest.approx(1 / 4)
    assert v[3].item() == 0


def test_adaptation_lowers_the_rate_to_its_fixed_point():
    # Reset by subtraction of the raised threshold: rate * (threshold + beta * rate / leak_a) = current, without a leak.
    spikes, _ = AdaptiveLIF(leak=0.0, adaptation=0.05, adaptation_leak=0.02)(torch.full((4000, 1), 0.3))
    rate = spikes[2000:].mean().item()
    assert rate == pytest.approx((-1 + np.sqrt(1 + 4 * 0.3 * 0.05 / 0.02)) / (2 * 0.05 / 0.02), rel=0.02)


def test_recurrent_spikes_arrive_one_step_later():
    cell = RecurrentLIF(2, leak=0.5)
    with torch.no_grad():
        cell.recurrent.weight.copy_(torch.tensor([[0.0, 0.0], [5.0, 0.0]]))
    currents = torch.zeros(4, 2)
    currents[1, 0] = 1.5
    spikes, _ = cell(currents)
    assert spikes[:, 0].tolist() == [0, 1, 0, 0] and spikes[:3, 1].tolist() == [0, 0, 1]


@pytest.mark.parametrize("make", [LIF, AdaptiveLIF, CubaLIF, RecurrentLIF, LI])
def test_each_neuron_can_have_its_own_parameters_and_they_learn(make):
    options = {} if make is LI else {"learn_threshold": True}
    cell = make(3, **options)
    _, v = cell(torch.rand(6, 5, 3, generator=torch.Generator().manual_seed(0)) / 2)
    v.sum().backward()
    for name, parameter in cell.named_parameters():
        if name != "recurrent.weight":
            assert parameter.shape == (3,)
        if "adaptation" not in name:
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_the_gradient_below_the_threshold_is_that_of_the_equations():
    cell = CubaLIF(leak=0.2, synapse_leak=0.4, threshold=50.0, surrogate=Rectangular()).double()
    currents = torch.rand(7, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1), requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, _: cell(x)[1], (currents, cell.raw_leak))


def test_what_is_not_learned_has_no_gradient():
    cell = LIF(learn_leak=False)
    assert [name for name, each in cell.named_parameters() if each.requires_grad] == []


def test_without_a_leak_there_is_none_to_learn():
    cell = LIF(leak=0.0)
    spikes, _ = cell(torch.full((8, 1), 0.25))
    assert spikes[:, 0].tolist() == [0, 0, 0, 1, 0, 0, 0, 1] and not cell.raw_leak.requires_grad


@pytest.mark.parametrize("cell, neuron", [
    (LIF(leak=0.125), SubtractiveLIF(tau=8.0, membrane=Q(8, 20), current=Q(4, 20))),
    (LI(leak=0.125), LeakyIntegrator(tau=8.0, membrane=Q(8, 20), current=Q(4, 20)))], ids=["LIF", "LI"])
def test_the_real_cell_is_the_hardware_s_neuron_but_for_rounding(cell, neuron):
    integers = np.random.default_rng(3).integers(-300_000, 900_000, (40, 50))
    spikes, v = golden(neuron).run({"current": integers})
    real_spikes, real_v = cell.double()(torch.from_numpy(integers / 2.0**20))
    assert np.array_equal(real_spikes.detach().numpy(), spikes)
    assert real_v.detach().numpy() == pytest.approx(v / 2.0**20, abs=1e-5)


def test_exact_spikes_and_membranes_are_returned_and_the_cell_gives_the_gradient():
    currents = torch.tensor([[0.5], [0.4]], requires_grad=True)
    cell = LIF(leak=0.5, surrogate=Atan())
    exact = torch.tensor([[1.0], [0.0]]), torch.tensor([[-0.5], [0.25]])
    spikes, v = cell(currents, exact)
    assert torch.equal(spikes, exact[0]) and torch.equal(v, exact[1])
    spikes[1].sum().backward()
    # u = 0.5 * -0.5 + 0.4 - 1 in the second step, and the first current counts by the leak and the reset.
    slope = Atan().derivative(torch.tensor([0.5 - 1, -0.85]))
    assert currents.grad[:, 0].tolist() == pytest.approx([(slope[1] * 0.5 * (1 - slope[0])).item(), slope[1].item()])


@pytest.mark.parametrize("make, error, message", [
    (lambda: LIF(leak=-0.1), ValueError, "LIF leak must be 0 or between 0 and 1, not -0.1"),
    (lambda: LI(leak=1.5), ValueError, "LI leak must be 0 or between 0 and 1, not 1.5"),
    (lambda: CubaLIF(synapse_leak=-1), ValueError, "CubaLIF synapse_leak must be 0 or between 0 and 1, not -1"),
    (lambda: LIF(threshold=0), ValueError, "LIF threshold must be positive, not 0"),
    (lambda: LIF(reset="none"), ValueError, "LIF reset must be one of subtract, zero, not 'none'"),
    (lambda: LIF(surrogate=FastSigmoid), TypeError, "LIF surrogate must be a Surrogate")])
def test_impossible_parameters_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
