"""Losses of pairs equal their formulas pair by pair, and batches hold pairs."""

import numpy as np
import pytest
import torch

from skmir._training import ContrastiveLoss, HeadsLoss, SupervisedContrastiveLoss, TripletLoss
from skmir._training._pair_losses import similarity_of
from skmir._training._pairs import draw_tags, paired_order

LOSSES = [SupervisedContrastiveLoss(0.2), TripletLoss(0.5, 0.5), ContrastiveLoss(0.1, 1.2)]


@pytest.fixture
def batch():
    """Outputs of nine clips in three classes."""
    outputs = torch.randn(9, 4, generator=torch.Generator().manual_seed(0))
    return outputs, torch.tensor([0, 1, 2] * 3)


def unit(outputs):
    return (outputs / outputs.norm(dim=1, keepdim=True)).double().numpy()


def test_supcon_is_the_cross_entropy_of_picking_a_clip_of_the_class(batch):
    outputs, labels = batch
    z, of_clips = unit(outputs), []
    for i in range(9):
        others = [j for j in range(9) if j != i]
        total = np.log(sum(np.exp(z[i] @ z[j] / 0.2) for j in others))
        same = [j for j in others if labels[j] == labels[i]]
        of_clips.append(np.mean([total - z[i] @ z[j] / 0.2 for j in same]))
    assert float(LOSSES[0](outputs, (labels, None))) == pytest.approx(np.mean(of_clips), rel=1e-5)


def test_contrastive_is_the_mean_of_what_both_kinds_of_pairs_lack(batch):
    outputs, labels = batch
    z, near, far = unit(outputs), [], []
    for i in range(9):
        for j in set(range(9)) - {i}:
            d = np.linalg.norm(z[i] - z[j])
            if labels[i] == labels[j]:
                near.append(max(d - 0.1, 0) ** 2)
            else:
                far.append(max(1.2 - d, 0) ** 2)
    expected = np.mean(near) + np.mean(far)
    assert float(LOSSES[2](outputs, (labels, None))) == pytest.approx(expected, rel=1e-5)


def test_triplets_take_the_nearest_clip_beyond_the_similar_one(batch):
    outputs, labels = batch
    z, losses = unit(outputs), []
    for a in range(9):
        for p in set(range(9)) - {a}:
            if labels[a] != labels[p]:
                continue
            wanted = ((z[a] - z[p]) ** 2).sum()
            rivals = [((z[a] - z[n]) ** 2).sum() for n in range(9) if labels[n] != labels[a]]
            beyond = [d for d in rivals if d > wanted]
            losses.append(max(wanted - (min(beyond) if beyond else max(rivals)) + 0.5, 0))
    expected = np.mean([loss for loss in losses if loss > 0])
    assert float(LOSSES[1](outputs, (labels, None))) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES[1:], ids=str)
def test_nothing_is_lost_when_classes_are_points_beyond_the_margin(loss):
    points = torch.eye(3).repeat(3, 1)  # sqrt(2) apart
    assert float(loss(points, (torch.tensor([0, 1, 2] * 3), None))) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_a_clip_without_weight_is_in_no_pair(batch, loss):
    outputs, labels = batch
    weights = torch.tensor([1.0] * 6 + [0.0] * 3)
    some = loss(outputs, (labels, weights))
    assert float(some) == pytest.approx(float(loss(outputs[:6], (labels[:6], None))), rel=1e-5)
    assert float(some) != pytest.approx(float(loss(outputs, (labels, None))), rel=1e-3)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("labels", [[0, 1, 2, 3], [0, 0, 0, 0], [0, 0, 1, 1]], ids=str)
def test_gradients_are_finite_whatever_pairs_there_are(loss, labels):
    outputs = torch.ones(4, 3)  # all equal, where a distance has no gradient
    outputs[3] = -1
    outputs.requires_grad_()
    loss(outputs, (torch.tensor(labels), torch.tensor([1.0, 0.0, 0.0, 1.0]))).backward()
    assert outputs.grad.isfinite().all()
    loss(outputs, (torch.tensor(labels), None)).backward()
    assert outputs.grad.isfinite().all()


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_several_last_layers_are_views_of_a_clip_in_one_batch(batch, loss):
    outputs, labels = batch
    views = torch.stack([outputs, outputs.flip(1)], dim=1)  # (9, 2, 4)
    joint = loss(views.flatten(0, 1), (labels.repeat_interleave(2), None))
    assert float(HeadsLoss(loss)(views, (labels, None))) == pytest.approx(float(joint))


def test_similarity_of_tags_and_descriptors_is_their_cosine_without_its_negative_part():
    rows = torch.tensor([[1.0, 1.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])
    root = 0.5**0.5
    expected = [[1, root, 0, 0], [root, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    torch.testing.assert_close(similarity_of(rows), torch.tensor(expected))


def test_every_clip_has_a_partner_beside_it_and_the_order_is_random():
    kinds = torch.arange(200).repeat(3)[torch.randperm(600)]  # three clips of each of 200 classes
    orders = [paired_order(kinds, torch.Generator().manual_seed(seed)) for seed in (0, 1)]
    for order in orders:
        assert sorted(order.tolist()) == list(range(600))
        placed = kinds[order]
        same = placed[1:] == placed[:-1]
        has_partner = torch.cat([same, torch.tensor([False])]) | torch.cat([torch.tensor([False]), same])
        assert has_partner.all()
    assert (kinds[orders[0]] != kinds[orders[1]]).float().mean() > 0.9


def test_the_only_clip_of_a_class_stays_by_itself():
    order = paired_order(torch.tensor([5, 7, 5, 9]), torch.Generator().manual_seed(0))
    places = {int(clip): place for place, clip in enumerate(order)}
    assert sorted(places) == [0, 1, 2, 3]
    assert abs(places[0] - places[2]) == 1


def test_a_tag_of_each_clip_is_drawn():
    tags = torch.tensor([[1.0, 0, 2], [0, 0, 0], [0, 3, 0], [0, 0, 0]])
    drawn = [draw_tags(tags, torch.Generator().manual_seed(seed)).tolist() for seed in range(20)]
    assert {row[0] for row in drawn} == {0, 2}
    assert all(row[1:] == [4, 1, 6] for row in drawn)  # clips without tags have no partner
