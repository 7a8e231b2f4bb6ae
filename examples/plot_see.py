"""
See the sound, the training, the mistakes
=========================================

Three pictures for three questions. What does a model get to see of a clip? Was the network trained long
enough, and not too long? Which classes are taken for each other?
"""

# %%
# A synthesised band of ten seconds, with its beats. :class:`~skmir.inspection.FramesDisplay` draws the frames
# of any front end with time in s, on the axis that belongs to the front end: Hz on the mel scale above, and
# notes below. Beats, chords and notes can be drawn too.
import matplotlib.pyplot as plt

from skmir.datasets import make_beats
from skmir.feature_extraction import CQT, MelSpectrogram
from skmir.inspection import FramesDisplay

clips, beats = make_beats(n_clips=1, random_state=4)
fig, axes = plt.subplots(2, 1, figsize=(8, 7), layout="constrained")
for front_end, ax in zip([MelSpectrogram(), CQT()], axes, strict=True):
    FramesDisplay.from_estimator(front_end, clips[0], waveform=ax is axes[0], annotation=beats[0], ax=ax)
plt.show()

# %%
# The constant-Q transform shows bass and chords, whose notes are rows; the mel bands show the drums, which
# are columns, and many of them stand at a beat. A fitted Pipeline is drawn up to its last frames, so that one
# sees what its classifier gets.

# %%
# Notes of seven families of instruments: mean and deviation of 20 MFCC, for a support vector machine and two
# networks, one of them with dropout and weight decay.
import warnings

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.datasets import make_instruments
from skmir.feature_extraction import MFCC
from skmir.neural_network import MLPClassifier
from skmir.preprocessing import FramePooler

notes = make_instruments(n_instruments=5, n_notes=6, duration=0.5, random_state=0)
X = make_pipeline(MFCC(), FramePooler()).fit_transform(notes.data)
y = [notes.target_names[i] for i in notes.target]
options = {"max_iter": 40, "early_stopping": True, "n_iter_no_change": 40, "device": "cpu", "random_state": 0}
networks = {
    "plain": MLPClassifier((100,), dropout=0.0, weight_decay=0, **options),
    "dropout": MLPClassifier((100,), dropout=0.5, weight_decay=0.1, **options),
}
networks = {name: make_pipeline(StandardScaler(), network) for name, network in networks.items()}

# %%
# :class:`~skmir.inspection.HistoryDisplay` draws the losses of one network or several: where the solid line
# of the validation data rises while the dashed one of the training data falls, the network learns by heart.
# The dot is the lowest validation loss. Here both networks learn the training notes ever better, and the loss
# on other instruments stays far above: more instruments would help, not more epochs. Each network is the last
# step of a Pipeline; a search would serve as well.
from skmir.inspection import HistoryDisplay

for network in networks.values():
    network.fit(X, y, **{"mlpclassifier__groups": notes.groups})
HistoryDisplay.from_estimator(networks)
plt.show()

# %%
# Instruments that are held out, fold by fold: which families does the support vector machine confuse?
# :class:`~skmir.inspection.ConfusionDisplay` puts families beside each other that are often taken for each
# other, so that groups of them are blocks along the diagonal.
from skmir.inspection import ConfusionDisplay
from skmir.model_selection import compare

models = {"SVM": make_pipeline(StandardScaler(), SVC(C=10))}
with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # there are few instruments
    result = compare(models, X, y, groups=notes.groups, random_state=0)
ConfusionDisplay.from_comparison(result, "SVM")
plt.show()
