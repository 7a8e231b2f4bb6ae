"""
A folder of recordings with onsets beside them
==============================================

Recordings of music in time have annotations in place of labels: a file beside each recording says when its
onsets are. The folder is read in one line, and detectors are compared on it as classifiers are.
"""

# %%
# The folder holds drum loops, if real recordings are there (``SKMIR_TEST_DATA``); otherwise we write
# synthesised notes and their onsets into one. ``song.wav`` has its onsets in ``song.onsets.csv``; labels of
# Audacity, JAMS and MIDI are read as well.
import os
import pathlib
import tempfile

import soundfile

from skmir.datasets import load_annotations, make_onsets, write_annotations

folder = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", "no folder"), "drum_loops")
temporary = tempfile.TemporaryDirectory()
if not folder.is_dir():
    folder = pathlib.Path(temporary.name)
    for i, (clip, times) in enumerate(zip(*make_onsets(n_clips=8, random_state=0), strict=True)):
        soundfile.write(folder / f"{i}.wav", clip, 22050)
        write_annotations(folder / f"{i}.onsets.csv", times)

loops = load_annotations(folder, "onsets")
print(len(loops.data), "recordings;", "onsets of the first, in s:", loops.target[0][:4].round(2))

# %%
# Two detectors that need little training. With two drum kits in the folder, which are its groups, there are
# two folds: each kit is tested on with what was learned from the other. A network is
# ``default_models(["TCN"], task="onsets")``.
import warnings

from skmir.model_selection import compare, default_models

detectors = default_models(["flux", "SuperFlux"], task="onsets")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # about few folds
    result = compare(detectors, loops.data, loops.target, groups=loops.groups, cv=2, random_state=0)
print(result)

# %%
# Onsets of the first recording, as annotated and as found while it was held out.
import matplotlib.pyplot as plt

from skmir.inspection import AnnotationsDisplay

AnnotationsDisplay.from_predictions(loops.target[0], result.predictions_["SuperFlux"][0])
plt.show()
temporary.cleanup()
