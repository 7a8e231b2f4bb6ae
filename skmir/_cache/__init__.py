"""A cache of features on disk, one entry per clip, found again by the content of the clip.

The name of an entry is a hash of the clip's content and of everything else on which the result depends, so
that nothing in a cache is ever out of date: a changed file or parameter leads to another entry. Folds,
candidates, pipelines and processes share entries. A damaged entry is computed again.
"""

from ._describe import describe
from ._digests import array_digest, content_digest, file_digest, known_digest, text_digest
from ._entries import Entries
from ._feature_cache import FeatureCache
from ._lru_cache import LRUCache
from ._sources import library_versions, origin, skmir_text
from ._stored_entries import FACTS, StoredEntries, halved, locate, remember_verified, verified

__all__ = [
    "FACTS",
    "Entries",
    "FeatureCache",
    "LRUCache",
    "StoredEntries",
    "array_digest",
    "content_digest",
    "describe",
    "file_digest",
    "halved",
    "known_digest",
    "library_versions",
    "locate",
    "origin",
    "remember_verified",
    "skmir_text",
    "text_digest",
    "verified",
]
