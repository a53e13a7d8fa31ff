# SPDX-License-Identifier: Apache-2.0
"""Resizing."""

import torch.nn.functional as F

from edges import ask, edges
from golden import bf16, f64, u


def add(fam):
    for mode, corners in (("nearest", None), ("bilinear", False), ("bilinear", True)):
        for attrs in ({"size": [5, 7]}, {"size": [2, 2]}, {"scale_factor": [2.0, 2.0]}, {"scale_factor": [1.5, 0.7]},
                      {"size": [1, 1]}):
            attrs = {"size": None, "scale_factor": None, **attrs, "mode": mode, "align_corners": corners}
            for sp in (u(2, 3, 4, 3), u(2, 3, 4, 3).channels_last, u(1, 2, 3, 4, dtype=f64), u(2, 2, 3, 4).T):
                fam.case("interpolate", sp, fn=F.interpolate, **attrs)
        attrs = {"size": [4, 4], "scale_factor": None, "mode": mode, "align_corners": corners}
        fam.case("interpolate", u(1, 1, 3, 3, dtype=bf16), fn=F.interpolate, **attrs)
        fam.case("interpolate", u(3, 3), fn=F.interpolate, throws=True, **attrs)
        for bad in ({"size": [0, 2]}, {"size": None}, {"scale_factor": [2.0, 2.0]}):
            fam.case("interpolate", u(1, 1, 3, 3), fn=F.interpolate, throws=True, **{**attrs, **bad})
    fam.case("interpolate", u(1, 1, 3, 3), fn=F.interpolate, throws=True, size=[4, 4], scale_factor=None,
             mode="nearest", align_corners=True)
    for mode, corners in (("nearest", None), ("bilinear", False)):
        for x in edges(u) + [u(0, 3, 4, 5), u(2, 0, 4, 5), u(2, 3, 0, 5)]:
            ask(fam, "interpolate", x, fn=F.interpolate, size=[3, 6], scale_factor=None, mode=mode, align_corners=corners)
