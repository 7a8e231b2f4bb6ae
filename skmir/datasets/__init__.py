"""Data to begin with: seeded synthetic music, and folders of recordings."""

import lazy_loader

# What there is stands in __init__.pyi, and is imported at its first use: the command looks at a folder before
# it loads what only synthesis needs.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
