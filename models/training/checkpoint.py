"""Checkpoints of a training: written whole or not at all, read without running what they hold."""

import io
import os
import pickle
import tempfile
from pathlib import Path

import torch

__all__ = ["load_checkpoint", "save_checkpoint"]


def save_checkpoint(content, path):
    """Write a checkpoint atomically.

    Parameters
    ----------
    content : dict
        Tensors, numbers, strings, and lists and dicts of them.
    path : path-like
    """
    path = Path(path)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            torch.save(content, file)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def load_checkpoint(path, identity):
    """Read a checkpoint of the same training.

    Parameters
    ----------
    path : path-like
    identity : dict
        What the training is: the checkpoint's ``"identity"`` must equal it.

    Returns
    -------
    dict

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it is damaged or of another training, which is named.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no checkpoint {path} to resume from")
    try:
        content = torch.load(io.BytesIO(path.read_bytes()), weights_only=True)
        known = content["identity"]
    except (RuntimeError, EOFError, KeyError, TypeError, ValueError, pickle.UnpicklingError) as error:
        raise ValueError(f"the checkpoint {path} is damaged or no checkpoint ({type(error).__name__})") from None
    different = [f"{name} {known.get(name)!r}, not {value!r}" for name, value in identity.items() if known.get(name) != value]
    if different:
        raise ValueError(f"the checkpoint {path} is of another training: {'; '.join(different)}")
    return content
