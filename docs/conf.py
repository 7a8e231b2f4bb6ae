"""Settings of the documentation: ``make docs`` builds it in docs/_build/html."""

import os

from skmir import __version__

# One thread, as in the tests: the examples fit small networks, which gain nothing from more.
os.environ.setdefault("OMP_NUM_THREADS", "1")

project = "skmir"
author = "the skmir developers"
copyright = author
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]
# A name in single backquotes is a cross-reference where there is such an object, and code elsewhere.
default_role = "autolink"

html_theme = "pydata_sphinx_theme"
html_title = f"skmir {version}"  # the header shows it
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["skmir.css"]
html_theme_options = {"navigation_with_keys": False, "show_toc_level": 2}
# The landing page has cards in place of a sidebar with nothing in it.
html_sidebars = {"index": []}

# What the copy button leaves out: prompts, and what the code prints.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_line_continuation_character = "\\"

autosummary_generate = True
autodoc_typehints = "none"
# The class page's template lists the methods; numpydoc's own table of them would stand beside it.
numpydoc_show_class_members = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "doc_module": "skmir",
    "backreferences_dir": "generated/backreferences",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
}

# Links to scikit-learn and others need lists of what these define, which Sphinx fetches. A build must pass
# without a network, so they are fetched only if the variable is set.
if os.environ.get("SKMIR_DOCS_INTERSPHINX"):
    extensions.append("sphinx.ext.intersphinx")
    intersphinx_mapping = {
        "python": ("https://docs.python.org/3/", None),
        "numpy": ("https://numpy.org/doc/stable/", None),
        "pandas": ("https://pandas.pydata.org/docs/", None),
        "sklearn": ("https://scikit-learn.org/stable/", None),
        "skorch": ("https://skorch.readthedocs.io/en/stable/", None),
        "torch": ("https://docs.pytorch.org/docs/stable/", None),
        "librosa": ("https://librosa.org/doc/latest/", None),
    }


def skip_member(app, what, name, obj, skip, options):
    """Leave out what scikit-learn and torch define, and fitted attributes: the class's docstring has them."""
    foreign = not (getattr(obj, "__module__", None) or "").startswith("skmir")
    return True if foreign or isinstance(obj, property) else None


def setup(app):
    """Register what this file defines."""
    app.connect("autodoc-skip-member", skip_member)
