"""The page of a comparison of real recordings, in a real browser that has no network."""

import json
import os
import re
import shutil
import subprocess
import threading

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
def browser(tmp_path_factory):
    """The command that starts a browser without a network."""
    found = os.environ.get("SKMIR_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on PATH; SKMIR_CHROMIUM may name one")
    profile = tmp_path_factory.mktemp("profile")
    # No address is found, and no proxy answers: whatever the page asked for would be missing.
    offline = ["--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"]
    return [
        found,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={profile}",
        *offline,
    ]


@pytest.fixture(scope="module")
def browse(browser):
    """A function that opens a file and returns what the browser writes to stdout."""

    def run(path, *options):
        command = [*browser, *options, path.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout

    return run


def logged(browser, path, *options):
    """What a page says in the browser's console, behind "told:" and as JSON: as soon as it does so."""
    stays = ("--remote-debugging-port=0", "--enable-logging=stderr")
    command = [*browser, *stays, *options, path.as_uri()]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        late = threading.Timer(120, process.kill)
        late.start()
        try:
            found = next((line for line in process.stderr if "told:" in line), None)
        finally:
            late.cancel()
            process.kill()
    assert found is not None, "the page said nothing"
    return json.JSONDecoder().raw_decode(found.partition("told:")[2])[0]


@pytest.fixture(scope="module")
def report(real_data, tmp_path_factory):
    solos = load_folder(real_data / "medley_solos")
    features = make_pipeline(MFCC(), FramePooler(), StandardScaler()).fit_transform(solos.data)
    labels = [solos.target_names[i] for i in solos.target]
    models = {"SVM": SVC(C=10), LOUD: LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")}
    with pytest.warns(UserWarning, match="no clip of some class"):
        result = compare(models, features, labels, groups=solos.groups, random_state=0)
    path = tmp_path_factory.mktemp("report") / "report.html"
    return write_report(result, path, description=solos.DESCR, clips=solos.data)


PROBE = """<script>
addEventListener('load', async () => {
  const players = [...document.querySelectorAll('audio')];
  await Promise.all(players.map(one => one.readyState || new Promise(
    done => { one.onloadedmetadata = one.onerror = done })));
  const peaks = [];
  for (const one of players) {
    const bytes = await (await fetch(one.src)).arrayBuffer();
    const sound = await new OfflineAudioContext(1, 1, 32000).decodeAudioData(bytes);
    peaks.push(sound.getChannelData(0).reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  }
  players[0].muted = true;
  await players[0].play();
  console.log('told:' + JSON.stringify({
    durations: players.map(one => one.duration), peaks, paused: players[0].paused,
    links: [...document.querySelectorAll('#mistakes a')].map(
      link => document.querySelector(link.getAttribute('href')) !== null)}));
});
</script></body>"""


def test_each_clip_that_was_got_wrong_can_be_heard(browser, report, tmp_path):
    """Players know how long the sound is, the browser decodes it, it is not silent, and one is played."""
    page = tmp_path / "page.html"
    source = report.read_text(encoding="utf-8")
    page.write_text(source.replace("</body>", PROBE), encoding="utf-8")
    told = logged(browser, page, "--autoplay-policy=no-user-gesture-required")
    n_cards = source.count('<article class="card"')
    assert len(told["durations"]) == len(told["peaks"]) == n_cards > 10
    assert all(abs(duration - 65536 / 22050) < 0.1 for duration in told["durations"])
    assert min(told["peaks"]) > 0.15  # some recordings are softer, and are played louder
    assert told["paused"] is False
    assert len(told["links"]) > n_cards / 2
    assert all(told["links"])


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


@pytest.mark.parametrize("width", [400, 1280])
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
    dom = browse(frame, "--dump-dom", "--allow-file-access-from-files", "--window-size=1400,1000")
    found = re.search(r"width (\d+) images (\w+)", dom)
    assert found, dom[-500:]
    assert int(found[1]) <= width
    assert found[2] == "true"
