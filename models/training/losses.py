"""Losses of a classifier's output spikes or membranes."""

import torch.nn.functional as F

__all__ = ["count_cross_entropy", "count_mse", "membrane_cross_entropy"]


def count_cross_entropy(spikes, labels, *, evidence=0.5):
    """Cross entropy of the softmax of the spike counts.

    Parameters
    ----------
    spikes : tensor, (T, B, classes)
    labels : tensor of int64, (B,)
    evidence : float
        Of one spike, in the softmax's logits.

    Notes
    -----
    Source: E. O. Neftci, H. Mostafa and F. Zenke, IEEE SPM 36(6), 2019, doi:10.1109/MSP.2019.2931595.
    """
    return F.cross_entropy(evidence * spikes.sum(dim=0), labels)


def membrane_cross_entropy(v, labels, *, label_smoothing=0.0):
    """Cross entropy of the softmax of the membranes' mean over time; see :func:`count_cross_entropy`."""
    return F.cross_entropy(v.mean(dim=0), labels, label_smoothing=label_smoothing)


def count_mse(spikes, labels, *, right=0.8, wrong=0.05):
    """Mean squared distance of the spike rates from a high one of the right class and a low one of the others.

    Parameters
    ----------
    spikes : tensor, (T, B, classes)
    labels : tensor of int64, (B,)
    right, wrong : float
        Spikes per time step, 0 to 1, ``wrong < right``.

    Raises
    ------
    ValueError
        If the rates are out of range.

    Notes
    -----
    Source: S. B. Shrestha and G. Orchard, SLAYER: spike layer error reassignment in time, NeurIPS 2018, arXiv:1810.08646.
    """
    if not 0 <= wrong < right <= 1:
        raise ValueError(f"count_mse rates must be 0 <= wrong < right <= 1, not {wrong!r} and {right!r}")
    target = wrong + (right - wrong) * F.one_hot(labels, spikes.shape[-1]).to(spikes.dtype)
    return F.mse_loss(spikes.mean(dim=0), target)
