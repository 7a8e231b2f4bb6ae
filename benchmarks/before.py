"""The same function of a benchmark, run with an earlier checkout of skmir, so that old and new take turns.

A benchmark that takes ``--before TREE`` makes its column "before" in the same run, where the old way of doing
things is gone from the code. TREE is the folder of a checkout, for instance one that was made by
``git worktree add TREE COMMIT``. The function must be of the benchmark's module, and must use only what both
checkouts have; it measures itself, so that neither starting the process nor sending the answer counts.

    with Earlier(tree, __file__) as earlier:
        for _ in range(rounds):
            now = min(now, seconds(n_clips))
            before = min(before, earlier("seconds", n_clips))
"""

import importlib
import os
import pathlib
import pickle
import subprocess
import sys
import traceback


class Earlier:
    """A Python process that runs functions of a benchmark with another checkout's skmir.

    Parameters
    ----------
    tree : str or PathLike
        The folder of a checkout, which contains a folder ``skmir``.
    script : str or PathLike
        The benchmark, as its ``__file__`` says; the process imports it from its own folder, not from
        ``tree``.

    Raises
    ------
    FileNotFoundError
        If ``tree`` is no checkout of skmir.
    """

    def __init__(self, tree, script):
        tree, script = pathlib.Path(tree).resolve(), pathlib.Path(script).resolve()
        if not (tree / "skmir" / "__init__.py").is_file():
            raise FileNotFoundError(f"--before must be a checkout of skmir, but there is no skmir in {tree}.")
        here = pathlib.Path(__file__).resolve().parent
        paths = [str(tree), str(script.parent), str(here), os.environ.get("PYTHONPATH")]
        code = "import before, sys; before.answer(*sys.argv[1:])"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", code, str(tree), script.stem],  # -P: nothing goes before the paths
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __call__(self, function, *args):
        """Return what a function of the benchmark returns there.

        Parameters
        ----------
        function : str
            Its name.
        *args : object
            Its arguments, which are pickled, as is what it returns: neither may be a thing of skmir.

        Raises
        ------
        RuntimeError
            If the function raises, with what it raised, or if the process has ended.
        """
        try:
            pickle.dump((function, args), self._process.stdin)
            self._process.stdin.flush()
            result, error = pickle.load(self._process.stdout)
        except (BrokenPipeError, EOFError):
            raise RuntimeError("the earlier checkout's process has ended; see above for the reason") from None
        if error:
            raise RuntimeError(f"{function} fails with the earlier checkout:\n{error}")
        return result

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._process.communicate()  # it ends when there are no more questions


def answer(tree, name):
    """Run functions as they are asked for, until there are no more questions; ``Earlier`` starts it.

    Parameters
    ----------
    tree : str
        Where skmir must come from.
    name : str
        The benchmark's module.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a benchmark prints must not get between the answers
    import skmir

    if pathlib.Path(skmir.__file__).parent.parent != pathlib.Path(tree):
        raise ImportError(f"skmir was found in {skmir.__file__}, not in {tree}.")
    module = importlib.import_module(name)
    while True:
        try:
            function, args = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            reply = getattr(module, function)(*args), None
        except Exception:
            reply = None, traceback.format_exc()
        pickle.dump(reply, answers)
        answers.flush()
