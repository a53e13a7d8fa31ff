# SPDX-License-Identifier: Apache-2.0
"""Modules: parameters by formula; output, gradients of input and parameters, buffers after it."""

import torch
from torch import nn

from golden import b8, bf16, c64, d, f16, f32, f64, i64, s, u, v


def add_layers(fam):
    for bias in (True, False):
        attrs = dict(in_features=4, out_features=3, bias=bias)
        for x in (u(4), u(2, 4), u(2, 3, 4).T):
            fam.module("nn.Linear", nn.Linear, x, **attrs)
        fam.module("nn.Conv1d", nn.Conv1d, u(2, 4, 7), in_channels=4, out_channels=6, kernel_size=3, stride=2, padding=1,
                   dilation=1, groups=2, bias=bias, padding_mode="zeros")
        fam.module("nn.Conv2d", nn.Conv2d, u(2, 4, 6, 5), in_channels=4, out_channels=6, kernel_size=[3, 2],
                   stride=[2, 1], padding=[1, 0], dilation=[1, 2], groups=2, bias=bias, padding_mode="zeros")
        fam.module("nn.Conv3d", nn.Conv3d, u(1, 4, 4, 3, 5), in_channels=4, out_channels=6, kernel_size=[2, 3, 2],
                   stride=[2, 1, 1], padding=[1, 0, 1], dilation=[1, 1, 2], groups=2, bias=bias, padding_mode="zeros")
        fam.module("nn.ConvTranspose3d", nn.ConvTranspose3d, u(1, 4, 2, 3, 2), in_channels=4, out_channels=2,
                   kernel_size=[2, 3, 2], stride=[2, 1, 2], padding=[1, 1, 0], output_padding=[1, 0, 1], groups=2, bias=bias,
                   dilation=[1, 1, 1])
        fam.module("nn.ConvTranspose1d", nn.ConvTranspose1d, u(2, 4, 5), in_channels=4, out_channels=2, kernel_size=3,
                   stride=2, padding=1, output_padding=1, groups=2, bias=bias, dilation=1)
        fam.module("nn.ConvTranspose2d", nn.ConvTranspose2d, u(2, 4, 3, 3), in_channels=4, out_channels=2,
                   kernel_size=[3, 3], stride=[2, 2], padding=[1, 1], output_padding=[1, 0], groups=2, bias=bias,
                   dilation=[1, 1])
    fam.module("nn.Conv2d", nn.Conv2d, u(1, 2, 5, 5).channels_last, in_channels=2, out_channels=3, kernel_size=[3, 3],
               stride=[1, 1], padding="same", dilation=[1, 1], groups=1, bias=True, padding_mode="zeros")
    for mode in ("reflect", "replicate", "circular"):
        fam.module("nn.Conv2d", nn.Conv2d, u(1, 2, 5, 5), in_channels=2, out_channels=3, kernel_size=[3, 3],
                   stride=[1, 1], padding=[1, 1], dilation=[1, 1], groups=1, bias=True, padding_mode=mode)
        fam.module("nn.Conv1d", nn.Conv1d, u(1, 2, 5), in_channels=2, out_channels=3, kernel_size=3, stride=1, padding=2,
                   dilation=1, groups=1, bias=True, padding_mode=mode)
        fam.module("nn.Conv3d", nn.Conv3d, u(1, 2, 3, 4, 3), in_channels=2, out_channels=2, kernel_size=[3, 2, 3],
                   stride=[1, 1, 1], padding=[1, 1, 2], dilation=[1, 1, 1], groups=1, bias=True, padding_mode=mode)
        fam.module("nn.Conv3d", nn.Conv3d, u(1, 2, 3, 4, 3), in_channels=2, out_channels=2, kernel_size=[3, 2, 2],
                   stride=[1, 1, 1], padding="same", dilation=[1, 1, 1], groups=1, bias=True, padding_mode=mode)
    for padding_idx in (None, 1):
        fam.module("nn.Embedding", nn.Embedding, v([[1, 3], [0, 1]]), num_embeddings=5, embedding_dim=3,
                   padding_idx=padding_idx)


def add_norms(fam):
    stats = ("running_mean", "running_var", "num_batches_tracked")
    for dims, shapes in ((1, ((4, 3), (2, 3, 4))), (2, ((2, 3, 4, 2),))):
        build = getattr(nn, f"BatchNorm{dims}d")
        for shape in shapes:
            for train in (True, False):
                for momentum in (0.1, 0.5):
                    fam.module(f"nn.BatchNorm{dims}d", build, u(*shape), train=train, buffers=stats, num_features=3,
                               eps=1e-5, momentum=momentum, affine=True, track_running_stats=True,
                               call=lambda net, x: [net(x), net(x * 2)])
            fam.module(f"nn.BatchNorm{dims}d", build, u(*shape), num_features=3, eps=1e-5, momentum=0.1, affine=False,
                       track_running_stats=False, call=lambda net, x: [net(x), net(x * 2)])
            fam.module(f"nn.BatchNorm{dims}d", build, u(*shape), num_features=3, eps=1e-5, momentum=None, affine=True,
                       track_running_stats=True, buffers=stats, call=lambda net, x: [net(x), net(x * 2)])
    usual = dict(num_features=3, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True)
    for shape in ((4, 3), (2, 3, 4, 2), (2, 3, 2, 2, 2)):
        for train in (True, False):
            fam.module("nn.SyncBatchNorm", nn.SyncBatchNorm, u(*shape), train=train, **usual)
    fam.module("nn.SyncBatchNorm", nn.SyncBatchNorm, u(3), throws=True, **usual)
    fam.module("nn.BatchNorm1d", nn.BatchNorm1d, u(1, 3), throws=True, **usual)
    fam.module("nn.BatchNorm2d", nn.BatchNorm2d, u(2, 3, 4), throws=True, **usual)
    for affine in (True, False):
        fam.module("nn.LayerNorm", nn.LayerNorm, u(2, 3, 4), normalized_shape=[3, 4], eps=1e-5, elementwise_affine=affine)
        fam.module("nn.GroupNorm", nn.GroupNorm, u(2, 4, 3), num_groups=2, num_channels=4, eps=1e-5, affine=affine)
        fam.module("nn.RMSNorm", nn.RMSNorm, u(2, 3, 4), normalized_shape=[4], eps=1e-5, elementwise_affine=affine)


ACTIVATIONS = {"ReLU": {}, "ReLU6": {}, "LeakyReLU": {"negative_slope": 0.1}, "ELU": {"alpha": 0.7}, "SELU": {},
               "CELU": {"alpha": 0.7}, "GELU": {"approximate": "tanh"}, "SiLU": {}, "Sigmoid": {}, "Tanh": {},
               "Hardswish": {}, "Hardsigmoid": {}, "Hardtanh": {"min_val": -0.5, "max_val": 0.7},
               "Softplus": {"beta": 2.0, "threshold": 3.0}, "Softmax": {"dim": 1}, "LogSoftmax": {"dim": 1}, "Mish": {},
               "LogSigmoid": {}, "Softsign": {}, "Identity": {}, "Flatten": {"start_dim": 1, "end_dim": -1}}
LOSSES = {"MSELoss": {}, "L1Loss": {}, "SmoothL1Loss": {"beta": 0.5}, "HuberLoss": {"delta": 0.5}, "SoftMarginLoss": {}}


def add_simple(fam):
    for name, attrs in ACTIVATIONS.items():
        fam.module("nn." + name, getattr(nn, name), u(2, 3, 4), **attrs)
    for reduction in ("mean", "sum", "none"):
        for name, attrs in LOSSES.items():
            fam.module("nn." + name, getattr(nn, name), u(2, 3), u(2, 3).const, reduction=reduction, **attrs)
        fam.module("nn.BCELoss", nn.BCELoss, u(2, 3, lo=0.1, hi=0.9), u(2, 3, lo=0, hi=1).const, reduction=reduction)
        fam.module("nn.BCEWithLogitsLoss", nn.BCEWithLogitsLoss, u(2, 3), u(2, 3, lo=0, hi=1).const, reduction=reduction)
        target = v([1, 0, 4, 2])
        fam.module("nn.NLLLoss", nn.NLLLoss, u(4, 5), target, ignore_index=2, reduction=reduction)
        fam.module("nn.CrossEntropyLoss", nn.CrossEntropyLoss, u(4, 5), target, ignore_index=2, reduction=reduction,
                   label_smoothing=0.1)
        linear = dict(in_features=3, num_classes=5, reduction=reduction)
        for bias in (True, False):
            fam.module("nn.LinearCrossEntropyLoss", nn.LinearCrossEntropyLoss, u(4, 3), target, ignore_index=2,
                       label_smoothing=0.1, bias=bias, out_features=[], **linear)
            fam.module("nn.LinearCrossEntropyLoss", nn.LinearCrossEntropyLoss, u(2, 3), v([[1, 0, 4], [2, 3, -100]]),
                       ignore_index=None, label_smoothing=0.0, bias=bias, out_features=[3], **linear)
        fam.module("nn.LinearCrossEntropyLoss", nn.LinearCrossEntropyLoss, u(4, 3), u(4, 5, lo=0, hi=0.4).const,
                   ignore_index=None, label_smoothing=0.1, bias=True, out_features=[], **linear)
        fam.module("nn.LinearCrossEntropyLoss", nn.LinearCrossEntropyLoss, u(3), v(2, shape=[]), ignore_index=None,
                   label_smoothing=0.0, bias=True, out_features=[], **linear)
    refused = dict(in_features=3, num_classes=5, bias=True, out_features=[], reduction="mean", label_smoothing=0.0)
    fam.module("nn.LinearCrossEntropyLoss", nn.LinearCrossEntropyLoss, u(4, 3), u(4, 5, lo=0, hi=0.4).const, ignore_index=2,
               throws=True, **refused)
    for x in (u(4, 2), u(2, 2, 3)):
        fam.module("nn.LinearCrossEntropyLoss", nn.LinearCrossEntropyLoss, x, target, ignore_index=None, throws=True, **refused)
    fam.module("nn.MaxPool2d", nn.MaxPool2d, d(1, 2, 7, 7), kernel_size=[3, 2], stride=[2, 2], padding=[1, 1],
               dilation=[1, 1], ceil_mode=True)
    fam.module("nn.MaxPool1d", nn.MaxPool1d, d(1, 2, 9), kernel_size=3, stride=2, padding=1, dilation=2, ceil_mode=True)
    fam.module("nn.MaxPool3d", nn.MaxPool3d, d(1, 2, 5, 4, 6), kernel_size=[3, 2, 2], stride=[2, 1, 2], padding=[1, 1, 0],
               dilation=[1, 2, 1], ceil_mode=True)
    fam.module("nn.AvgPool1d", nn.AvgPool1d, u(1, 2, 9), kernel_size=3, stride=2, padding=1, ceil_mode=True,
               count_include_pad=False)
    fam.module("nn.AvgPool3d", nn.AvgPool3d, u(1, 2, 5, 4, 6), kernel_size=[3, 2, 2], stride=[2, 1, 2], padding=[1, 1, 0],
               ceil_mode=True, count_include_pad=False, divisor_override=5)
    fam.module("nn.AdaptiveAvgPool3d", nn.AdaptiveAvgPool3d, u(1, 2, 5, 4, 6), output_size=[2, 3, 4])
    fam.module("nn.AdaptiveMaxPool3d", nn.AdaptiveMaxPool3d, d(1, 2, 5, 4, 6), output_size=[2, 3, 4])
    fam.module("nn.AvgPool2d", nn.AvgPool2d, u(1, 2, 7, 7), kernel_size=[3, 2], stride=[2, 2], padding=[1, 1],
               ceil_mode=True, count_include_pad=False)
    fam.module("nn.AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d, u(1, 2, 7, 7), output_size=[2, 3])
    fam.module("nn.AdaptiveMaxPool2d", nn.AdaptiveMaxPool2d, d(1, 2, 7, 7), output_size=[2, 3])
    fam.module("nn.Upsample", nn.Upsample, u(1, 2, 3, 3), size=[5, 6], mode="bilinear", align_corners=True)
    fam.module("nn.Dropout", nn.Dropout, u(3, 4), p=0.5, train=False)


def add_attention(fam):
    def call(need_weights=True, average=True, mask=None, padding=None, same=False):
        def run(net, q, k=None, value=None):
            k, value = (q, q) if k is None else (k, value)
            out, weights = net(q, k, value, need_weights=need_weights, average_attn_weights=average,
                               attn_mask=MASKS[mask], key_padding_mask=MASKS[padding])
            return [out] + ([weights] if weights is not None else [])
        return run

    usual = dict(embed_dim=6, num_heads=2, bias=True, batch_first=False, kdim=None, vdim=None)
    op, build = "nn.MultiheadAttention", multihead
    for need, average in ((True, True), (True, False), (False, True)):
        fam.module(op, build, u(3, 2, 6), u(4, 2, 6), u(4, 2, 6), call=call(need, average), need_weights=need,
                   average=average, mask="none", padding="none", **usual)
    for changes in ({"bias": False}, {"batch_first": True}, {"kdim": 5, "vdim": 3}):
        attrs = {**usual, **changes}
        k, value = attrs["kdim"] or 6, attrs["vdim"] or 6
        fam.module(op, build, u(2, 2, 6), u(2, 2, k), u(2, 2, value), call=call(), need_weights=True, average=True,
                   mask="none", padding="none", **attrs)
    for mask, padding in (("causal", "none"), ("float", "none"), ("none", "padding"), ("causal", "padding")):
        fam.module(op, build, u(3, 2, 6), u(3, 2, 6), u(3, 2, 6), call=call(True, True, mask, padding), need_weights=True,
                   average=True, mask=mask, padding=padding, **usual)


def multihead(need_weights, average, mask, padding, **attrs):
    return nn.MultiheadAttention(**attrs)


inf = float("inf")
MASKS = {None: None, "none": None,
         "causal": torch.tensor([[0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=torch.bool),
         "float": torch.tensor([[0.5, -1, 0], [0, 0.25, -inf], [1, 0, 0]]),
         "padding": torch.tensor([[0, 0, 1], [0, 0, 0]], dtype=torch.bool)}


def add_transformer(fam):
    layer = dict(d_model=4, nhead=2, dim_feedforward=6, dropout=0.0)
    for activation in ("relu", "gelu"):
        for norm_first in (False, True):
            for batch_first in (False, True):
                fam.module("nn.TransformerEncoderLayer", nn.TransformerEncoderLayer, u(2, 3, 4), tol=5, activation=activation,
                           norm_first=norm_first, batch_first=batch_first, **layer)
            fam.module("nn.TransformerEncoderLayer", nn.TransformerEncoderLayer, u(2, 3, 4), tol=5, train=False,
                       activation=activation, norm_first=norm_first, batch_first=True, **layer)

    def masked(net, x):
        return net(x, src_mask=MASKS["causal"], src_key_padding_mask=MASKS["padding"])

    fam.module("nn.TransformerEncoderLayer.masked", nn.TransformerEncoderLayer, u(2, 3, 4), call=masked, tol=5,
               activation="relu", norm_first=False, batch_first=True, **layer)
    for final_norm in (False, True):
        fam.module("nn.TransformerEncoder", encoder, u(2, 3, 4), tol=10, num_layers=2, final_norm=final_norm, **layer)


def encoder(num_layers, final_norm, **layer):
    return nn.TransformerEncoder(nn.TransformerEncoderLayer(batch_first=True, **layer), num_layers,
                                 norm=nn.LayerNorm(4) if final_norm else None, enable_nested_tensor=False)


def add_networks(fam):
    def lenet():
        return nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 4, 3), nn.ReLU(),
                             nn.Flatten(), nn.Linear(16, 5), nn.LogSoftmax(1))

    fam.module("net.lenet", lenet, d(2, 1, 8, 8), tol=10)

    def residual():
        return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
                             nn.Conv2d(4, 3, 3, padding=1, bias=False), nn.BatchNorm2d(3))

    fam.module("net.residual", residual, u(2, 3, 4, 4).channels_last, tol=10, call=lambda net, x: torch.relu(net(x) + x))

    def mlp():
        return nn.Sequential(nn.Sequential(nn.Linear(4, 8), nn.GELU()), nn.Sequential(nn.Linear(8, 3), nn.Sigmoid()))

    fam.module("net.mlp", mlp, u(5, 4), tol=5)


def add(fam):
    add_layers(fam)
    add_norms(fam)
    add_simple(fam)
    add_attention(fam)
    add_transformer(fam)
    add_networks(fam)
