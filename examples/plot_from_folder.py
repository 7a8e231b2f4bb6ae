"""
From a folder of recordings to labels of new ones
=================================================

A folder, a table that says what the recordings are and which belong together, and five steps: look for
copies, compare models, see what the better one gets wrong, fit it on everything, label recordings that it has
not heard.
"""

# %%
# The folder holds solos of eight instruments by several artists, if real recordings are there
# (``SKMIR_TEST_DATA``); otherwise we write synthesised notes into one. Any folder of yours with a
# ``labels.csv`` (columns file, label, group) takes its place.
import os
import pathlib
import tempfile

import soundfile

from skmir.datasets import load_folder, make_instruments

folder = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", "no folder"), "medley_solos")
temporary = tempfile.TemporaryDirectory()
if not folder.is_dir():
    folder = pathlib.Path(temporary.name)
    notes = make_instruments(n_instruments=4, n_notes=2, duration=0.3, random_state=0)
    rows = ["file,label,group"]
    for i, (clip, label, group) in enumerate(zip(notes.data, notes.target, notes.groups, strict=True)):
        soundfile.write(folder / f"{i:02d}.wav", clip, notes.sr)
        rows.append(f"{i:02d}.wav,{notes.target_names[label]},{group}")
    (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")

recordings = load_folder(folder)
print(len(recordings.data), "recordings,", len(set(recordings.groups)), "groups")
print(recordings.frame.head(3)[["file", "label", "group"]])

# %%
# Is the same sound in two files? An empty table means that no such pair is on both sides of a fold.
from skmir.model_selection import check_leakage

leaks = check_leakage(recordings.data, recordings.groups, cv=4)
print(len(leaks), "pairs of recordings with the same sound")

# %%
# Two models without a network, so that this page is made in seconds. "CNN" is one name more in the list.
import warnings

from skmir.model_selection import compare, default_models

labels = [recordings.target_names[i] for i in recordings.target]
models = default_models(["SVM", "LDA"])
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    result = compare(models, recordings.data, labels, groups=recordings.groups, cv=4, random_state=0)
print(result)
for warning in said:
    print(warning.message)

# %%
import matplotlib.pyplot as plt

from skmir.inspection import ComparisonDisplay, ConfusionDisplay

ComparisonDisplay.from_comparison(result)
plt.show()

# %%
# Which instruments are taken for which?
ConfusionDisplay.from_comparison(result, "LDA")
plt.show()

# %%
# The most confident mistakes, with the file, so that you can listen. If all models are wrong about a
# recording, look at its label first.
wrong = result.mistakes_.head(5)
print(wrong[["label", "predicted", "n_wrong", "n_models"]])
print([pathlib.Path(recordings.data[row]).name[:12] for row in wrong["row"]])

# %%
# At last the model is fitted on all recordings. It takes paths, as before, and says how sure it is: here of
# three synthesised notes, which are new to it.
new = pathlib.Path(temporary.name, "new")
new.mkdir()
notes = make_instruments(n_instruments=1, n_notes=1, duration=0.3, random_state=1)
for name, clip in zip(notes.target_names[:3], notes.data[:3], strict=True):
    soundfile.write(new / f"{name}.wav", clip, notes.sr)
files = sorted(map(str, new.iterdir()))
model = models["LDA"].fit(recordings.data, labels)
for file, label, shares in zip(files, model.predict(files), model.predict_proba(files), strict=True):
    print(f"{pathlib.Path(file).name:<12} {label:<26} {shares.max():.2f}")
temporary.cleanup()
