"""How certain a classifier was of what it predicted, and how likely it thought the label."""

import warnings

import numpy as np

from ..._annotations import kind_of_annotations


def certainties(responses, predictions, y):
    """Return the probabilities that a model gave to its predictions and to the labels.

    Two numbers per clip are kept, however many classes there are.

    Parameters
    ----------
    responses : Responses
        The model's answers for the clips.
    predictions : ndarray of shape (n_clips,) or (n_clips, n_outputs), or list of annotations
        What it predicted.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs), or list of annotations
        Labels of the clips.

    Returns
    -------
    probabilities : ndarray of shape (n_clips, 2) and dtype float32, or None
        Of the predicted class, and of the label: 0 for a class that the model has not seen in training. None
        if a clip does not have one class, or the model gives no probabilities.
    """
    if kind_of_annotations(y) is not None or np.ndim(predictions) != 1 or responses.kind != "classifier":
        return None
    if "predict_proba" not in responses.methods or np.ndim(responses.classes) != 1:
        return None
    try:
        values = np.asarray(responses.get("predict_proba"))
    except Exception as error:  # the predictions are worth keeping, whatever a model of the user's raises
        warnings.warn(
            f"{responses.name} predicts, but gives no probabilities for the test clips of a fold: "
            f"its mistakes are listed without them. predict_proba raises {type(error).__name__}: {error}",
            stacklevel=2,
        )
        return None
    if values.shape != (len(predictions), len(responses.classes)):
        return None
    column = {label: i for i, label in enumerate(np.asarray(responses.classes).tolist())}
    values = np.column_stack([values, np.zeros(len(values))])  # the last column is of unseen classes
    positions = [[column.get(label, -1) for label in np.asarray(some).tolist()] for some in (predictions, y)]
    return np.take_along_axis(values, np.transpose(positions), axis=1).astype(np.float32)
