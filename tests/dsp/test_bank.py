"""Filters are kept by their parameters."""

from concurrent.futures import ThreadPoolExecutor

import torch

from skmir.dsp import _bank


def test_equal_arguments_build_once_also_in_threads():
    built = []

    @_bank.bank
    def build(n):
        built.append(n)
        return torch.zeros(n)

    with ThreadPoolExecutor(4) as threads:
        filters = list(threads.map(build, [3, 4] * 20))
    assert sorted(built) == [3, 4]
    assert len({id(x) for x in filters}) == 2


def test_those_used_longest_ago_are_given_up(monkeypatch):
    monkeypatch.setattr(_bank, "_LIMIT", 100)
    built = []

    @_bank.bank
    def build(n):
        built.append(n)
        return (torch.zeros(n, dtype=torch.uint8), (n, torch.zeros(1, dtype=torch.uint8)))

    for n in (40, 50, 40, 30, 40, 50, 500, 500):
        build(n)
    assert built == [40, 50, 30, 50, 500]
