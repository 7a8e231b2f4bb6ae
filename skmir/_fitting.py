"""What becomes of an estimator whose fit fails: it is what it was before."""

import functools


def all_or_nothing(fit):
    """Decorate a method that fits: if it fails, the estimator is what it was before the call.

    So an estimator that was fitted predicts as before, and one that was not is not fitted; neither ever has
    the classes of one fit and the weights of another. That holds for errors in the data, in a parameter, in a
    callback, for want of memory, and for an interrupt from the keyboard.

    Parameters
    ----------
    fit : function
        A method. It sets attributes, and does not write into those that an earlier fit has left.

    Returns
    -------
    fit : function
        With the same signature.
    """

    @functools.wraps(fit)
    def fit_or_restore(self, *args, **kwargs):
        before = vars(self).copy()
        try:
            return fit(self, *args, **kwargs)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    return fit_or_restore
