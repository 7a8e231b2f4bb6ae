"""Each clip's frames are computed once, and whatever is wrong with a cache, results are right."""

import functools
import importlib
import operator
import os
import pathlib
import pickle
import sys
import time
import warnings

import numpy as np
import pytest
import soundfile
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skmir._cache._digests import _FILES
from skmir._cache._entries import RECENT
from skmir.feature_extraction import CQT, MFCC, Chroma, FeatureCache, MelSpectrogram, _cached_frames
from skmir.preprocessing import FramePooler

SR = 22050
FRONT_END = MelSpectrogram(n_mels=10)


class Counting(MFCC):
    """MFCC that leaves a mark in a file whenever it computes a clip."""

    def __init__(self, sr=22050, *, n_mfcc=5, log=None, memory=None, n_jobs=None):
        super().__init__(sr, n_mfcc=n_mfcc, memory=memory, n_jobs=n_jobs)
        self.log = log

    def _frames(self, y):
        with open(self.log, "ab") as file:
            file.write(b".")
        return super()._frames(y)


@pytest.fixture(autouse=True)
def fresh_process():
    """Forget what earlier tests have left in this process's memory."""
    RECENT.forget()
    _FILES.clear()


@pytest.fixture
def clips(rng):
    return [(0.1 * rng.randn(n)).astype(np.float32) for n in (9000, 8000, 9000, 7000)]


@pytest.fixture
def paths(clips, tmp_path):
    for i, y in enumerate(clips):
        soundfile.write(tmp_path / f"{i}.wav", y, SR, subtype="FLOAT")
        os.utime(tmp_path / f"{i}.wav", (1e9, 1e9))
    return [str(tmp_path / f"{i}.wav") for i in range(len(clips))]


@pytest.fixture
def memory(tmp_path):
    return tmp_path / "memory"


@pytest.fixture
def counted(tmp_path, memory):
    """A front end with a memory, and the number of clips it has computed so far."""
    log = tmp_path / "log"
    log.touch()
    return Counting(log=str(log), memory=memory), lambda: os.path.getsize(log)


def entries(memory):
    return sorted(pathlib.Path(memory).glob("skmir-cache/*/*.entry"))


def same(frames, expected):
    """Equal bit for bit, with the same order in memory."""
    return len(frames) == len(expected) and all(
        np.array_equal(a, b) and a.dtype == b.dtype and a.strides == b.strides
        for a, b in zip(frames, expected, strict=True)
    )


@pytest.mark.parametrize("form", ["paths", "ragged", "stacked", "float64"])
@pytest.mark.parametrize("where", ["in this process", "from disk"])
def test_what_is_kept_is_what_was_computed(form, where, counted, clips, paths):
    front_end, n_computed = counted
    X = {
        "paths": paths,
        "ragged": clips,
        "stacked": np.stack([y[:7000] for y in clips]),
        "float64": np.stack([y[:7000] for y in clips]).astype(np.float64),
    }[form]
    expected = clone(front_end).set_params(memory=None).fit_transform(X)
    assert same(front_end.fit_transform(X), expected)
    assert n_computed() == 8
    if where == "from disk":
        RECENT.forget()
    found = front_end.transform(X)
    assert n_computed() == 8
    assert same(found, expected)
    assert type(found) is type(expected)
    found[0][:] = -1  # the caller's own
    assert same(front_end.transform(X), expected)


@pytest.mark.parametrize("front_end", [MelSpectrogram(), CQT(), Chroma(), Chroma(kind="cqt")], ids=repr)
@pytest.mark.filterwarnings("ignore:.*clips are shorter than")
def test_every_front_end_keeps_its_own(front_end, clips, memory):
    expected = front_end.fit_transform(clips)
    front_end = clone(front_end).set_params(memory=str(memory))
    front_end.fit_transform(clips)
    RECENT.forget()
    assert same(front_end.transform(clips), expected)
    assert len(entries(memory)) == len(clips)


def test_folds_candidates_and_processes_share_each_clip(counted, paths, rng):
    front_end, n_computed = counted
    paths = paths[:2] * 12
    y = np.arange(24) % 2
    search = GridSearchCV(
        make_pipeline(front_end, FramePooler(), SVC()), {"svc__C": [1, 10, 100]}, cv=4, error_score="raise"
    )
    search.fit(paths, y)
    assert n_computed() == 2


def test_two_processes_at_once_compute_little_twice(counted, tmp_path, rng):
    front_end, n_computed = counted
    X = 0.1 * rng.randn(60, 22050)
    y = np.arange(60) % 2
    search = GridSearchCV(
        make_pipeline(front_end, FramePooler(), SVC()), {"svc__C": [1, 10, 100]}, cv=4, n_jobs=2
    )
    search.fit(X, y)
    assert 60 <= n_computed() <= 90  # without taking turns, 105: both begin with the same 45 clips


def test_a_parameter_that_changes_the_result_leads_to_another_entry(counted, clips, memory):
    front_end, n_computed = counted
    front_end.transform(clips)
    for i, (name, value) in enumerate([("n_mfcc", 6), ("sr", 16000)], start=2):
        front_end.set_params(**{name: value}).transform(clips)
        assert n_computed() == 4 * i
    front_end.set_params(n_mfcc=np.int64(6), n_jobs=2, memory=str(memory)).transform(clips)
    assert n_computed() == 12


def test_another_version_or_class_leads_to_another_entry(counted, clips, monkeypatch):
    front_end, n_computed = counted
    front_end.transform(clips)
    monkeypatch.setattr(Counting, "version", Counting.version + 1)
    front_end.transform(clips)
    assert n_computed() == 8

    class Other(Counting):
        pass

    Other(log=front_end.log, memory=front_end.memory).transform(clips)
    assert n_computed() == 12


OWN = """
import own_front_end_helper
from skmir.feature_extraction import MFCC

class Base(MFCC):
    def _frames(self, y): return own_front_end_helper.scaled(super()._frames(y)) * 1.0

class Own(Base):
    def __init__(self, sr=22050, *, n_mfcc=5, memory=None, n_jobs=None, change=None):
        super().__init__(sr, n_mfcc=n_mfcc, memory=memory, n_jobs=n_jobs)
        self.change = change
    def _frames(self, y): return self.change(super()._frames(y)) if self.change else super()._frames(y)
"""
HELPER = "def scaled(frames): return frames * 1.0\n"


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A function that writes a front end of a user's own, and imports it as a new process does."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def load(front_end=OWN, helper=HELPER):
        for name, text in {"own_front_end": front_end, "own_front_end_helper": helper}.items():
            (tmp_path / f"{name}.py").write_text(text)
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module("own_front_end").Own

    yield load
    for name in ("own_front_end", "own_front_end_helper"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("part", ["front_end", "helper"])
def test_an_edited_front_end_of_ones_own_serves_no_old_frames(part, own, clips, memory):
    plain = np.stack(own()().transform(clips[:1]))
    assert_array_equal(own()(memory=memory).transform(clips[:1]), plain)
    edited = {"front_end": OWN, "helper": HELPER}[part].replace("1.0", "2.0")
    assert_array_equal(own(**{part: edited})(memory=memory).transform(clips[:1]), 2 * plain)
    assert_array_equal(own()(memory=memory).transform(clips[:1]), plain)
    assert len(entries(memory)) == 2


def test_parameters_of_a_front_end_of_ones_own_count_by_what_they_do(own, clips, memory):
    front_end = own()
    plain = np.stack(front_end().transform(clips[:1]))
    for factor in (2.0, 3.0, 2.0):
        change = functools.partial(operator.mul, factor)
        found = front_end(memory=memory, change=change).transform(clips[:1])
        assert_array_equal(found, factor * plain)
        found = front_end(memory=memory, change=lambda frames, f=factor: frames * f).transform(clips[:1])
        assert_array_equal(found, factor * plain)
    assert len(entries(memory)) == 4


@pytest.mark.parametrize("library", ["soxr", "soundfile", "libsndfile", "libsoxr", "torch", "numpy"])
def test_another_version_of_a_library_leads_to_another_entry(library, counted, clips, monkeypatch):
    front_end, n_computed = counted
    front_end.transform(clips)
    found = _cached_frames.library_versions(_cached_frames._LIBRARIES)
    assert found[library] != "not installed"
    monkeypatch.setattr(_cached_frames, "library_versions", lambda names: found | {library: "99"})
    front_end.transform(clips)
    assert n_computed() == 8


def test_what_a_file_holds_decides_not_its_name_or_age(counted, paths, tmp_path):
    front_end, n_computed = counted
    front_end.transform(paths)
    os.utime(paths[0])
    os.rename(paths[1], tmp_path / "elsewhere.wav")
    front_end.transform([paths[0], str(tmp_path / "elsewhere.wav")])
    assert n_computed() == 4
    y, _ = soundfile.read(paths[2], dtype="float32")
    soundfile.write(paths[2], -y[::-1], SR, subtype="FLOAT")  # as long as before
    changed = front_end.transform([paths[2]])
    assert n_computed() == 5
    assert np.array_equal(changed, clone(front_end).set_params(memory=None).transform([paths[2]]))


def test_a_file_just_written_is_not_taken_for_known(counted, paths):
    front_end, n_computed = counted
    for i in range(3):
        soundfile.write(paths[0], np.full(8000, 0.1 * (i + 1)), SR, subtype="FLOAT")
        status = os.stat(paths[0])
        front_end.transform(paths[:1])
        soundfile.write(paths[0], np.full(8000, -0.1 * (i + 1)), SR, subtype="FLOAT")
        os.utime(paths[0], ns=(status.st_atime_ns, status.st_mtime_ns))
        front_end.transform(paths[:1])
        assert n_computed() == 2 * (i + 1)


def flip(content, where):
    content = bytearray(content)
    content[int(where * (len(content) - 1))] ^= 0x10
    return bytes(content)


class Trap:
    """What a pickle does where somebody loads it."""

    def __reduce__(self):
        return os.mkdir, ("trapped",)


def object_array(content):
    return pickle.dumps(np.array([Trap()], dtype=object))


FAULTS = {
    "empty": lambda content: b"",
    "one byte": lambda content: content[:1],
    "a byte short": lambda content: content[:-1],
    "a byte long": lambda content: content + b"\0",
    "twice": lambda content: content * 2,
    "text": lambda content: b"not an entry\n" * 50,
    "zeros": lambda content: bytes(len(content)),
    "a pickle": object_array,
    "a pickle behind a true mark": lambda content: content[:30] + object_array(content),
    "another version's mark": lambda content: content.replace(b"skmir-cache-1", b"skmir-cache-9"),
    **{f"cut at {s:.0%}": lambda content, s=s: content[: int(s * len(content))] for s in (0.1, 0.5, 0.9)},
    **{f"a bit flipped at {s:.0%}": lambda content, s=s: flip(content, s) for s in np.linspace(0, 1, 21)},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_damaged_entry_is_computed_anew_with_a_warning(
    fault, counted, clips, memory, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    front_end, n_computed = counted
    expected = front_end.transform(clips)
    victim = entries(memory)[1]
    victim.write_bytes(FAULTS[fault](victim.read_bytes()))
    RECENT.forget()
    with pytest.warns(UserWarning, match=rf"1 entry of the cache .*{victim.name}.* computed again"):
        assert same(front_end.transform(clips), expected)
    assert n_computed() == 5
    assert not (tmp_path / "trapped").exists()
    RECENT.forget()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(front_end.transform(clips), expected)  # it has been mended
    assert n_computed() == 5


def test_an_entry_in_anothers_place_is_found_out(counted, clips, memory):
    front_end, _ = counted
    expected = front_end.transform(clips)
    clone(front_end).set_params(n_mfcc=7).transform(clips)
    files = entries(memory)
    groups = sorted({file.parent for file in files})
    one, other = sorted(groups[0].iterdir())[:2]
    one.write_bytes(other.read_bytes())  # of another clip
    other.write_bytes((groups[1] / other.name).read_bytes())  # of other parameters
    RECENT.forget()
    with pytest.warns(UserWarning, match="entr(y|ies) of the cache"):
        assert same(front_end.transform(clips), expected)
        front_end.set_params(n_mfcc=7).transform(clips)


def test_a_folder_in_an_entrys_place(counted, clips, memory):
    front_end, _ = counted
    expected = front_end.transform(clips)
    victim = entries(memory)[0]
    victim.unlink()
    (victim / "something").mkdir(parents=True)
    RECENT.forget()
    with pytest.warns(UserWarning) as caught:
        assert same(front_end.transform(clips), expected)
    texts = [str(w.message) for w in caught]
    assert any("could not be used" in text for text in texts)
    assert any("cannot be written" in text for text in texts)


@pytest.mark.parametrize("call", ["tempfile.mkstemp", "os.fdopen", "os.replace", "os.makedirs"])
def test_a_full_disk_is_a_warning(call, clips, memory, monkeypatch):
    expected = FRONT_END.fit_transform(clips)
    front_end = clone(FRONT_END).set_params(memory=memory)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"skmir._cache._entries.{call}", full)
    with pytest.warns(UserWarning, match=r"cannot be written: No space left on device.*Make room"):
        assert same(front_end.transform(clips), expected)
    monkeypatch.undo()
    assert not [file for file in memory.rglob("*") if file.is_file()]
    assert same(front_end.transform(clips), expected)


def test_a_disk_that_is_full_in_the_middle_of_an_entry(memory, forks):
    code = f"""
import resource, signal, sys, warnings, numpy as np
from skmir.feature_extraction import DFT
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))  # bytes a file
X = np.random.RandomState(0).randn(2, 9000)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    kept = DFT(memory={str(memory)!r}).transform(X)
assert len(caught) == 2 and "cannot be written: File too large" in str(caught[0].message), caught
assert (kept == DFT().transform(X)).all()
"""
    status, _, error = forks.run(code)
    assert status == 0, error
    assert not [file for file in memory.rglob("*") if file.is_file()]


def test_a_place_that_cannot_be_made(tmp_path, clips):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match=r"memory='.*file' is a file. Pass a folder"):
        clone(FRONT_END).set_params(memory=tmp_path / "file").transform(clips)
    with pytest.warns(UserWarning, match="cannot be written: Not a directory"):
        frames = clone(FRONT_END).set_params(memory=tmp_path / "file" / "below").transform(clips)
    assert same(frames, FRONT_END.transform(clips))
    with pytest.raises(TypeError, match=r"memory=3 must be a folder's path, or None"):
        clone(FRONT_END).set_params(memory=3).transform(clips)


# Six processes, forked where everything is loaded, write to one cache, and each is killed while it writes.
KILL = """
import os, pathlib, signal, sys, time
import numpy as np
from skmir.feature_extraction import MelSpectrogram
X = 0.1 * np.random.RandomState(0).randn(400, 4000)
memory = pathlib.Path(sys.argv[1])
n_entries = lambda: len(list(memory.rglob("*.entry")))
for attempt in range(6):
    n_before = n_entries()
    if n_before == len(X):
        break
    if not (child := os.fork()):
        MelSpectrogram(n_mels=10, memory=memory, n_jobs=2).transform(X)
        os._exit(0)
    deadline = time.monotonic() + 60
    while n_entries() < n_before + 30 and time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            break
    else:
        time.sleep(0.003 * attempt)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
"""


def test_a_killed_writer_breaks_nothing(memory, forks):
    X = 0.1 * np.random.RandomState(0).randn(400, 4000)
    expected = FRONT_END.transform(X)
    status, _, error = forks.run(KILL, memory)
    assert status == 0, error
    assert len(entries(memory)) > 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(clone(FRONT_END).set_params(memory=memory).transform(X), expected)
    assert len(entries(memory)) == 400


def test_what_killed_writers_left_is_swept_away(memory, clips):
    front_end = clone(FRONT_END).set_params(memory=memory)
    front_end.transform(clips[:1])
    left, new = memory / "skmir-cache/tmp/left", memory / "skmir-cache/tmp/new"
    left.write_bytes(b"half an ent")
    new.write_bytes(b"another process is writing this")
    os.utime(left, (time.time() - 7200,) * 2)
    front_end.transform(clips[1:])
    assert not left.exists()
    assert new.exists()


# Three processes, forked where everything is loaded, begin at once to fill one cache.
FILL = """
import multiprocessing, sys
import numpy as np
from skmir.feature_extraction import MelSpectrogram

def fill(barrier, number):
    X = 0.1 * np.random.RandomState(0).randn(100, 4000)
    barrier.wait(timeout=60)
    frames = MelSpectrogram(n_mels=10, memory=sys.argv[1], n_jobs=2).transform(X)
    np.save(f"{sys.argv[2]}/{number}.npy", frames)

context = multiprocessing.get_context("fork")
barrier = context.Barrier(3)
processes = [context.Process(target=fill, args=(barrier, number)) for number in range(3)]
for process in processes:
    process.start()
for process in processes:
    process.join()
sys.exit(any(process.exitcode for process in processes))
"""


def test_writers_at_once(memory, tmp_path_factory, forks):
    results = tmp_path_factory.mktemp("results")
    status, _, error = forks.run(FILL, memory, results)
    assert status == 0, error
    expected = FRONT_END.transform(0.1 * np.random.RandomState(0).randn(100, 4000))
    for number in range(3):
        assert np.array_equal(np.load(results / f"{number}.npy"), expected)
    files = [file for file in memory.rglob("*") if file.is_file()]
    assert len(files) == len(entries(memory)) == 100


def test_entries_deleted_meanwhile_are_written_anew(clips, memory):
    front_end = clone(FRONT_END).set_params(memory=memory)
    expected = front_end.transform(clips)
    FeatureCache(memory).clear()
    assert entries(memory) == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(front_end.transform(clips), expected)
    assert len(entries(memory)) == len(clips)


def test_who_may_enter_the_cache_may_read_it(clips, memory):
    before = os.umask(0o027)
    try:
        clone(FRONT_END).set_params(memory=memory).transform(clips)
    finally:
        os.umask(before)
    assert {file.stat().st_mode & 0o777 for file in entries(memory)} == {0o640}


def test_sizes_and_making_them_smaller(clips, memory):
    cache = FeatureCache(memory)
    assert len(cache.sizes()) == 0
    for n_mels in (10, 20):
        MelSpectrogram(n_mels=n_mels, memory=memory).transform(clips)
    (memory / "mine.txt").write_text("not the cache's")
    for age, file in enumerate(entries(memory)):
        os.utime(file, (1e9 - age,) * 2)
    (memory / "skmir-cache/tmp/left").write_bytes(b"half an ent")
    sizes = cache.sizes()
    (memory / "skmir-cache/tmp/left").unlink()
    assert list(sizes["n_entries"]) == [4, 4]
    assert sizes["n_bytes"].sum() == sum(os.path.getsize(file) for file in entries(memory))
    assert all(name.startswith("MelSpectrogram-") for name in sizes.index)
    newest = entries(memory)[0]
    cache.reduce_size(os.path.getsize(newest))
    assert entries(memory) == [newest]
    with pytest.raises(ValueError, match="n_bytes=-1 must be >= 0"):
        cache.reduce_size(-1)
    cache.clear()
    assert [file.name for file in memory.rglob("*")] == ["mine.txt"]
    with pytest.raises(NotADirectoryError, match=r"mine.txt' is a file"):
        FeatureCache(memory / "mine.txt")


def test_short_clips_are_warned_of_also_where_they_are_known(clips, memory):
    front_end = MelSpectrogram(n_mels=10, memory=memory)
    for _ in range(2):
        with pytest.warns(UserWarning, match=r"1 of 2 clips are shorter .* clip 1 of X, with 900 samples"):
            front_end.transform([clips[0], clips[1][:900]])


def test_a_clip_that_cannot_be_used_leaves_nothing(clips, memory, tmp_path):
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"RIFF")
    with pytest.raises(OSError, match=r"bad\.wav"):
        MelSpectrogram(n_mels=10, memory=memory).transform([str(bad)])
    assert entries(memory) == []
    with pytest.raises(FileNotFoundError, match=r"There is no file 'none\.wav'"):
        MelSpectrogram(n_mels=10, memory=memory).transform(["none.wav"])


@pytest.mark.parametrize("form", [np.stack, list], ids=["array", "list"])
def test_an_array_changed_in_place_is_another_clip(form, counted, clips):
    front_end, n_computed = counted
    X = form([y[:7000].copy() for y in clips])
    front_end.fit_transform(X)
    for i, change in enumerate([lambda y: y.__imul__(-1), lambda y: y.__setitem__(3500, 0.5)], start=1):
        change(X[2])
        expected = clone(front_end).set_params(memory=None).transform(X)
        before = n_computed()
        assert same(front_end.fit_transform(X), expected)
        assert n_computed() == before + 1, i
    X[2][100] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        front_end.fit_transform(X)
    with pytest.raises(ValueError, match="NaN"):
        front_end.fit(X)


def test_what_is_too_loud_is_said_in_each_fit(counted, clips):
    front_end, n_computed = counted
    X = [clips[0], 32768 * clips[1]]
    for _ in range(2):
        with pytest.warns(UserWarning, match="clip 1 of X reaches"):
            front_end.fit_transform(X)
    assert n_computed() == 2


def test_samples_are_hashed_once_and_only_read_to_be_hashed(counted, clips, monkeypatch):
    front_end, _ = counted
    X = np.stack([y[:7000] for y in clips])
    front_end.fit_transform(X)
    hashed = []
    monkeypatch.setattr(
        _cached_frames, "array_digest", lambda y, of=_cached_frames.array_digest: hashed.append(1) or of(y)
    )
    monkeypatch.setattr(_cached_frames, "peak_of", None)  # they are known
    front_end.fit_transform(X)
    assert len(hashed) == len(X)
    RECENT.forget()
    front_end.fit_transform(X)  # from disk
    assert len(hashed) == 2 * len(X)
