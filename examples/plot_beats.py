"""
Beats of music whose tempo changes
==================================

A network says for each frame how likely a beat is. Peaks of these activations make poor beats: one is missing
where the drums rest, another is too much. A hidden Markov model knows that beats follow one another in a
tempo that changes little (Krebs, Böck and Widmer, 2015). One of its parameters, ``transition_lambda``, says
how little, and is searched here.
"""

# %%
# Drums, bass and chords that keep a tempo up to 15 % faster or slower than their own. All instruments are
# silent on every fifth beat or so, which is a beat nevertheless. Six of the pieces are kept for testing.
import numpy as np

from skmir.datasets import make_beats

SR = 22050
clips, beats = make_beats(20, drift=0.15, rests=0.2, sr=SR, random_state=0)
train, test = slice(0, 14), slice(14, 20)
print(len(clips), "clips of 10 s; beats of the first clip:", beats[0][:5].round(2))

# %%
# Values of ``transition_lambda`` are compared on two folds of the training clips. ``GridSearchCV`` would
# train a network for each value; ``DecoderSearchCV`` trains one per fold, and one for all training clips at
# the end. The score, CMLt, is the share of beats at which the right tempo is held.
from skmir.model_selection import DecoderSearchCV
from skmir.neural_network import TCNSequenceClassifier
from skmir.sequence import BeatHMM, BeatTracker

tracker = BeatTracker(network=TCNSequenceClassifier(max_iter=15), decoder=BeatHMM(), random_state=0)
values = [1, 10, 100, 1000]
search = DecoderSearchCV(tracker, {"decoder__transition_lambda": values}, cv=2, scoring="cmlt")
search.fit(clips[train], beats[train])
for value, score in zip(values, search.cv_results_["mean_test_score"], strict=True):
    print(f"transition_lambda = {value:4d}: CMLt {score:.2f}")

# %%
# If the tempo may jump, the path goes wherever an activation is high; if it may hardly change, beats are lost
# as soon as the music does not keep to a metronome.
#
# Decoders stand alone: activations in, events out. So the peaks come from the same network. The third tracker
# has the mean rise of the spectrum in place of a network, and the same hidden Markov model.
from skmir.sequence import PeakPicker

best = search.best_estimator_
seen, unseen = best.predict_frames(clips[train]), best.predict_frames(clips[test])
flux = BeatTracker(network="flux").fit(clips[train], beats[train])
peaks = PeakPicker(fps=best.fps_).fit(seen, beats[train])  # learns a threshold
found = {
    "flux + HMM": flux.predict(clips[test]),
    "TCN + peaks": peaks.predict(unseen),
    "TCN + HMM": best.decode(unseen),
}

# %%
# F counts beats within 70 ms. CMLt asks for the right tempo too, and AMLt also accepts its half, its double
# and the off-beat.
from skmir.metrics import beat_continuity, beat_f_measure

print(f"{'':12s}    F  CMLt  AMLt")
for name, times in found.items():
    scores = [
        beat_f_measure(beats[test], times, average="samples"),
        beat_continuity(beats[test], times, measure="cmlt"),
        beat_continuity(beats[test], times, measure="amlt"),
    ]
    print(f"{name:12s} " + "  ".join(f"{score:.2f}" for score in scores))

# %%
# The piece of the test clips whose tempo changes most. White lines are the beats as annotated, triangles
# those that were found: by the hidden Markov model at the top, and by the peaks at the bottom. Below is the
# activation of the network, and the tempo from beat to beat, which a beat that is missing halves.
import matplotlib.pyplot as plt

from skmir.feature_extraction import MelSpectrogram

HOP = 220
changes = [np.ptp(1 / np.diff(times)) * np.median(np.diff(times)) for times in beats[test]]
i = int(np.argmax(changes))
clip, truth = clips[test][i], beats[test][i]
hmm, picked = found["TCN + HMM"][i], found["TCN + peaks"][i]
spectrum = MelSpectrogram(SR, n_mels=64, hop_length=HOP).fit_transform(clip[np.newaxis])[0]
level = 10 * np.log10(np.maximum(spectrum, 1e-6 * spectrum.max()))

fig, (picture, row, tempo) = plt.subplots(
    3, figsize=(9, 7.5), sharex=True, layout="constrained", height_ratios=(3, 1, 2)
)
picture.pcolormesh(
    np.arange(level.shape[1]) * HOP / SR,
    np.arange(64),
    level,
    shading="nearest",
    cmap="magma",
    rasterized=True,
)
picture.vlines(truth, 0, 63, color="white", linewidth=0.8, label="annotated")
picture.plot(hmm, np.full(len(hmm), 61), "v", color="C1", label="TCN + HMM")
picture.plot(picked, np.full(len(picked), 2), "^", color="C0", label="TCN + peaks")
picture.set(ylabel="mel band", ylim=(0, 63), xlim=(0, len(clip) / SR))
picture.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, facecolor="0.3", labelcolor="white")
row.plot(np.arange(len(unseen[i])) * HOP / SR, unseen[i], color="C1", linewidth=1)
row.vlines(truth, 0, 1, color="0.7", linewidth=0.8, zorder=0)
row.set(ylabel="activation", ylim=(0, 1))
for name, times, style in (
    ("annotated", truth, "k-"),
    ("TCN + HMM", hmm, "C1o-"),
    ("TCN + peaks", picked, "C0^:"),
):
    tempo.plot((times[1:] + times[:-1]) / 2, 60 / np.diff(times), style, markersize=4, label=name)
tempo.set(ylabel="beats per minute", xlabel="time in s", ylim=(0, None))
tempo.legend(fontsize="small")
plt.show()

# %%
# The same piece, with a click at each beat of the hidden Markov model, those in rests included:
import base64
import io

import mir_eval
import soundfile


class Sound:
    """Shows a waveform as a player."""

    def __init__(self, y, sr):
        self.y, self.sr = y, sr

    def _repr_html_(self):
        file = io.BytesIO()
        soundfile.write(file, self.y, self.sr, format="WAV", subtype="PCM_16")
        source = base64.b64encode(file.getvalue()).decode()
        return f'<audio controls src="data:audio/wav;base64,{source}"></audio>'


def with_clicks(times):
    """Return the piece with clicks."""
    clicks = mir_eval.sonify.clicks(times, SR, length=len(clip))
    return Sound(0.5 * clip / np.abs(clip).max() + 0.4 * clicks, SR)


with_clicks(hmm)

# %%
# And at each peak:
with_clicks(picked)
