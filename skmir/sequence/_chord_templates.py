"""Chords of frames by the nearest template: the baseline of chord recognition."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from .._chord_labels import NO_CHORD
from ..neural_network import chord_templates

_SHARPEST = 100.0
_MOST = 20.0  # that is added for no chord


class ChordTemplates:
    """Templates of chords, which have equal shares of a chord's notes, and how likely each is in a frame.

    A chord is the likelier the smaller the angle of its template to the frame.

    Parameters
    ----------
    labels : list of str
        Chords.
    sharpness : float, default=1.0
        Probabilities are in proportion to ``exp(sharpness * cosine)``.
    no_chord : float, default=0.0
        What is added to ``sharpness * cosine`` of "N", whose template has all notes.
    """

    def __init__(self, labels, sharpness=1.0, no_chord=0.0):
        templates = chord_templates(labels)
        self.templates = templates / np.linalg.norm(templates, axis=1, keepdims=True)
        self.is_no_chord = np.array([float(label == NO_CHORD) for label in labels])
        self.sharpness, self.no_chord = sharpness, no_chord

    def predict_proba(self, x):
        """Return the probability of each chord in each frame.

        Parameters
        ----------
        x : ndarray of shape (12, n_frames)
            Chroma, the first bin is C.

        Returns
        -------
        probabilities : ndarray of float64 of shape (n_chords, n_frames)
        """
        added = self.no_chord * self.is_no_chord[:, np.newaxis]
        return softmax(self.sharpness * self._cosines(x) + added, axis=0)

    def learn(self, frames, places):
        """Set sharpness, up to 100, and ``no_chord``, up to 20 in size, so that known chords are likeliest.

        Parameters
        ----------
        frames : list of ndarray of shape (12, n_frames_i)
        places : list of ndarray of int of shape (n_frames_i,)
            The chord of each frame, by its place in the labels; -1 if it is not known.

        Returns
        -------
        self : ChordTemplates
        """
        known = np.concatenate(places) >= 0
        cosines = np.concatenate([self._cosines(x) for x in frames], axis=1).T[known]  # (n_known, n_chords)
        right = np.concatenate(places)[known, np.newaxis] == np.arange(len(self.templates))

        def loss(values):
            found = log_softmax(values[0] * cosines + values[1] * self.is_no_chord, axis=1)
            surplus = np.exp(found) - right
            gradient = [(surplus * cosines).sum(), (surplus @ self.is_no_chord).sum()]
            return -found[right].mean(), np.array(gradient) / len(right)

        bounds = [(0, _SHARPEST), (-_MOST, _MOST)]
        found = minimize(loss, [1.0, 0.0], jac=True, bounds=bounds, method="L-BFGS-B").x
        self.sharpness, self.no_chord = map(float, found)
        return self

    def _cosines(self, x):
        """Return the cosine of the angle between each template and each frame; 0 for silence."""
        lengths = np.linalg.norm(x, axis=0)
        return self.templates @ (x / np.where(lengths > 0, lengths, 1))
