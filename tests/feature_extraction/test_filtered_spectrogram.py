"""Logarithmic bands as a front end: resolutions over each other, differences, names, errors."""

import numpy as np
import pytest

from skmir.feature_extraction._log_filtered_spectrogram import LogFilteredSpectrogram

SR = 44100
ONSETS = {"sr": SR, "n_fft": (1024, 2048, 4096), "bands_per_octave": 6, "mul": 5.0, "diff_ratio": 0.25}


def sine(hz, seconds=1.0):
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * SR)) / SR)[np.newaxis]


def burst(start=SR // 2):
    y = np.random.RandomState(0).randn(1, SR)
    y[:, :start] = 0
    return y


@pytest.mark.parametrize(
    ("bands_per_octave", "n_bins"),
    [(6, 266), ((6, 6, 6), 266), ((3, 6, 12), 314)],
)
def test_the_networks_for_onsets_and_beats_get_as_many_bins_as_published(bands_per_octave, n_bins):
    front_end = LogFilteredSpectrogram(**{**ONSETS, "bands_per_octave": bands_per_octave})
    frames = front_end.fit_transform(burst())
    assert frames.shape == (1, n_bins, 101)  # 100 frames a second
    assert len(front_end.get_feature_names_out()) == n_bins


def test_resolutions_stand_over_each_other_as_computed_alone():
    y = burst()
    together = LogFilteredSpectrogram(**{**ONSETS, "bands_per_octave": (3, 6, 12)}).fit_transform(y)
    alone = [
        LogFilteredSpectrogram(**{**ONSETS, "n_fft": n, "bands_per_octave": b}).fit_transform(y)
        for n, b in zip((1024, 2048, 4096), (3, 6, 12), strict=True)
    ]
    np.testing.assert_array_equal(together, np.concatenate(alone, axis=1))


def test_differences_follow_the_bands_and_are_rises_to_the_frame_of_the_ratio():
    y = burst()
    frames = LogFilteredSpectrogram(SR, n_fft=4096, diff_ratio=0.25).fit_transform(y)[0]
    bands, differences = np.split(frames, 2)
    np.testing.assert_array_equal(bands, LogFilteredSpectrogram(SR, n_fft=4096).fit_transform(y)[0])
    assert (differences[:, :3] == 0).all()  # 1365 samples are three hops of 441
    np.testing.assert_allclose(differences[:, 3:], (bands[:, 3:] - bands[:, :-3]).clip(min=0))


def test_the_difference_of_a_steady_sine_is_nothing_and_of_a_beginning_is_not():
    front_end = LogFilteredSpectrogram(**ONSETS)
    is_difference = np.char.endswith(front_end.get_feature_names_out().astype(str), "_diff")
    steady = front_end.fit_transform(sine(3333.0))[0, is_difference, 10:-10]
    assert steady.max() < 2e-3  # where the band itself is at 2.2
    rises = front_end.transform(burst())[0, is_difference].sum(axis=0)
    assert abs(rises.argmax() - 50) <= 2  # half a second
    assert rises[:40].max() == 0
    assert rises[45:56].max() > 5 * rises[60:].mean()


def test_frames_of_all_resolutions_have_their_middle_at_the_same_time():
    y = np.zeros((1, SR))
    y[:, 40 * 441] = 1
    front_end = LogFilteredSpectrogram(SR, n_fft=(1024, 1411, 4096))
    frames = front_end.fit_transform(y)[0]
    names = front_end.get_feature_names_out().astype(str)
    for resolution in ("n1024", "n1411", "n4096"):
        energy = frames[np.char.endswith(names, resolution)].sum(axis=0)
        assert energy.argmax() == 40
        np.testing.assert_allclose(energy[39], energy[41], rtol=0.01)


@pytest.mark.parametrize("n_samples", [441 * 20, 441 * 20 + 1, 441 * 20 - 1, 1])
@pytest.mark.filterwarnings("ignore:.*clips are shorter than")
def test_odd_and_even_lengths_of_frames_go_together(n_samples):
    frames = LogFilteredSpectrogram(SR, n_fft=(1411, 2048), diff_ratio=0.5).fit_transform(
        np.ones((1, n_samples))
    )
    assert frames.shape[2] == 1 + (n_samples - 1) // 441
    assert np.isfinite(frames).all()


def test_magnitudes_are_multiplied_added_to_and_taken_the_logarithm_of():
    y = burst()
    plain, scaled = (LogFilteredSpectrogram(SR, **p).fit_transform(y) for p in ({}, {"mul": 5, "add": 0.1}))
    np.testing.assert_allclose(10**scaled, 5 * (10**plain - 1) + 0.1, rtol=1e-6)
    assert (LogFilteredSpectrogram(SR).fit_transform(np.zeros((1, SR))) == 0).all()


def test_peaks_of_one_make_loud_bands_of_wide_ones():
    y = burst()
    area, peak = (
        10 ** LogFilteredSpectrogram(SR, norm_filters=n).fit_transform(y)[0, :, 60:].mean(axis=1) - 1
        for n in (True, False)
    )
    assert 0.5 < area[-1] / area[20] < 2  # noise is as loud everywhere
    assert peak[-1] > 20 * peak[20]


def test_precision_and_threads():
    clips = [burst()[0].astype(np.float32), burst(1000)[0, 5000:].astype(np.float32)]
    front_end = LogFilteredSpectrogram(**ONSETS)
    frames = front_end.fit_transform(clips)
    for one, y, again in zip(frames, clips, front_end.set_params(n_jobs=2).transform(clips), strict=True):
        assert one.dtype == np.float32
        np.testing.assert_array_equal(one, again)
        np.testing.assert_allclose(one, front_end.transform([y.astype(np.float64)])[0], atol=1e-4)


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({}, ["band00", "band80"]),
        ({"bands_per_octave": 24}, ["band000", "band139"]),
        ({"diff_ratio": 0.5}, ["band00", "band80_diff"]),
        ({"n_fft": (2048, 1024)}, ["band00_n2048", "band68_n1024"]),
        ({"n_fft": [2048, 1024], "diff_ratio": 0.5}, ["band00_n2048", "band68_n1024_diff"]),
    ],
    ids=str,
)
def test_names(parameters, names):
    front_end = LogFilteredSpectrogram(SR, **parameters)
    found = front_end.get_feature_names_out()
    assert found.dtype == object
    assert [found[0], found[-1]] == names
    assert len(set(found)) == len(found) == front_end.fit_transform(burst()).shape[1]


def test_the_default_ends_where_the_sampling_rate_lets_it():
    assert LogFilteredSpectrogram().fit_transform(burst()).shape[1] == 83  # to 11,025 Hz
    with pytest.raises(ValueError, match=r"fmax=17000 Hz must not be above sr / 2, 11025 Hz.* Use fmax=None"):
        LogFilteredSpectrogram(fmax=17000.0).fit(burst())


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        (
            {"n_fft": (2048, 2048)},
            ValueError,
            r"n_fft=\(2048, 2048\) must be an integer, or several different",
        ),
        ({"n_fft": ()}, ValueError, r"n_fft=\(\) must be an integer, or several different"),
        ({"n_fft": (2048, 1)}, ValueError, "n_fft=1 must be an integer >= 2"),
        ({"n_fft": 2048.0}, TypeError, "n_fft=2048.0 must be an integer"),
        (
            {"n_fft": (512, 1024), "bands_per_octave": (3, 6, 12)},
            ValueError,
            r"bands_per_octave=\(3, 6, 12\) must be one number, or as many as .* in n_fft=\(512, 1024\)",
        ),
        ({"bands_per_octave": (3, 6)}, ValueError, r"bands_per_octave=\(3, 6\) must be one number"),
        ({"bands_per_octave": 0}, ValueError, "bands_per_octave=0 must be an integer >= 1"),
        ({"n_fft": 4}, ValueError, "n_fft=4 leaves no band between fmin=5000 Hz"),
        ({"fmin": 0}, ValueError, "fmin=0 must be a number > 0"),
        ({"fmax": 20.0}, ValueError, "fmax=20.0 must be a number > 5000"),
        ({"norm_filters": "yes"}, TypeError, "norm_filters='yes' must be True or False"),
        ({"mul": 0}, ValueError, "mul=0 must be a number > 0"),
        ({"add": 0}, ValueError, "add=0 must be a number > 0"),
        ({"diff_ratio": 0}, ValueError, "diff_ratio=0 must be a number > 0 or None"),
        ({"diff_ratio": 1.0}, ValueError, "diff_ratio=1.0 must be < 1"),
        ({"window": "round"}, ValueError, "window='round' must be one that scipy.signal.get_window takes"),
    ],
    ids=str,
)
def test_parameters_out_of_range_are_refused(parameters, error, message):
    with pytest.raises(error, match=message):
        LogFilteredSpectrogram(**{"sr": SR, "fmin": 5000.0, **parameters}).fit(burst())
