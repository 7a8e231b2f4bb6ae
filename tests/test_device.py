"""What a device parameter stands for."""

import multiprocessing
from types import SimpleNamespace

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
    with pytest.raises(ValueError, match=rf"device={device!r} must be 'auto' or a torch device"):
        resolve_device(device)


def test_devices_that_are_not_there():
    n_devices = torch.cuda.device_count()
    with pytest.raises(
        ValueError, match=rf"device='cuda:{n_devices}' is not available: torch sees {n_devices} CUDA"
    ):
        resolve_device(f"cuda:{n_devices}")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="this machine has an MPS device")
def test_other_devices_that_are_not_there():
    with pytest.raises(
        ValueError,
        match=r"device='mps' is not available: torch finds no MPS device.* Use device='auto' or 'cpu'",
    ):
        resolve_device("mps")


WORKER = ("name", "n_devices", "expected")


@pytest.mark.parametrize(WORKER, [("LokyProcess-2", 4, 1), ("LokyProcess-1", 1, 0)])
def test_workers_take_the_devices_in_turn(monkeypatch, recwarn, name, n_devices, expected):
    pretend_worker(monkeypatch, name, n_devices)
    assert resolve_device("auto") == torch.device("cuda", expected)
    assert not recwarn


@pytest.mark.parametrize(WORKER, [("LokyProcess-2", 1, 0), ("Worker-6", 4, 1)])
def test_a_worker_that_shares_a_device_says_so(monkeypatch, name, n_devices, expected):
    pretend_worker(monkeypatch, name, n_devices)
    with pytest.warns(
        UserWarning, match=f"shares cuda:{expected} with another worker: torch sees {n_devices}"
    ):
        assert resolve_device("auto") == torch.device("cuda", expected)


def pretend_worker(monkeypatch, name, n_devices):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: n_devices)
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: object())
    monkeypatch.setattr(multiprocessing, "current_process", lambda: SimpleNamespace(name=name))
