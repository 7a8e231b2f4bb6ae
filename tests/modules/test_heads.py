"""Several last layers, and the losses that train each."""

import pytest
import torch

from skmir._training._losses import ClassLoss, HeadsLoss, NumberLoss, TagLoss
from skmir.modules._heads import Heads

SPANS = [(0, 4), (2, 6), (5, 6)]


@pytest.fixture
def features():
    return torch.randn(7, 6, generator=torch.Generator().manual_seed(0))


def test_each_head_sees_its_span(features):
    heads = Heads(SPANS, 3).train()
    logits = heads(features)
    assert logits.shape == (7, 3, 3)
    for i, (start, end) in enumerate(SPANS):
        torch.testing.assert_close(logits[:, i], heads.layers[i](features[:, start:end]))
    torch.testing.assert_close(heads.eval()(features), logits.mean(dim=1))
    assert heads.in_features == 6


TARGETS = {
    "classes": (ClassLoss(0.1), torch.tensor([0, 1, 2, 0, 1, 2, 0])),
    "shares": (ClassLoss(), torch.full((7, 3), 1 / 3)),
    "tags": (TagLoss(0.1), torch.tensor([[1.0, 0.0, 1.0]] * 7)),
    "numbers": (NumberLoss(), torch.arange(21.0).reshape(7, 3)),
}


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("weights", [None, torch.arange(1.0, 8.0)])
def test_the_loss_of_several_heads_is_the_mean_of_theirs(kind, weights, features):
    loss, targets = TARGETS[kind]
    logits = Heads(SPANS, 3).train()(features)
    each = [loss(logits[:, i], (targets, weights)) for i in range(3)]
    torch.testing.assert_close(HeadsLoss(loss)(logits, (targets, weights)), torch.stack(each).mean())
    with pytest.raises(ValueError, match=r"outputs of shape \(B, n_outputs\), .* got \(7, 3, 3\)"):
        loss(logits, (targets, weights))
