"""What the record of a comparison must hold; nothing slow is loaded to check it."""

import numbers

RECORD_FORMAT = 1  # the next number if records change so that this skmir cannot read them
_COMPLETE = "Pass a whole record, as Comparison.to_dict returns it and skmir compare --output writes it."
_NUMBER = (numbers.Real,)
_OPTIONAL_LIST = (list, type(None))
# Type of each part of a record that is read.
_PARTS = {
    "kind": (str,),
    "annotations": (str, type(None)),
    "versions": (dict,),
    "machine": (str,),
    "scorers": (list,),
    "confidence_level": _NUMBER,
    "rope": _NUMBER,
    "random_state": (int, type(None)),
    "reference": (str,),
    "baselines": (list,),
    "warnings": (list,),
    "files": _OPTIONAL_LIST,
    "groups": _OPTIONAL_LIST,
    "y": (list,),
    "test_folds": (list,),
    "train_folds": (list,),
    "models": (dict,),
}
# Lists of a model that have one entry per fold; its scores are lists by scorer.
_EACH_FOLD = (
    "fit_times",
    "score_times",
    "n_parameters",
    "best_params",
    "errors",
    "score_errors",
    "predictions",
    "probabilities",
)
_KINDS = {
    "kind": ("classes", "tags", "numbers", "annotations"),
    "annotations": (None, "events", "bars", "segments", "notes"),
}


def check_record(record):
    """Raise unless a record is complete, and its parts fit together.

    Parameters
    ----------
    record : object
        What :meth:`~skmir.model_selection.Comparison.to_dict` returned, or ``json.load`` read.

    Raises
    ------
    TypeError
        If it is not a dict.
    ValueError
        If it is something else than a record, a later skmir wrote it, or a part is missing or does not fit.

    Examples
    --------
    >>> from skmir._comparison_records import check_record
    >>> check_record({"name": "skmir"})
    Traceback (most recent call last):
    ...
    ValueError: record must be the record of a comparison, got a dict with the keys ['name']. ...
    """
    if not isinstance(record, dict):
        raise TypeError(f"record must be a dict, got {type(record).__name__}. {_COMPLETE}")
    _check_format(record)
    _check_parts(record, _PARTS, "record")
    for name, kinds in _KINDS.items():
        if record[name] not in kinds:
            raise ValueError(f"record[{name!r}] must be one of {list(kinds)}, got {record[name]!r}.")
    _check_clips(record)
    if record["reference"] not in record["models"] or not record["scorers"]:
        raise ValueError(
            f"record must have a scorer and its reference, {record['reference']!r}, among its models "
            f"{list(record['models'])}. {_COMPLETE}"
        )
    for name, model in record["models"].items():
        _check_model(model, f"record['models'][{name!r}]", record)


def _check_format(record):
    found = record.get("record_format")
    made_by = record["versions"].get("skmir", "unknown") if isinstance(record.get("versions"), dict) else None
    if found is None and made_by is not None and "models" in record:
        raise ValueError(
            f"record was written by an earlier skmir (version {made_by}), which did not keep what models "
            "predicted. Run the comparison again; finished folds that are kept are not computed again."
        )
    if found is None:
        keys = list(record)[:5]
        raise ValueError(
            f"record must be the record of a comparison, got a dict with the keys {keys}. {_COMPLETE}"
        )
    if not isinstance(found, int) or found < 1:
        raise ValueError(f"record['record_format'] must be a whole number from 1, got {found!r}.")
    if found > RECORD_FORMAT:
        raise ValueError(
            f"record has format {found}, from skmir {made_by or 'of a later version'}, and this skmir reads "
            f"formats up to {RECORD_FORMAT}. Update skmir."
        )


def _check_parts(found, parts, where):
    for name, types in parts.items():
        if name not in found:
            raise ValueError(f"{where} lacks {name!r}. {_COMPLETE}")
        if not isinstance(found[name], types):
            words = " or ".join("null" if each is type(None) else each.__name__ for each in types)
            raise ValueError(
                f"{where}[{name!r}] must be {words}, got {type(found[name]).__name__}. {_COMPLETE}"
            )


def _check_clips(record):
    """Raise unless files, groups and folds are of the clips that have labels."""
    n_clips, tests, trains = len(record["y"]), record["test_folds"], record["train_folds"]
    for name in ("files", "groups"):
        if record[name] is not None and len(record[name]) != n_clips:
            raise ValueError(
                f"record[{name!r}] must have one entry for each of the {n_clips} clips, got "
                f"{len(record[name])}. {_COMPLETE}"
            )
    if not tests or len(tests) != len(trains):
        raise ValueError(
            f"record must have folds, as many in 'test_folds' as in 'train_folds', got {len(tests)} and "
            f"{len(trains)}. {_COMPLETE}"
        )
    given = [fold for fold in trains if fold is not None]
    for name, folds in (("test_folds", tests), ("train_folds", given)):
        for fold in folds:
            if not isinstance(fold, list) or not all(isinstance(i, int) and 0 <= i < n_clips for i in fold):
                raise ValueError(
                    f"record[{name!r}] must hold lists of positions from 0 to {n_clips - 1}. {_COMPLETE}"
                )


def _check_model(model, where, record):
    if not isinstance(model, dict):
        raise ValueError(f"{where} must be dict, got {type(model).__name__}. {_COMPLETE}")
    _check_parts(model, {"estimator": (str,), "all_scores": (dict,)}, where)
    _check_parts(model["all_scores"], dict.fromkeys(record["scorers"], (list,)), f"{where}['all_scores']")
    _check_parts(model, dict.fromkeys(_EACH_FOLD, (list,)), where)
    each_fold = {f"[{name!r}]": model[name] for name in _EACH_FOLD}
    each_fold |= {f"['all_scores'][{name!r}]": model["all_scores"][name] for name in record["scorers"]}
    sizes = list(map(len, record["test_folds"]))
    for name, values in each_fold.items():
        if len(values) != len(sizes):
            raise ValueError(
                f"{where}{name} must have one entry for each of the {len(sizes)} folds, got {len(values)}. "
                f"{_COMPLETE}"
            )
    for name in ("predictions", "probabilities"):
        for fold, (values, size) in enumerate(zip(model[name], sizes, strict=True)):
            if values is not None and (not isinstance(values, list) or len(values) != size):
                raise ValueError(
                    f"{where}[{name!r}][{fold}] must be null or a list with one entry for each of the {size} "
                    f"test clips. {_COMPLETE}"
                )
