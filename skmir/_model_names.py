"""Names that the command checks without loading torch: default models by task, and front ends."""

MODEL_NAMES = {
    "classes": ("SVM", "LDA", "MLP", "CNN", "CRNN", "DBN"),
    "onsets": ("flux", "SuperFlux", "TCN"),
    "beats": ("flux + HMM", "TCN + HMM"),
    "chords": ("templates", "templates + Viterbi", "TCN + Viterbi"),
    "notes": ("logistic regression + HMM", "HarmonicCNN"),
}
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
