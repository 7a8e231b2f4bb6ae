"""Names of the default models. They stand apart so that the command can check one without loading torch."""

MODEL_NAMES = ("SVM", "LDA", "MLP", "CNN", "CRNN", "DBN")
