"""Three ways to corrupt what a denoising autoencoder sees, by name.

Vincent, Larochelle, Lajoie, Bengio & Manzagol, "Stacked denoising autoencoders", JMLR 11, 2010.
"""

import torch


def mask(v, level, low, high):
    """Return v with a share of ``level`` of its values at zero."""
    return v * (torch.rand_like(v) >= level)


def add_gaussian(v, level, low, high):
    """Return v with normal noise of the standard deviation ``level``."""
    return v + level * torch.randn_like(v)


def salt_and_pepper(v, level, low, high):
    """Return v with a share of ``level`` of its values at their lowest or highest, by the toss of a coin."""
    extreme = torch.where(torch.rand_like(v) < 0.5, low, high)
    return torch.where(torch.rand_like(v) < level, extreme, v)


CORRUPTIONS = {"masking": mask, "gaussian": add_gaussian, "salt_and_pepper": salt_and_pepper}
