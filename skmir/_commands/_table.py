"""The table of a folder of recordings: its options, which several commands share, and how it is read."""

import os
import warnings

COLUMNS = {"labels": "labels.csv", "file": "file", "label": "label", "group": "auto"}  # options and defaults


def add_columns(parser, *, groups=""):
    """Add the options that name a table and its columns.

    Parameters
    ----------
    parser : ArgumentParser
    groups : str, default=""
        What the command uses groups for.
    """
    option, column = parser.add_argument, "the table's column of"
    option("--labels", help="name of the table in FOLDER (default: %(default)s)")
    option(
        "--file",
        metavar="COLUMN",
        help=f"{column} file names, or a pattern of columns, such as fold{{fold}}/{{name}}.wav (default: "
        "%(default)s)",
    )
    option("--label", metavar="COLUMN", help=f"{column} labels (default: %(default)s)")
    option(
        "--group",
        metavar="COLUMN",
        help=f"{column} groups{groups}; a group is never on both sides of a split; auto takes the column "
        "'group' if there is one, none ignores it (default: %(default)s)",
    )
    parser.set_defaults(**COLUMNS)


def table_arguments(args):
    """Return the options as arguments of the functions of datasets that list a folder."""
    return {
        "labels": args.labels,
        "file_column": args.file,
        "group_column": None if args.group == "none" else args.group,
    }


def list_classes(args):
    """Return the recordings of FOLDER with their classes, as a mapping; see ``load_folder``."""
    return list_table(args, label_column=args.label)


def list_table(args, **target):
    """Return the recordings of FOLDER, as a mapping; arguments of ``load_folder`` say what is learned."""
    from ..datasets._folders import list_folder

    return list_folder(args.folder, **table_arguments(args), **target)


def given_columns(args):
    """Return the options that name a table or its columns and are not at their defaults."""
    return [f"--{name}" for name, default in COLUMNS.items() if getattr(args, name) != default]


def list_recordings(args):
    """Return what :func:`list_classes` does; if the recordings lie directly in FOLDER, without classes."""
    if (
        os.path.isdir(args.folder)
        and args.group in ("auto", "none")
        and set(given_columns(args)) <= {"--group"}
    ):
        files, messages = _without_classes(args.folder)
        if files:
            for message in messages:
                warnings.warn(message, stacklevel=2)
            return {"data": files, "target": None, "target_names": [], "groups": None, "frame": None}
    return list_classes(args)


def _without_classes(folder):
    """Return the recordings of a folder, with messages, if there is neither a table nor a sub-folder."""
    from ..datasets._folders import recordings

    if os.path.isfile(os.path.join(folder, COLUMNS["labels"])):
        return [], []
    files, messages = recordings(folder)
    is_flat = all(os.path.samefile(os.path.dirname(file), folder) for file in files)
    return (files, messages) if is_flat else ([], [])
