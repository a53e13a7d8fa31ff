# SPDX-License-Identifier: Apache-2.0
"""torchvision's augmenting transforms, fed with parameters."""

import torch
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F

from cases_vision_color import image, interleaved, unit
from golden import f32, f64, i64, u, u8, v


def add_jitter(fam):
    def jitter(x, fn_idx, factors):
        names = ("brightness_factor", "contrast_factor", "saturation_factor", "hue_factor")
        params = {name: None if factor < -1 else factor for name, factor in zip(names, factors)}
        return v2.ColorJitter().transform(x, {"fn_idx": torch.tensor(fn_idx), **params})

    def distort(x, before, factors, permutation):
        names = ("brightness_factor", "contrast_factor", "saturation_factor", "hue_factor")
        params = {name: None if factor < -1 else factor for name, factor in zip(names, factors)}
        params |= {"contrast_before": before, "channel_permutation": torch.tensor(permutation) if permutation else None}
        return v2.RandomPhotometricDistort().transform(x, params)

    none = -2.0
    orders = ([0, 1, 2, 3], [3, 2, 1, 0], [2, 1, 0, 3], [1, 3, 0, 2], [3, 0, 1, 2], [1, 0, 3, 2], [0, 2, 1, 3])
    for i, order in enumerate(orders):
        for x in (image(3, 5, 7), interleaved(2, 3, 4, 5)):
            fam.case("ColorJitter", x, fn=jitter, grad=False, fn_idx=order, factors=[0.7 + 0.1 * i, 1.4 - 0.1 * i, 0.6 + 0.2 * i, 0.1 - 0.03 * i])
    for factors in ([1.2, 0.7, 1.3, -0.05], [none, 0.7, none, none], [1.5, none, none, 0.1], [none, 1.7, 0.4, none], [none] * 4):
        for x in (interleaved(3, 33, 32), image(2, 1, 5, 4), unit(3, 4, 5), image(3, 1, 1)):
            fam.case("ColorJitter", x, fn=jitter, grad=False, tol=8, fn_idx=[2, 0, 1, 3], factors=factors)
    for before in (False, True):
        for permutation in ([], [2, 0, 1]):
            for x in (image(3, 5, 7), interleaved(3, 5, 7), unit(3, 4, 5)):
                fam.case("RandomPhotometricDistort", x, fn=distort, grad=False, tol=8, before=before,
                         factors=[0.9, 1.4, 0.6, 0.04], permutation=permutation)


def add_mixing(fam):
    def labels_of(label, lam, num_classes):
        mixer = v2.MixUp(num_classes=None if num_classes == 0 else num_classes)
        return mixer._mixup_label(label, lam=lam)

    def mixup(x, label, lam, num_classes):
        return [v2.MixUp().transform(x, {"lam": lam, "labels": label, "batch_size": x.shape[0]}), labels_of(label, lam, num_classes)]

    def cutmix(x, label, box, lam, num_classes):
        return [v2.CutMix().transform(x, {"box": box, "labels": label, "batch_size": x.shape[0]}), labels_of(label, lam, num_classes)]

    index = v([2, 0, 3], dtype=i64)
    for label, classes in ((index, 4), (u(3, 4, lo=0, hi=1), 0), (u(3, 4, dtype=f64, lo=0, hi=1), 4), (u(3, 4, dtype=i64, lo=0, hi=1), 4)):
        for x in (unit(3, 3, 4, 5), unit(3, 1, 4, 5, dtype=f64), unit(3, 3, 4, 5).channels_last):
            fam.case("MixUp", x, label, fn=mixup, grad=False, lam=0.3, num_classes=classes)
            fam.case("CutMix", x, label, fn=cutmix, grad=False, box=[1, 0, 4, 3], lam=0.55, num_classes=classes)
    for lam in (0.0, 1.0):
        fam.case("MixUp", unit(1, 3, 2, 2), v([1], dtype=i64), fn=mixup, grad=False, lam=lam, num_classes=2)
    fam.case("CutMix", image(3, 3, 4, 5), index, fn=cutmix, grad=False, box=[0, 1, 5, 4], lam=0.25, num_classes=4)
    fam.case("CutMix", unit(3, 3, 4, 5), index, fn=cutmix, grad=False, box=[2, 2, 2, 2], lam=1.0, num_classes=4)


def add_others(fam):
    def erase(x, value, place):
        i, j, h, w = place
        return F.erase(x, i, j, h, w, value)

    for x in (image(3, 5, 6), interleaved(2, 3, 5, 6), unit(3, 5, 6)):
        for value in (v([7.9], dtype=f32, shape=[1, 1, 1]), v([1, 2, 3], dtype=f32, shape=[3, 1, 1]), u(3, 2, 3, lo=0, hi=200)):
            fam.case("erase", x, value, fn=erase, grad=False, place=[1, 2, 2, 3])
    fam.case("erase", unit(3, 5, 6), v([0.5], dtype=f32, shape=[1, 1, 1]), fn=erase, grad=False, place=[0, 0, 0, 0])
    for x in (image(7, 3, 2, 2), unit(2, 5, 1, 2, 3), image(1, 3, 2, 2)):
        for n in (1, 2, 3, 4, 7, 10):
            fam.case("uniform_temporal_subsample", x, fn=F.uniform_temporal_subsample, grad=False, num_samples=n)

    def whiten(x, matrix, mean):
        return v2.LinearTransformation(matrix, mean)(x)

    for x in (unit(3, 2, 2), unit(2, 3, 2, 2), image(3, 2, 2)):
        fam.case("LinearTransformation", x, u(12, 12), u(12), fn=whiten, grad=False, tol=4)
    fam.case("LinearTransformation", unit(3, 2, 3), u(12, 12), u(12), fn=whiten, grad=False, throws=True)
    fam.case("LinearTransformation", unit(3, 2, 2), u(12, 11), u(12), fn=whiten, grad=False, throws=True)


def add(fam):
    add_jitter(fam)
    add_mixing(fam)
    add_others(fam)
