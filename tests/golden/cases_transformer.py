# SPDX-License-Identifier: Apache-2.0
"""Transformers with decoders, the rarer options of attention, adaptive softmax and EmbeddingBag."""

import torch
import torch.nn.functional as F
from torch import nn

from golden import f64, i64, u, v

inf = float("inf")
CAUSAL = torch.tensor([[0, -inf, -inf], [0, 0, -inf], [0, 0, 0]])
HIDDEN = torch.tensor([[0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]], dtype=torch.bool)  # 3 queries, 4 keys
TARGET_PADDING = torch.tensor([[0, 0, 1], [0, 0, 0]], dtype=torch.bool)
SOURCE_PADDING = torch.tensor([[0, 0, 0, 1], [0, 0, 0, 0]], dtype=torch.bool)
LAYER = dict(d_model=4, nhead=2, dim_feedforward=6, dropout=0.0)


def add_decoders(fam):
    def masked(net, tgt, memory):
        return net(tgt, memory, tgt_mask=CAUSAL, memory_mask=HIDDEN, tgt_key_padding_mask=TARGET_PADDING.float() * -1e4,
                   memory_key_padding_mask=SOURCE_PADDING)

    for train in (True, False):
        for activation in ("relu", "gelu"):
            for norm_first in (False, True):
                for batch_first in (False, True):
                    tgt, memory = (u(2, 3, 4), u(2, 4, 4)) if batch_first else (u(3, 2, 4), u(4, 2, 4))
                    fam.module("decoder_layer", nn.TransformerDecoderLayer, tgt, memory, tol=10, train=train,
                               activation=activation, norm_first=norm_first, batch_first=batch_first, bias=True, **LAYER)
    usual = dict(activation="relu", norm_first=False, batch_first=False, bias=True, **LAYER)
    fam.module("decoder_layer", nn.TransformerDecoderLayer, u(3, 2, 4), u(4, 2, 4), tol=10, **{**usual, "bias": False})
    fam.module("decoder_layer", nn.TransformerDecoderLayer, u(3, 4), u(4, 4), tol=10, **usual)
    fam.module("decoder_layer.masked", nn.TransformerDecoderLayer, u(3, 2, 4), u(4, 2, 4), call=masked, tol=10, **usual)
    fam.module("decoder_layer", nn.TransformerDecoderLayer, u(3, 2, 4), u(4, 3, 4), throws=True, **usual)

    def stack(num_layers, final_norm, **layer):
        return nn.TransformerDecoder(nn.TransformerDecoderLayer(**layer), num_layers, norm=nn.LayerNorm(4) if final_norm else None)

    for num_layers, final_norm in ((2, False), (1, True)):
        fam.module("decoder", stack, u(3, 2, 4), u(4, 2, 4), tol=20, num_layers=num_layers, final_norm=final_norm, **LAYER)


def add_transformers(fam):
    def masked(net, src, tgt):
        return net(src, tgt, src_mask=torch.tensor([[0.5, -1, 0, -inf]] * 4), tgt_mask=CAUSAL, memory_mask=HIDDEN,
                   src_key_padding_mask=SOURCE_PADDING.float() * -1e4, tgt_key_padding_mask=TARGET_PADDING.float() * -1e4,
                   memory_key_padding_mask=SOURCE_PADDING)

    usual = dict(num_encoder_layers=1, num_decoder_layers=1, norm_first=False, batch_first=False, bias=True, **LAYER)
    build = lambda **kw: nn.Transformer(**kw)
    for changes in ({}, {"norm_first": True}, {"bias": False}, {"num_encoder_layers": 2}):
        fam.module("transformer", build, u(4, 2, 4), u(3, 2, 4), tol=20, **{**usual, **changes})
    fam.module("transformer", build, u(2, 4, 4), u(2, 3, 4), tol=20, **{**usual, "batch_first": True})
    fam.module("transformer", build, u(4, 4), u(3, 4), tol=20, **usual)
    fam.module("transformer.masked", build, u(4, 2, 4), u(3, 2, 4), call=masked, tol=20, **usual)
    for src, tgt in ((u(4, 3, 4), u(3, 2, 4)), (u(4, 2, 6), u(3, 2, 4))):
        fam.module("transformer", build, src, tgt, throws=True, **usual)


def add_attention(fam):
    def call(net, q, k, value):
        return net(q, k, value, attn_mask=HIDDEN if net.mask else None,
                   key_padding_mask=SOURCE_PADDING if net.mask else None, average_attn_weights=False)

    def build(mask, **attrs):
        net = nn.MultiheadAttention(**attrs)
        net.mask = mask
        return net

    for add_bias_kv, add_zero_attn in ((True, False), (False, True), (True, True)):
        for batch_first in (False, True):
            for mask in (False, True):
                q, k = (u(2, 3, 6), u(2, 4, 6)) if batch_first else (u(3, 2, 6), u(4, 2, 6))
                fam.module("attention", build, q, k, k, call=call, tol=4, embed_dim=6, num_heads=2, add_bias_kv=add_bias_kv,
                           add_zero_attn=add_zero_attn, batch_first=batch_first, mask=mask)

    def function(q, k, value, w, b, out_w, out_b, static_k, static_v, wq, wk, wv, average):
        out, weights = F.multi_head_attention_forward(
            q, k, value, 6, 2, w, b, None, None, False, 0.0, out_w, out_b, training=False, static_k=static_k, static_v=static_v,
            use_separate_proj_weight=wq is not None, q_proj_weight=wq, k_proj_weight=wk, v_proj_weight=wv,
            average_attn_weights=average)
        return [out, weights]

    for average in (True, False):
        inputs = (u(3, 2, 6), u(4, 2, 6), u(4, 2, 6), u(18, 6), u(18), u(6, 6), u(6))
        static = (u(4, 4, 3), u(4, 4, 3))
        fam.case("attention_function", *inputs, None, None, None, None, None, fn=function, tol=4, average=average)
        fam.case("attention_function", *inputs, *static, None, None, None, fn=function, tol=4, average=average)
        separate = (u(3, 2, 6), u(4, 2, 5), u(4, 2, 3), None, u(18), u(6, 6), u(6))
        fam.case("attention_function", *separate, None, None, u(6, 6), u(6, 5), u(6, 3), fn=function, tol=4, average=average)


def add_adaptive(fam):
    def both(net, x, t):
        out = net(x, t)
        return [out.output, out.loss.detach()]

    for head_bias, div_value in ((False, 2.0), (True, 4.0)):
        attrs = dict(in_features=8, n_classes=12, cutoffs=[3, 7], div_value=div_value, head_bias=head_bias)
        for target in (v([0, 5, 11, 2, 7, 3]), v([0, 1, 2, 2, 1, 0]), v([9] * 6)):
            fam.module("adaptive", nn.AdaptiveLogSoftmaxWithLoss, u(6, 8), target, call=both, tol=4, **attrs)
        fam.module("adaptive", nn.AdaptiveLogSoftmaxWithLoss, u(8), v(8, shape=[]), call=both, tol=4, **attrs)
        fam.module("adaptive.log_prob", nn.AdaptiveLogSoftmaxWithLoss, u(6, 8), call=lambda net, x: net.log_prob(x), tol=4, **attrs)
        for scale in (1, 5):
            fam.module("adaptive.predict", nn.AdaptiveLogSoftmaxWithLoss, u(20, 8, lo=-scale, hi=scale).const, tol=4,
                       call=lambda net, x: net.predict(x), **attrs)
    for x, target in ((u(6, 8), v([0, 5])), (u(2, 8), v([0, 12])), (u(2, 8), v([-1, 0])), (u(2, 2, 8), v([0, 1])),
                      (u(2, 8), v([[0, 1]])), (u(2, 8), v(1, shape=[]))):
        fam.module("adaptive", nn.AdaptiveLogSoftmaxWithLoss, x, target, throws=True, **attrs)


def add_bags(fam):
    for mode in ("sum", "mean", "max"):
        for padding_idx in (None, 2):
            fam.module("embedding_bag", nn.EmbeddingBag, v([[0, 2, 1], [4, 2, 2]]), num_embeddings=5, embedding_dim=3, mode=mode,
                       padding_idx=padding_idx, scale_grad_by_freq=mode == "mean", max_norm=None)
        fam.module("embedding_bag", nn.EmbeddingBag, v([0, 2, 1, 4, 2]), v([0, 2]), num_embeddings=5, embedding_dim=3, mode=mode,
                   padding_idx=None, scale_grad_by_freq=False, max_norm=None)


def add(fam):
    add_decoders(fam)
    add_transformers(fam)
    add_attention(fam)
    add_adaptive(fam)
    add_bags(fam)
