"""The base of every component in gateware."""

from amaranth.lib import wiring

__all__ = ["Component"]


class Component(wiring.Component):
    """An Amaranth component that is a description as well: of its model, its proof, its figures.

    Amaranth warns of a component that is never elaborated; here that is no mistake.
    """

    _MustUse__silence = True
