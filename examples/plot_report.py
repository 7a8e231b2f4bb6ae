"""
A report to pass on
===================

A table in a terminal is gone tomorrow. :func:`~skmir.inspection.write_report` puts a whole comparison on one
page: warnings about the validity of the numbers, the numbers and their meaning in words, classes and
confusions, folds, parameters, versions. The page is one file that needs no network.
"""

# %%
# Notes of seven families of synthesised instruments, with four instruments each. Three models see the same 40
# numbers per note: mean and deviation of 20 MFCC.
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.datasets import make_instruments
from skmir.feature_extraction import MFCC
from skmir.neural_network import MLPClassifier
from skmir.preprocessing import FramePooler

notes = make_instruments(n_instruments=4, n_notes=8, duration=0.5, random_state=0)
X = make_pipeline(MFCC(), FramePooler()).fit_transform(notes.data)
y = [notes.target_names[i] for i in notes.target]
models = {
    "SVM": SVC(C=10),
    "LDA": LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
    "MLP": MLPClassifier(max_iter=30, device="cpu"),
}
models = {name: make_pipeline(StandardScaler(), model) for name, model in models.items()}

# %%
# An instrument is never on both sides of a fold. ``compare`` warns that the network learns from few notes
# here; the page shows the warnings above the table.
import warnings

from skmir.inspection import ComparisonDisplay
from skmir.model_selection import compare

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    result = compare(
        models,
        X,
        y,
        groups=notes.groups,
        cv=4,
        scoring=["balanced_accuracy", "f1_macro"],
        random_state=0,
    )
print(result.table_[["mean", "ci_low", "ci_high", "p_holm"]].round(3))
ComparisonDisplay.from_comparison(result)

# %%
# The page. ``skmir compare FOLDER --report`` writes such a page from the command line. Here it is written to
# a temporary folder. With ``clips``, the notes that models got wrong can be heard and seen on it; if ``X``
# holds files, they need not be passed.
import pathlib
import tempfile

from skmir.inspection import write_report

with tempfile.TemporaryDirectory() as folder:
    path = write_report(
        result,
        pathlib.Path(folder) / "report.html",
        title="Seven families of instruments",
        description=f"{notes.DESCR} Models see mean and deviation of 20 MFCC.",
        clips=notes.data,
    )
    page = path.read_text(encoding="utf-8")
print(f"{len(page) / 1000:.0f} kB")

# %%
# This is how it looks, in a frame.
import base64


class Frame:
    """Shows a page in a page."""

    def __init__(self, page):
        self.page = page

    def _repr_html_(self):
        source = f"data:text/html;base64,{base64.b64encode(self.page.encode()).decode()}"
        style = "width:100%;height:36rem;border:1px solid #d4d9df"
        return f'<iframe title="The report" style="{style}" src="{source}"></iframe>'


Frame(page)
