# SPDX-License-Identifier: Apache-2.0
"""torchvision's functions that are no models."""

from torchvision.utils import make_grid

from golden import f16, f64, u, u8


def grid(*images, low=None, high=None, **options):
    if low is not None:
        options["value_range"] = (low, high)
    return make_grid(list(images[0]) if isinstance(images[0], list) else images[0], **options)


def add(fam):
    def case(images, **options):
        fam.case("make_grid", images, fn=grid, grad=False, **options)

    for images in (u(5, 3, 4, 6), u(5, 1, 4, 6), u(1, 1, 4, 6), u(3, 4, 6), u(1, 4, 6), u(4, 6), u(2, 2, 3, 3),
                   u(9, 3, 2, 2), u(3, 3, 2, 2, dtype=u8), u(3, 3, 2, 2, dtype=f64), u(3, 1, 2, 2, dtype=f16),
                   u(4, 3, 5, 3).T, u(2, 3, 0, 4)):
        case(images)
    case(u(5, 3, 4, 6), nrow=2)
    case(u(5, 3, 4, 6), nrow=7, padding=0)
    case(u(5, 3, 4, 6), nrow=3, padding=5, pad_value=0.25)
    case(u(3, 3, 2, 2, dtype=u8), pad_value=200)
    for images in (u(4, 3, 3, 2), u(1, 1, 3, 2), u(3, 2), u(4, 1, 3, 2, dtype=f64), u(2, 3, 2, 2, lo=0.5, hi=0.5)):
        case(images, normalize=True)
        case(images, normalize=True, scale_each=True)
        case(images, normalize=True, low=-0.5, high=0.25)
        case(images, normalize=True, low=-0.5, high=0.25, scale_each=True, nrow=1, padding=1)
    case(u(4, 3, 3, 2), low=-0.5, high=0.25)
    fam.case("make_grid", [u(3, 2, 2), u(3, 2, 2), u(3, 2, 2)], fn=grid, grad=False, nrow=2)
