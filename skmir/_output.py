"""What ``set_output`` means for results of three dimensions."""


class FramesOutputMixin:
    """Mixin of transformers that give frames or waveforms: results that fit into no DataFrame.

    scikit-learn would wrap them and fail. With this they pass through, and a Pipeline around them still
    gives a DataFrame where its last step gives a table.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(auto_wrap_output_keys=None, **kwargs)

    def set_output(self, *, transform=None):
        """Leave the result as it is: it has no columns to name.

        Parameters
        ----------
        transform : ignored

        Returns
        -------
        self : estimator
        """
        return self
