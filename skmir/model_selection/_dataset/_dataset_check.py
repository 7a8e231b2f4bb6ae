"""The result of checking a set of recordings, as tables and as text."""

import textwrap

from ..._text_table import text_table
from ._words import MAX_CLASSES, formats, heading, number_of_findings

_WIDTH = 100  # columns of a paragraph


class DatasetCheck:
    """What a set of recordings is like, and what is wrong with it: the result of :func:`check_dataset`.

    Printing it gives a summary as text.

    Parameters
    ----------
    recordings : DataFrame
        Becomes ``recordings_``.
    classes : DataFrame or None
        Becomes ``classes_``.
    copies : DataFrame
        Becomes ``copies_``.
    findings : DataFrame
        Becomes ``findings_``.

    Attributes
    ----------
    recordings_ : DataFrame
        One row per recording, with the columns

        file : str
            Path.
        error : str or None
            Why it cannot be used; a recording that was not decoded has NaN for what is unknown.
        label, group : object
            As given; None if there are none.
        format, encoding : str
            Names by libsndfile, such as WAV and PCM_16.
        sr : float
            Sampling rate of the file in Hz.
        n_channels : int
            Number of channels.
        duration : float
            Length in s.
        n_samples : int
            Length at the sampling rate of models, in samples.
        level : float
            Root mean square of the channels' mean, in dB relative to full scale; at least -100.
        peak : float
            Largest absolute sample; 1 is full scale.
        clipped : float
            Share of the samples that are cut off at the highest or the lowest value; 0 for lossy and 8-bit
            encodings, in which it cannot be seen.
        silent, cancels, one_sided, loud : bool
            Whether all channels are silent; whether they cancel each other in their mean; whether some, but
            not all, are silent; and whether samples are far beyond full scale.

    classes_ : DataFrame or None
        One row per class: number of recordings and of groups, total and median length in s, median level in
        dB. None if there are no labels.
    copies_ : DataFrame
        Pairs of recordings that hold the same sound, with the columns clip and other (positions), kind,
        offset, overlap and similarity; see :func:`check_leakage`.
    findings_ : DataFrame
        One row for each thing that is wrong or worth knowing, wrong ones first, with the columns

        kind : str
            Name of the check, such as "silent" or "copies".
        is_wrong : bool
            Whether it should be mended before anything is trained; otherwise it is worth knowing.
        text : str
            What was found, in which files, why it matters, and what to do.
        named : tuple of str
            Everything that was found, of which the text names the first: files, pairs of files, classes,
            columns or errors.
        clips : tuple of int
            Positions of the recordings, if it is about some of them.

    is_good_ : bool
        Whether nothing is wrong.

    See Also
    --------
    check_dataset : Makes it, and has the example.
    """

    def __init__(self, recordings, classes, copies, findings):
        self.recordings_, self.classes_, self.copies_ = recordings, classes, copies
        self.findings_ = findings
        self.is_good_ = not findings["is_wrong"].any()

    def __repr__(self):
        parts = [heading(self.recordings_)]
        if self.recordings_["sr"].notna().any():
            parts.append(text_table(formats(self.recordings_)))
        if self.classes_ is not None:
            shown = self.classes_.head(MAX_CLASSES)
            more = len(self.classes_) - len(shown)
            parts.append(text_table(shown) + (f"\nand {more:,} more classes" if more else ""))
        parts += [
            textwrap.fill(
                f"{'wrong' if each.is_wrong else 'note'}: {each.text}",
                _WIDTH,
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
            for each in self.findings_.itertuples()
        ]
        return "\n\n".join([*parts, number_of_findings(self.findings_)])

    def to_html(self, *, title=None):
        """Return the check as one page of HTML, which needs no network and no other file.

        Parameters
        ----------
        title : str, default=None
            Heading of the page.

        Returns
        -------
        text : str
        """
        from ._dataset_page import dataset_page  # most users print the check

        return dataset_page(self, title or "Check of recordings")
