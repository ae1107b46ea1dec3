"""Network files: one compressed NumPy archive per network."""

import io
import json
import os
import tempfile
from pathlib import Path

import numpy as np

from gateware.step import Q

from .network import Network

__all__ = ["DIGITS", "load", "save"]

DIGITS = Path(__file__).parent / "digits.npz"
VERSION = 1
ARRAYS = {"hidden_weights": np.int8, "output_weights": np.int8,
          "float_hidden_weights": np.float32, "float_output_weights": np.float32,
          "logistic_coefficients": np.float64, "logistic_intercepts": np.float64}
NUMBERS = ("time_steps", "leak", "weight_fraction_bits", "lfsr_seed")


def load(path=None):
    """Read a network file.

    Parameters
    ----------
    path : path-like or None
        By default the digits network that ships with the project.

    Returns
    -------
    Network

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a network file of a version that this release reads, is damaged, or holds a value out of
        its range.
    """
    path = DIGITS if path is None else Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no network file {path}")
    content = path.read_bytes()
    try:
        archive = np.load(io.BytesIO(content), allow_pickle=False)
        content = {name: archive[name] for name in archive.files}
    # Wrong bytes make NumPy, zipfile, zlib and tokenize raise a dozen kinds of exception.
    except Exception as error:  # noqa: BLE001
        raise ValueError(f"the network file {path} is damaged or no network file ({type(error).__name__})") from None
    try:
        header = json.loads(str(content["header"]))
        version = header["version"]
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"{path} is no network file: it has no header with a version") from None
    if version != VERSION:
        raise ValueError(f"the network file {path} has version {version!r}; this release reads version {VERSION}")
    try:
        return Network(**{name: content[name] for name in ARRAYS}, **{name: header[name] for name in NUMBERS},
                       membrane=Q(*header["membrane"]), provenance=header["provenance"])
    except KeyError as error:
        raise ValueError(f"the network file {path} lacks {error.args[0]}") from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"the network file {path} is not valid: {error}") from None


def save(network, path):
    """Write a network file, atomically: the same network gives the same bytes.

    Parameters
    ----------
    network : Network
    path : path-like
    """
    path = Path(path)
    header = {"version": VERSION, "membrane": list(network.membrane), "provenance": network.provenance}
    header |= {name: getattr(network, name) for name in NUMBERS}
    arrays = {name: np.asarray(getattr(network, name), kind) for name, kind in ARRAYS.items()}
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez_compressed(file, header=json.dumps(header, sort_keys=True), **arrays)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
