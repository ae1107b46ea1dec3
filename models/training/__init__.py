"""Surrogate-gradient training with PyTorch, quantisation in the loop (extra ``train``)."""
