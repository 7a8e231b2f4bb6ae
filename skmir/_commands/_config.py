"""Options of a command, and models, in a TOML file: how it is read, and how the one of a run is written."""

import argparse
import os
import tomllib

from .._early_checks import meant
from .._model_names import MODEL_NAMES
from .._options import ConfigError
from .._version import __version__
from ._common import relative_path
from ._model_specs import as_spec, importable, key

PATHS = ("FOLDER", "DIR", "FILE")  # metavars of options that name files, relative to the TOML file
# Options that say what is written, or how, and nothing about the comparison itself.
NOT_KEPT = ("config", "output", "report", "no_audio", "audio_limit", "quiet")


def add_config(parser):
    """Add the options of the TOML file.

    Parameters
    ----------
    parser : ArgumentParser
    """
    option = parser.add_argument
    config = "TOML file with any of these options, by their names (cv = 5, max_epochs = 20), and with models "
    config += "of your own; paths in it are relative to it. Typed options win over the file"
    option("--config", metavar="FILE", help=config)
    add_modules(parser)


def add_modules(parser):
    """Add the option that says where a user's own classes are, and what ``apply_config`` needs."""
    modules = "folder of your own Python modules, whose classes --config names"
    parser.add_argument("--modules", metavar="DIR", help=modules)
    parser.set_defaults(parser=parser, own_models={})


def apply_config(args, *, passed_over=()):
    """Put what the TOML file of ``--config`` says into the arguments, except where an option was typed.

    Parameters
    ----------
    args : argparse.Namespace
        With ``parser`` and, to find out what was typed, ``parse_again``. It is changed.
    passed_over : collection of str, default=()
        Keys that the file may hold for another command.

    Raises
    ------
    OSError
        If the file cannot be read.
    ConfigError
        If it is not TOML, or has an unknown key or a value of another type. The message names the
        file and the key.
    """
    if args.config is None:
        return
    table, typed = _read(args.config), _typed(args)
    own_models = table.pop("models") if isinstance(table.get("models"), dict) else {}
    table = {name: value for name, value in table.items() if name not in passed_over}
    _check_keys(table, args)
    actions, folder = options_of(args.parser), os.path.dirname(args.config)
    for name, value in table.items():
        action = actions[name]
        value = _converted(action, value, f"{args.config}: {name}", folder)
        if value is not None and action.dest not in typed and not _excluded(action, args.parser, typed):
            setattr(args, action.dest, value)
    with importable(args.modules):
        args.own_models = {
            name: as_spec(spec, f"{args.config}: models.{key(name)}") for name, spec in own_models.items()
        }
    if own_models and "models" not in typed:
        args.models = list(own_models)


def check_own_models(args):
    """Raise for models of the TOML file that are default models by name, if there is no such one.

    Parameters
    ----------
    args : argparse.Namespace

    Raises
    ------
    ConfigError
        The message names the file and the key.
    """
    known = MODEL_NAMES[args.task]
    for name, spec in args.own_models.items():
        if isinstance(spec, str) and spec not in known:
            raise ConfigError(
                f"{args.config}: models.{key(name)} must be a default model, or a table with class or steps, "
                f"got {spec!r}.{meant(spec, known)} Default models are {', '.join(known)}."
            )


def options_of(parser):
    """Return the actions of a parser by the keys that they have in a TOML file."""
    actions = {}  # argparse has no public list of them
    for action in parser._actions:
        long = [name[2:] for name in action.option_strings if name.startswith("--")]
        name = long[0].replace("-", "_") if long else action.dest
        if action.help != argparse.SUPPRESS and name != "help":
            actions[name] = action
    return actions


def write_config(args, path):
    """Write a TOML file from which the same comparison runs again.

    Parameters
    ----------
    args : argparse.Namespace
    path : Path
        The file. Paths in it are relative to its folder.
    """
    import tomli_w

    table = {}
    for name, action in options_of(args.parser).items():
        value = getattr(args, action.dest)
        if name in NOT_KEPT or value is None or (action.nargs == 0 and value != action.const):
            continue
        table[name] = True if action.nargs == 0 else _as_written(action, value, path.parent)
    table["models"] = _models(args)
    note = f"# skmir {__version__}. The comparison again: skmir compare --config {path.name} --output DIR\n"
    # Names of folders need not be UTF-8.
    path.write_text(note + tomli_w.dumps(table), encoding="utf-8", errors="surrogateescape")


def _models(args):
    names = list(args.models or MODEL_NAMES[args.task])
    if not any(name in args.own_models for name in names):
        return names
    specs = {name: args.own_models.get(name, name) for name in names}
    # All of them tables: TOML has texts before tables, and the first model is the reference.
    return {name: {"default": spec} if isinstance(spec, str) else spec for name, spec in specs.items()}


def _as_written(action, value, folder):
    if isinstance(value, list | tuple):
        return [_as_written(action, one, folder) for one in value]
    if action.metavar in PATHS:
        return relative_path(value, folder)
    return value if isinstance(value, bool | int | float | str) else str(value)


def _read(file):
    try:
        with open(file, encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
            table = tomllib.loads(stream.read())
    except OSError as error:
        raise OSError(
            f"--config: cannot read {file}: {error.strerror or error}. Name a TOML file."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"--config must be a TOML file, and {file} is not valid: {error}.") from error
    return {name.replace("-", "_"): value for name, value in table.items()}


def _typed(args):
    """Return the names of the arguments that the user typed, whatever their values."""
    parser, mark = args.parser, object()
    defaults = {action.dest: action.default for action in options_of(parser).values()}
    parser.set_defaults(**dict.fromkeys(defaults, mark))
    again = vars(args.parse_again())
    parser.set_defaults(**defaults)
    typed = {name for name in defaults if again[name] is not mark}
    # FOLDER may have been taken from the end of another option.
    return typed | ({"folder"} if getattr(args, "folder", None) is not None else set())


def _check_keys(table, args):
    """Raise for unknown keys, and for keys that exclude each other."""
    actions = options_of(args.parser)
    known = [name for name in actions if name != "config"]
    for name in table:
        if name not in known:
            raise ConfigError(
                f"{args.config}: {args.parser.prog} has no option {name!r}.{meant(name, known)} Use any of "
                f"{', '.join(sorted(known))}."
            )
    for group in args.parser._mutually_exclusive_groups:
        given = [name for name, value in table.items() if actions[name] in group._group_actions and value]
        if len(given) > 1:
            raise ConfigError(f"{args.config}: {' and '.join(given)} exclude each other. Leave one.")


def _excluded(action, parser, typed):
    """Return whether an option was typed that excludes this one."""
    groups = [group._group_actions for group in parser._mutually_exclusive_groups]
    return any(action in group and typed & {other.dest for other in group} for group in groups)


def _converted(action, value, where, folder):
    """Return a value as the command line would have given it, or None if it says nothing."""
    if action.nargs == 0 or (action.nargs == "?" and isinstance(value, bool)):
        if not isinstance(value, bool):
            raise ConfigError(f"{where} must be true or false, got {value!r}.")
        return action.const if value else None
    if action.nargs in ("+", "*") or isinstance(action.nargs, int):
        values = value if isinstance(value, list) else [value]
        if not values:
            raise ConfigError(
                f"{where} must have at least one value, got none. Leave it out for its default."
            )
        return [_one(action, one, where, folder) for one in values]
    return _one(action, value, where, folder)


def _one(action, value, where, folder):
    kinds, words = {int: ((int,), "a whole number"), float: ((int, float), "a number")}.get(
        action.type, ((str,), "text, in quotes")
    )
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise ConfigError(f"{where} must be {words}, got {value!r}.")
    if action.type is not None:
        try:
            value = action.type(value)
        except (ValueError, TypeError, argparse.ArgumentTypeError) as error:
            raise ConfigError(f"{where}: {error}") from error
    if action.choices is not None and value not in action.choices:
        raise ConfigError(f"{where} must be one of {list(action.choices)}, got {value!r}.")
    return os.path.normpath(os.path.join(folder, value)) if action.metavar in PATHS else value
