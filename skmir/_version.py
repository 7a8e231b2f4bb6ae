"""The version, in a file without imports, so that the build can read it without the dependencies."""

__version__ = "0.1.0.dev0"
