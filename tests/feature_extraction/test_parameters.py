"""Parameters that front ends share: declared once, described alike, and documented with their defaults."""

import ast
import dataclasses
import inspect
import re

import numpy as np
import pytest
from numpydoc.docscrape import NumpyDocString
from parameter_texts import texts

from skmir import feature_extraction
from skmir.audio import AudioLoader
from skmir.feature_extraction import BeatSynchronizer
from skmir.feature_extraction._base import BaseFrontEnd

FRONT_ENDS = [
    kind
    for kind in map(feature_extraction.__dict__.get, feature_extraction.__all__)
    if issubclass(kind, BaseFrontEnd)
]
# Parameters that mean something else than in the rest of the family, and why.
OTHER_MEANING = {
    "Chroma": {
        "n_fft win_length window": "count only if the kind is 'stft'",
        "bins_per_octave fmin tuning": "count for the transform under the pitch classes, not for the bins",
    },
    "CQT": {
        "fmin": "the frequency of a bin, not the end of a band",
        "norm": "of the filters, not of the frames",
        "window": "of each filter: frames have windows of several lengths",
    },
    "LogFilteredSpectrogram": {
        "fmin fmax": "bands equally spaced in pitch have other limits",
        "n_fft": "may be several",
    },
    "MFCC": {"norm": "of the cosine transform"},
    "MelSpectrogram": {"norm": "of the bands"},
    "SpectralShape": {"fmin": "of the contrast alone"},
    "Tempogram": {
        "n_fft": "of the onset strength, which has frames of its own",
        "center win_length window": "of the autocorrelation, in frames instead of samples",
    },
}
DIFFERENT = {
    (kind, name) for kind, reasons in OTHER_MEANING.items() for names in reasons for name in names.split()
}


def test_shared_parameters_are_described_alike():
    found = texts(FRONT_ENDS)
    assert len(FRONT_ENDS) >= 9
    assert all(len(kinds) == len(FRONT_ENDS) for kinds in found["memory"].values())
    for name, described in found.items():
        alike = [
            text for text, kinds in described.items() if any((kind, name) not in DIFFERENT for kind in kinds)
        ]
        assert len(alike) <= 1, f"{name} is described in {len(alike)} ways: {described}"


def test_parameters_of_another_meaning_are_described_otherwise():
    found = texts(FRONT_ENDS)
    for kind, name in DIFFERENT:
        (others,) = [kinds for kinds in found[name].values() if kind in kinds]
        assert others == [kind], f"{name} of {kind} is described as that of {others}: take it off the list"


def test_a_front_end_declares_no_parameter_as_its_base_does():
    def said(field):
        return field.type, field.default, field.kw_only

    for kind in FRONT_ENDS:
        own = {field.name: said(field) for field in dataclasses.fields(kind)}
        inherited = {
            field.name: said(field)
            for base in reversed(kind.__mro__[1:])
            if dataclasses.is_dataclass(base)
            for field in dataclasses.fields(base)
        }
        again = inspect.get_annotations(kind).keys() & inherited.keys()
        assert not [name for name in again if own[name] == inherited[name]], kind.__name__


@pytest.mark.parametrize("kind", [*FRONT_ENDS, BeatSynchronizer, AudioLoader], ids=lambda kind: kind.__name__)
def test_documented_defaults_are_the_declared_ones(kind):
    declared = {name: one.default for name, one in inspect.signature(kind).parameters.items()}
    documented = {}
    for entry in NumpyDocString(inspect.getdoc(kind))["Parameters"]:
        names = entry.name.split(", ")
        if default := re.search(r"default=(.*)$", entry.type):
            values = default[1].split(" and ") if " and " in default[1] else [default[1]] * len(names)
            assert len(values) == len(names)
            documented |= dict(zip(names, map(value, values), strict=True))
    assert set(declared) - set(documented) <= {"features"}  # all of them, as the list above says
    assert documented == {name: declared[name] for name in documented}


def value(text):
    """Return the value of a default as a docstring writes it."""
    return np.inf if text == "numpy.inf" else ast.literal_eval(text)
