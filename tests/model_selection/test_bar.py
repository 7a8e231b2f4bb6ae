"""The bar of a comparison, with a clock that is set by hand."""

import io
import threading
import time

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmir.model_selection import compare, default_models
from skmir.model_selection._running._bar import CLASSIC, NETWORK, FitBar, Forecast, expected_weight
from skmir.neural_network import MLPClassifier


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def forecast(clock):
    """Two fits of an SVM, two of a CNN that is thought to take ten times as long."""
    return Forecast(["SVM", "SVM", "CNN", "CNN"], {"SVM": 1, "CNN": 10}, clock=clock)


def test_a_network_counts_for_more_from_the_start(forecast, clock):
    assert forecast.share() == 0
    assert forecast.remaining() is None
    clock.now += 2
    forecast.done(2.0)
    assert forecast.remaining() == pytest.approx(2 + 2 * 20)
    assert forecast.share() == pytest.approx(2 / 44)


def test_weights_are_learned(forecast, clock):
    for seconds in (2.0, 4.0, 90.0):
        clock.now += seconds
        forecast.done(seconds)
    assert forecast.remaining() == pytest.approx(90)
    assert forecast.share() == pytest.approx(96 / 186)
    clock.now += 110
    forecast.done(110.0)
    assert forecast.share() == 1
    assert forecast.remaining() == 0


def test_moves_inside_a_fit_and_stops_short_of_its_end(forecast, clock):
    """The last of four fits is expected to take 100 s, and takes longer."""
    for seconds in (1.0, 1.0, 100.0):
        clock.now += seconds
        forecast.done(seconds)
    shares = []
    for _ in range(5):
        shares.append(forecast.share())
        clock.now += 30
    assert shares[:4] == sorted(set(shares[:4]))
    assert shares[0] == pytest.approx(102 / 202)
    assert shares[3] == pytest.approx(192 / 202)
    assert shares[4] == pytest.approx(222 / (102 + 120 / 0.95))
    assert forecast.remaining() == pytest.approx(150 / 0.95 - 150)


def test_a_model_of_which_nothing_is_known_takes_as_long_as_its_first_fit_so_far(forecast, clock):
    for seconds in (1.0, 1.0):
        clock.now += seconds
        forecast.done(seconds)
    assert forecast.remaining() == pytest.approx(20)
    clock.now += 95
    assert forecast.remaining() == pytest.approx(5 + 100)
    clock.now += 95
    assert forecast.remaining() == pytest.approx(10 + 200)


def test_several_at_a_time_never_fall_back(clock):
    forecast = Forecast(8 * ["CNN"], {"CNN": 10}, n_workers=4, clock=clock)
    clock.now += 10
    forecast.done(10.0)
    assert forecast.share() == pytest.approx((10 + 3 * 10) / (10 + 3 * 10 / 0.95 + 40))
    last = forecast.share()
    for _ in range(3):
        clock.now += 0.1
        forecast.done(10.0)
        assert forecast.share() > last
        last = forecast.share()
    assert forecast.remaining() == pytest.approx(10, rel=0.05)


def test_of_those_at_work_the_next_starts_when_one_is_done(clock):
    forecast = Forecast(4 * ["A"], {"A": 1}, n_workers=2, clock=clock)
    clock.now += 10
    forecast.done(10.0)
    clock.now += 5
    forecast.done(15.0)  # the mean is now 12.5 s; the third fit has run for 5, the fourth begins
    assert forecast.share() == pytest.approx((25 + 5) / 50)
    assert forecast.remaining() == pytest.approx(20 / 2)


def test_what_was_found_is_no_work_and_teaches(clock):
    forecast = Forecast(["A", "A", "B", "B"], {"A": 1, "B": 1}, found=[0, 2], clock=clock)
    forecast.done(5.0)
    assert forecast.share() == 0
    assert forecast.remaining() == pytest.approx(10)
    forecast.done(5.0)
    forecast.done(20.0)
    assert forecast.share() == pytest.approx(5 / 25)
    assert forecast.remaining() == pytest.approx(20)


def test_all_found(clock):
    forecast = Forecast(["A", "A"], {"A": 1}, found=[0, 1], clock=clock)
    shares = [forecast.share()]
    for _ in range(2):
        forecast.done(3.0)
        shares.append(forecast.share())
    assert shares == [0, 0.5, 1]


def test_a_fit_that_failed_teaches_nothing(forecast):
    forecast.done(np.nan)
    assert forecast.remaining() is None
    forecast.done(3.0)
    assert forecast.remaining() == pytest.approx(60)


def test_networks_are_told_from_others():
    kinds = {name: expected_weight(model) for name, model in default_models().items()}
    networks = dict.fromkeys(("MLP", "CNN", "CRNN", "DBN", "ensemble"), NETWORK)
    assert kinds == {"SVM": CLASSIC, "LDA": CLASSIC, **networks}
    assert expected_weight(make_pipeline(MLPClassifier())) == NETWORK
    assert expected_weight(object()) == CLASSIC


def bar_threads():
    return [thread for thread in threading.enumerate() if thread.name == "skmir-bar"]


def test_the_bar_shows_the_forecast_while_a_fit_runs(clock, monkeypatch):
    shown = io.StringIO()
    shown.isatty = lambda: True
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setattr("skmir.model_selection._running._bar._EVERY", 0.01)
    forecast = Forecast(["A", "A"], {"A": 1}, clock=clock)
    with FitBar(forecast, opening="0 of 2 fits found in kept") as bar:
        bar.done("A, fold 0", 100.0)
        clock.now += 50
        deadline = time.monotonic() + 20
        while "75%" not in shown.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(bar_threads()) == 1
    text = shown.getvalue()
    assert text.startswith("0 of 2 fits found in kept\n")
    assert "75%" in text and "1/2 fits (A, fold 0 done) [" in text and "<00:50]" in text
    assert bar_threads() == []


def test_an_error_inside_leaves_no_thread(capsys):
    with pytest.raises(KeyboardInterrupt), FitBar(Forecast(["A"], {"A": 1})):
        raise KeyboardInterrupt
    assert bar_threads() == []


@pytest.mark.parametrize("disable", [True, False])
def test_silent_unless_asked(capsys, disable):
    before = threading.active_count()
    with FitBar(Forecast(["A"], {"A": 1}), opening="found", disable=disable) as bar:
        bar.done("A, fold 0", 1.0)
        assert threading.active_count() == before + (not disable)
    error = capsys.readouterr().err
    assert (error == "") is disable
    assert ("100%" in error) is not disable


def test_compare_says_what_was_found(tmp_path, capsys):
    X, y = np.random.RandomState(0).randn(30, 3), np.arange(30) % 2
    options = {"cv": 5, "memory": tmp_path, "random_state": 0, "verbose": 1, "baselines": False}
    compare({"A": LogisticRegression()}, X, y, **options)
    assert f"0 of 5 fits found in {tmp_path}\n" in capsys.readouterr().err
    compare({"A": LogisticRegression(), "B": LogisticRegression(C=2)}, X, y, **options)
    error = capsys.readouterr().err
    assert f"5 of 10 fits found in {tmp_path}\n" in error
    assert "10/10 fits (B, fold 4 done)" in error
