# SPDX-License-Identifier: Apache-2.0
"""The other sides of transforms.py: what torchvision, with tensors, and Pillow take for the cases of
bench/cases/transforms.cpp. Answers as torch_cases.py does.

  transforms_cases.py PEER THREADS SECONDS [--cpu-time]

To add a case, write it there, here for each peer that has it, and in transforms.py."""

import os
import sys

PEER, THREADS = sys.argv[1], sys.argv[2]
os.environ["OMP_NUM_THREADS"] = THREADS
del sys.argv[1]

import torch
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F

import torch_cases

torch_cases.CASES.clear()


def photo():
    noise = (torch.rand(3, 224, 224) * 256).to(torch.uint8)
    smooth = F.autocontrast(F.gaussian_blur(noise, [31, 31]))
    return F.to_pil_image(smooth) if PEER == "Pillow" else smooth


def case(name, f):
    """f of the photograph; torchvision calls Pillow where it is an image of Pillow's."""
    def build():
        image = photo()
        return lambda: f(image)
    torch_cases.CASES["transforms/" + name] = build


def mix_case(name, make):
    def build():
        images, labels, mix = F.to_dtype(photo(), torch.float32, True).repeat(16, 1, 1, 1), torch.arange(16), make(num_classes=16)
        return lambda: mix(images, labels)
    torch_cases.CASES["transforms/" + name] = build


case("ColorJitter", v2.ColorJitter(0.4, 0.4, 0.4, 0.1))
case("TrivialAugmentWide", v2.TrivialAugmentWide())
case("RandAugment", v2.RandAugment())
case("brightness", lambda x: F.adjust_brightness(x, 1.3))
case("contrast", lambda x: F.adjust_contrast(x, 1.3))
case("saturation", lambda x: F.adjust_saturation(x, 1.3))
case("hue", lambda x: F.adjust_hue(x, 0.07))
case("gamma", lambda x: F.adjust_gamma(x, 1.7))
case("grayscale", F.rgb_to_grayscale)
case("invert", F.invert)
case("posterize", lambda x: F.posterize(x, 4))
case("solarize", lambda x: F.solarize(x, 128))
case("autocontrast", F.autocontrast)
case("equalize", F.equalize)
case("sharpness", lambda x: F.adjust_sharpness(x, 1.7))
BILINEAR, BICUBIC = v2.InterpolationMode.BILINEAR, v2.InterpolationMode.BICUBIC
case("resize 128", lambda x: F.resize(x, [128, 128]))
case("resize 128, bicubic", lambda x: F.resize(x, [128, 128], BICUBIC))
case("resize 300", lambda x: F.resize(x, [300, 300]))
case("resized_crop", lambda x: F.resized_crop(x, 20, 30, 150, 170, [160, 160]))
case("horizontal_flip", F.horizontal_flip)
case("vertical_flip", F.vertical_flip)
case("pad", lambda x: F.pad(x, [8]))
case("pad, reflect", lambda x: F.pad(x, [8], padding_mode="reflect"))
case("rotate", lambda x: F.rotate(x, 30))
case("rotate, bilinear", lambda x: F.rotate(x, 30, BILINEAR))
case("affine, bilinear", lambda x: F.affine(x, 10, [5, 7], 1.1, [3, 5], BILINEAR))
case("perspective", lambda x: F.perspective(x, [[0, 0], [223, 0], [223, 223], [0, 223]], [[9, 5], [210, 8], [220, 215], [4, 219]]))
case("ElasticTransform", v2.ElasticTransform())
if PEER == "torchvision":
    case("gaussian_blur 5", lambda x: F.gaussian_blur(x, [5, 5], [1.1, 1.1]))
    case("gaussian_blur 23", lambda x: F.gaussian_blur(x, [23, 23], [1.1, 1.1]))
    case("to float", lambda x: F.to_dtype(x, torch.float32, True))
    mix_case("MixUp, 16 images", v2.MixUp)
    mix_case("CutMix, 16 images", v2.CutMix)
else:
    from torchvision.transforms.functional import to_tensor
    case("to float", to_tensor)

if __name__ == "__main__":
    torch_cases.main()
