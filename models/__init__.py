"""Behaviour, generated from gateware: bit-true compiled models of its components."""

__all__ = ["golden"]


def golden(component):
    """The golden model of a component: bit-true, compiled by Numba at its first run and kept on disk.

    Parameters
    ----------
    component : StepComponent or a structural component of gateware
        A structural component's model is composed of its parts' models, at the level of transactions.

    Returns
    -------
    StepModel or the structural component's model
        With ``run(inputs) -> outputs`` over arrays.

    Raises
    ------
    TypeError
        If the component has no model.
    """
    # Numba takes most of a second to import: only who asks for a model waits for it.
    from gateware.step import StepComponent
    if isinstance(component, StepComponent):
        from .step_model import StepModel
        return StepModel(component)
    from .structures import model_of
    return model_of(component)
