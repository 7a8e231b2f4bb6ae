"""What a device parameter stands for."""

import pytest
import torch

from skmir._device import resolve_device


def test_auto_takes_what_is_there(monkeypatch):
    assert resolve_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve_device("auto") == torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert resolve_device("auto") == torch.device("cpu")


@pytest.mark.parametrize("device", ["cpu", torch.device("cpu")])
def test_the_cpu_is_always_there(device):
    assert resolve_device(device) == torch.device("cpu")


@pytest.mark.parametrize("device", ["gpu", "", None, 1.5, "cuda:x"])
def test_unknown_names(device):
    with pytest.raises(ValueError, match=rf"device={device!r} is neither 'auto' nor a torch device"):
        resolve_device(device)


def test_devices_that_are_not_there():
    n_devices = torch.cuda.device_count()
    with pytest.raises(
        ValueError, match=rf"device='cuda:{n_devices}' is not there: torch sees {n_devices} CUDA"
    ):
        resolve_device(f"cuda:{n_devices}")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="this machine has an MPS device")
def test_other_devices_that_are_not_there():
    with pytest.raises(ValueError, match=r"device='mps' is not there: .* Use device='auto' or 'cpu'"):
        resolve_device("mps")
