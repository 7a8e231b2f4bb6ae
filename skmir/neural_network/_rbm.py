"""The restricted Boltzmann machine as a transformer."""

import numbers

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data
from tqdm import trange

from .. import modules
from .._device import resolve_device
from .._random import seeded, torch_threads
from .._validation import FLOAT, check_choice, check_number

VISIBLE = ("bernoulli", "gaussian")
MOMENTUM = (0.5, 0.9)  # at first, and after EARLY epochs, when the gradient has become small
EARLY = 5


class RBM(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Restricted Boltzmann machine: features learned without labels.

    Trained by contrastive divergence on the rows of a table. For frames use
    ``FrameTransformer(RBM())``, which makes a row of each frame.

    Parameters
    ----------
    n_components : int, default=256
        Number of binary hidden units.
    visible : {"gaussian", "bernoulli"}, default="gaussian"
        "gaussian" takes real values, and standardises each column with the mean and the standard
        deviation of the training rows. "bernoulli" takes values in [0, 1], as probabilities.
    learning_rate : float, default=0.01
        Step on the weights; Gaussian units bear about a tenth of what binary ones do.
    batch_size : int, default=100
        Rows a batch.
    n_iter : int, default=10
        Passes over the rows.
    k : int, default=1
        Gibbs steps of contrastive divergence.
    weight_decay : float, default=2e-4
        L2 penalty on the weights, not on the biases.
    device : str, default="auto"
        "auto" takes a CUDA device where there is one; or "cpu", "cuda", "cuda:1".
    n_threads : int, default=1
        Threads of torch; another number is another result in the last bits.
    random_state : int, RandomState instance or None, default=None
        Decides first weights, order of the rows and samples.
    verbose : int, default=0
        1 draws a bar of passes on stderr.

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
    reconstruction_errors_ : ndarray of shape (n_iter,)
        Mean squared error of the reconstruction a pass.
    n_features_in_ : int
        Number of columns.

    See Also
    --------
    DBNClassifier : A stack of them, fine-tuned with labels.
    sklearn.neural_network.BernoulliRBM : Binary units, on the CPU.

    References
    ----------
    .. [1] G. Hinton, "A practical guide to training restricted Boltzmann machines", UTML TR 2010-003.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import RBM
    >>> X = np.random.RandomState(0).randn(200, 20)
    >>> RBM(n_components=8, random_state=0).fit_transform(X).shape
    (200, 8)
    """

    def __init__(
        self,
        n_components=256,
        *,
        visible="gaussian",
        learning_rate=0.01,
        batch_size=100,
        n_iter=10,
        k=1,
        weight_decay=2e-4,
        device="auto",
        n_threads=1,
        random_state=None,
        verbose=0,
    ):
        self.n_components = n_components
        self.visible = visible
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.n_iter = n_iter
        self.k = k
        self.weight_decay = weight_decay
        self.device = device
        self.n_threads = n_threads
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X, y=None):
        """Learn weights and biases from rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        y : ignored

        Returns
        -------
        self : RBM

        Raises
        ------
        ValueError
            Where a "bernoulli" machine meets values outside [0, 1]; where the weights grow beyond
            bounds.
        """
        self._check_parameters()
        X = validate_data(self, X, dtype=FLOAT)
        self._check_range(X)
        gaussian = self.visible == "gaussian"
        scaler = StandardScaler().fit(X)  # its scale is 1 where a column varies by rounding alone
        self.mean_ = scaler.mean_ if gaussian else np.zeros(X.shape[1])
        self.scale_ = scaler.scale_ if gaussian else np.ones(X.shape[1])
        device = resolve_device(self.device)
        with seeded(self.random_state, n_threads=self.n_threads, device=device):
            machine = modules.RBM(X.shape[1], self.n_components, self.visible).to(device)
            self._train(machine, torch.from_numpy(self._standardise(X).astype(np.float32)).to(device))
        self.components_ = machine.weight.detach().cpu().numpy().copy()
        self.intercept_hidden_ = machine.hidden_bias.detach().cpu().numpy().copy()
        self.intercept_visible_ = machine.visible_bias.detach().cpu().numpy().copy()
        return self

    def transform(self, X):
        """Return the probability that each hidden unit is on.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_components)
        """
        check_is_fitted(self)
        return self._run(validate_data(self, X, reset=False, dtype=FLOAT), modules.RBM.forward)

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
        check_is_fitted(self)
        return self._run(validate_data(self, X, reset=False, dtype=FLOAT), modules.RBM.free_energy)

    @property
    def n_parameters_(self):
        """Number of trained weights and biases."""
        return self.components_.size + self.intercept_hidden_.size + self.intercept_visible_.size

    @property
    def _n_features_out(self):
        return len(self.components_)

    def _check_parameters(self):
        check_choice("visible", self.visible, VISIBLE)
        for name in ("n_components", "batch_size", "n_iter", "k", "n_threads"):
            check_number(name, getattr(self, name), kind=numbers.Integral, low=1)
        check_number("learning_rate", self.learning_rate, above=0)
        check_number("weight_decay", self.weight_decay, low=0)

    def _check_range(self, X):
        if self.visible == "bernoulli" and (X.min() < 0 or X.max() > 1):
            raise ValueError(
                f"RBM(visible='bernoulli') takes values in [0, 1], and X spans [{X.min():g}, {X.max():g}]. "
                "Scale it (sklearn.preprocessing.MinMaxScaler), or use visible='gaussian'."
            )

    def _standardise(self, X):
        return (X - self.mean_.astype(X.dtype)) / self.scale_.astype(X.dtype)

    def _run(self, X, method):
        """Return what a method of the machine gives for rows, in their dtype.

        torch computes it, on the threads that ``fit`` had: a stack of machines learns from these numbers,
        and their last bits must not depend on the threads that numpy happens to have.
        """
        with torch.device("meta"):  # without first weights, which would be drawn for nothing
            machine = modules.RBM(self.n_features_in_, len(self.components_), self.visible)
        arrays = {
            "weight": self.components_,
            "hidden_bias": self.intercept_hidden_,
            "visible_bias": self.intercept_visible_,
        }
        weights = {name: torch.tensor(array.astype(X.dtype)) for name, array in arrays.items()}
        machine.load_state_dict(weights, assign=True)
        with torch_threads(self.n_threads), torch.no_grad():
            return method(machine, torch.tensor(self._standardise(X))).numpy()

    def _train(self, machine, rows):
        """Run contrastive divergence, and keep the reconstruction error a pass."""
        optimizer = torch.optim.SGD(
            [
                {"params": [machine.weight], "weight_decay": self.weight_decay},
                {"params": [machine.visible_bias, machine.hidden_bias]},
            ],
            lr=self.learning_rate,
            momentum=MOMENTUM[0],
        )
        errors = []
        for epoch in trange(self.n_iter, unit="pass", disable=not self.verbose, leave=False):
            for group in optimizer.param_groups:
                group["momentum"] = MOMENTUM[epoch >= EARLY]
            errors.append(self._pass(machine, rows, optimizer))
            if not np.isfinite(errors[-1]):
                raise ValueError(
                    f"RBM diverged in pass {epoch + 1} with learning_rate={self.learning_rate}. Lower it: "
                    f"{self.learning_rate / 10:g} is the next to try."
                )
        self.reconstruction_errors_ = np.array(errors)

    def _pass(self, machine, rows, optimizer):
        total = torch.zeros((), device=rows.device)
        for batch in torch.randperm(len(rows)).to(rows.device).split(int(self.batch_size)):
            total += machine.contrastive_divergence(rows[batch], self.k) * len(batch)
            optimizer.step()
        return float(total) / len(rows)
