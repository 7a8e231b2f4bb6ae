"""A fit that fails leaves the estimator as it was before."""

import functools


def all_or_nothing(fit):
    """Decorate a method that fits: if it fails, the estimator is what it was before the call.

    So a fitted estimator predicts as before, and an unfitted one stays unfitted; neither ever has the classes
    of one fit and the weights of another. This holds for errors in the data, in a parameter or in a
    callback, for a lack of memory, and for a keyboard interrupt.

    Parameters
    ----------
    fit : function
        A method. It may set attributes, but must not modify in place those that an earlier fit has left.

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
