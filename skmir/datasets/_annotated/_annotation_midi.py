"""Annotations in MIDI files, by pretty_midi."""

import warnings

import numpy as np

from ..._extras import require
from ._annotation_columns import hz_of


def read_midi(file, kind):
    """Return an annotation from a MIDI file.

    Parameters
    ----------
    file : str
    kind : {"onsets", "beats", "bars", "notes"} or None
        Notes are those of pitched instruments, and are read by default; onsets are those of drums too; beats
        and bars follow the file's tempi and time signatures from its start.

    Returns
    -------
    annotation : ndarray or (ndarray, ndarray)

    Raises
    ------
    ImportError
        If pretty_midi is not installed.
    ValueError
        If the file is not MIDI, or chords are wanted.

    Warns
    -----
    UserWarning
        If notes without a length are left out.
    """
    require(f"{file!r}", "eval", module="pretty_midi")
    import pretty_midi  # optional, and slow to import

    if kind == "chords":
        raise ValueError(
            f"{file!r} is a MIDI file, which holds no chords. Pass a text of start, end and label."
        )
    try:
        midi = pretty_midi.PrettyMIDI(file)
    except (OSError, ValueError, KeyError, IndexError, EOFError) as error:
        raise ValueError(f"{file!r} cannot be read as MIDI: {str(error) or type(error).__name__}.") from error
    return _MAKERS[kind or "notes"](midi, file)


def write_midi(file, annotation):
    """Write notes, as those of a piano; pitches are rounded to the nearest semitone.

    Parameters
    ----------
    file : str
    annotation : (ndarray of shape (n_notes, 2), ndarray of shape (n_notes,))

    Raises
    ------
    ImportError
        If pretty_midi is not installed.
    ValueError
        If a pitch is outside of MIDI's range, 8.2 to 12,544 Hz.
    """
    require("write_annotations to MIDI", "eval", module="pretty_midi")
    import pretty_midi  # optional, and slow to import

    intervals, pitches = annotation
    numbers = np.round(69 + 12 * np.log2(np.asarray(pitches) / 440)).astype(int)
    if len(numbers) and (numbers.min() < 0 or numbers.max() > 127):
        wrong = pitches[np.flatnonzero((numbers < 0) | (numbers > 127))[0]]
        raise ValueError(f"MIDI has pitches from 8.2 to 12544 Hz, got {wrong:g} Hz. Write a text or CSV.")
    midi = pretty_midi.PrettyMIDI(resolution=960)
    piano = pretty_midi.Instrument(program=0)
    piano.notes = [
        pretty_midi.Note(velocity=80, pitch=int(number), start=start, end=end)
        for number, (start, end) in zip(numbers, intervals.tolist(), strict=True)
    ]
    midi.instruments.append(piano)
    midi.write(file)


def _notes(midi, file):
    notes = [note for each in midi.instruments if not each.is_drum for note in each.notes]
    sounding = [note for note in notes if note.end > note.start]
    if len(sounding) < len(notes):
        warnings.warn(
            f"{file!r}: {len(notes) - len(sounding)} of {len(notes)} notes are left out because they end "
            "where they start.",
            stacklevel=6,
        )
    intervals = np.array([[note.start, note.end] for note in sounding], dtype=float).reshape(-1, 2)
    return intervals, hz_of([note.pitch for note in sounding])


def _onsets(midi, file):
    return np.array([note.start for each in midi.instruments for note in each.notes], dtype=float)


def _beats(midi, file):
    return midi.get_beats()


def _bars(midi, file):
    beats, downbeats = midi.get_beats(), midi.get_downbeats()
    starts = np.searchsorted(beats, downbeats - 1e-6)  # the beat that is each downbeat
    index = np.arange(len(beats))
    bar = np.searchsorted(starts, index, side="right") - 1
    positions = index - np.where(bar >= 0, starts[np.maximum(bar, 0)], 0) + 1
    return np.column_stack([beats, positions])


_MAKERS = {"notes": _notes, "onsets": _onsets, "beats": _beats, "bars": _bars}
