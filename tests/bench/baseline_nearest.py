#!/usr/bin/env python3
"""The search of the released Linf attack (Tramer et al. 2020) as its notebook does it, written anew: for each class the
nearest training image, by scikit-learn's brute force in float64, to any of 775 shifted and turned versions of a source.

usage: baseline_nearest.py TRAIN.npy TRAIN_LABELS.npy SOURCES.npy SOURCE_LABELS.npy VERSIONS.npy
TRAIN uint8 [M, H, W], SOURCES uint8 [N, H, W], VERSIONS float32 [N, 775, H * W] in [0, 1]: the versions that Metamer
searched for, so that the neighbours can be compared; SciPy's own versions are made for their time only.
Prints one JSON object: seconds an image for the transforms and for the search, and the neighbours [N][9].
"""
import json
import sys
import time

import numpy as np
from scipy import ndimage
from sklearn.neighbors import NearestNeighbors


def transforms(image):
    versions = []
    for dx in np.linspace(-3, 3, 5):
        for dy in np.linspace(-3, 3, 5):
            for rotation in np.linspace(-30, 30, 31):
                versions.append(ndimage.rotate(ndimage.shift(image, (dy, dx)), rotation, reshape=False).ravel())
    return np.array(versions)


def main():
    train, train_labels, sources, labels, versions = (np.load(path) for path in sys.argv[1:6])
    rows = train.reshape(len(train), -1).astype(np.float64) / 255
    searches = {c: (NearestNeighbors(n_neighbors=1, algorithm="brute").fit(rows[train_labels == c]), np.where(train_labels == c)[0]) for c in range(10)}
    transform_seconds = search_seconds = 0.0
    neighbours = []
    for source, label, queries in zip(sources, labels, versions):
        start = time.perf_counter()
        transforms(source / 255.0)
        transform_seconds += time.perf_counter() - start
        found = []
        queries = queries.astype(np.float64)
        start = time.perf_counter()
        for c in range(10):
            if c == label:
                continue
            search, members = searches[c]
            distances, indices = search.kneighbors(queries)
            best = int(distances[:, 0].argmin())
            found.append([int(members[indices[best, 0]]), float(distances[best, 0])])
        search_seconds += time.perf_counter() - start
        neighbours.append(found)
    print(json.dumps({"transforms": transform_seconds / len(sources), "search": search_seconds / len(sources), "neighbours": neighbours}))


if __name__ == "__main__":
    main()
