"""Widths that ``sized`` finds for Choi et al.'s numbers of parameters, and the widths that they published.

    python benchmarks/count_parameters.py [--csv FILE]

Choi, Fazekas, Sandler & Cho (ICASSP 2017) compare four networks at five numbers of parameters, for 96 bins,
1,366 frames and 50 tags. Each row holds one network at one of these numbers. Parameters are counted on
modules: weights, biases, and two per map of batch normalisation. "Published" widths of k1c2 are quoted from
memory and not certain.
"""

import argparse

import pandas as pd

from skmir.modules import CRNN, K1C2, K2C1, K2C2, sized

SIZE = 96, 1366, 50
TARGETS = 0.1e6, 0.25e6, 0.5e6, 1e6, 3e6
K1C2_WIDTHS = (15, 30), (23, 47), (33, 66), (47, 95), (81, 163)
K2C1_WIDTHS = (43, 87), (72, 145), (106, 212), (152, 304), (265, 535)
K2C2_WIDTHS = (
    (20, 41, 41, 62, 83),
    (33, 66, 66, 100, 133),
    (47, 95, 95, 142, 190),
    (67, 135, 135, 203, 271),
    (118, 236, 236, 355, 473),
)
CRNN_WIDTHS = (30, 60), (48, 96), (68, 137), (96, 195), (169, 339)
PUBLISHED = {
    K1C2: [{"n_filters": [a, a, b, b], "hidden_layer_sizes": [b, b]} for a, b in K1C2_WIDTHS],
    K2C1: [{"n_filters": [a, a, a, b, b], "hidden_layer_sizes": [b, b]} for a, b in K2C1_WIDTHS],
    K2C2: [{"n_filters": list(widths)} for widths in K2C2_WIDTHS],
    CRNN: [{"n_filters": [a, b, b, b], "hidden_size": a} for a, b in CRNN_WIDTHS],
}
NOTES = {K1C2: "published widths recalled, not certain"}


def count(cls, widths):
    """Return the number of parameters."""
    return sum(p.numel() for p in cls(*SIZE, **widths).parameters())


def text(widths):
    """Return widths as in the paper's table: convolutions, then what follows them."""
    lists = [width if isinstance(width, list) else [width] * 2 for width in widths.values()]
    return " | ".join(" ".join(map(str, width)) for width in lists)


def row(cls, target, published):
    """Return one line of the table."""
    found = sized(cls, target, *SIZE)
    counted, counted_published = count(cls, found), count(cls, published)
    return {
        "network": cls.__name__.lower() if cls is not CRNN else "CRNN",
        "target": round(target),
        "widths by sized()": text(found),
        "parameters": counted,
        "off, %": round(100 * (counted / target - 1), 2),
        "published widths": text(published),
        "their parameters": counted_published,
        "theirs off, %": round(100 * (counted_published / target - 1), 2),
        "note": NOTES.get(cls, ""),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    table = pd.DataFrame(
        row(cls, target, widths)
        for cls, published in PUBLISHED.items()
        for target, widths in zip(TARGETS, published, strict=True)
    )
    print(table.to_string(index=False))
    if args.csv:
        table.to_csv(args.csv, index=False)


if __name__ == "__main__":
    main()
