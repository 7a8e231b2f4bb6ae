"""Combine the scores of a clip's windows into scores of the clip."""

import numpy as np


def mean(scores):
    """Return the mean over the windows; scores are of shape (n_windows, n_classes)."""
    return scores.mean(axis=0)


def highest(scores):
    """Return the highest score of each class."""
    return scores.max(axis=0)


def vote(scores):
    """Return the share of the windows that each class wins."""
    return np.bincount(scores.argmax(axis=1), minlength=scores.shape[1]) / len(scores)


def majority(scores):
    """Return the votes for each class, with ties broken by the mean score."""
    votes = np.bincount(scores.argmax(axis=1), minlength=scores.shape[1])
    ranks = scores.mean(axis=0).argsort().argsort()
    return votes + ranks / len(ranks)  # less than one vote, so that it only breaks ties


AGGREGATES = {"mean": mean, "vote": vote, "max": highest}
DECISIONS = {"mean": mean, "vote": majority, "max": highest}  # whose highest score is the predicted class


def clip_scores(scores, n_rows, aggregate):
    """Return the scores of clips.

    Parameters
    ----------
    scores : ndarray of shape (n_windows of all clips, n_classes)
    n_rows : ndarray of shape (n_clips,)
        Number of windows of each clip.
    aggregate : callable
        A value of ``AGGREGATES`` or ``DECISIONS``.

    Returns
    -------
    scores : ndarray of shape (n_clips, n_classes)
    """
    return np.array([aggregate(part) for part in np.split(scores, np.cumsum(n_rows)[:-1])])
