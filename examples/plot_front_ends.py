"""
One note, five front ends
=========================

A front end turns each clip into frames: a column of numbers every ``hop_length`` samples. The five front ends
here get the same second of a bowed string, and differ in the meaning of their rows. The numbers are
librosa's.
"""

# %%
# The notes are clips, one per row of a 2-D array.
import numpy as np

from skmir.datasets import make_instruments

notes = make_instruments(n_instruments=1, n_notes=1, random_state=7)
clip = notes.data[notes.target == notes.target_names.index("strings")]
print(clip.shape)

# %%
# ``transform`` gives frames of shape ``(n_clips, n_bins, n_frames)``. Nothing is learned in ``fit``.
from skmir.feature_extraction import CQT, DFT, MFCC, Chroma, MelSpectrogram

front_ends = [DFT(), MelSpectrogram(), CQT(), MFCC(), Chroma()]
frames = [front_end.fit_transform(clip)[0] for front_end in front_ends]
for front_end, x in zip(front_ends, frames, strict=True):
    print(f"{type(front_end).__name__:14} {x.shape}")

# %%
# Magnitudes and powers span many orders of magnitude, so they are drawn in decibels below their highest
# value: 20 log10 for the magnitudes of ``DFT`` and ``CQT``, 10 log10 for the power of ``MelSpectrogram``.
# MFCC are weighted sums of decibels already, and ``Chroma`` is relative to the loudest pitch class of each
# frame.
import librosa
import matplotlib.pyplot as plt


def decibels(x, factor):
    """Return values in dB below the highest, at least -80."""
    return factor * np.log10(np.maximum(x / x.max(), 10 ** (-80 / factor)))


seconds = (np.arange(frames[0].shape[1] + 1) - 0.5) * 512 / 22050  # frame t has its middle at 512 t
dft_edges = np.arange(1026) * 22050 / 2048
mel_edges = librosa.mel_frequencies(129, fmax=11025)
cqt_edges = librosa.note_to_hz("C1") * 2 ** ((np.arange(85) - 0.5) / 12)
pictures = [
    ("DFT (magnitude)", dft_edges, decibels(frames[0], 20), "frequency in Hz"),
    ("MelSpectrogram (power)", mel_edges, decibels(frames[1], 10), "frequency in Hz"),
    ("CQT (magnitude)", cqt_edges, decibels(frames[2], 20), "note"),
    ("MFCC, without the first", np.arange(1, 21) - 0.5, frames[3][1:], "coefficient"),
    ("Chroma", np.arange(13) - 0.5, frames[4], "pitch class"),
]
fig, axes = plt.subplots(3, 2, figsize=(9, 8), layout="constrained", sharex=True)
for ax, (title, edges, values, label) in zip(axes.flat, pictures, strict=False):
    signed = {"cmap": "RdBu_r", "vmin": -abs(values).max(), "vmax": abs(values).max()}
    colours = signed if title.startswith("MFCC") else {"cmap": "magma"}
    mesh = ax.pcolormesh(seconds, edges, values, rasterized=True, **colours)
    unit = "dB" if title.endswith(")") else "value"
    fig.colorbar(mesh, ax=ax).set_label(unit)
    ax.set(title=title, ylabel=label, xlim=(0, 1))
dft, mel, cqt, mfcc, chroma, waveform = axes.flat
dft.set_ylim(0, 6000)
mel.set_yscale("symlog", linthresh=1000, linscale=0.4)  # the mel scale: linear below 1 kHz, logarithmic above
mel.set_yticks([0, 500, 1000, 2000, 4000, 8000], ["0", "500", "1000", "2000", "4000", "8000"])
mel.set_ylim(0, 11025)
mel.minorticks_off()
octaves = [f"C{octave}" for octave in range(1, 8)]
cqt.set_yscale("log")
cqt.set_yticks(librosa.note_to_hz(octaves), octaves)
cqt.minorticks_off()
mfcc.set_yticks([1, 5, 10, 15, 19])
chroma.set_yticks([0, 2, 4, 5, 7, 9, 11], list("CDEFGAB"))
waveform.plot(np.arange(clip.shape[1]) / 22050, clip[0], linewidth=0.3, color="0.2")
waveform.set(title="The clip", ylabel="amplitude")
for ax in axes[-1]:
    ax.set_xlabel("time in s")
plt.show()

# %%
# In the first picture the partials of the note are equally spaced in Hz, and the vibrato moves the higher
# ones further. In the third, whose rows are semitones, it moves all partials by the same distance, and
# another note would be the same pattern, shifted. ``MelSpectrogram`` has fewer rows than ``DFT``: narrow
# bands below and wide ones above, like the ear. ``MFCC`` keeps the rough shape of the spectrum and drops the
# pitch; ``Chroma`` keeps the pitch class and drops the octave.
