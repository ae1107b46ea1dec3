"""The error of a step function that is outside the step language."""

__all__ = ["StepError"]


class StepError(TypeError):
    """A step function says something that the step language does not; the message names file and line."""
