"""
A model behind a web address
============================

A fitted Pipeline takes a file object, such as an upload, and may predict in several threads at once. So a
service is a route of a few lines: here with FastAPI (``pip install fastapi python-multipart uvicorn``).
"""

# %%
# A model that tells two families of instruments apart, saved, and loaded as a service would load it: once,
# when it starts.
import pathlib
import tempfile

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skmir
from skmir.datasets import make_instruments
from skmir.feature_extraction import MFCC
from skmir.preprocessing import FramePooler

notes = make_instruments(n_instruments=2, n_notes=4, duration=0.5, random_state=0)
names = [notes.target_names[i] for i in notes.target]
chosen = [i for i, name in enumerate(names) if name in ("woodwind", "guitar")]
model = make_pipeline(MFCC(), FramePooler(), StandardScaler(), LogisticRegression())
model.fit([notes.data[i] for i in chosen], [names[i] for i in chosen])
with tempfile.TemporaryDirectory() as folder:
    skmir.save(model, pathlib.Path(folder) / "model.skops")
    model = skmir.load(pathlib.Path(folder) / "model.skops")

# %%
# The service. FastAPI runs a route that is not ``async`` in a pool of threads, so requests do not wait for
# each other. ``recording.file`` is a file object; its format and sampling rate are read from it, and it is
# resampled to the rate of the front end. A file that is not a recording is refused, with the reason.
from fastapi import FastAPI, HTTPException, UploadFile

from skmir.audio import segments

app = FastAPI()


@app.post("/label")
def label(recording: UploadFile, seconds: float = 60.0):
    """Return the probabilities of the classes for each ``seconds`` of an upload."""
    try:
        parts = list(segments(recording.file, seconds))
        probabilities = model.predict_proba([part.file for part in parts]).tolist()
    except (OSError, ValueError) as error:
        raise HTTPException(422, str(error)) from error
    rows = [dict(zip(model.classes_.tolist(), row, strict=True)) for row in probabilities]
    return [
        {"start": part.start, "end": part.end, "probabilities": row}
        for part, row in zip(parts, rows, strict=True)
    ]


# %%
# ``uvicorn my_module:app`` would put it on the network. Here a client of the same process asks it: first
# about a file that holds no sound.
from fastapi.testclient import TestClient

client = TestClient(app)
answer = client.post("/label", files={"recording": ("notes.txt", b"la la la")})
print(answer.status_code, answer.json()["detail"])

# %%
# Then about a recording in which notes of the two families take turns, every two seconds.
import io

import numpy as np
import soundfile

of_family = {name: [notes.data[i] for i in chosen if names[i] == name] for name in ("woodwind", "guitar")}
turns = [y for name in ("woodwind", "guitar", "woodwind", "guitar") for y in of_family[name][:4]]
upload = io.BytesIO()
soundfile.write(upload, np.concatenate(turns), 22050, format="FLAC")


def ask(_=None):
    """Send the recording, and return the answer."""
    return client.post("/label?seconds=0.5", files={"recording": ("a.flac", upload.getvalue())}).json()


found = ask()
print(found[0])

# %%
# Eight requests at once get the answers that one request got.
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(4) as pool:
    print(all(again == found for again in pool.map(ask, range(8))))

# %%
# The answer over time.
import matplotlib.pyplot as plt

_, ax = plt.subplots(figsize=(7, 2.6), layout="constrained")
edges = [segment["start"] for segment in found] + [found[-1]["end"]]
for name in ("woodwind", "guitar"):
    ax.stairs([segment["probabilities"][name] for segment in found], edges, baseline=None, label=name)
ax.set(xlabel="Time (s)", ylabel="Probability", ylim=(-0.05, 1.05))
ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
