"""A parameter that networks share is described in the same words by each of them."""

import pytest
from parameter_texts import check_texts_are_equal, parameter_texts
from small_networks import SEQUENCES, SMALL

from skmir.neural_network import (
    RBM,
    ConvolutionalDBN,
    DeepBeliefNetwork,
    DenoisingAutoencoder,
    MLPClassifier,
    SiameseEmbedding,
)

NETWORKS = [*SMALL, SiameseEmbedding]
THEIR_OWN = {
    ("n_filters", "CRNN"): "it says the paper's widths",
    ("n_parameters", "CRNN"): "it sizes the recurrent layers as well",
    ("max_iter", "CNNClassifier"): "its default architecture needs fewer steps for classes",
    ("dropout", "CNN"): "dense layers' inputs",
    ("dropout", "CRNN"): "the last layer's inputs, and what the convolutions drop",
    ("dropout", "RNN"): "what is passed on over time",
    ("dropout", "DBN"): "it is dropped in fine-tuning, not in pretraining",
    ("n_frames", "RNN"): "batches are packed, so that short clips keep their length",
    ("activation", "DBN"): "pretraining limits the choice",
    ("architecture", "Siamese"): "it has one for tables as well",
    ("hidden_layer_sizes", "Siamese"): "they belong to one architecture",
    ("dropout", "Siamese"): "as CNN",
}
SEQUENCES_OWN = {
    ("n_filters", "TCN"): "one width for all layers",
    ("n_filters", "CRNN"): "it says the default's widths",
    ("n_parameters", "CRNN"): "it sizes the recurrent layer as well",
    ("dropout", "CNN"): "dense layers' inputs",
    ("dropout", "CRNN"): "the last layer's inputs, and what the convolutions drop",
    ("dropout", "RNN"): "what is passed on over time",
}
LAYERS = [RBM, DenoisingAutoencoder, DeepBeliefNetwork, ConvolutionalDBN]
LAYERS_OWN = {
    ("visible", "RBM"): "an autoencoder decodes, and has a loss",
    ("learning_rate", "RBM"): "the step of contrastive divergence",
    ("learning_rate", "ConvolutionalDBN"): "gradients are divided by the positions",
    ("n_components", "ConvolutionalDBN"): "filters of several layers",
    ("n_iter", "ConvolutionalDBN"): "clips and windows, not rows",
    ("batch_size", "ConvolutionalDBN"): "windows, not rows",
    ("random_state", "DenoisingAutoencoder"): "it corrupts, and does not sample",
    ("random_state", "ConvolutionalDBN"): "it draws windows as well",
    ("layer", "ConvolutionalDBN"): "it has pooling units, and no word for the last layer",
}


def test_networks_describe_a_shared_parameter_alike():
    check_texts_are_equal(NETWORKS, THEIR_OWN)


def test_networks_with_outputs_per_frame_describe_a_shared_parameter_alike():
    check_texts_are_equal(list(SEQUENCES), SEQUENCES_OWN)


def test_layers_describe_a_shared_parameter_alike():
    check_texts_are_equal(LAYERS, LAYERS_OWN)


class Differs:
    """Says something else.

    Parameters
    ----------
    dropout, n_frames : float, default=0.2
        Something else.
    """


def test_the_check_sees_what_differs():
    assert parameter_texts(Differs) == {
        "dropout": "float\nSomething else.",
        "n_frames": "float\nSomething else.",
    }
    two = [MLPClassifier, Differs]
    with pytest.raises(AssertionError, match=r"dropout:\n  MLPClassifier: float\nShare .*\n  Differs: float"):
        check_texts_are_equal(two, {})
    excepted = {(name, "Differs"): "a test" for name in ("dropout", "n_frames")}
    check_texts_are_equal(two, excepted)
    with pytest.raises(AssertionError, match="is an exception for no class"):
        check_texts_are_equal(two, {**excepted, ("depth", "Differs"): "a test"})
    same = type("Same", (), {"__doc__": Differs.__doc__})
    with pytest.raises(AssertionError, match="says nothing else than the others"):
        check_texts_are_equal([Differs, same], excepted)
    with pytest.raises(AssertionError, match="says nothing else than the others"):
        check_texts_are_equal([Differs], excepted)
