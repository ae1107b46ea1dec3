# amaranth: UnusedElaboratable=no
import importlib
import inspect
import re

from amaranth.lib import wiring

from gateware.step import StepComponent, discover

FOUND = dict(discover())


def test_every_component_of_the_package_is_found():
    names = {name.split(":")[0] for name in FOUND}
    assert {"gateware.sc.sources.lfsr.LFSR", "gateware.sc.encode.comparator.ComparatorEncoder", "gateware.neurons.lif.LIF",
            "gateware.neurons.fixed_point_lif.FixedPointLIF", "gateware.layers.dense.DenseLayer",
            "gateware.chip.classifier.Classifier"} <= names


def test_names_lead_to_classes_and_every_configuration_is_a_component():
    for name, component in FOUND.items():
        path, configuration = name.split(":")
        module, cls = path.rsplit(".", 1)
        assert type(component) is getattr(importlib.import_module(module), cls) and configuration
        assert isinstance(component, wiring.Component)


def test_every_component_says_what_its_parameters_and_ports_are():
    for name, component in FOUND.items():
        text = inspect.getdoc(type(component))
        assert "Members\n" in text, name
        assert "Parameters\n" in text or not inspect.signature(type(component)).parameters, name
        assert re.search("[Ll]atency .*[Ii]nterval", text, re.DOTALL) or not isinstance(component, StepComponent), name


def test_the_declared_shapes_hold_the_initial_values():
    for component in FOUND.values():
        if isinstance(component, StepComponent):
            assert all(value in shape for shape, value in zip(component.state, component.init))
            assert component.latency >= 0 and component.interval >= 1


def test_a_second_walk_gives_new_instances():
    again = dict(discover())
    assert list(again) == list(FOUND) and not any(again[name] is FOUND[name] for name in FOUND)
