# SPDX-License-Identifier: Apache-2.0
"""Layers that torchvision's models share, with weights by formula."""

from torch import nn
from torchvision import ops
from torchvision.models.convnext import LayerNorm2d

from golden import u

ACTIVATIONS = {"relu": nn.ReLU, "relu6": nn.ReLU6, "silu": nn.SiLU, "gelu": nn.GELU, "hardswish": nn.Hardswish,
               "sigmoid": nn.Sigmoid, "hardsigmoid": nn.Hardsigmoid, "none": None}


def conv(in_channels, out_channels, activation, norm, kernel=(3, 3), stride=1, groups=1, dilation=1):
    kind = ACTIVATIONS[activation]
    return ops.Conv2dNormActivation(in_channels, out_channels, kernel, stride, groups=groups, dilation=(dilation, dilation),
                                    norm_layer={"batch": nn.BatchNorm2d, "layer": LayerNorm2d, "none": None}[norm],
                                    activation_layer=kind, inplace=None if kind in (nn.GELU, nn.Sigmoid) else True)


def squeeze(input_channels, squeeze_channels, activation, scale_activation):
    return ops.SqueezeExcitation(input_channels, squeeze_channels, ACTIVATIONS[activation], ACTIVATIONS[scale_activation])


def mlp(in_channels, hidden_channels, activation):
    return ops.MLP(in_channels, list(hidden_channels), activation_layer=ACTIVATIONS[activation], dropout=0.5)


def frozen(x, weight, bias, mean, var, eps):
    norm = ops.FrozenBatchNorm2d(x.shape[1], eps)
    norm.weight, norm.bias, norm.running_mean, norm.running_var = weight, bias, mean, var
    return norm(x)


def add(fam):
    x = u(2, 4, 7, 6)
    for activation in ACTIVATIONS:
        if activation in ("sigmoid", "hardsigmoid"):
            continue
        fam.module("conv", conv, x, in_channels=4, out_channels=6, activation=activation, norm="batch")
    fam.module("conv", conv, x, train=False, in_channels=4, out_channels=6, activation="relu", norm="batch", stride=2)
    fam.module("conv", conv, x, in_channels=4, out_channels=8, activation="silu", norm="none", groups=4, dilation=2)
    fam.module("conv", conv, x, in_channels=4, out_channels=6, activation="none", norm="layer", kernel=[5, 1])
    fam.module("squeeze_excitation", squeeze, x, input_channels=4, squeeze_channels=2, activation="relu",
               scale_activation="sigmoid")
    fam.module("squeeze_excitation", squeeze, x, input_channels=4, squeeze_channels=3, activation="silu",
               scale_activation="hardsigmoid")
    fam.module("mlp", mlp, u(3, 5), train=False, in_channels=5, hidden_channels=[7, 3], activation="gelu")
    fam.module("mlp", mlp, u(3, 2, 5), train=False, in_channels=5, hidden_channels=[4], activation="relu")
    fam.module("layer_norm2d", lambda: LayerNorm2d(4, eps=1e-6), x)
    fam.case("frozen_batch_norm2d", x, u(4), u(4), u(4), u(4, lo=0.1, hi=2), fn=frozen, eps=1e-5)
    fam.case("frozen_batch_norm2d", x, u(4), u(4), u(4), u(4, lo=0.1, hi=2), fn=frozen, eps=0.1)
