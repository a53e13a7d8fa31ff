# SPDX-License-Identifier: Apache-2.0
"""Inputs at the edge of what an operator takes: 0-dim, empty, and channels-last ones."""

EMPTY = [(0,), (0, 3), (3, 0), (2, 0, 3)]
IMAGE = (2, 3, 4, 5)


def edges(make):
    return [make(), *(make(*shape) for shape in EMPTY), make(*IMAGE).channels_last]


def ask(fam, op, *inputs, **attrs):
    """A case that expects what PyTorch does: values with gradients, values alone, or an error."""
    for how in ({}, {"grad": False}, {"throws": True}):
        names = set(fam.names)
        try:
            return fam.case(op, *inputs, tag="edge", **how, **attrs)
        except (RuntimeError, IndexError, ValueError, NotImplementedError):
            fam.names = names
