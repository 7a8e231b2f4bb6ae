"""GTZAN with its known faults. The recordings are read from the user's disk, by way of mirdata."""

import importlib.resources
import os

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.utils import Bunch

from ..._extras import require
from ..._parameter_checks import check_choice

_SUBSETS = ("all", "fault_filtered")
_DESCR = """\
GTZAN (Tzanetakis and Cook, 2002): 1000 excerpts of 30 s in ten genres, 22,050 Hz, mono.

Sturm (2012, 2013) found in it 50 exact repetitions (one of them across two genres), 22 excerpts from the
same recording as another excerpt, 13 other versions of a piece, 43 conspicuous and 63 contentious
mislabellings, and distortions; many of its genres are dominated by a few artists (35 of the 100 reggae clips
are by Bob Marley). Scores from random folds count these as success, and cannot be compared with other scores.

Included here: all 50 exact repetitions; {n_same} pairs with the same artist and title, which contain the 22
and the 13 as far as titles tell, without distinguishing them; 2 distortions; one file that cannot be decoded
in common copies of the data set. Not included: the mislabellings, and repetitions of a recording under titles
that are not known. Artists are known for 919 clips (composers, in classical music); each of the other 81 is
a group by itself.

``parts`` is the fault-filtered split of Kereliuk, Sturm and Larsen (2015): 443 clips to train, 197 to
validate, 290 to test. 70 clips are in none of them. Shania Twain, Donna Summer and Bob Marley are in two of
its parts, since they sing with others there; ``groups`` keeps such clips together.

Sources: the index of artists and titles by Sturm (2012, corrected until 2014) as distributed with
GTZAN-Rhythm (Marchand, Fresnel and Peeters, 2015); exact repetitions and distortions of Sturm (2013) as
listed in public code, checked against that index; the split as given in torchaudio.
"""


def load_gtzan(data_home, *, subset="all"):
    """List the recordings of GTZAN with their genres, artists and known faults.

    GTZAN is the best known data set for genres, and the one with the most faults: exact repetitions, wrong
    labels, distortions, and few artists [1]_, [2]_. Cross-validation needs ``groups``, and honest scores need
    the repetitions removed. Nothing is downloaded or decoded.

    Parameters
    ----------
    data_home : str or PathLike
        The folder that is passed to ``mirdata.initialize("gtzan_genre", data_home=...)``; it contains
        ``gtzan_genre/genres/blues/blues.00000.wav`` and so on.
    subset : {"all", "fault_filtered"}, default="all"
        All 1000 clips, or the 930 of the fault-filtered split [3]_, which leaves out one of each pair of
        exact repetitions, other repetitions of a recording, and the two distorted clips.

    Returns
    -------
    data : Bunch
        With the attributes

        data : list of str, of length n_clips
            Paths.
        target : ndarray of shape (n_clips,)
            Positions in ``target_names``.
        target_names : list of str
            The genres, sorted.
        groups : ndarray of shape (n_clips,)
            Artists. Artists who perform together in some clip form one group, named after the one with the
            most clips; so do clips that are repetitions or have the same artist and title. A clip whose
            artist is not known, and that repeats nothing, is a group with its own name.
        parts : ndarray of shape (n_clips,)
            "train", "valid" or "test" of the fault-filtered split; "" for clips that it leaves out.
        clips : ndarray of shape (n_clips,)
            Names, such as "blues.00000".
        faults : DataFrame
            One row per fault of a clip, with the columns ``clip``, ``kind`` ("exact_repetition",
            "same_title", "distortion", "undecodable"), ``other`` (the clip that is repeated) and ``detail``.
        DESCR : str
            Description of the data set: which faults are known, which are not, and the sources.

    Raises
    ------
    FileNotFoundError
        If there is no mirdata index, or files are missing.
    ImportError
        If mirdata is not installed.
    ValueError
        If ``subset`` is neither of the two.

    See Also
    --------
    skmir.model_selection.check_leakage : Find repetitions in the recordings themselves.

    References
    ----------
    .. [1] B. L. Sturm, "An analysis of the GTZAN music genre dataset", ACM MIRUM, 2012.
    .. [2] B. L. Sturm, "The GTZAN dataset: its contents, its faults, their effects on evaluation, and its
           future use", arXiv:1306.1461, 2013.
    .. [3] C. Kereliuk, B. L. Sturm and J. Larsen, "Deep learning and music adversaries", IEEE Transactions
           on Multimedia 17:2059-2071, 2015.

    Examples
    --------
    >>> from skmir.datasets import load_gtzan
    >>> gtzan = load_gtzan("data/gtzan", subset="fault_filtered")  # doctest: +SKIP
    >>> len(gtzan.data), len(set(gtzan.groups))  # doctest: +SKIP
    (930, 313)
    """
    check_choice("subset", subset, _SUBSETS)
    data_home = os.fspath(data_home)
    known, faults = _table("gtzan_clips.csv"), _table("gtzan_faults.csv")
    groups = dict(zip(known["clip"], _groups(known, faults), strict=True))
    parts = dict(zip(known["clip"], known["part"], strict=True))
    tracks = [track for track in _tracks(data_home) if subset == "all" or parts.get(track.track_id)]
    clips = np.array([track.track_id for track in tracks])
    _check_present([track.audio_path for track in tracks], data_home)
    target_names, target = np.unique([track.genre for track in tracks], return_inverse=True)
    return Bunch(
        data=[track.audio_path for track in tracks],
        target=target,
        target_names=target_names.tolist(),
        groups=np.array([groups.get(clip, clip) for clip in clips]),
        parts=np.array([parts.get(clip, "") for clip in clips]),
        clips=clips,
        faults=faults[faults["clip"].isin(clips)].reset_index(drop=True),
        DESCR=_DESCR.format(n_same=(faults["kind"] == "same_title").sum()),
    )


def _table(name):
    file = importlib.resources.files("skmir.datasets") / "data" / name
    with file.open(encoding="utf-8") as stream:
        return pd.read_csv(stream, dtype=str, keep_default_na=False)


def _tracks(data_home):
    """Return mirdata's tracks, sorted by name."""
    require("load_gtzan", "data")
    import mirdata

    dataset = mirdata.initialize("gtzan_genre", data_home=data_home)
    try:
        names = sorted(dataset.track_ids)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"mirdata has no index of gtzan_genre yet, {dataset.index_path!r}. Fetch it once (no recordings "
            f"are fetched): mirdata.initialize('gtzan_genre', data_home={data_home!r}).download(['index'])"
        ) from error
    return [dataset.track(name) for name in names]


def _check_present(files, data_home):
    missing = [file for file in files if not os.path.isfile(file)]
    if missing:
        raise FileNotFoundError(
            f"{len(missing)} of the {len(files)} recordings are missing; the first is {missing[0]!r}. "
            "Unpack genres.tar.gz there, or let mirdata do it: "
            f"mirdata.initialize('gtzan_genre', data_home={data_home!r}).download(['all'])"
        )


def _groups(known, faults):
    """Return the group of each clip: clips connected by artists and repetitions."""
    pairs = [
        (clip, artist)
        for clip, artists in zip(known["clip"], known["artists"], strict=True)
        for artist in filter(None, artists.split("|"))
    ]
    repeated = faults[faults["other"] != ""]
    pairs += list(zip(repeated["clip"], repeated["other"], strict=True))
    names, codes = np.unique(
        [*known["clip"], *(name for pair in pairs for name in pair)], return_inverse=True
    )
    rows, columns = codes[len(known) :].reshape(-1, 2).T
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(names), len(names)))
    components = connected_components(graph, directed=False)[1]
    return _titles(names, components, known, pairs)[components[codes[: len(known)]]]


def _titles(names, components, known, pairs):
    """Return a name for each component: its artist with the most clips, else its first clip."""
    n_clips = pd.Series([other for _, other in pairs]).value_counts().reindex(names, fill_value=0).to_numpy()
    is_clip = np.isin(names, known["clip"])
    order = np.lexsort((names, -n_clips, is_clip, components))
    first = np.unique(components[order], return_index=True)[1]
    return names[order][first]
