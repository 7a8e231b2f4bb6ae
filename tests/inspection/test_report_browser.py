"""The page of a comparison of real recordings, in a real browser that has no network."""

import os
import re
import shutil
import subprocess

import pytest
from html_page import Page
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.datasets import load_folder
from skmir.feature_extraction import MFCC
from skmir.inspection import write_report
from skmir.model_selection import compare
from skmir.preprocessing import FramePooler

image = pytest.importorskip("matplotlib.image")

NAMES = ("chromium", "chromium-browser", "google-chrome")
LOUD = (
    "Linear discriminant analysis with a name that no narrow screen has room for, and_without_a_space_"
    + 40 * "x"
)


@pytest.fixture(scope="module")
def browse(tmp_path_factory):
    """A function that opens a file and returns what the browser writes to stdout."""
    found = os.environ.get("SKMIR_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on PATH; SKMIR_CHROMIUM may name one")
    profile = tmp_path_factory.mktemp("profile")
    # No address is found, and no proxy answers: whatever the page asked for would be missing.
    offline = ["--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"]
    common = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={profile}",
    ]

    def run(path, *options):
        command = [found, *common, *offline, *options, path.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout

    return run


@pytest.fixture(scope="module")
def report(real_data, tmp_path_factory):
    solos = load_folder(real_data / "medley_solos")
    features = make_pipeline(MFCC(), FramePooler(), StandardScaler()).fit_transform(solos.data)
    labels = [solos.target_names[i] for i in solos.target]
    models = {"SVM": SVC(C=10), LOUD: LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")}
    with pytest.warns(UserWarning, match="no clip of some class"):
        result = compare(models, features, labels, groups=solos.groups, random_state=0)
    return write_report(result, tmp_path_factory.mktemp("report") / "report.html", description=solos.DESCR)


def test_it_is_drawn(browse, report, tmp_path):
    picture = tmp_path / "page.png"
    browse(report, f"--screenshot={picture}", "--window-size=1100,5000")
    assert picture.read_bytes().startswith(b"\x89PNG")
    pixels = image.imread(picture)[..., :3]
    assert pixels.shape[:2] == (5000, 1100)
    assert pixels.std() > 0.05
    for top in range(0, 4000, 1000):
        assert pixels[top : top + 1000].std() > 0.02
    reddish = (pixels[..., 0] > pixels[..., 2] + 0.03).mean(axis=1)  # the box of warnings
    assert reddish[:800].max() > 0.5


def test_the_browser_finds_tables_and_sections(browse, report):
    page = Page(browse(report, "--dump-dom"))
    assert page.headings[:3] == ["Warnings and failures", "Result", "Figure"]
    assert {"Classes", "Confusions", "Folds", "Parameters", "Versions"} <= set(page.headings)
    rows = {caption: len(table) - 1 for caption, table in page.tables.items()}
    assert rows["Balanced accuracy on the held-out clips"] == 4
    assert rows["F1 of each class"] == 9
    assert rows["SVM"] == 8
    assert rows["Balanced accuracy of each fold"] == 5


@pytest.mark.parametrize("width", [400, 1100])
def test_nothing_is_wider_than_the_screen(browse, report, tmp_path, width):
    """A frame of that width, since a headless window is never below some 500 pixels."""
    frame = tmp_path / "frame.html"
    source = report.read_text(encoding="utf-8")
    told = "<script>document.title = 'width ' + document.documentElement.scrollWidth + ' images ' + "
    told += "[...document.images].every(image => image.naturalWidth > 0)</script></body>"
    inner = tmp_path / "inner.html"
    inner.write_text(source.replace("</body>", told), encoding="utf-8")
    frame.write_text(
        f'<iframe src="inner.html" style="width:{width}px;height:900px;border:0"></iframe><p id="told"></p>'
        "<script>onload = () => { told.textContent = frames[0].document.title }</script>",
        encoding="utf-8",
    )
    dom = browse(frame, "--dump-dom", "--allow-file-access-from-files", "--window-size=1300,1000")
    found = re.search(r"width (\d+) images (\w+)", dom)
    assert found, dom[-500:]
    assert int(found[1]) <= width
    assert found[2] == "true"
