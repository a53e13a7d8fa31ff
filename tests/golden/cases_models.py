# SPDX-License-Identifier: Apache-2.0
"""Image classifiers: scores and the images' gradients, with weights by formula. Architectures
of torchvision are in cases_architectures.py."""

import torch
import torch.nn.functional as F
from torch import nn
from torchvision import models

from golden import u


class MLP(nn.Module):
    def __init__(self, channels, height, width, classes):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(channels * height * width, 256), nn.Linear(256, 256)
        self.fc3 = nn.Linear(256, classes)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


class LeNet(nn.Module):
    def __init__(self, channels, height, width, classes):
        super().__init__()
        small = min(height, width) < 16
        self.conv1 = nn.Conv2d(channels, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5, padding=2 if small else 0)
        side = lambda n: (n // 2 - (0 if small else 4)) // 2
        self.fc1, self.fc2 = nn.Linear(16 * side(height) * side(width), 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


class CNN(nn.Module):
    def __init__(self, channels, height, width, classes):
        super().__init__()
        self.thrice = height >= 8 and width >= 8
        for i, (n, m) in enumerate(((channels, 32), (32, 64), (64, 128)), 1):
            setattr(self, f"conv{i}", nn.Conv2d(n, m, 3, padding=1, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(m))
        factor = 8 if self.thrice else 4
        self.fc = nn.Linear(128 * (height // factor) * (width // factor), classes)

    def forward(self, x):
        for i in (1, 2, 3):
            x = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(x))
            x = F.relu(F.max_pool2d(x, 2) if i < 3 or self.thrice else x)
        return self.fc(x.flatten(1))


def resnet18(channels, height, width, classes):
    assert channels == 3 and min(height, width) >= 64
    return models.resnet18(num_classes=classes)


def resnet34(channels, height, width, classes):
    assert channels == 3 and min(height, width) >= 64
    return models.resnet34(num_classes=classes)


def add(fam):
    def case(name, build, *shape, train=False, tol=10):
        fam.module("models." + name, build, u(*shape), frozen=True, train=train, tol=tol, channels=shape[1],
                   height=shape[2], width=shape[3], classes=5)

    for shape in ((2, 1, 28, 28), (2, 3, 9, 8)):
        case("mlp", MLP, *shape)
        case("lenet", LeNet, *shape)
        case("cnn", CNN, *shape)
    case("resnet18", resnet18, 2, 3, 64, 64, train=True, tol=50)
    case("resnet34", resnet34, 1, 3, 64, 64, tol=50)
