"""Packed streams as arrays, for whoever only computes: no component, no clock, 64 bits of a stream per word.

Bit k of word w is clock 64 w + k; a stream of ``length`` bits has ``ceil(length / 64)`` words, zeros past its end. The last
dimension of an array is the stream, the others are a batch.
"""

from .counts import dot, mean, popcount
from .encoder import StreamEncoder
from .gates import and_, mux, not_, or_, xnor, xor
from .words import pack, unpack, words_of

__all__ = ["StreamEncoder", "and_", "dot", "mean", "mux", "not_", "or_", "pack", "popcount", "unpack", "words_of", "xnor", "xor"]
