"""TimbralTemporalCNN: both kinds of filters, as each network has them alone."""

import pytest
import torch

from skmir.modules import TemporalFiltersCNN, TimbralCNN, TimbralTemporalCNN


def frames(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def test_features_are_those_of_the_two_networks():
    both = TimbralTemporalCNN(20, 50, 3, (2, 3, 4), (2, 3, 4, 5))
    timbral = TimbralCNN(20, 50, 3, (2, 3, 4))
    temporal = TemporalFiltersCNN(20, 50, 3, (2, 3, 4, 5))
    timbral.timbral_layers, temporal.temporal_layers = both.timbral_layers, both.temporal_layers
    x = frames(2, 20, 50)
    expected = torch.cat([timbral.features(x), temporal.features(x)], dim=1)
    assert expected.shape == (2, 18 + 14)
    torch.testing.assert_close(both.features(x), expected)
    torch.testing.assert_close(both(x), both.final_layer(expected))


def test_widths_give_as_many_timbral_maps_as_temporal_ones():
    widths = TimbralTemporalCNN.widths(128)
    assert 2 * sum(widths["n_filters"]) == sum(widths["n_temporal_filters"]) == 1792  # 3,584 in all
    assert TimbralTemporalCNN(96, 100, 3, **widths).final_layer.in_features == 3584


@pytest.mark.parametrize("params", [{"n_filters": (1, 2)}, {"n_temporal_filters": (1, 2, 3)}])
def test_widths_are_one_a_length(params):
    with pytest.raises(ValueError, match=r"must hold [34] numbers, one per kernel length"):
        TimbralTemporalCNN(96, 100, 3, **params)


@torch.no_grad()
def test_one_frame_goes_through():
    logits = TimbralTemporalCNN(5, 1, 3)(frames(2, 5, 1))
    assert logits.shape == (2, 3) and logits.isfinite().all()
