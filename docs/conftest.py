"""What pytest leaves out here: settings, templates, what ``make docs`` builds, pages on absent packages."""

import importlib.util

collect_ignore_glob = ["conf.py", "_build", "_templates", "auto_examples", "generated"]
if not all(map(importlib.util.find_spec, ("skops", "onnx", "onnxruntime"))):
    collect_ignore_glob.append("user_guide/persistence.rst")
