"""
Onsets, tempo and beats
=======================

The same piece, played slowly and quickly, gives two clips that differ from the first second on. Three front
ends look at time: ``OnsetStrength`` shows when notes begin, ``Tempogram`` how often, and
``BeatSynchronizer`` counts in beats instead of seconds, so that the two performances look alike.
"""

# %%
# A drum pattern over four chords of one bar each, at two tempi: a low stroke on beats 1 and 3, noise on 2 and
# 4, and a soft tick on every half beat.
import numpy as np

SR = 22050
CHORDS = [(0, 4, 7), (9, 0, 4), (5, 9, 0), (7, 11, 2)]  # C, a, F, G: semitones above C


def decaying(seconds, rate):
    """Return times in s and a gain that falls from 1."""
    time = np.arange(round(seconds * SR)) / SR
    return time, np.exp(-rate * time)


def perform(beats_per_minute, seed=0):
    """Return eight bars of four beats, and when the beats are, in s."""
    rng = np.random.default_rng(seed)
    beat = 60 / beats_per_minute
    y = 0.001 * rng.standard_normal(round((32 * beat + 0.2) * SR))

    def add(start, sound):
        first = round(start * SR)
        y[first : first + len(sound)] += sound

    low, low_gain = decaying(0.2, 20)
    short, tick_gain = decaying(0.05, 80)
    for i in range(64):
        add(i * beat / 2, 0.05 * tick_gain * rng.standard_normal(len(short)))
    for i in range(32):
        noise = rng.standard_normal(len(low))
        add(i * beat, low_gain * (0.2 * noise if i % 2 else 0.7 * np.sin(2 * np.pi * 60 * low)))
    time, gain = decaying(4 * beat, 0.5 / beat)
    for bar in range(8):
        for semitone in CHORDS[bar % 4]:
            hz = 261.63 * 2 ** (semitone / 12)
            add(bar * 4 * beat, 0.1 * gain * sum(np.sin(2 * np.pi * n * hz * time) / n for n in (1, 2, 3)))
    return y.astype(np.float32), np.arange(32) * beat


TEMPI = [90, 130]
performances = [perform(tempo) for tempo in TEMPI]
clips = [y for y, _ in performances]
print([f"{len(y) / SR:.1f} s" for y in clips])

# %%
# Clips of unequal length are passed as a list, and their frames are a list too. A shorter hop than the
# default makes the lags of the tempogram finer. The chroma start at C3, above the low stroke.
from skmir.feature_extraction import BeatSynchronizer, Chroma, OnsetStrength, Tempogram

HOP = 256
onsets = OnsetStrength(hop_length=HOP).fit_transform(clips)
tempograms = Tempogram(hop_length=HOP, win_length=768).fit_transform(clips)
chroma = Chroma(kind="cqt", hop_length=HOP, tuning=0.0, fmin=130.8, n_octaves=5)
by_time = chroma.fit_transform(clips)
by_beat = BeatSynchronizer(chroma, hop_length=HOP, aggregate="median").fit_transform(clips)
print("by time:", [x.shape for x in by_time])
print("by beat:", [x.shape for x in by_beat])

# %%
# The slow performance is on the left, the quick one on the right. Dotted lines are the beats as played; in
# the tempogram they are the tempo, its half and its double.
import matplotlib.pyplot as plt

fig, axes = plt.subplots(4, 2, figsize=(9, 10), layout="constrained", sharey="row")
lags = np.arange(1, 768)
bpm = 60 * SR / (HOP * lags)
for column, (tempo, (_, beats)) in enumerate(zip(TEMPI, performances, strict=True)):
    onset_ax, tempo_ax, time_ax, beat_ax = axes[:, column]
    seconds = (np.arange(onsets[column].shape[1] + 1) - 0.5) * HOP / SR

    onset_ax.plot(seconds[:-1] + 0.5 * HOP / SR, onsets[column][0], linewidth=0.8)
    for beat in beats:
        onset_ax.axvline(beat, color="0.5", linewidth=0.8, linestyle=":")
    onset_ax.set(title=f"{tempo} beats per minute: onset strength", xlim=(0, 6), xlabel="time in s")

    tempo_ax.pcolormesh(
        seconds[:-1], bpm, tempograms[column][1:], shading="nearest", cmap="magma", vmax=0.8, rasterized=True
    )
    for factor in (0.5, 1, 2):
        tempo_ax.axhline(factor * tempo, color="white", linewidth=0.8, linestyle=":")
    tempo_ax.set(title="tempogram", yscale="log", ylim=(30, 400), xlabel="time in s")
    tempo_ax.set_yticks([30, 60, 120, 240], ["30", "60", "120", "240"])
    tempo_ax.minorticks_off()

    time_ax.pcolormesh(seconds, np.arange(13) - 0.5, by_time[column], cmap="viridis", rasterized=True)
    time_ax.set(title="chroma by time", xlabel="time in s", xlim=(0, len(clips[0]) / SR))
    n_beats = by_beat[column].shape[1]
    beat_ax.pcolormesh(
        np.arange(n_beats + 1), np.arange(13) - 0.5, by_beat[column], cmap="viridis", rasterized=True
    )
    beat_ax.set(title="chroma by beat", xlabel="beat", xticks=range(0, n_beats + 1, 4))
for ax in axes[2:, 0]:
    ax.set_ylabel("pitch class")
    ax.set_yticks([0, 2, 4, 5, 7, 9, 11], list("CDEFGAB"))
axes[0, 0].set_ylabel("rise in dB")
axes[1, 0].set_ylabel("beats per minute")
plt.show()

# %%
# The two performances cannot be compared frame by frame, since the quick one is over sooner. They can be
# compared beat by beat.
n_beats = min(x.shape[1] for x in by_beat)
slow, quick = (x[:, :n_beats] for x in by_beat)
print(f"correlation, beat by beat: {np.corrcoef(slow.ravel(), quick.ravel())[0, 1]:.2f}")
