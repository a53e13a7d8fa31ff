# SPDX-License-Identifier: Apache-2.0
"""PyTorch's side of bench/cases/device.cpp: bandwidth, large products and steps of whole networks in
bfloat16, with nothing but PyTorch. torch_cases.py adds them when it runs on a device."""

import torch
import torch.nn.functional as F
from torch import nn

TYPES = {"f32": torch.float32, "bf16": torch.bfloat16}


def device_type():
    return torch.get_default_device().type


def add_bandwidth(cases):
    """512 MB, read and written by the simplest of kernels."""
    calls = {"copy": torch.clone, "add": lambda x: x + x, "exp": torch.exp, "sum": torch.sum, "sum of rows": lambda x: x.sum(1),
             "sum of columns": lambda x: x.sum(0), "amax of rows": lambda x: x.amax(1)}
    for label, dtype in TYPES.items():
        for name, call in calls.items():
            def build(call=call, dtype=dtype):
                x = torch.randn((512 << 20) // 8192 // dtype.itemsize, 8192).to(dtype)
                return lambda: call(x)
            cases[f"bandwidth/{name} {label}"] = build


def add_fused(cases, forward_backward):
    """Rows of 4096 numbers, 256 MB of them, and the words of a language model."""
    for label, dtype in TYPES.items():
        rows = (256 << 20) // 4096 // dtype.itemsize

        def numbers(*sizes, dtype=dtype):
            return torch.randn(*sizes).to(dtype)

        def layer_norm(numbers=numbers, rows=rows):
            w, b = numbers(4096).requires_grad_(), numbers(4096).requires_grad_()
            return forward_backward(lambda x: F.layer_norm(x, (4096,), w, b), numbers(rows, 4096), [w, b])

        def cross_entropy(numbers=numbers):
            target = torch.randint(50257, (4096,))
            return forward_backward(lambda x: F.cross_entropy(x, target), numbers(4096, 50257))

        def adam(numbers=numbers):
            parameters = [nn.Parameter(numbers(1024, 1024)) for _ in range(64)]
            for p in parameters:
                p.grad = torch.randn_like(p)
            return torch.optim.Adam(parameters, lr=1e-3, fused=True).step

        cases[f"fused/softmax {label}"] = lambda n=numbers, rows=rows: forward_backward(lambda x: F.softmax(x, -1), n(rows, 4096))
        cases[f"fused/layer_norm {label}"] = layer_norm
        cases[f"fused/cross_entropy {label}"] = cross_entropy
        cases[f"fused/Adam {label}"] = adam


def as_graph(step):
    if device_type() != "cuda":
        return step
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def training(model, loss):
    """A step of training in bfloat16, where autocast says so."""
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4, fused=True)

    def step():
        optimizer.zero_grad()
        with torch.autocast(device_type(), torch.bfloat16):
            value = loss(model)
        value.backward()
        optimizer.step()
    return step


class Bottleneck(nn.Module):
    def __init__(self, cin, width, stride):
        super().__init__()
        conv = lambda i, o, k, s=1: nn.Sequential(nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o))
        self.first, self.second, self.third = conv(cin, width, 1), conv(width, width, 3, stride), conv(width, 4 * width, 1)
        self.downsample = conv(cin, 4 * width, 1, stride) if stride != 1 or cin != 4 * width else None

    def forward(self, x):
        y = F.relu(self.first(x), inplace=True)
        y = self.third(F.relu(self.second(y), inplace=True))
        y += x if self.downsample is None else self.downsample(x)
        return F.relu(y, inplace=True)


class ResNet50(nn.Sequential):
    def __init__(self):
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
        cin = 64
        for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
            for i in range(blocks):
                layers.append(Bottleneck(cin, width, 2 if i == 0 and width > 64 else 1))
                cin = 4 * width
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000))


class ViT(nn.Module):
    """B/16, as torchvision's."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 768, 16, 16)
        self.token, self.positions = nn.Parameter(torch.zeros(1, 1, 768)), nn.Parameter(torch.randn(1, 197, 768) * 0.02)
        self.blocks = nn.Sequential(*(nn.TransformerEncoderLayer(768, 12, 3072, 0.0, "gelu", 1e-6, True, True) for _ in range(12)))
        self.norm, self.head = nn.LayerNorm(768, 1e-6), nn.Linear(768, 1000)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


def classifier(model, batch, channels_last):
    model, x, target = model.train(), torch.randn(batch, 3, 224, 224), torch.randint(1000, (batch,))
    if channels_last:
        model, x = model.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    return training(model, lambda m: F.cross_entropy(m(x), target))


class Block(nn.Module):
    """A layer of GPT-2 (norms first, causal) or BERT (norms last)."""

    def __init__(self, causal, eps):
        super().__init__()
        self.causal = causal
        self.qkv, self.out = nn.Linear(768, 3 * 768), nn.Linear(768, 768)
        self.up, self.down = nn.Linear(768, 3072), nn.Linear(3072, 768)
        self.norm1, self.norm2 = nn.LayerNorm(768, eps), nn.LayerNorm(768, eps)

    def attend(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, 12, 64).permute(2, 0, 3, 1, 4)
        return self.out(F.scaled_dot_product_attention(q, k, v, is_causal=self.causal).transpose(1, 2).reshape(b, n, d))

    def feed(self, x):
        return self.down(F.gelu(self.up(x), approximate="tanh" if self.causal else "none"))

    def forward(self, x):
        if self.causal:
            x = x + self.attend(self.norm1(x))
            return x + self.feed(self.norm2(x))
        x = self.norm1(x + self.attend(x))
        return self.norm2(x + self.feed(x))


class GPT2(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(50257, 768), nn.Embedding(1024, 768)
        self.blocks, self.norm = nn.Sequential(*(Block(True, 1e-5) for _ in range(12))), nn.LayerNorm(768)
        nn.init.normal_(self.words.weight, 0, 0.02)

    def forward(self, ids):
        x = self.words(ids) + self.places(torch.arange(ids.shape[1], device=ids.device))
        return F.linear(self.norm(self.blocks(x)), self.words.weight)


def gpt2_step():
    ids = torch.randint(50257, (8, 1024))
    return training(GPT2().train(), lambda m: F.cross_entropy(m(ids)[:, :-1].flatten(0, 1).float(), ids[:, 1:].flatten()))


class Bert(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.places, self.kinds = nn.Embedding(30522, 768), nn.Embedding(512, 768), nn.Embedding(2, 768)
        self.norm, self.blocks = nn.LayerNorm(768, 1e-12), nn.Sequential(*(Block(False, 1e-12) for _ in range(12)))
        self.pooler = nn.Linear(768, 768)

    def forward(self, ids):
        x = self.words(ids) + self.places(torch.arange(ids.shape[1], device=ids.device)) + self.kinds(torch.zeros_like(ids))
        x = self.blocks(self.norm(x))
        return x, torch.tanh(self.pooler(x[:, 0]))


def bert_inference():
    model, ids = Bert().eval().to(torch.bfloat16), torch.randint(30522, (32, 128))

    def step():
        with torch.no_grad():
            model(ids)
    return step


class LlamaBlock(nn.Module):
    def __init__(self, d, heads, key_heads, hidden, room):
        super().__init__()
        self.heads, self.key_heads, self.columns = heads, key_heads, d // heads
        linear = lambda i, o: nn.Linear(i, o, bias=False)
        self.q, self.k, self.v, self.o = linear(d, d), linear(d, key_heads * self.columns), linear(d, key_heads * self.columns), linear(d, d)
        self.gate, self.up, self.down = linear(d, hidden), linear(d, hidden), linear(hidden, d)
        self.norm1, self.norm2 = nn.RMSNorm(d, 1e-5), nn.RMSNorm(d, 1e-5)
        self.register_buffer("keys", torch.zeros(1, key_heads, room, self.columns))
        self.register_buffer("values", torch.zeros(1, key_heads, room, self.columns))

    def forward(self, x, at, cos, sin):
        b, n, d = x.shape
        h = self.norm1(x)
        split = lambda t, heads: t.view(b, n, heads, self.columns).transpose(1, 2)
        q, k, v = split(self.q(h), self.heads), split(self.k(h), self.key_heads), split(self.v(h), self.key_heads)
        turn = lambda t: t * cos + torch.cat((-t[..., self.columns // 2:], t[..., :self.columns // 2]), -1) * sin
        self.keys[:, :, at:at + n], self.values[:, :, at:at + n] = turn(k), v
        keys, values = self.keys[:, :, :at + n], self.values[:, :, :at + n]
        y = F.scaled_dot_product_attention(turn(q), keys, values, is_causal=n > 1, enable_gqa=True)
        x = x + self.o(y.transpose(1, 2).reshape(b, n, d))
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Llama(nn.Module):
    """SmolLM2-135M, which keeps `room` tokens."""

    def __init__(self, room):
        super().__init__()
        self.words, self.norm = nn.Embedding(49152, 576), nn.RMSNorm(576, 1e-5)
        self.blocks = nn.ModuleList(LlamaBlock(576, 9, 3, 1536, room) for _ in range(30))
        angle = torch.outer(torch.arange(room), 10000.0 ** (-torch.arange(0, 64, 2) / 64)).repeat(1, 2)
        self.register_buffer("cos", angle.cos())
        self.register_buffer("sin", angle.sin())

    def forward(self, ids, at):
        x, end = self.words(ids), at + ids.shape[1]
        for block in self.blocks:
            x = block(x, at, self.cos[at:end], self.sin[at:end])
        return F.linear(self.norm(x), self.words.weight)


def smollm2_decoding():
    """The next token behind 512, again and again."""
    seen = 512
    model = Llama(seen + 1).eval().to(torch.bfloat16)
    prompt, word = torch.randint(49152, (1, seen)), torch.randint(49152, (1, 1))
    with torch.no_grad():
        model(prompt, 0)

    def step():
        with torch.no_grad():
            model(word, seen)
    return as_graph(step)


def add_cases(cases, forward_backward):
    add_bandwidth(cases)
    add_fused(cases, forward_backward)
    for n in (4096, 8192):
        def product(n=n):
            a, b = torch.randn(n, n).to(torch.bfloat16), torch.randn(n, n).to(torch.bfloat16)
            return lambda: a @ b
        cases[f"matmul/{n} bf16"] = product

    def add():
        a, b = torch.randn(16), torch.randn(16)
        return lambda: a + b
    cases["host/add"] = add
    # Of the graph, whose peer is PyTorch without one.
    cases["network/lenet as a graph"] = cases["train/lenet"]
    cases["network/resnet50 256"] = lambda: classifier(ResNet50(), 256, True)
    cases["network/vit_b_16 128"] = lambda: classifier(ViT(), 128, False)
    cases["network/GPT-2 small 8x1024"] = gpt2_step
    cases["network/BERT base 32x128"] = bert_inference
    cases["network/SmolLM2-135M decoding as a graph"] = smollm2_decoding
