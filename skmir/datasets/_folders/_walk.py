"""Find the recordings in the sub-folders of classes, and warn about what is left out."""

import functools
import os
import re
import warnings
from collections import Counter

import soundfile

from ._find import identity
from ._text import count, tidy

# Suffixes of libsndfile's formats, without raw samples and formats that do not hold complete sounds.
_SUFFIXES = {
    "AIFF": (".aif", ".aiff", ".aifc"),
    "AU": (".au", ".snd"),
    "AVR": (".avr",),
    "CAF": (".caf",),
    "FLAC": (".flac",),
    "IRCAM": (".sf",),
    "MP3": (".mp3", ".mp2", ".mp1", ".mpa", ".mpga"),
    "NIST": (".nist", ".sph"),
    "OGG": (".ogg", ".oga", ".opus"),
    "PAF": (".paf",),
    "PVF": (".pvf",),
    "RF64": (".rf64",),
    "SVX": (".iff", ".svx", ".8svx"),
    "VOC": (".voc",),
    "W64": (".w64",),
    "WAV": (".wav", ".wave", ".bwf"),
}
# Suffixes of sound and video that cannot be decoded: a warning is given about them among recordings.
_UNREAD = re.compile(
    r"\.(aac|ac3|adts|amr|ape|asf|avi|dff|dsf|dts|eac3|f4a|flv|m4a|m4b|m4p|m4r|m4v|mka|mkv|mov|mp4|mpc|mpe?g"
    r"|ra|ram|rm|shn|spx|tak|tta|webm|wma|wv)",
    re.IGNORECASE,
)
# Suffixes of files that accompany recordings: a sub-folder with nothing else is not a lost class.
_BESIDE = re.compile(
    r"\.(bib|bmp|cfg|csv|cue|db|docx?|gif|h5|hdf5|html?|ini|ipynb|jams|jpe?g|json|lab|log|lrc|m3u8?|mat|md|md5"
    r"|midi?|musicxml|npy|npz|nfo|ods|pdf|pickle|pkl|pls|png|py|rst|rtf|sh|svg|tex|tiff?|toml|tsv|txt|webp"
    r"|xlsx?|xml|ya?ml)",
    re.IGNORECASE,
)
# Folders left by memory= of front ends, compare and AugmentedEstimator, and by unpacking on a Mac.
_NOT_CLASSES = ("skmir-cache", "skmir-compare", "skmir-copies", "__MACOSX")
_N_NAMED = 3


def walk(path):
    """Return the recordings below each sub-folder, and the name of the class of each.

    Parameters
    ----------
    path : str
        The folder.

    Returns
    -------
    files : list of str
        Sorted by class folder and path.
    labels : list of str
        Names of the sub-folders, tidied.

    Raises
    ------
    ValueError
        If there is no recording.
    """
    tree = _Tree(path)
    pairs = [(folder, file) for folder, files in tree.files.items() for file in files if _is_recording(file)]
    if not pairs:
        raise ValueError(_nothing_in(path, tree))
    pairs = _distinct(pairs, tree.again)
    for message in _left_out(path, tree, {folder for folder, _ in pairs}):
        warnings.warn(message, stacklevel=4)
    return [file for _, file in pairs], [_class_of(folder) for folder, _ in pairs]


def recordings(path):
    """Return all recordings below a folder, and directly in it, with messages about what is left out.

    Parameters
    ----------
    path : str
        The folder.

    Returns
    -------
    files : list of str
        Sorted.
    messages : list of str
        About files of other formats, and about links.
    """
    tree = _Tree(path)
    every = [*tree.loose, *(file for files in tree.files.values() for file in files)]
    pairs = _distinct([(path, file) for file in every if _is_recording(file)], tree.again)
    return sorted(file for _, file in pairs), [*_other_formats(every), *_links(tree)]


@functools.cache
def suffixes():
    """Return the suffixes of files that libsndfile decodes, in lower case."""
    return tuple(suffix for name in soundfile.available_formats() for suffix in _SUFFIXES.get(name, ()))


class _Tree:
    """The files below each sub-folder, at any depth, sorted; hidden files and caches are skipped.

    Links to folders are followed last, so that a file gets the path without a link if there is one. No folder
    is entered twice, so that loops end.

    Parameters
    ----------
    path : str
        The folder.

    Attributes
    ----------
    files : dict of str to list of str
        Sub-folder to files.
    loose : list of str
        Files directly in the folder.
    caches : set of str
        Sub-folders in which a cache was skipped.
    again : list of (str, str)
        Each path that links lead to a second time, and its first path.
    broken : list of str
        Links to nothing.
    """

    def __init__(self, path):
        self.files, self.loose, self.caches, self.again, self.broken = {}, [], set(), [], []
        self._entered = {identity(path): path, **{identity(parent): parent for parent in _parents(path)}}
        entries = _entries(path)
        self.loose = [entry.path for entry in entries if entry.is_file()]
        self.broken = [entry.path for entry in entries if _is_broken(entry)]
        self.files = {entry.path: [] for entry in entries if entry.is_dir()}
        places = [(entry.path, entry) for entry in entries if entry.is_dir()]
        places.sort(key=lambda place: place[1].is_symlink())
        while places:
            links = []
            for folder, entry in places:
                self._enter(folder, entry.path, links)
            places = links
        for files in self.files.values():
            files.sort()

    def _enter(self, folder, place, links):
        """Add the files at a place, and in the folders there, to a class; add links to folders to links."""
        first = self._entered.setdefault(identity(place), place)
        if first != place:
            if not _is_loop(place):
                self.again.append((place, first))
            return
        if os.path.basename(place) in _NOT_CLASSES:
            self.caches.add(folder)
            return
        for entry in _entries(place):
            if entry.is_dir() and entry.is_symlink():
                links.append((folder, entry))
            elif entry.is_dir():
                self._enter(folder, entry.path, links)
            elif entry.is_file():
                self.files[folder].append(entry.path)
            elif _is_broken(entry):
                self.broken.append(entry.path)


def _entries(path):
    """Return the entries of a folder that are not hidden, sorted."""
    with os.scandir(path) as entries:
        visible = [entry for entry in entries if not entry.name.startswith(".")]
    return sorted(visible, key=lambda entry: entry.name)


def _is_broken(entry):
    return entry.is_symlink() and not os.path.exists(entry.path)


def _is_loop(place):
    """Return whether a place is a link to one of the folders that contain it."""
    return identity(place) in map(identity, _parents(place))


def _parents(place):
    """Yield the folders that contain a place, by its path as written and with links resolved."""
    for path in (os.path.abspath(place), os.path.realpath(place)):
        while os.path.dirname(path) != path:
            path = os.path.dirname(path)
            yield path


def _distinct(pairs, again):
    """Return the pairs without files that links lead to a second time; these are appended to ``again``."""
    first = {}
    for _, file in sorted(pairs, key=lambda pair: os.path.islink(pair[1])):  # paths without a link come first
        if first.setdefault(identity(file), file) != file:
            again.append((file, first[identity(file)]))
    left_out = {file for file, _ in again}
    return [pair for pair in pairs if pair[1] not in left_out]


def _class_of(folder):
    name = tidy(os.path.basename(folder))
    if not name:
        raise ValueError(
            f"The folder {folder!r} has a name without a visible character. Give it the name of its class."
        )
    return name


def _is_recording(file):
    return file.lower().endswith(suffixes())


def _has(file, pattern):
    return pattern.fullmatch(os.path.splitext(file)[1]) is not None


def _left_out(path, tree, found):
    """Yield a message for each kind of skipped file that may have been meant as a recording.

    Parameters
    ----------
    path : str
        The folder.
    tree : _Tree
    found : set of str
        Sub-folders with recordings.
    """
    yield from _other_formats([file for files in tree.files.values() for file in files])
    unknown = [file for folder in tree.files if folder in found for file in _unknown(tree.files[folder])]
    if unknown:
        yield (
            f"{count(unknown, 'file')} left out among recordings since the suffix is not known "
            f"({_kinds(unknown)}); the first is {unknown[0]!r}."
        )
    yield from _lost_folders(tree, found)
    loose = [file for file in tree.loose if _is_recording(file) or _has(file, _UNREAD)]
    if loose:
        yield (
            f"{count(loose, 'recording')} left out, directly in {path!r} and so in no class; the first is "
            f"{os.path.basename(loose[0])!r}. Move each into its class's sub-folder, or write a labels.csv."
        )
    yield from _links(tree)


def _other_formats(files):
    unread = [file for file in files if _has(file, _UNREAD)]
    if unread:
        yield (
            f"{count(unread, 'file')} left out since the format is not read; the first is {unread[0]!r}. "
            "Convert them to WAV, FLAC, Ogg or MP3."
        )


def _lost_folders(tree, found):
    """Yield a message about sub-folders that may have been meant as classes but have no recording."""
    second = {place for place, _ in tree.again}
    lost = []
    for folder in tree.files.keys() - found - second:
        others = [file for file in tree.files[folder] if not (_has(file, _BESIDE) or _is_recording(file))]
        if others or not (tree.files[folder] or folder in tree.caches):
            lost.append(f"{os.path.basename(folder)!r} ({_kinds(others) or 'no files'})")
    if lost:
        more = f" and {len(lost) - _N_NAMED} more" if len(lost) > _N_NAMED else ""
        yield (
            f"{count(lost, 'sub-folder')} left out without a recording: "
            f"{', '.join(sorted(lost)[:_N_NAMED])}{more}. {_recordings()} Convert or rename the files, or "
            "move the folders elsewhere."
        )


def _links(tree):
    """Yield messages about links that are not followed."""
    if tree.again:
        place, first = tree.again[0]
        yield (
            f"{count(tree.again, 'link')} passed over that would list recordings a second time; the first is "
            f"{place!r}, which is {first!r}. A recording is one clip, however many paths it has."
        )
    if tree.broken:
        yield (
            f"{count(tree.broken, 'link')} left out because the target does not exist; the first is "
            f"{tree.broken[0]!r}. Repair or remove them."
        )


def _unknown(files):
    return [file for file in files if not (_is_recording(file) or _has(file, _UNREAD) or _has(file, _BESIDE))]


def _kinds(files):
    """Return the number of files per suffix, the most frequent first, such as "12 .m4b, 1 .zip"."""
    kinds = Counter(os.path.splitext(file)[1].lower() or "without suffix" for file in files)
    return ", ".join(f"{n} {suffix}" for suffix, n in kinds.most_common(_N_NAMED))


def _recordings():
    return f"Recordings are files that end in {', '.join(sorted(suffixes()))}."


def _nothing_in(path, tree):
    loose = sum(_is_recording(file) for file in tree.loose)
    others = [file for files in tree.files.values() for file in files if not _has(file, _BESIDE)]
    instead = f" The sub-folders hold {_kinds(others)}." if others else ""
    return (
        f"{path!r} has neither a labels.csv nor sub-folders with recordings, and {loose} recordings directly "
        f"in it.{instead} Put those of each class in a sub-folder with its name, or write a labels.csv "
        f"with the columns file,label[,group]. {_recordings()}"
    )
