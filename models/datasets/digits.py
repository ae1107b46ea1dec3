"""The UCI handwritten digits, bundled, with the split that every figure of the project uses."""

import gzip
import hashlib
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["Digits", "load_digits"]

FOLDER = Path(__file__).parent
SHA256 = {
    "digits.csv.gz": "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
    "digits_test.txt": "4baa765d5c9af6115893f6bb1c6d85ea0c991e94ee7032e7d255242d5c26104d",
}
PIXELS = 64


class Digits(NamedTuple):
    """Images, labels and the split; the arrays are read-only."""

    images: np.ndarray
    labels: np.ndarray
    train: np.ndarray
    test: np.ndarray


def load_digits():
    """The 1,797 handwritten digits of 8x8 pixels and their fixed split.

    Returns
    -------
    Digits
        ``images``: uint8, (1797, 64), pixels 0..16 in row order. ``labels``: int64, (1797,), 0..9.
        ``train``, ``test``: int64, (1257,) and (540,), ascending indices; stratified, seed 0.

    Raises
    ------
    ValueError
        If a bundled file is missing or is not the one that the project ships.

    Notes
    -----
    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
    1998, doi:10.24432/C50P49, licensed CC BY 4.0. ``DIGITS.md`` beside the file says more.
    """
    table = np.array(_content("digits.csv.gz").replace(b"\n", b",").split(b",")[:-1], np.uint8).reshape(-1, PIXELS + 1)
    test = np.array(_content("digits_test.txt").split(), np.int64)
    train = np.setdiff1d(np.arange(len(table)), test)
    digits = Digits(np.ascontiguousarray(table[:, :PIXELS]), table[:, PIXELS].astype(np.int64), train, test)
    for array in digits:
        array.flags.writeable = False
    return digits


def _content(name):
    """The bytes of a bundled file, decompressed, after a look at their checksum."""
    path = FOLDER / name
    try:
        content = path.read_bytes()
        if name.endswith(".gz"):
            content = gzip.decompress(content)
    except FileNotFoundError:
        raise ValueError(f"the data file {path} is missing: install spikeloom again") from None
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"the data file {path} cannot be read ({error}): install spikeloom again") from None
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256[name]:
        raise ValueError(f"the data file {path} is damaged: its content has the sha256 {digest}, not {SHA256[name]}; "
                         "install spikeloom again")
    return content
