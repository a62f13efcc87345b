"""The same numbers by PyTorch where it is there, else NumPy: python3 peer.py IMAGES DIM CLASSES"""

import json
import resource
import sys
import time

import numpy as np

num_images, dim, num_classes = map(int, sys.argv[1:4])
try:
    import torch
except ImportError:
    torch = None

random = np.random.default_rng(1)
centres = random.standard_normal((num_classes, dim), dtype=np.float32)
labels = np.arange(num_images) % num_classes
embeddings = centres[labels] + 2.2 * random.standard_normal((num_images, dim), dtype=np.float32)
BLOCK = 64



def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


before = processor_seconds()
start = time.perf_counter()
squares = (embeddings**2).sum(1)
relevant = np.bincount(labels)[labels] - 1
found = 0
precisions = 0.0
if torch is not None:
    t_embeddings = torch.from_numpy(embeddings)
    t_squares = torch.from_numpy(squares)
for first in range(0, num_images, BLOCK):
    rows = np.arange(first, min(first + BLOCK, num_images))
    depth = max(10, relevant[rows].max())
    if torch is not None:
        keys = t_squares - 2 * t_embeddings[first : first + BLOCK] @ t_embeddings.T
        keys[torch.arange(len(rows)), torch.from_numpy(rows)] = float("inf")
        nearest = torch.topk(keys, int(depth), largest=False).indices.numpy()
    else:
        keys = squares - 2 * embeddings[rows] @ embeddings.T
        keys[np.arange(len(rows)), rows] = np.inf
        some = np.argpartition(keys, depth, axis=1)[:, :depth]
        order = np.argsort(np.take_along_axis(keys, some, 1), axis=1)
        nearest = np.take_along_axis(some, order, 1)
    right = labels[nearest] == labels[rows, None]
    found += right[:, 0].sum()
    within = np.arange(depth) < relevant[rows, None]
    precisions += ((right & within).sum(1) / relevant[rows]).sum()
print(
    json.dumps(
        {
            "name": "PyTorch" if torch is not None else "NumPy",
            "seconds": time.perf_counter() - start,
            "processorSeconds": processor_seconds() - before,
            "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "recallAt1": found / num_images,
            "rPrecision": precisions / num_images,
        }
    )
)
