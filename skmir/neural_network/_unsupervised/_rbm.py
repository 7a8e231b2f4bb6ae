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

    Trained by contrastive divergence on the rows of a table. For frames use
    ``FrameTransformer(RBM())``, which makes a row of each frame.

    Parameters
    ----------
    n_components : int, default=256
        Number of hidden units.
    k : int, default=1
        Gibbs steps of contrastive divergence.
    persistent : bool, default=False
        Whether ``batch_size`` chains go on from batch to batch, and always sample, instead of starting at
        the data: nearer to the likelihood's gradient, where the learning rate is small.
    reconstruction : {"mean", "sample"}, default="mean"
        What chains that start at the data take for visible units: their means, or samples of them.
    sparsity_target : float or None, default=None
        How often a hidden unit should be on, in (0, 1); .01 to .1 are usual. None asks for nothing.
    sparsity_cost : float, default=0.1
        Weight of the distance to the target in the step on the hidden biases; a running mean over batches
        is held against the target.
    visible : {"gaussian", "bernoulli"}, default="gaussian"
        "gaussian" takes real values, and standardises each column with the mean and the standard
        deviation of the training rows. "bernoulli" takes values in [0, 1], as probabilities.
    learning_rate : float, default=0.01
        Step on the weights; Gaussian units bear about a tenth of what binary ones do.
    batch_size : int, default=100
        Number of rows per batch.
    n_iter : int, default=10
        Number of passes over the rows.
    momentum : float or (float, float, int), default=(0.5, 0.9, 5)
        Momentum of the steps; or the first, the final, and the pass after which the final one holds.
    weight_decay : float, default=2e-4
        L2 penalty on the weights, not on the biases.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    n_threads : int, default=1
        Number of threads that torch uses; another number changes the last bits of the result.
    random_state : int, RandomState instance or None, default=None
        Decides first weights, order of the rows and samples.
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
        What a "gaussian" machine standardises with; 0 and 1 for "bernoulli".
    reconstruction_errors_ : ndarray of shape (n_passes,)
        Mean squared error of the reconstruction per pass: of the end of the chains, or if they persist of
        one mean step from the last batch. A sign of life, and no objective.
    n_iter_ : int
        Number of passes over the rows so far.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which ``partial_fit`` continues.
    n_features_in_ : int
        Number of columns.

    See Also
    --------
    DBNClassifier : A stack of them, fine-tuned with labels.
    sklearn.neural_network.BernoulliRBM : Binary units, on the CPU.

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
        """Return the free energy of rows: minus their log-likelihood, but for a constant.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        free_energy : ndarray of shape (n_samples,)
            Low for what the machine finds likely. The gap between held-out and training rows grows
            as it over-fits.
        """
        return self._run(X, self._MODULE.free_energy)

    def score_samples(self, X):
        """Return the pseudo-likelihood of rows; of a "gaussian" machine, minus their free energy.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            The sum over columns of log P(value | the other values), where scikit-learn's ``BernoulliRBM``
            estimates it from one column drawn at random. Minus the free energy lacks a constant that differs
            between machines: it compares rows, not machines.
        """
        check_is_fitted(self)
        bernoulli = self._module_arguments["visible"] == "bernoulli"
        layer = self._MODULE
        scores = self._run(X, layer.pseudo_log_likelihood if bernoulli else layer.free_energy)
        return scores if bernoulli else -scores

    def gibbs(self, X, k=1):
        """Return rows sampled by Gibbs steps from rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Where the chains start.
        k : int, default=1
            Steps, of hidden units and then visible ones each.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features)
            In the units of X. ``random_state`` decides.
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
