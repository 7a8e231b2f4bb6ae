"""The augmentation that transposes the frames of a front end."""

from sklearn.pipeline import Pipeline

from ..augmentation import PitchRoll
from ..feature_extraction import CQT, BeatSynchronizer, Chroma
from ..preprocessing import FrameScaler
from ._frames import front_end_of


def pitch_roll(front_end):
    """Return the augmentation that transposes frames by semitones; None if their bins are not pitches.

    Parameters
    ----------
    front_end : transformer
        Fitted.

    Returns
    -------
    roll : PitchRoll or None
        Circular for chroma, which have no octaves.
    """
    steps = [step for _, step in front_end.steps] if isinstance(front_end, Pipeline) else [front_end]
    source = front_end_of(front_end)
    if any(step is not source and not isinstance(step, FrameScaler) for step in steps):
        return None
    if isinstance(source, BeatSynchronizer):
        return pitch_roll(source.front_end_)
    if isinstance(source, CQT) and source.bins_per_octave % 12 == 0:
        return PitchRoll(bins_per_step=source.bins_per_octave // 12)
    if isinstance(source, Chroma) and source.n_chroma % 12 == 0:
        return PitchRoll(bins_per_step=source.n_chroma // 12, mode="circular")
    return None
