"""What make_listeners promises: plays follow tastes, a share of which can be heard."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from skmir.datasets import make_listeners

STYLES = np.repeat(["folk", "jazz", "opera", "rock"], 60)


@pytest.fixture(scope="module")
def listeners():
    return make_listeners(STYLES, n_listeners=300, share_played=0.2, random_state=0)


def test_shapes_and_share(listeners):
    assert listeners.data.shape == listeners.probabilities.shape == (300, 240)
    assert listeners.data.dtype == np.int64
    assert listeners.clips.shape == (240, 8) and listeners.listeners.shape == (300, 8)
    assert listeners.probabilities.mean() == pytest.approx(0.2)
    assert (listeners.data > 0).mean() == pytest.approx(0.2, abs=0.01)
    assert listeners.data[listeners.data > 0].mean() == pytest.approx(1 / 0.3, rel=0.05)
    assert listeners.DESCR == "Plays of 240 clips by 300 synthetic listeners."


def test_plays_follow_probabilities(listeners):
    bands = np.digitize(listeners.probabilities, [0.05, 0.2, 0.5, 0.8])
    for band in range(5):
        inside = bands == band
        played = (listeners.data[inside] > 0).mean()
        assert played == pytest.approx(listeners.probabilities[inside].mean(), abs=0.02)


def test_probabilities_are_those_of_tastes_and_popularity(listeners):
    odds = np.log(listeners.probabilities / (1 - listeners.probabilities))
    rest = odds - 3 / np.sqrt(8) * listeners.listeners @ listeners.clips.T - listeners.popularity
    assert np.ptp(rest, axis=1).max() < 1e-8  # one number per listener is left: how much they listen


def explained(clips):
    """Return the share of the variance of the places that lies between styles."""
    means = np.array([clips[style == STYLES].mean(axis=0) for style in STYLES])
    return means.var(axis=0).sum() / clips.var(axis=0).sum()


@pytest.mark.parametrize(("audible", "low", "high"), [(0.0, 0.0, 0.05), (0.5, 0.4, 0.6), (1.0, 1.0, 1.0)])
def test_audible_is_the_share_that_styles_explain(audible, low, high):
    clips = make_listeners(STYLES, n_listeners=1, audible=audible, random_state=0).clips
    assert low - 1e-9 <= explained(clips) <= high + 1e-9


def test_knowing_the_styles_helps_if_tastes_are_audible():
    def auc(audible):
        drawn = make_listeners(STYLES, audible=audible, random_state=1)
        train, test = np.arange(240) % 2 == 0, np.arange(240) % 2 == 1
        score = np.empty((200, 240))
        for style in np.unique(STYLES):  # how often each listener plays the other clips of the style
            score[:, style == STYLES] = (drawn.data[:, train & (style == STYLES)] > 0).mean(axis=1)[:, None]
        return np.mean(
            [roc_auc_score(p > 0, s) for p, s in zip(drawn.data[:, test], score[:, test], strict=True)]
        )

    assert auc(0.0) < 0.55 < 0.6 < auc(0.8)


def test_tags_and_tables_serve_as_styles():
    tags = pd.get_dummies(STYLES)
    from_table = make_listeners(tags, n_listeners=5, random_state=3)
    from_labels = make_listeners(pd.Series(STYLES, index=np.arange(240)[::-1]), n_listeners=5, random_state=3)
    np.testing.assert_array_equal(from_table.data, from_labels.data)
    assert make_listeners(np.random.RandomState(0).randn(7, 3), n_listeners=2, random_state=0).data.shape == (
        2,
        7,
    )


def test_the_seed_decides(listeners):
    again = make_listeners(STYLES, n_listeners=300, share_played=0.2, random_state=np.random.RandomState(0))
    np.testing.assert_array_equal(again.data, listeners.data)
    other = make_listeners(STYLES, n_listeners=300, share_played=0.2, random_state=1)
    assert (other.data != listeners.data).any()


@pytest.mark.parametrize("share", [1e-6, 0.999999])
def test_extreme_shares(share):
    assert make_listeners(STYLES, share_played=share, random_state=0).probabilities.mean() == pytest.approx(
        share
    )


@pytest.mark.parametrize(
    ("parameter", "value", "error"),
    [
        ("n_listeners", 0, ValueError),
        ("n_tastes", 2.5, TypeError),
        ("audible", 1.5, ValueError),
        ("share_played", 0, ValueError),
        ("share_played", 1, ValueError),
    ],
)
def test_parameters_out_of_range(parameter, value, error):
    with pytest.raises(error, match=f"{parameter}={value} must be a"):
        make_listeners(STYLES, **{parameter: value})


@pytest.mark.parametrize(
    ("styles", "message"),
    [
        ("folk", "must be a sequence with a label or a row per clip, got 'folk'"),
        (7, "must be a sequence with a label or a row per clip, got 7"),
        ([], r"must be a sequence with a label or a row per clip, got \[\]"),
        (["a", None, "b"], "must have a label for each clip, but that of clip 1 is missing"),
        ([1, 2, np.nan], "must have a label for each clip, but that of clip 2 is missing"),
        ([[0, 1], [1, np.nan]], "Input styles contains NaN"),
        ([["x"], ["x", "y"]], "For lists of tags, use MultiLabelBinarizer"),
        ([{"x"}, {"y"}], "For lists of tags, use MultiLabelBinarizer"),
        (["a", "a"], "must differ between clips, but all clips have the same"),
    ],
)
def test_styles_that_are_refused(styles, message):
    with pytest.raises(ValueError, match=message):
        make_listeners(styles)


def test_clips_of_one_style_serve_if_nothing_is_audible():
    assert make_listeners(["a", "a"], audible=0, n_listeners=4, random_state=0).data.shape == (4, 2)
