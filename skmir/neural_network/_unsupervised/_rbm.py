"""The restricted Boltzmann machine as a transformer."""

import numbers

from sklearn.utils.validation import check_is_fitted

from ... import modules
from ..._device import resolve_device
from ..._parameter_checks import check_choice, check_number
from ..._random import seeded
from ._base_layer import BaseLayer
from ._layer_training import ContrastiveDivergence

RECONSTRUCTION = ("mean", "sample")


class RBM(BaseLayer):
    """Restricted Boltzmann machine: features learned without labels.

    The machine is trained by contrastive divergence on the rows of a table. For frames, use
    ``FrameTransformer(RBM())``, which turns each frame into a row.

    Parameters
    ----------
    n_components : int, default=256
        Number of hidden units.
    k : int, default=1
        Number of Gibbs steps of contrastive divergence.
    persistent : bool, default=False
        Whether ``batch_size`` chains continue from batch to batch, and always sample, instead of starting
        at the data. If the learning rate is small, this is nearer to the gradient of the likelihood.
    reconstruction : {"mean", "sample"}, default="mean"
        Visible units of chains that start at the data: their means, or samples of them.
    sparsity_target : float or None, default=None
        Share of the data for which a hidden unit should be on, in (0, 1), usually 0.01 to 0.1. None sets
        no target.
    sparsity_cost : float, default=0.1
        Weight of the distance to the target in the step on the hidden biases. The distance is that of a
        running mean over batches.
    visible : {"gaussian", "bernoulli"}, default="gaussian"
        "gaussian" takes real values, and standardises each column with the mean and the standard
        deviation of the training rows. "bernoulli" takes values in [0, 1], as probabilities.
    learning_rate : float, default=0.01
        Learning rate of the weights; that of Gaussian units should be about a tenth of that of binary units.
    batch_size : int, default=100
        Number of rows per batch.
    n_iter : int, default=10
        Number of passes over the rows.
    momentum : float or (float, float, int), default=(0.5, 0.9, 5)
        Momentum of the steps; or its first value, its final value, and the number of passes with the first.
    weight_decay : float, default=2e-4
        L2 penalty on the weights, not on the biases.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    n_threads : int, default=1
        Number of threads that torch uses; another number changes the last bits of the result.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the rows and samples.
    verbose : int, default=0
        1 draws a progress bar of passes on stderr.

    Attributes
    ----------
    components_ : ndarray of shape (n_components, n_features)
        Weights, float32.
    intercept_hidden_ : ndarray of shape (n_components,)
        Hidden biases.
    intercept_visible_ : ndarray of shape (n_features,)
        Visible biases.
    mean_, scale_ : ndarray of shape (n_features,)
        Mean and scale with which a "gaussian" machine standardises; 0 and 1 for "bernoulli".
    reconstruction_errors_ : ndarray of shape (n_passes,)
        Mean squared error of the reconstruction per pass: at the end of the chains, or, if they persist,
        after one mean step from the last batch. It shows that training works, but it is not the objective.
    n_iter_ : int
        Number of passes over the rows so far.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which ``partial_fit`` continues.
    n_features_in_ : int
        Number of columns.

    See Also
    --------
    DBNClassifier : A stack of machines, fine-tuned with labels.
    sklearn.neural_network.BernoulliRBM : A machine with binary units, on the CPU.

    References
    ----------
    .. [1] G. Hinton, "A practical guide to training restricted Boltzmann machines", UTML TR 2010-003.
    .. [2] T. Tieleman, "Training restricted Boltzmann machines using approximations to the likelihood
       gradient", ICML 2008.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import RBM
    >>> X = np.random.RandomState(0).randn(200, 20)
    >>> RBM(n_components=8, random_state=0).fit_transform(X).shape
    (200, 8)
    """

    _MODULE = modules.RBMLayer
    _ARRAYS = {
        "components_": "weight",
        "intercept_hidden_": "hidden_bias",
        "intercept_visible_": "visible_bias",
    }

    k: int = 1
    persistent: bool = False
    reconstruction: str = "mean"
    sparsity_target: float | None = None
    sparsity_cost: float = 0.1

    def free_energy(self, X):
        """Return the free energy of rows: minus their log-likelihood, up to a constant.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        free_energy : ndarray of shape (n_samples,)
            Low for rows that the machine finds likely. The gap between held-out and training rows grows if
            the machine over-fits.
        """
        return self._run(X, self._MODULE.free_energy)

    def score_samples(self, X):
        """Return the pseudo-likelihood of rows; for a "gaussian" machine, minus their free energy.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            The sum over columns of log P(value | the other values), which scikit-learn's ``BernoulliRBM``
            estimates from one random column. The negative free energy lacks a constant that differs between
            machines, so it can be used to compare rows, but not machines.
        """
        check_is_fitted(self)
        bernoulli = self._module_arguments["visible"] == "bernoulli"
        layer = self._MODULE
        scores = self._run(X, layer.pseudo_log_likelihood if bernoulli else layer.free_energy)
        return scores if bernoulli else -scores

    def gibbs(self, X, k=1):
        """Return rows that Gibbs steps sample, starting from given rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows at which the chains start.
        k : int, default=1
            Number of steps; each samples the hidden units and then the visible ones.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features)
            In the units of X. ``random_state`` seeds the samples.
        """
        check_number("k", k, kind=numbers.Integral, low=1)
        with seeded(self.random_state, n_threads=self.n_threads, device=resolve_device(self.device)):
            rows = self._run(X, lambda machine, v: machine.gibbs(v, int(k)))
        return self._in_units_of_data(rows)

    def _module_options(self):
        return {"visible": self.visible}

    def _make_training(self, module, rows, momentum, state):
        return ContrastiveDivergence(
            module,
            learning_rate=self.learning_rate,
            momentum=momentum,
            weight_decay=self.weight_decay,
            sparsity_target=self.sparsity_target,
            sparsity_cost=self.sparsity_cost,
            k=int(self.k),
            persistent=self.persistent,
            sample=self.reconstruction == "sample",
            state=state,
        )

    def _check_parameters(self):
        super()._check_parameters()
        check_choice("reconstruction", self.reconstruction, RECONSTRUCTION)
        check_number("k", self.k, kind=numbers.Integral, low=1)
        check_number("sparsity_cost", self.sparsity_cost, low=0)
        check_number("sparsity_target", self.sparsity_target, above=0, high=1, none=True)
