"""Combine the scores of a clip's windows into scores of the clip.

For tags, each of which a clip may have or not, scores are margins: above 0 if a window has the tag.
"""

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


def tag_share(margins):
    """Return the share of the windows that have each tag; margins are of shape (n_windows, n_tags)."""
    return (margins > 0).mean(axis=0)


def tag_majority(margins):
    """Return by how much the share of the windows that have a tag exceeds one half; the mean breaks ties."""
    middle = margins.mean(axis=0)
    less_than_a_vote = middle / (1 + np.abs(middle)) / (2 * len(margins))
    return tag_share(margins) - 0.5 + less_than_a_vote


TAG_DECISIONS = {"mean": mean, "vote": tag_majority, "max": highest}  # above 0 if the clip has the tag
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
        A value of ``AGGREGATES``, ``DECISIONS`` or ``TAG_DECISIONS``.

    Returns
    -------
    scores : ndarray of shape (n_clips, n_classes)
    """
    return np.array([aggregate(part) for part in np.split(scores, np.cumsum(n_rows)[:-1])])
