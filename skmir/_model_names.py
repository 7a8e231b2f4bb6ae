"""Names that the command checks without loading torch: default models by task, and front ends."""

MODEL_NAMES = {
    "classes": ("SVM", "LDA", "MLP", "CNN", "CRNN", "DBN", "ensemble"),
    "tags": ("SVM", "logistic regression", "MLP", "CNN", "CRNN"),
    "regression": ("SVR", "ridge", "MLP", "CNN", "CRNN"),
    "onsets": ("flux", "SuperFlux", "TCN"),
    "beats": ("flux + HMM", "TCN + HMM"),
    "chords": ("templates", "templates + Viterbi", "TCN + Viterbi"),
    "notes": ("logistic regression + HMM", "HarmonicCNN"),
}
# What models learn: labels, one or more for a whole recording, or annotations of what happens when in it.
LABELLED = ("classes", "tags", "regression")
ANNOTATED = tuple(task for task in MODEL_NAMES if task not in LABELLED)
FRONT_END_NAMES = (
    "CQT",
    "Chroma",
    "DFT",
    "LogFilteredSpectrogram",
    "MFCC",
    "MelSpectrogram",
    "OnsetStrength",
    "SpectralShape",
    "Tempogram",
)
