"""Several augmentations, one after the other."""

import pytest
import torch

from skmir.augmentation import Gain, GaussianNoise, Mixup, PitchRoll, TimeShift, augment
from skmir.augmentation._augment import check_augmentation


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def batch():
    return torch.randn(6, 5, 9, generator=generator(3)), torch.eye(3).repeat(2, 1)


@pytest.mark.parametrize("nothing", [None, [], ()])
def test_nothing_changes_nothing(batch, nothing):
    x, targets = augment(*batch, nothing, generator())
    assert x is batch[0] and targets is batch[1]


def test_one_alone_is_a_list_of_one(batch):
    expected = GaussianNoise(1.0)(*batch, generator())
    for one in (GaussianNoise(1.0), [GaussianNoise(1.0)], (GaussianNoise(1.0),)):
        found = augment(*batch, one, generator())
        assert torch.equal(found[0], expected[0]) and found[1] is batch[1]


def test_the_order_is_kept(batch):
    steps = [TimeShift(), Mixup(1.0), Gain(2.0)]
    found, found_targets = augment(*batch, steps, generator())
    x, targets, source = *batch, generator()
    for step in steps:
        x, targets = step(x, targets, source)
    assert torch.equal(found, x) and torch.equal(found_targets, targets)
    assert not torch.equal(found, augment(*batch, steps[::-1], generator())[0])


def test_the_batch_is_left_alone(batch):
    before = batch[0].clone(), batch[1].clone()
    augment(*batch, [PitchRoll(2), GaussianNoise(1.0), Mixup()], generator())
    assert torch.equal(batch[0], before[0]) and torch.equal(batch[1], before[1])


def test_checked_augmentations_are_a_list():
    roll, noise = PitchRoll(), GaussianNoise(0.1)
    assert check_augmentation(None) == []
    assert check_augmentation(roll) == [roll]
    assert check_augmentation((roll, noise)) == [roll, noise]
    given = [roll, noise]
    check_augmentation(given).append(noise)
    assert given == [roll, noise]  # the caller's list is left alone
    with pytest.raises(ValueError, match="max_steps=-1 must be an integer >= 0"):
        check_augmentation([noise, PitchRoll(-1)])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "noise",
            "augmentation='noise' is not an augmentation. Pass one of skmir.augmentation, such as Pitch",
        ),
        (3, "augmentation=3 is not an augmentation"),
        (PitchRoll, r"augmentation is the class PitchRoll. Pass an instance: PitchRoll\(...\)"),
        ([PitchRoll(), torch.nn.Dropout()], r"augmentation\[1\]=Dropout\(.*\) is not an augmentation"),
        ([Mixup], r"augmentation\[0\] is the class Mixup"),
        ([[Mixup()]], r"augmentation\[0\]=\[Mixup\(\)\] is not an augmentation"),
        ({"noise": GaussianNoise(1.0)}, "augmentation={.*} is not an augmentation"),
    ],
)
def test_what_is_no_augmentation_is_named(batch, value, message):
    for use in (check_augmentation, lambda value: augment(*batch, value, generator())):
        with pytest.raises(TypeError, match=message):
            use(value)
