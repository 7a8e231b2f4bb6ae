"""The files that ``skmir compare`` writes: table, record, figure, predictions and report."""

import importlib.util
import json
import os

from .._model_names import ANNOTATED, MODEL_NAMES
from ._targets import separator

OUTPUTS = {"table": "table.csv", "record": "record.json", "figure": "figure.png"}
PREDICTIONS = "predictions"  # a table of labels, or a folder of annotations, in the folder of --output
SUFFIXES = {"onsets": ".onsets.csv", "beats": ".beats.csv", "chords": ".lab", "notes": ".mid"}


def write_results(result, data, output, report, args):
    """Write the output and the report that were asked for.

    Parameters
    ----------
    result : Comparison
    data : mapping
        What was compared on, with ``data``, ``target`` and ``DESCR``.
    output : Path or None
        Folder.
    report : Path or None
        File.
    args : Namespace

    Returns
    -------
    paths : list of Path
        What was written.
    """
    paths = [] if output is None else _write_output(result, data, output)
    if output is not None:
        write = _write_predictions if args.task in ANNOTATED else _write_prediction_table
        paths.append(write(result, data, output / PREDICTIONS, args))
    if report is not None:
        from ..inspection import write_report

        paths.append(write_report(result, report, description=data["DESCR"], **_target_names(data)))
    return paths


def _target_names(data):
    """Return the names of classes, tags or a number as an argument; annotations have none."""
    return {"target_names": list(data["target_names"])} if "target_names" in data else {}


def _write_output(result, data, folder):
    """Write table, record and figure; return their paths."""
    import matplotlib

    from ..inspection import ComparisonDisplay

    matplotlib.use("agg")
    paths = {name: folder / file for name, file in OUTPUTS.items()}
    result.table_.to_csv(paths["table"])
    record = {"data": data["DESCR"], **_target_names(data), **result.to_dict()}
    paths["record"].write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    display = ComparisonDisplay.from_comparison(result)
    display.figure_.savefig(paths["figure"], dpi=150, bbox_inches="tight")
    return list(paths.values())


def _write_prediction_table(result, data, path, args):
    """Write what each model said of each recording while it was held out; return the file."""
    table = result.prediction_table(**_target_names(data), separator=separator(args))
    path = path.with_suffix(".csv")
    if args.folder is not None:
        table["file"] = [os.path.relpath(file, args.folder) for file in table["file"]]
        table = table.drop(columns="row")
    table.to_csv(path, index=False, errors="surrogateescape")  # names of files need not be UTF-8
    return path


def _write_predictions(result, data, folder, args):
    """Write what each model found in each recording while it was held out; return the folder."""
    from ..datasets import write_annotations

    suffix = SUFFIXES[args.task]
    if suffix == ".mid" and importlib.util.find_spec("pretty_midi") is None:
        suffix = ".notes.csv"
    for model in MODEL_NAMES[args.task]:
        for i, prediction in enumerate(result.predictions_.get(model, ())):
            if prediction is None:  # of a fold that failed
                continue
            file = str(i) if args.folder is None else os.path.relpath(data["data"][i], args.folder)
            path = folder / model / f"{os.path.splitext(file)[0]}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_annotations(path, prediction, kind=args.task)
    return folder
