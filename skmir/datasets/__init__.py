"""Data sets: seeded synthetic music, and folders of recordings."""

import lazy_loader

# The public names are listed in __init__.pyi, and imported at their first use: the command looks at a folder
# before it loads modules that only synthesis needs.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
