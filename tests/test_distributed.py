"""On a dask cluster, everything gives what it gives in one process, to the last bit."""

import os

import joblib
import numpy as np
import pytest
import soundfile
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skmir._reading._stream import stream
from skmir.feature_extraction import MFCC, FeatureCache, MelSpectrogram
from skmir.feature_extraction._compute import keep_frames
from skmir.model_selection import compare
from skmir.neural_network import CNNClassifier
from skmir.preprocessing import FramePooler, FrameScaler

SR, N_CLIPS, N_GROUPS = 22050, 24, 4
SVM = make_pipeline(MelSpectrogram(n_mels=20), FramePooler(), SVC())
CNN = make_pipeline(
    MelSpectrogram(n_mels=20),
    FrameScaler(),
    CNNClassifier(n_filters=(4, 8, 8, 8), max_iter=2, device="cpu", random_state=0),
)
SEARCHES = {
    "svm": GridSearchCV(
        SVM, {"melspectrogram__n_mels": [10, 20], "svc__C": [0.1, 10]}, cv=GroupKFold(3), error_score="raise"
    ),
    "cnn": GridSearchCV(
        CNN, {"cnnclassifier__learning_rate_init": [1e-3, 1e-2]}, cv=GroupKFold(3), error_score="raise"
    ),
}


def start(folder, **kind):
    dask = pytest.importorskip("distributed", reason="needs dask.distributed: pip install distributed")
    return dask.LocalCluster(n_workers=2, dashboard_address=":0", local_directory=str(folder), **kind)


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    """Two workers of one thread, each a process."""
    with (
        start(tmp_path_factory.mktemp("dask"), threads_per_worker=1, processes=True) as cluster,
        cluster.get_client() as client,
    ):
        yield client


@pytest.fixture(scope="module")
def threads(tmp_path_factory):
    """Two workers of two threads each, all in this process: they share torch's generator and its lock."""
    with (
        start(tmp_path_factory.mktemp("dask"), threads_per_worker=2, processes=False) as cluster,
        cluster.get_client() as client,
    ):
        yield client


@pytest.fixture(params=["processes", "threads"])
def client(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def on_dask(client):
    """A function that calls another with joblib's work on the cluster."""

    def call(function, *args, **kwargs):
        with joblib.parallel_config("dask", client=client):
            return function(*args, **kwargs)

    return call


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Paths of short noisy tones, two of them longer, with their pitch as label and groups."""
    folder, rng = tmp_path_factory.mktemp("clips"), np.random.RandomState(0)
    pitches = np.tile([330.0, 440.0, 550.0], N_CLIPS // 3)
    paths = [str(folder / f"{i}.wav") for i in range(N_CLIPS)]
    for i, (path, pitch) in enumerate(zip(paths, pitches, strict=True)):
        time = np.arange(8000 if i % 12 else 10000) / SR
        tone = 0.1 * np.sin(2 * np.pi * pitch * time + i) + 0.3 * rng.randn(len(time))
        soundfile.write(path, tone, SR)
        os.utime(path, (1e9, 1e9))
    return paths, pitches.astype(int).astype(str), np.arange(N_CLIPS) // 3 % N_GROUPS


def same(frames, expected):
    return len(frames) == len(expected) and all(
        np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(frames, expected, strict=True)
    )


def test_clips_go_to_the_workers(processes):
    workers = set(processes.run(os.getpid).values())
    with joblib.parallel_config("dask", client=processes):
        done_by = set(stream(lambda i: os.getpid(), range(40), n_jobs=2))
    assert done_by
    assert done_by <= workers
    assert os.getpid() not in workers


def test_a_fit_on_a_worker_does_its_clips_itself(on_dask):
    """Else each candidate's clips would travel once more, to workers that wait for one another."""

    def fit():
        return os.getpid(), {n: set(stream(lambda i: os.getpid(), range(8), n_jobs=n)) for n in (None, 2)}

    for worker, done_by in on_dask(lambda: joblib.Parallel()(joblib.delayed(fit)() for _ in range(4))):
        assert done_by == {None: {worker}, 2: {worker}}


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_front_end(on_dask, clips, n_jobs):
    front_end = MelSpectrogram(n_mels=20, n_jobs=n_jobs)
    for X in (clips[0], clips[0][1:12]):  # of unequal and of equal lengths
        found, expected = on_dask(front_end.fit_transform, X), front_end.fit_transform(X)
        assert type(found) is type(expected)
        assert same(found, expected)


def test_an_error_on_a_worker_names_the_file(on_dask, clips, tmp_path):
    with pytest.raises(OSError, match=r"nowhere\.wav"):
        on_dask(MelSpectrogram().fit_transform, [*clips[0][:3], str(tmp_path / "nowhere.wav")])


@pytest.mark.parametrize("name", SEARCHES)
def test_search(on_dask, clips, name):
    X, y, groups = clips
    here = clone(SEARCHES[name]).fit(X, y, groups=groups)
    there = on_dask(clone(SEARCHES[name]).fit, X, y, groups=groups)
    columns = [column for column in here.cv_results_ if column.endswith("test_score")]
    assert len(columns) == 6  # of three folds, mean, standard deviation, rank
    for column in columns:
        np.testing.assert_array_equal(there.cv_results_[column], here.cv_results_[column])
    assert there.best_params_ == here.best_params_
    scores = [search.decision_function(X) for search in (there, here)]
    np.testing.assert_array_equal(*scores)
    assert np.ptp(here.cv_results_["split0_test_score"]) + np.ptp(scores[1]) > 0


@pytest.mark.filterwarnings("ignore:.*training clips in the smallest fold")
def test_compare(on_dask, clips):
    """With a search as one of the models: parallel work inside parallel work."""
    X, y, groups = clips
    models = {"SVM": SVM, "CNN": CNN, "tuned": GridSearchCV(SVM, {"svc__C": [0.1, 10]}, cv=GroupKFold(2))}
    here, there = (
        call(compare, models, X, y, groups=groups, cv=3, random_state=0)
        for call in (lambda function, *args, **kwargs: function(*args, **kwargs), on_dask)
    )
    timings = ["fit_time", "score_time"]
    assert there.table_.drop(columns=timings).equals(here.table_.drop(columns=timings))
    assert there.scores_.equals(here.scores_)
    assert here.scores_.notna().all(axis=None)
    for name in models:
        np.testing.assert_array_equal(there.predictions_[name], here.predictions_[name])


def entries(memory):
    """Return each entry's path and the time at which it was written."""
    return {path: path.stat().st_mtime_ns for path in memory.rglob("*.entry")}


def test_workers_share_a_cache(processes, clips, tmp_path):
    def fill():
        """Compute all clips, and say how many entries this worker has written."""
        from skmir._cache import Entries

        write, n_written = Entries.write, []
        Entries.write = lambda *args: (n_written.append(1), write(*args))
        try:
            return front_end.fit_transform(X), len(n_written)
        finally:
            Entries.write = write

    X, y, _ = clips
    front_end = MelSpectrogram(n_mels=20, memory=str(tmp_path))
    found = processes.run(fill).values()  # on both workers at once
    expected = MelSpectrogram(n_mels=20).fit_transform(X)
    assert all(same(frames, expected) and n_written > 0 for frames, n_written in found)
    assert FeatureCache(tmp_path).sizes()["n_entries"].tolist() == [N_CLIPS]
    before = entries(tmp_path)
    search = GridSearchCV(make_pipeline(front_end, FramePooler(), SVC()), {"svc__C": [0.1, 10]}, cv=3)
    with joblib.parallel_config("dask", client=processes):
        search.fit(X, y)
    alone = clone(search).set_params(estimator__melspectrogram__memory=None).fit(X, y)
    np.testing.assert_array_equal(search.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"])
    assert entries(tmp_path) == before


def test_a_front_end_on_the_cluster_fills_the_cache(on_dask, clips, tmp_path):
    front_end = MFCC(n_mfcc=5, memory=str(tmp_path))
    assert same(on_dask(front_end.fit_transform, clips[0]), MFCC(n_mfcc=5).fit_transform(clips[0]))
    before = entries(tmp_path)
    assert len(before) == N_CLIPS
    front_end.transform(clips[0])
    assert entries(tmp_path) == before


def test_workers_keep_what_a_comparison_needs(on_dask, clips, tmp_path):
    front_ends = [kind(memory=str(tmp_path)) for kind in (MFCC, MelSpectrogram, MFCC)]
    on_dask(keep_frames, front_ends, clips[0])
    before = entries(tmp_path)
    assert len(before) == 2 * N_CLIPS
    for kind, front_end in zip((MFCC, MelSpectrogram), front_ends, strict=False):
        assert same(front_end.transform(clips[0]), kind().transform(clips[0]))
    assert entries(tmp_path) == before
