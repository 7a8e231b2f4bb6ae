"""
Onsets of notes with vibrato
============================

Spectral flux, the rise of the spectrum from frame to frame, finds drums and plucked strings. Vibrato moves
partials from band to band, and tremolo raises the level within a note, so that the spectrum also rises where
no note begins. Here a network that learns from annotations meets the flux on such notes.
"""

# %%
# Melodies of slow attacks, vibrato and tremolo, whose onsets are known to the sample.
import numpy as np

from skmir.datasets import make_onsets

SR, SECONDS = 22050, 5
clips, onsets = make_onsets(25, sounds="vibrato", duration=SECONDS, sr=SR, random_state=0)
print(len(clips), "clips,", sum(map(len, onsets)), "onsets; the first clip's:", onsets[0].round(2))

# %%
# A detector is a front end, a network and a decoder that picks peaks. The flux stands in place of the
# network, so that the decoder is the same; "SuperFlux" (Böck and Widmer, 2013) compares each band with its
# neighbours in the earlier frame, against vibrato. Both learn a threshold, and by how much they are late. The
# network is the default, trained for a shorter time.
from skmir.neural_network import TCNSequenceClassifier
from skmir.sequence import OnsetDetector

models = {
    "flux": OnsetDetector(network="flux"),
    "SuperFlux": OnsetDetector(network="superflux"),
    "TCN": OnsetDetector(network=TCNSequenceClassifier(max_iter=15)),
}

# %%
# ``compare`` takes lists of times as it takes labels. Clips of one voice would be a group, so that no voice
# is on both sides of a fold; here each clip has a voice of its own. The score is the F-measure of all onsets
# of a fold; a match is at most 25 ms away.
import warnings

from skmir.model_selection import compare

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a network should learn from more clips than these
    voices = np.arange(len(clips))
    result = compare(models, clips, onsets, groups=voices, cv=5, scoring="onset_f25", random_state=0)
print(result)

# %%
# The table keeps what each detector found in each clip while the clip was held out. The last two rows do not
# listen: "nothing" finds no onset, and "constant tempo" the same steady beat everywhere.
#
# To look inside, the flux and the network are fitted again to the training clips of the first fold, as
# ``compare`` has fitted them, and listen to the test clip on which the flux does worst. ``predict_frames``
# returns the activation from which the decoder picks.
from skmir.metrics import onset_f_measure

train, test = result.splits_[0]
of_flux = result.predictions_["flux"]
worst = min(test, key=lambda i: onset_f_measure([onsets[i]], [of_flux[i]], window=0.025))
clip, truth = clips[worst], onsets[worst]
activations, thresholds, found = {}, {}, {}
for name in ("flux", "TCN"):
    detector = result.models_[name].fit(clips[train], [onsets[i] for i in train])
    [activations[name]] = detector.predict_frames([clip])
    [found[name]] = detector.decode([activations[name]])
    thresholds[name] = detector.decoder_.threshold_
    print(f"{name:5s} {len(found[name])} onsets, {len(truth)} are annotated")

# %%
# White lines in the spectrogram are the onsets as annotated, triangles those that were found: by the network
# at the top, and by the flux at the bottom. The flux rises with each swing of the vibrato. In the activation
# of the network the onsets stand alone.
import matplotlib.pyplot as plt

from skmir.feature_extraction import CQT

HOP = 220
spectrum = CQT(SR, fmin=110, n_bins=144, bins_per_octave=24, hop_length=HOP).fit_transform([clip])[0]
level = 20 * np.log10(np.maximum(spectrum, 1e-3 * spectrum.max()))
hz = 110 * 2 ** (np.arange(144) / 24)

fig, (picture, *rows) = plt.subplots(
    3, figsize=(9, 7), sharex=True, layout="constrained", height_ratios=(3, 1, 1)
)
picture.pcolormesh(
    np.arange(level.shape[1]) * HOP / SR, hz, level, shading="nearest", cmap="magma", rasterized=True
)
picture.vlines(truth, hz[0], hz[-1], color="white", linewidth=0.8, label="annotated")
picture.plot(found["TCN"], np.full(len(found["TCN"]), 6000), "v", color="C1", label="TCN")
picture.plot(found["flux"], np.full(len(found["flux"]), 125), "^", color="C0", label="flux")
picture.set(yscale="log", ylabel="frequency in Hz", ylim=(hz[0], hz[-1]), xlim=(0, SECONDS))
picture.set_yticks([125, 250, 500, 1000, 2000, 4000], ["125", "250", "500", "1000", "2000", "4000"])
picture.minorticks_off()
picture.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, facecolor="0.3", labelcolor="white")
for ax, (name, activation), colour in zip(rows, activations.items(), ("C0", "C1"), strict=True):
    ax.plot(np.arange(len(activation)) * HOP / SR, activation, color=colour, linewidth=1)
    ax.vlines(truth, 0, 1, color="0.7", linewidth=0.8, zorder=0)
    ax.axhline(thresholds[name], color="0.4", linewidth=0.8, linestyle=":")
    ax.set(ylim=(0, 1), ylabel=name)
rows[-1].set_xlabel("time in s")
plt.show()

# %%
# The dotted lines are the learned thresholds: of the network, an activation must reach it; of the flux, it
# must exceed the mean around it by as much.
#
# The clip with a click at each onset that the flux has found:
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
    """Return the clip with clicks."""
    clicks = mir_eval.sonify.clicks(times, SR, length=len(clip))
    return Sound(0.5 * clip / np.abs(clip).max() + 0.4 * clicks, SR)


with_clicks(found["flux"])

# %%
# And at each onset that the network has found:
with_clicks(found["TCN"])
