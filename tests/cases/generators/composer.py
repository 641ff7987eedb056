"""A callable whose module has the natural name of one that composes."""

import numpy as np


def make(seed=0):
    t = np.arange(48000 * 3) / 48000
    yield 0.2 * np.sin(2 * np.pi * 440 * t)
