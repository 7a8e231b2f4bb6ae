"""Make what the README and the first pages of the documentation show: a comparison of real recordings.

Run it from the root of the clone, with a folder of recordings as ``skmir compare`` takes it::

    python tools/show_the_way_in.py FOLDER --csv docs/tables/solos.csv

It runs ``skmir compare FOLDER --models SVM LDA CNN --output ...`` and writes the table as CSV, what the
command prints into a text file beside it, the command's figure as ``docs/images/solos.png``, and from all of
these the picture of the README, ``docs/images/way_in.png``. ``--memory DIR`` keeps finished folds
for the next time.
"""

import argparse
import contextlib
import io
import pathlib
import shutil
import tempfile

import matplotlib.pyplot as plt
import pandas as pd

from skmir.__main__ import main as skmir

IMAGES = pathlib.Path(__file__).parents[1] / "docs" / "images"
MODELS = ["SVM", "LDA", "CNN"]
BLUE, GREY = "#1f6f9f", "#666666"
CODE = {"family": "monospace", "fontsize": 9.5, "va": "top", "linespacing": 1.55}


def run(folder, memory, output):
    """Run the command, and return what it prints, without the names of the files that it wrote."""
    said = io.StringIO()
    options = ["--models", *MODELS, "--output", output, *(["--memory", memory] if memory else [])]
    with contextlib.redirect_stdout(said):
        status = skmir(["compare", str(folder), *options])
    if status:
        raise SystemExit(status)
    lines = [line for line in said.getvalue().splitlines() if not line.startswith("wrote ")]
    return "\n".join(lines) + "\n"


def draw(table, predictions, path):
    """Draw the way from a folder over the comparison to labels."""
    fig, axes = plt.subplots(
        1, 3, figsize=(12, 3.3), layout="constrained", width_ratios=[0.85, 1.0, 1.25], dpi=150
    )
    draw_folder(axes[0], predictions)
    draw_scores(axes[1], table)
    draw_labels(axes[2], predictions)
    titles = ("1. your recordings", "2. which model is best?", "3. what it says of new ones")
    for ax, title in zip(axes, titles, strict=True):
        ax.set_title(title, loc="left", fontsize=14, fontweight="bold", color=BLUE)
    fig.savefig(path)
    plt.close(fig)


def draw_folder(ax, predictions):
    """Write the classes with their numbers of recordings."""
    counts = predictions["label"].value_counts().sort_index()
    lines = [f"{'label':<27}files", *(f"{name:<27}{count:>5}" for name, count in counts.items())]
    lines += ["", f"{len(predictions)} files, {predictions['group'].nunique()} groups"]
    ax.text(0, 0.97, "\n".join(lines), **CODE)
    ax.axis("off")


def draw_scores(ax, table):
    """Draw each model's score with its interval, and the score of guessing as a line."""
    rows = table.loc[MODELS][::-1]
    error = [rows["mean"] - rows["ci_low"], rows["ci_high"] - rows["mean"]]
    ax.errorbar(rows["mean"], rows.index, xerr=error, fmt="o", ms=9, lw=3, color=BLUE)
    for y, mean in enumerate(rows["mean"]):
        ax.text(mean, y + 0.16, f"{mean:.2f}", ha="center", fontsize=12)
    ax.axvline(table.loc["majority", "mean"], color=GREY, ls="--", lw=1.5)
    ax.text(table.loc["majority", "mean"] + 0.01, 2.42, "guessing", color=GREY, fontsize=11)
    ax.set(xlim=(0, 1), ylim=(-0.5, 2.7))
    ax.set_xlabel("balanced accuracy, 95 % interval;\nsame clips, same folds, same scorer", fontsize=11)
    ax.tick_params(labelsize=12)
    ax.spines[["top", "right"]].set_visible(False)


def draw_labels(ax, predictions):
    """Write what the network said of one recording of each class, while it was held out."""
    rows = predictions.groupby("label").first().reset_index()
    lines = [f"{'file':<15}{'label by the CNN':<27}probability"]
    for row in rows.itertuples():
        name = pathlib.PurePath(row.file)
        right = "right" if row.label == row.CNN else "wrong"
        lines.append(f"{name.stem[:6] + '…' + name.suffix:<15}{row.CNN:<27}{row.probability:.2f}  {right}")
    ax.text(0, 0.97, "\n".join([*lines, "", "(each while it was held out)"]), **CODE)
    ax.axis("off")


def main():
    """Run the comparison, and write text, table and pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="labelled recordings")
    parser.add_argument("--csv", type=pathlib.Path, required=True, help="where the table goes")
    parser.add_argument("--memory", help="folder in which finished folds are kept")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as output:
        text = run(args.folder, args.memory, output)
        table = pd.read_csv(f"{output}/table.csv", index_col=0)
        predictions = pd.read_csv(f"{output}/predictions.csv").rename(
            columns={"CNN probability": "probability"}
        )
        shutil.copy(f"{output}/figure.png", IMAGES / "solos.png")
    args.csv.with_suffix(".txt").write_text(text, encoding="utf-8")
    table.round(4).to_csv(args.csv)
    draw(table, predictions, IMAGES / "way_in.png")


if __name__ == "__main__":
    main()
