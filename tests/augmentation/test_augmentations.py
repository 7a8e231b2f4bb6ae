"""What holds for every augmentation: seeds, dtypes, layouts, parameters, and data that are left alone."""

import inspect
import pickle

import numpy as np
import pytest
import torch
from sklearn.base import BaseEstimator, clone

import skmir.augmentation
from skmir.augmentation import (
    FrequencyMask,
    FrequencyResponse,
    Gain,
    GaussianNoise,
    InputDropout,
    Mixup,
    PitchRoll,
    TimeMask,
    TimeShift,
)
from skmir.augmentation._base import BaseAugmentation

STRONG = [
    PitchRoll(),
    PitchRoll(3, bins_per_step=2, fill="min"),
    PitchRoll(mode="circular"),
    TimeMask(20, n_masks=2),
    FrequencyMask(8),
    Gain(2.0),
    GaussianNoise(1.0),
    FrequencyResponse(2.0, width=(1, 3)),
    TimeShift(),
    TimeShift(7),
    InputDropout(0.5),
    Mixup(1.0),
]
WITHOUT_EFFECT = [
    PitchRoll(0),
    PitchRoll(0, mode="circular"),
    PitchRoll(4, bins_per_step=12),  # 12 bins, none of which may be left
    TimeMask(0),
    TimeMask(20, n_masks=0),
    TimeMask(20, max_share=0.0),
    FrequencyMask(0),
    FrequencyMask(8, n_masks=0),
    Gain(0),
    GaussianNoise(0),
    FrequencyResponse(0),
    TimeShift(0),
    InputDropout(0),
    Mixup(0),
]
every = pytest.mark.parametrize("augmentation", STRONG, ids=repr)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def batch(rng):
    """Frames of 16 clips of 12 bins, standardised, and one-hot targets of four classes."""
    x = torch.from_numpy(rng.randn(16, 12, 30).astype(np.float32))
    return x, torch.eye(4).repeat(4, 1)


def test_the_list_holds_every_class():
    public = {getattr(skmir.augmentation, name) for name in skmir.augmentation.__all__}
    classes = {c for c in public if inspect.isclass(c) and issubclass(c, BaseAugmentation)}
    assert classes == {type(augmentation) for augmentation in STRONG}
    assert len(classes) == 9
    assert classes == {type(augmentation) for augmentation in WITHOUT_EFFECT}


@every
def test_what_comes_in_is_left_alone(batch, augmentation):
    x, targets = batch
    before = x.clone(), targets.clone()
    changed, _ = augmentation(x, targets, generator())
    assert torch.equal(x, before[0]) and torch.equal(targets, before[1])
    assert not torch.equal(changed, x)
    assert changed.shape == x.shape


@every
def test_views_are_left_alone_and_give_what_copies_give(batch, augmentation):
    x, _ = batch
    by_time = x.transpose(1, 2).contiguous().transpose(1, 2)
    spread = torch.full((16, 24, 60), 99.0)[:, ::2, ::2].copy_(x)
    expected, _ = augmentation(x, None, generator())
    for view in (by_time, spread):
        assert not view.is_contiguous()
        assert torch.allclose(augmentation(view, None, generator())[0], expected, atol=1e-6)
        assert torch.equal(view, x)
    once = x[:1]
    found, _ = augmentation(once.expand(16, -1, -1), None, generator())
    assert torch.allclose(found, augmentation(once.repeat(16, 1, 1), None, generator())[0], atol=1e-6)
    assert torch.equal(once, x[:1])


@every
def test_the_result_does_not_share_memory_that_was_changed(batch, augmentation):
    x, _ = batch
    before = x.clone()
    changed, _ = augmentation(x, None, generator())
    changed.fill_(7.0)
    assert torch.equal(x, before)


@every
def test_a_seed_gives_one_result(batch, augmentation):
    first, again, other = (augmentation(batch[0], None, generator(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@every
def test_the_generator_moves_on(batch, augmentation):
    source = generator()
    first, second = (augmentation(batch[0], None, source)[0] for _ in range(2))
    assert not torch.equal(first, second)


@pytest.mark.parametrize("augmentation", [a for a in STRONG if not a.mixes_targets], ids=repr)
def test_each_clip_has_a_draw_of_its_own(batch, augmentation):
    same = batch[0][:1].expand(16, -1, -1)
    changed, _ = augmentation(same, None, generator())
    assert len(changed.unique(dim=0)) > 4


@every
def test_generators_of_the_process_are_left_alone(batch, augmentation, snapshot_generators):
    unchanged = snapshot_generators()
    augmentation(*batch, generator())
    assert unchanged()


@every
def test_dtypes_are_kept_and_see_the_same_draws(batch, augmentation):
    x, targets = batch
    single, _ = augmentation(x, targets, generator())
    for dtype, atol in ((torch.float64, 1e-5), (torch.float16, 1e-2)):
        found, found_targets = augmentation(x.to(dtype), targets, generator())
        assert found.dtype == dtype
        assert found_targets.dtype == targets.dtype
        assert torch.allclose(found.float(), single, atol=atol)
    assert single.dtype == torch.float32


@every
def test_the_default_dtype_does_not_matter(batch, augmentation):
    expected, _ = augmentation(*batch, generator())
    torch.set_default_dtype(torch.float64)
    try:
        found, _ = augmentation(*batch, generator())
    finally:
        torch.set_default_dtype(torch.float32)
    assert torch.equal(found, expected)


@every
@pytest.mark.parametrize("shape", [(5, 1, 30), (5, 12, 1), (5, 1, 1), (1, 12, 30), (1, 1, 1)])
def test_one_bin_one_frame_one_clip(augmentation, shape):
    x = torch.randn(shape, generator=generator())
    changed, _ = augmentation(x, None, generator())
    assert changed.shape == shape
    assert changed.isfinite().all()


@pytest.mark.parametrize("augmentation", WITHOUT_EFFECT, ids=repr)
def test_no_strength_is_no_change(batch, augmentation):
    x, targets = augmentation(*batch, generator())
    assert torch.equal(x, batch[0])
    assert torch.equal(targets, batch[1])


@every
def test_p_is_the_share_of_clips_that_are_changed(batch, augmentation):
    """Those that are changed are changed as for p=1."""
    x = batch[0].repeat(20, 1, 1)  # 320 clips
    always, _ = augmentation(x, None, generator())
    sometimes, _ = clone(augmentation).set_params(p=0.3)(x, None, generator())
    same, changed = ((sometimes == other).all(2).all(1) for other in (x, always))
    assert (same | changed).all()
    may_be_seen = (always != x).any(2).any(1)
    assert 0.2 < (changed & may_be_seen).sum() / may_be_seen.sum() < 0.4
    never, _ = clone(augmentation).set_params(p=0)(x, None, generator())
    assert torch.equal(never, x)


@every
def test_targets_go_through_unless_they_are_mixed(batch, augmentation):
    _, targets = augmentation(*batch, generator())
    assert (targets is batch[1]) == (not augmentation.mixes_targets)
    assert augmentation(batch[0], None, generator())[1] is None


@every
def test_parameters_are_those_of_an_estimator(augmentation):
    copy = clone(augmentation)
    assert type(copy) is type(augmentation)
    assert copy.get_params() == augmentation.get_params()
    assert copy.set_params(p=0.25).p == 0.25
    assert augmentation.p == 1.0
    assert eval(repr(copy)).get_params() == copy.get_params()
    assert pickle.loads(pickle.dumps(copy)).get_params() == copy.get_params()


def test_a_search_reaches_the_parameters_of_an_augmentation_of_an_estimator():
    class Network(BaseEstimator):
        def __init__(self, augmentation=None):
            self.augmentation = augmentation

    network = Network(PitchRoll(3))
    assert clone(network).set_params(augmentation__max_steps=5).augmentation.max_steps == 5
    assert network.augmentation.max_steps == 3
    several = clone(Network([PitchRoll(3), Mixup()]))
    assert [type(a) for a in several.augmentation] == [PitchRoll, Mixup]


@every
def test_numbers_of_numpy_will_do(batch, augmentation):
    """A grid is often np.arange or np.linspace; a float64 of numpy must not change the dtype."""
    numbers = {
        name: np.array(value)[()] if isinstance(value, int | float) else value
        for name, value in augmentation.get_params().items()
    }
    assert any(isinstance(value, np.generic) for value in numbers.values())
    found, _ = clone(augmentation).set_params(**numbers)(*batch, generator())
    assert torch.equal(found, augmentation(*batch, generator())[0])
    assert found.dtype == torch.float32


@every
def test_what_is_no_batch_is_refused(augmentation):
    with pytest.raises(TypeError, match=r"x must be a torch tensor of floating point numbers, got ndarray"):
        augmentation(np.zeros((2, 3, 4)), None, generator())
    with pytest.raises(
        TypeError, match=r"x must be a torch tensor of floating point numbers, got torch.int64"
    ):
        augmentation(torch.zeros(2, 3, 4, dtype=torch.int64), None, generator())
    with pytest.raises(ValueError, match=r"x must have the shape \(B, n_bins, n_frames\), got \(3, 4\)"):
        augmentation(torch.zeros(3, 4), None, generator())
    with pytest.raises(TypeError, match=r"generator=None must be a torch\.Generator of the CPU"):
        augmentation(torch.zeros(2, 3, 4), None, None)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@every
def test_a_gpu_gives_what_the_cpu_gives(batch, augmentation):
    before = torch.cuda.get_rng_state()
    expected = augmentation(*batch, generator())
    found = augmentation(*(value.cuda() for value in batch), generator())
    for there, here in zip(found, expected, strict=True):
        assert there.device.type == "cuda"
        assert torch.allclose(there.cpu(), here, atol=1e-6)
    assert torch.equal(torch.cuda.get_rng_state(), before)
    with pytest.raises(TypeError, match=r"must be a torch\.Generator of the CPU"):
        augmentation(batch[0].cuda(), None, torch.Generator("cuda"))
