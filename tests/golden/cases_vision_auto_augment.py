# SPDX-License-Identifier: Apache-2.0
"""torchvision's policies of augmentation: their tables, their ops, and AugMix fed with what it draws."""

import torch
from torchvision.transforms import v2

from cases_vision_color import image, interleaved
from golden import u

OPS = ("Identity", "ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast", "Sharpness",
       "Posterize", "Solarize", "AutoContrast", "Equalize", "Invert")


def add_policies(fam):
    def policy(x, name):
        pairs = v2.AutoAugment(v2.AutoAugmentPolicy(name))._policies
        return torch.tensor([[[OPS.index(op), p, -1 if b is None else b] for op, p, b in pair] for pair in pairs])

    for name in ("imagenet", "cifar10", "svhn"):
        fam.case("policy", u(1), fn=policy, grad=False, name=name)

    def magnitudes(x, space, name, bins, size):
        cls = {"usual": v2.RandAugment, "auto": v2.AutoAugment, "wide": v2.TrivialAugmentWide, "mix": v2.AugMix}[space]
        table, signed = cls._AUGMENTATION_SPACE[name]
        values = table(bins, *size)
        return [torch.zeros(0) if values is None else values.float(), torch.tensor([int(signed)])]

    for space, bins in (("auto", 10), ("usual", 31), ("wide", 31), ("wide", 4), ("mix", 10), ("usual", 2)):
        for op in OPS:
            if op == "Invert" and space != "auto" or op == "Identity" and space in ("auto", "mix"):
                continue
            for size in ([224, 200], [3, 32]) if "Translate" in op else ([5, 5],):
                fam.case("magnitudes", u(1), fn=magnitudes, grad=False, space=space, name=op, bins=bins, size=size)

    def order(x, space):
        ops = {"usual": v2.RandAugment._AUGMENTATION_SPACE, "wide": v2.TrivialAugmentWide._AUGMENTATION_SPACE,
               "mix": v2.AugMix._AUGMENTATION_SPACE, "part": v2.AugMix._PARTIAL_AUGMENTATION_SPACE}[space]
        return torch.tensor([OPS.index(op) for op in ops])

    for space in ("usual", "wide", "mix", "part"):
        fam.case("space", u(1), fn=order, grad=False, space=space)


def add_ops(fam):
    def augment(x, name, magnitude, interpolation, fill):
        if fill is not None and len(fill) == 1:
            fill = fill[0]
        return v2.RandAugment()._apply_image_or_video_transform(x, name, magnitude, interpolation, {"others": fill, torch.Tensor: fill})

    magnitudes = {"ShearX": (0.3, -0.7), "ShearY": (-0.3, 0.99), "TranslateX": (2.7, -1.2), "TranslateY": (-3.9, 1.0),
                  "Rotate": (30.0, -110.0, 90.0), "Brightness": (0.5, -0.99), "Color": (0.9, -0.4), "Contrast": (-0.3, 0.8),
                  "Sharpness": (0.9, -0.9), "Posterize": (4.0, 8.0, 0.0), "Solarize": (0.0, 0.4, 1.0)}
    for op in OPS:
        for magnitude in magnitudes.get(op, (0.0,)):
            for x in (image(3, 7, 9), interleaved(2, 3, 6, 5), image(1, 5, 6)):
                fam.case("augment", x, fn=augment, grad=False, name=op, magnitude=magnitude, interpolation="nearest", fill=None)
                if op[:5] in ("Shear", "Trans", "Rotat"):
                    fill = [9.0, 80.0, 200.0] if x.shape[-3] == 3 else [77.0]
                    fam.case("augment", x, fn=augment, grad=False, name=op, magnitude=magnitude, interpolation="nearest", fill=fill)

    class FedMix(v2.AugMix):
        """Draws what it is given."""

        def __init__(self, ops, magnitudes, depth, parts, width, **options):
            super().__init__(mixture_width=width, chain_depth=depth, **options)
            self.script = iter(list(zip(ops, magnitudes)))
            self.parts = iter(parts)

        def _sample_dirichlet(self, params):
            return next(self.parts)

        def _get_random_item(self, space):
            op, magnitude = next(self.script)
            return op, (lambda bins, height, width: torch.full((bins,), magnitude, dtype=torch.float64), False)

    def augmix(x, ops, magnitudes, depth, weights):
        n = x.shape[0] if len(x.shape) > 3 else 1
        w = torch.tensor(weights, dtype=torch.float32).view(n, -1)
        # Weights of the chains are given as a whole: the image's counterpart is 1.
        parts = [torch.stack([w[:, 0], torch.ones(n)], 1), w[:, 1:]]
        return FedMix([OPS[i] for i in ops], magnitudes, depth, parts, w.shape[1] - 1)(x)

    ops, strengths = [1, 10, 7, 4, 12, 5], [0.2, 5.0, -0.4, 1.5, 0.0, -20.0]
    fam.case("AugMix", image(3, 7, 6), fn=augmix, grad=False, ops=ops, magnitudes=strengths, depth=2, weights=[0.375, 0.25, 0.25, 0.125])
    fam.case("AugMix", interleaved(2, 3, 5, 6), fn=augmix, grad=False, ops=ops, magnitudes=strengths, depth=3,
             weights=[0.3, 0.5, 0.2, 0.77, 0.11, 0.12])
    fam.case("AugMix", image(1, 5, 5), fn=augmix, grad=False, ops=[11], magnitudes=[0.5], depth=1, weights=[0.1, 0.9])


def add(fam):
    add_policies(fam)
    add_ops(fam)
