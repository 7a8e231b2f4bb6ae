"""The files that ``skmir compare`` writes: table, record, figure, predictions and report."""

import importlib.util
import json
import os
import re

from .._model_names import ANNOTATED, MODEL_NAMES
from ._common import relative_path
from ._config import write_config
from ._targets import separator

OUTPUTS = {"table": "table.csv", "record": "record.json", "config": "config.toml", "figure": "figure.png"}
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
    paths = [] if output is None else _write_output(result, data, output, args)
    if output is not None:
        write = _write_predictions if args.task in ANNOTATED else _write_prediction_table
        paths.append(write(result, data, output / PREDICTIONS, args))
    if report is not None:
        from ..inspection import write_report

        sound = {"audio": not args.no_audio, "audio_limit": args.audio_limit}
        if args.folder is None and args.task == "classes":
            sound["clips"] = data["data"]  # synthesised, at the rate that write_report takes for granted
        paths.append(write_report(result, report, description=data["DESCR"], **sound, **_target_names(data)))
    return paths


def _target_names(data):
    """Return the names of classes, tags or a number as an argument; annotations have none."""
    return {"target_names": list(data["target_names"])} if "target_names" in data else {}


def _write_output(result, data, folder, args):
    """Write table, record, configuration and figure; return their paths."""
    import matplotlib

    from ..inspection import ComparisonDisplay

    matplotlib.use("agg")
    paths = {name: folder / file for name, file in OUTPUTS.items()}
    result.table_.to_csv(paths["table"])
    record = {
        "data": data["DESCR"],
        **_target_names(data),
        **result.to_dict(),
        **_files(result, folder, args),
    }
    paths["record"].write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    write_config(args, paths["config"])
    display = ComparisonDisplay.from_comparison(result)
    display.figure_.savefig(paths["figure"], dpi=150, bbox_inches="tight")
    return list(paths.values())


def _files(result, folder, args):
    """Return FOLDER as seen from the record, and the files as seen from FOLDER: both may move together."""
    if args.folder is None or result.files_ is None:
        return {}
    files = [_inside(args.folder, file) for file in result.files_]
    return {"folder": relative_path(args.folder, folder), "files": files}


def _inside(folder, file):
    """Return a file as seen from its folder, or the whole path if it is elsewhere."""
    path = relative_path(file, folder)
    return os.path.abspath(file) if path.startswith("../") else path


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
    for model, name in _folders(args.models or MODEL_NAMES[args.task]).items():
        for i, prediction in enumerate(result.predictions_[model]):
            if prediction is None:  # of a fold that failed
                continue
            file = str(i) if args.folder is None else os.path.relpath(data["data"][i], args.folder)
            path = folder / name / f"{os.path.splitext(file)[0]}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_annotations(path, prediction, kind=args.task)
    return folder


def _folders(models):
    """Return a folder for each model: its name, without characters that a folder's name cannot have."""
    folders = {}
    for model in models:
        name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", model).strip(" .") or "_"
        while name in folders.values():
            name += "_"
        folders[model] = name
    return folders
