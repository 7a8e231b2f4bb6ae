"""Other libraries' front ends at librosa's defaults, as near to them as each library comes.

``pip install nnAudio sonara audioflux essentia``; each is optional. A front end here is a function from
clips, an array of shape (n_clips, n_samples) at 22,050 Hz, to the frames of each. A library that has two ways
of computing them has two functions. All run on one thread, if the caller limits BLAS and OpenMP.
"""

import contextlib
import os

import librosa
import numpy as np
import torch
from signals import SR

N_FFT, HOP, N_MELS, N_MFCC = 2048, 512, 128, 20


def rivals():
    """Return library to front end to list of functions, for librosa and the libraries that are installed."""
    found = {"librosa": _librosa()}
    for name, load in LIBRARIES.items():
        with contextlib.suppress(ImportError):
            found[name] = load()
    return found


def _each(front_end):
    """Return a list of one function, which takes the clips one by one."""
    return [lambda X: [front_end(y) for y in X]]


def _librosa():
    feature = librosa.feature
    return {
        "DFT": _each(lambda y: np.abs(librosa.stft(y))),
        "MelSpectrogram": _each(lambda y: feature.melspectrogram(y=y)),
        "MFCC": _each(lambda y: feature.mfcc(y=y)),
        "Chroma(kind='stft')": _each(lambda y: feature.chroma_stft(y=y)),
        "SpectralShape": _each(_spectral_shape),
        "CQT": _each(lambda y: np.abs(librosa.cqt(y))),
        "Chroma(kind='cqt')": _each(lambda y: feature.chroma_cqt(y=y)),
    }


def _spectral_shape(y):
    """Return all descriptors by librosa's functions, which share one spectrogram where they can."""
    feature, S = librosa.feature, np.abs(librosa.stft(y))
    names = ("centroid", "bandwidth", "rolloff", "contrast", "flatness")
    return np.concatenate(
        [
            *(getattr(feature, f"spectral_{name}")(S=S) for name in names),
            librosa.onset.onset_strength(S=S, center=False)[np.newaxis],
            feature.zero_crossing_rate(y),
            feature.rms(y=y),
        ]
    )


def _sonara():
    os.environ["RAYON_NUM_THREADS"] = "1"  # its own threads, which read this when they start
    import sonara

    return {
        "DFT": _each(lambda y: np.abs(sonara.stft(y))),
        "MelSpectrogram": _each(lambda y: sonara.melspectrogram(y=y)),
        "MFCC": _each(lambda y: sonara.mfcc(y=y)),
        "Chroma(kind='stft')": _each(lambda y: sonara.chroma_stft(y=y)),
        "CQT": _each(lambda y: np.abs(sonara.cqt(y))),
    }


def _audioflux():
    import audioflux

    types = audioflux.type
    widths = types.SpectralFilterBankNormalType
    shape = {"slide_length": HOP, "window_type": types.WindowType.HANN}
    stft = audioflux.STFT(radix2_exp=11, **shape)
    mel = audioflux.MelSpectrogram(
        N_MELS, SR, 0.0, SR / 2, radix2_exp=11, normal_type=widths.BAND_WIDTH, **shape
    )
    cqt = audioflux.CQT(84, SR, slide_length=HOP, normal_type=widths.AREA)
    cepstrum = audioflux.XXCC(N_MELS)

    def padded(y):
        return np.pad(y, N_FFT // 2)

    def mfcc(y):
        bands = mel.spectrogram(padded(y))
        cepstrum.set_time_length(bands.shape[-1])
        return cepstrum.xxcc(bands, N_MFCC)

    return {
        "DFT": _each(lambda y: np.abs(stft.stft(padded(y)))),
        "MelSpectrogram": _each(lambda y: mel.spectrogram(padded(y))),
        "MFCC": _each(mfcc),
        "CQT": _each(lambda y: np.abs(cqt.cqt(y))),
    }


def _essentia():
    import essentia

    essentia.log.infoActive = essentia.log.warningActive = False
    from essentia import standard

    bands = {
        "inputSize": 1 + N_FFT // 2,
        "numberBands": N_MELS,
        "sampleRate": SR,
        "highFrequencyBound": SR / 2,
        "type": "power",
        "warpingFormula": "slaneyMel",
        "normalize": "unit_tri",
        "weighting": "linear",
    }
    window, spectrum = standard.Windowing(type="hann", normalized=False), standard.Spectrum(size=N_FFT)
    mel = standard.MelBands(log=False, **bands)
    cepstrum = standard.MFCC(numberCoefficients=N_MFCC, logType="dbpow", silenceThreshold=1e-10, **bands)

    def of_frames(function):
        def frames(y):
            parts = standard.FrameGenerator(y, frameSize=N_FFT, hopSize=HOP)
            return np.array([function(spectrum(window(part))) for part in parts]).T

        return _each(frames)

    return {
        "DFT": of_frames(lambda s: s),
        "MelSpectrogram": of_frames(mel),
        "MFCC": of_frames(lambda s: cepstrum(s)[1]),
    }


def _nnaudio():
    from nnAudio import features

    shared = {"sr": SR, "pad_mode": "constant", "verbose": False}
    modules = {
        "DFT": [features.STFT(n_fft=N_FFT, hop_length=HOP, output_format="Magnitude", **shared)],
        "MelSpectrogram": [features.MelSpectrogram(**shared)],
        "MFCC": [features.MFCC(**shared)],
        "CQT": [features.CQT2010v2(**shared), features.CQT1992v2(**shared)],
    }
    return {
        name: [_batch(module) for module in ways] + [_one_by_one(module) for module in ways]
        for name, ways in modules.items()
    }


def _batch(module):
    return lambda X: _without_gradient(module, torch.from_numpy(X))


def _one_by_one(module):
    return lambda X: [_without_gradient(module, y)[0] for y in torch.from_numpy(X)]


def _without_gradient(module, y):
    with torch.inference_mode():
        return module(y).numpy()


LIBRARIES = {"sonara": _sonara, "audioflux": _audioflux, "essentia": _essentia, "nnAudio": _nnaudio}
