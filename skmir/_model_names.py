"""Names of the default models, by task. They stand apart: the command checks them without loading torch."""

MODEL_NAMES = {
    "classes": ("SVM", "LDA", "MLP", "CNN", "CRNN", "DBN"),
    "onsets": ("flux", "SuperFlux", "TCN"),
    "beats": ("flux + HMM", "TCN + HMM"),
    "chords": ("templates", "templates + Viterbi", "TCN + Viterbi"),
    "notes": ("logistic regression + HMM", "HarmonicCNN"),
}
