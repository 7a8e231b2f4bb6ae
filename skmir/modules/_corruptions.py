"""Three ways to corrupt the input of a denoising autoencoder, by name.

Vincent, Larochelle, Lajoie, Bengio & Manzagol, "Stacked denoising autoencoders", JMLR 11, 2010.
"""

import torch


def mask(v, level, low, high):
    """Return v with a share ``level`` of its values set to zero."""
    return v * (torch.rand_like(v) >= level)


def add_gaussian(v, level, low, high):
    """Return v plus normal noise with the standard deviation ``level``."""
    return v + level * torch.randn_like(v)


def salt_and_pepper(v, level, low, high):
    """Return v with a share ``level`` of its values set to the lowest or highest value at random."""
    extreme = torch.where(torch.rand_like(v) < 0.5, low, high)
    return torch.where(torch.rand_like(v) < level, extreme, v)


CORRUPTIONS = {"masking": mask, "gaussian": add_gaussian, "salt_and_pepper": salt_and_pepper}
