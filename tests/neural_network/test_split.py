"""The validation part of early stopping: stratified, or split by group, or an error if neither works."""

import warnings

import numpy as np
import pytest

from skmir.neural_network._split import validation_split


def test_without_groups_the_split_is_stratified():
    y = np.repeat([0, 1], [80, 20])
    for seed in range(5):
        train, valid = validation_split(y, None, 0.2, seed)
        assert sorted([*train, *valid]) == list(range(100))
        assert np.bincount(y[valid]).tolist() == [16, 4]


@pytest.mark.parametrize(
    "y",
    [np.array([0] * 9 + [1]), np.arange(10) % 5, np.arange(10), np.zeros((10, 3), int)],
    ids=["class of one", "more classes than clips", "all different", "tags"],
)
def test_a_split_without_room_to_stratify_is_random(y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that train nothing: another test
        for n in (1, 3):
            train, valid = validation_split(y, None, n / 10, 0)
            assert len(valid) == n and sorted([*train, *valid]) == list(range(10))


def test_the_smallest_fold_that_can_be_split():
    for y in ([0, 0, 0], [0, 0, 1], [0, 1, 2]):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            train, valid = validation_split(np.array(y), None, 0.1, 0)
        assert (len(train), len(valid)) == (2, 1)


@pytest.mark.parametrize(
    ("n", "groups", "fraction", "message"),
    [
        (3, None, 0.9, "validation_fraction=0.9 leaves 0 of 3"),
        (2, None, 0.1, "validation_fraction=0.1 leaves 1 of 2"),
        (6, [0, 0, 0, 1, 1, 1], 0.6, "validation_fraction=0.6 leaves 0 of 6"),
        (2, [0, 1], 0.1, "validation_fraction=0.1 leaves 1 of 2"),
    ],
)
def test_too_few_clips_to_train_on_are_refused_with_what_to_do(n, groups, fraction, message):
    with pytest.raises(
        ValueError,
        match=f"two clips must be left to train on, but {message}.*Lower it, or set early_stopping=False",
    ):
        validation_split(np.zeros(n, int), groups, fraction, 0)


@pytest.mark.parametrize("kind", [np.asarray, list], ids=["array", "list"])
@pytest.mark.parametrize("seed", range(5))
def test_groups_stand_on_one_side(kind, seed):
    groups = np.repeat(["a", "b", "c", "d", "e"], [1, 9, 3, 5, 2])
    train, valid = validation_split(np.tile([0, 1], 10), kind(groups), 0.3, seed)
    assert sorted([*train, *valid]) == list(range(20))
    assert len(train) and len(valid)
    assert not set(groups[train]) & set(groups[valid])


def test_the_seed_decides():
    y, groups = np.tile([0, 1], 50), np.repeat(np.arange(25), 4)
    for g in (None, groups):
        rows = [validation_split(y, g, 0.2, seed)[1].tolist() for seed in (0, 0, 1)]
        assert rows[0] == rows[1] != rows[2]


def test_one_group_is_refused_with_what_to_do():
    message = "shares no group .* all clips are of one group. Set early_stopping=False, or use fewer"
    with pytest.raises(ValueError, match=message):
        validation_split(np.array([0, 1, 0, 1]), [7, 7, 7, 7], 0.5, 0)


def test_a_class_that_does_not_train_is_warned_of():
    y = np.array([0, 0, 1, 1, 2, 2])
    groups = y.copy()  # a class a group: whichever group validates, its class does not train
    with pytest.warns(UserWarning, match="every clip of 1 of the 3 classes .* Lower validation_fraction"):
        validation_split(y, groups, 0.3, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        validation_split(y, np.array([0, 1, 0, 1, 0, 1]), 0.3, 0)
