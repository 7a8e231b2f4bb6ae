"""What pytest leaves out here: settings, templates, what ``make docs`` builds, pages on absent packages."""

import importlib.util

collect_ignore_glob = ["conf.py", "_build", "_templates", "auto_examples", "generated"]
if importlib.util.find_spec("skops") is None:
    collect_ignore_glob.append("user_guide/saving.rst")
