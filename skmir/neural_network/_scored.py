"""What scorers get after each epoch: the network in training, whole clips, and y as fit got it."""

from .._training import scored_parts


def parts_to_score(network, recipe, held_out):
    """Return which clips are scored after each epoch, as ``scored_parts`` does.

    Parameters
    ----------
    network : BaseNetwork
    recipe : TrainingRecipe
        Its recipe, checked.
    held_out : (frames, targets) or None
        The validation data from the user.

    Raises
    ------
    ValueError
        If clips of validation are to be scored, and there are none.
    """
    parts = scored_parts(recipe, network.net_params)
    if "valid" in parts and not network.early_stopping and held_out is None:
        raise ValueError(
            f"{parts['valid']} needs clips to score that are not trained on. Set early_stopping=True, which "
            "holds some out, or pass X_val and y_val to fit; partial_fit has no such clips."
        )
    return parts


def scored(network, examples, y, rows):
    """Return what scorers get of clips.

    Parameters
    ----------
    network : BaseNetwork
        Built, but not trained yet.
    examples : Examples
        The clips.
    y : array-like
        Targets as ``fit`` got them.
    rows : ndarray of int or None
        Which of the targets belong to the clips; None if all do, in order.

    Returns
    -------
    model : BaseNetwork
        A twin of the network that computes the outputs for the clips once per epoch.
    X : ndarray of shape (n_clips, n_bins, n_frames) or (n_clips, n_features), or list of ndarray
        The frames; no copy, if they are on the CPU.
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        For a network with outputs per frame, the frames of all clips are the samples.
    """
    X = examples.windows.clips()
    if hasattr(network, "n_features_in_"):  # it learns from a table
        X = X[:, :, 0]
    return _twin(network, X), X, network._sample_targets(y, rows, examples.windows.lengths)


def _twin(network, X):
    """Return a shallow copy of a network that remembers, until the next epoch, its outputs for X."""
    twin = object.__new__(type(network))  # copy.copy would turn the net into arrays and build it anew
    vars(twin).update(vars(network))
    known = {}

    def outputs(frames):
        if frames is not X:
            return network._outputs(frames)
        epoch = len(network.net_.history)
        if epoch not in known:
            known.clear()
            known[epoch] = network._outputs(frames)
        return known[epoch]

    twin._outputs = outputs
    twin._samples_are_frames = True
    return twin
