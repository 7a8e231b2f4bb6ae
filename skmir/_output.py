"""``set_output`` for results of three dimensions."""


class FramesOutputMixin:
    """Mixin for transformers that return frames or waveforms: results that do not fit into a DataFrame.

    scikit-learn would try to wrap them and fail. With this mixin they pass through, and a Pipeline around
    them still returns a DataFrame if its last step returns a table.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(auto_wrap_output_keys=None, **kwargs)

    def set_output(self, *, transform=None):
        """Do nothing: the result has no columns to name.

        Parameters
        ----------
        transform : ignored

        Returns
        -------
        self : estimator
        """
        return self
