"""Scores of windows to scores of clips, by hand."""

import numpy as np
import pytest

from skmir.compose._aggregate import AGGREGATES, DECISIONS, clip_scores

SCORES = np.array(
    [
        [0.6, 0.3, 0.1],  # clip 0: two windows for class 0, one for class 2
        [0.5, 0.4, 0.1],
        [0.0, 0.1, 0.9],
        [0.1, 0.8, 0.1],  # clip 1: one window
        [0.5, 0.4, 0.1],  # clip 2: a tie of 0 and 1, and 1 has the higher mean
        [0.1, 0.9, 0.0],
    ]
)
N_ROWS = np.array([3, 1, 2])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mean", [[1.1 / 3, 0.8 / 3, 1.1 / 3], [0.1, 0.8, 0.1], [0.3, 0.65, 0.05]]),
        ("max", [[0.6, 0.4, 0.9], [0.1, 0.8, 0.1], [0.5, 0.9, 0.1]]),
        ("vote", [[2 / 3, 0, 1 / 3], [0, 1, 0], [0.5, 0.5, 0]]),
    ],
)
def test_scores_by_hand(name, expected):
    np.testing.assert_allclose(clip_scores(SCORES, N_ROWS, AGGREGATES[name]), expected)


def test_votes_that_are_equal_are_decided_by_the_mean():
    decisions = clip_scores(SCORES, N_ROWS, DECISIONS["vote"])
    assert decisions.argmax(axis=1).tolist() == [0, 1, 1]


def test_the_mean_never_outvotes_a_vote():
    scores = np.array([[0.51, 0.49], [0.51, 0.49], [0.0, 1.0]])
    assert DECISIONS["vote"](scores).argmax() == 0
    assert DECISIONS["mean"](scores).argmax() == 1


def test_votes_of_classes_that_nobody_chose_do_not_win(rng):
    for _ in range(200):
        scores = rng.dirichlet(np.ones(4), size=rng.randint(1, 6))
        votes = np.bincount(scores.argmax(axis=1), minlength=4)
        assert votes[DECISIONS["vote"](scores).argmax()] == votes.max()


def test_votes_on_predictions_alone():
    """Where a classifier gives no scores, its predictions are an indicator."""
    indicator = np.array([[True, False], [False, True], [False, True]])
    np.testing.assert_allclose(AGGREGATES["vote"](indicator), [1 / 3, 2 / 3])
