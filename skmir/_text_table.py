"""Tables as text, with numbers to three decimals and a dash for missing values."""

DASH = "\N{EN DASH}"


def text_table(table):
    """Return a table as text.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    text : str

    Examples
    --------
    >>> import pandas as pd
    >>> from skmir._text_table import text_table
    >>> print(text_table(pd.DataFrame({"mean": [2 / 3, 0.5]}, index=["SVM", "CNN"])))
         mean
    SVM 0.667
    CNN 0.500
    """
    return table.to_string(float_format="{:.3f}".format, na_rep=DASH)
