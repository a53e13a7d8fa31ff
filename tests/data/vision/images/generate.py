#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small image files of many kinds, and what Pillow and torchvision make of them.

usage: generate.py     (in this folder; Pillow, torchvision, NumPy, and libjpeg-turbo's cjpeg)

expected.npz has uint8 or uint16 [C, H, W] for "FILE:MODE", MODE as ImageReadMode's name. Where both
libraries read a file, they must agree.
"""
import io
import math
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.io import ImageReadMode, decode_gif, decode_image

here = Path(__file__).parent
expected = {}
MODES = {"Unchanged": ImageReadMode.UNCHANGED, "Gray": ImageReadMode.GRAY, "GrayAlpha": ImageReadMode.GRAY_ALPHA,
         "RGB": ImageReadMode.RGB, "RGBAlpha": ImageReadMode.RGB_ALPHA}


def picture(h, w, seed=0):
    y, x = np.mgrid[:h, :w]
    waves = [128 + 110 * np.sin(x / 3.1 + y / 7), 128 + 100 * np.cos(x / 5 - y / 2.3), (x * 7 + y * 13) % 256]
    return (np.stack(waves, -1) + np.random.default_rng(seed).normal(0, 4, (h, w, 3))).clip(0, 255).astype("u1")


def chw(a):
    a = np.asarray(a)
    return a[None] if a.ndim == 2 else a.transpose(2, 0, 1)


def by_torchvision(name, *modes):
    data = torch.frombuffer(bytearray((here / name).read_bytes()), dtype=torch.uint8)
    for mode in modes:
        expected[f"{name}:{mode}"] = decode_image(data, MODES[mode]).numpy()


def by_pillow(name, mode="Unchanged", convert=None):
    image = Image.open(here / name)
    if convert:
        image = image.convert(convert)
    value, key = chw(image), f"{name}:{mode}"
    if key in expected:
        assert np.array_equal(expected[key], value), key
    expected[key] = np.ascontiguousarray(value)


def save(name, image, **options):
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    image.save(here / name, **options)


def jpegs():
    ppm = io.BytesIO()
    Image.fromarray(picture(27, 35)).save(ppm, "ppm")
    for name, options in {
            "444": "-sample 1x1", "422": "-sample 2x1", "420": "-sample 2x2", "440": "-sample 1x2",
            "411": "-sample 4x1", "progressive": "-progressive", "restart": "-restart 1",
            "arithmetic": "-arithmetic", "rgb": "-rgb", "gray": "-grayscale"}.items():
        data = subprocess.run(["cjpeg", "-quality", "80", *options.split()], input=ppm.getvalue(), check=True,
                              capture_output=True).stdout
        file = f"{name}.jpg"
        (here / file).write_bytes(data)
        by_torchvision(file, "Unchanged", "Gray")
        if name != "gray":
            by_pillow(file)
    cmyk = np.concatenate([picture(19, 21), picture(19, 21, 1)[..., :1]], -1)
    save("cmyk.jpg", Image.fromarray(cmyk, "CMYK"), quality=90)
    by_pillow("cmyk.jpg", "RGB", "RGB")
    # The same without Adobe's marker, by which programs tell that paper was written, not ink.
    data = (here / "cmyk.jpg").read_bytes()
    at = data.index(b"\xff\xee")
    size = struct.unpack(">H", data[at + 2:at + 4])[0]
    (here / "cmyk_plain.jpg").write_bytes(data[:at] + data[at + 2 + size:])
    by_pillow("cmyk_plain.jpg", "RGB", "RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ("exif.jpg", "exif.png", "exif.webp"):
        save(name, picture(12, 20), exif=exif.tobytes(), **({"lossless": True} if "webp" in name else {}))
        upright = np.rot90(np.asarray(Image.open(here / name)), -1)
        expected[f"{name}:upright"] = np.ascontiguousarray(chw(upright))
    # Not turned unless asked.
    by_torchvision("exif.png", "RGB")


def png16(name, channels, interlaced=False):
    """Pillow cannot write these."""
    rng = np.random.default_rng(channels)
    h, w = 5, 7
    samples = rng.integers(0, 65536, (h, w, channels)).astype(">u2")
    samples[0, 0] = 65535
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]

    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    # Adam7: every so many rows and columns, from where on.
    passes = [(8, 8, 0, 0), (8, 8, 0, 4), (8, 4, 4, 0), (4, 4, 0, 2), (4, 2, 2, 0), (2, 2, 0, 1), (2, 1, 1, 0)]
    parts = [samples[y::dy, x::dx] for dy, dx, y, x in passes] if interlaced else [samples]
    rows = b"".join(b"\0" + row.tobytes() for part in parts for row in part if row.size)
    header = struct.pack(">IIBBBBB", w, h, 16, kind, 0, 0, int(interlaced))
    (here / name).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) +
                              chunk(b"IEND", b""))
    by_torchvision(name, "Unchanged")


def pngs():
    a = picture(13, 17)
    alpha = picture(13, 17, 1)[..., :1]
    save("rgb.png", a)
    save("rgba.png", np.concatenate([a, alpha], -1))
    save("gray.png", a[..., 0])
    save("gray_alpha.png", Image.fromarray(np.concatenate([a[..., :1], alpha], -1), "LA"))
    palette = Image.fromarray(a).quantize(11)
    for bits in (1, 2, 4, 8):
        colors = Image.fromarray(a).quantize(1 << bits if bits < 8 else 200)
        save(f"palette{bits}.png", colors, bits=bits)
        by_pillow(f"palette{bits}.png", convert="RGB")
        by_torchvision(f"palette{bits}.png", "RGB")
    save("palette_clear.png", palette, transparency=bytes([0, 128, 255, 7] + [255] * 7))
    save("gray_clear.png", Image.fromarray(a[..., 0]), transparency=int(a[3, 3, 0]))
    save("rgb_clear.png", Image.fromarray(a), transparency=tuple(int(v) for v in a[2, 2]))
    save("bits1.png", Image.fromarray(a[..., 0]).convert("1"))
    for name in ("rgb", "rgba", "gray", "gray_alpha"):
        by_torchvision(name + ".png", *MODES)
    by_torchvision("bits1.png", "Unchanged", "Gray", "RGB")
    # torchvision leaves palettes unexpanded and colors that stand for transparency alone.
    for name, mode in {"palette_clear": "RGBA", "rgb_clear": "RGBA", "gray_clear": "LA"}.items():
        by_pillow(name + ".png", convert=mode)
        by_torchvision(name + ".png", "RGB")
    for channels in (1, 2, 3, 4):
        png16(f"c{channels}_16.png", channels)
    png16("interlaced_16.png", 3, True)


def webps():
    a = picture(15, 22)
    alpha = picture(15, 22, 1)[..., :1]
    save("lossy.webp", a, quality=70)
    save("lossless.webp", a, lossless=True)
    save("lossy_alpha.webp", np.concatenate([a, alpha], -1), quality=70)
    save("lossless_alpha.webp", np.concatenate([a, alpha], -1), lossless=True, exact=True)
    for name in ("lossy", "lossless", "lossy_alpha", "lossless_alpha"):
        by_torchvision(name + ".webp", "Unchanged", "RGB", "RGBAlpha")
        by_pillow(name + ".webp")
    save("moving.webp", a, save_all=True, append_images=[Image.fromarray(255 - a)], quality=10)


def bmps():
    a = picture(9, 11)
    save("rgb.bmp", a)
    save("gray.bmp", a[..., 0])
    save("rgba.bmp", np.concatenate([a, a[..., :1]], -1))
    save("bits1.bmp", Image.fromarray(a[..., 0]).convert("1"))
    save("palette.bmp", Image.fromarray(a).quantize(7))
    for name in ("rgb", "gray", "rgba", "palette", "bits1"):
        by_pillow(f"{name}.bmp", "RGBAlpha" if name == "rgba" else "RGB", "RGBA" if name == "rgba" else "RGB")

    def bmp(name, width, height, bits, compression, extra, pixels, palette=b"", used=0):
        start = 14 + 40 + len(extra) + len(palette)
        head = struct.pack("<2sIHHI", b"BM", start + len(pixels), 0, 0, start)
        info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(pixels), 0, 0, used, 0)
        (here / name).write_bytes(head + info + extra + palette + pixels)
        by_pillow(name, "RGB", "RGB")

    rng = np.random.default_rng(5)
    bmp("rgb555.bmp", 5, 3, 16, 0, b"", rng.bytes(3 * 12))
    bmp("rgb565.bmp", 5, 3, 16, 3, struct.pack("<III", 0xf800, 0x7e0, 0x1f), rng.bytes(3 * 12))
    bmp("bgrx.bmp", 5, 3, 32, 0, b"", rng.bytes(3 * 20))
    bmp("top_down.bmp", 5, -3, 24, 0, b"", rng.bytes(3 * 16))
    colors = rng.bytes(16 * 4)
    bmp("palette4.bmp", 5, 3, 4, 0, b"", rng.bytes(3 * 4), colors, 16)
    # Runs, pixels one by one, a jump, ends of lines.
    bmp("rle8.bmp", 6, 4, 8, 1, b"", bytes([6, 3, 0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 1, 9, 0, 0, 0, 2, 2, 0, 4, 7, 0, 0,
                                            6, 1, 0, 1]), colors, 16)
    bmp("rle4.bmp", 6, 4, 4, 2, b"", bytes([6, 0x31, 0, 0, 0, 5, 0x12, 0x34, 0x50, 0, 1, 0x90, 0, 0, 6, 0x77, 0, 0,
                                            6, 0x1a, 0, 1]), colors, 16)


def pnms():
    a = picture(6, 9)
    save("rgb.ppm", a)
    save("gray.pgm", a[..., 0])
    save("bits.pbm", Image.fromarray(a[..., 0]).convert("1"))
    text = " ".join(str(v // 7) for v in a[..., 0].ravel())
    (here / "text.pgm").write_text(f"P2 # a comment\n9 6\n36\n{text}\n")
    text = "\n".join(str(v) for v in a.ravel())
    (here / "text.ppm").write_text(f"P3\n# another\n9 6 255\n{text}\n")
    bits = "".join(str(int(v > 128)) for v in a[..., 0].ravel())
    (here / "text.pbm").write_text(f"P1\n9 6\n{bits}\n")
    (here / "most31.ppm").write_bytes(b"P6 9 6 31\n" + (a // 8).tobytes())
    for name in ("rgb.ppm", "gray.pgm", "bits.pbm", "text.pgm", "text.ppm", "text.pbm", "most31.ppm"):
        by_pillow(name, "RGB", "RGB")
    deep = np.random.default_rng(2).integers(0, 65536, (4, 5)).astype(">u2")
    (here / "gray_16.pgm").write_bytes(b"P5 5 4 65535\n" + deep.tobytes())
    expected["gray_16.pgm:Unchanged"] = deep.astype("u2")[None]


def tiles_of(a):
    """A picture of 14 x 18 in two tiles of 16 x 16."""
    tiles = np.zeros((2, 16, 16, a.shape[2]), a.dtype)
    for i, tile in enumerate(tiles):
        part = a[:, 16 * i:16 * (i + 1)]
        tile[:part.shape[0], :part.shape[1]] = part
    return [tile.tobytes() for tile in tiles]


def tiff_by_hand(name, parts, tags):
    """What Pillow does not write: tiles, if there is a tag of their width, or strips."""
    offsets, at = [], 8
    for part in parts:
        offsets.append(at)
        at += len(part)
    tiled = 322 in tags
    fields = {tag: ("H", numbers) for tag, numbers in tags.items()}
    fields[324 if tiled else 273] = ("I", offsets)
    fields[325 if tiled else 279] = ("I", [len(part) for part in parts])
    entries, values = b"", b""
    for tag, (kind, numbers) in sorted(fields.items()):
        data = struct.pack(f"<{len(numbers)}{kind}", *numbers)
        if len(data) > 4:
            place = at + len(values)
            values += data
            data = struct.pack("<I", place)
        entries += struct.pack("<HHI", tag, {"H": 3, "I": 4}[kind], len(numbers)) + data.ljust(4, b"\0")
    directory = struct.pack("<H", len(fields)) + entries + struct.pack("<I", 0)
    (here / name).write_bytes(b"II*\0" + struct.pack("<I", at + len(values)) + b"".join(parts) + values + directory)


def planes():
    """Samples of a color together, which Pillow reads only some of."""
    a = np.concatenate([picture(14, 18), picture(14, 18, 1)[..., :1]], -1)
    strips = [zlib.compress(a[y:y + 5, :, c].tobytes()) for c in range(4) for y in range(0, 14, 5)]
    tags = {256: [18], 257: [14], 258: [8] * 4, 259: [8], 277: [4], 278: [5], 284: [2]}
    tiff_by_hand("planes.tiff", strips, {**tags, 262: [2], 338: [2]})
    expected["planes.tiff:Unchanged"] = chw(a)
    tiff_by_hand("planes_cmyk.tiff", strips, {**tags, 262: [5]})
    by_pillow("planes_cmyk.tiff", convert="RGB")
    deep = a[..., :3].astype("u2") * 256 + a[..., 3:]
    tiles = [zlib.compress(tile) for c in range(3) for tile in tiles_of(deep[..., c:c + 1])]
    tiff_by_hand("planes_16.tiff", tiles, {256: [18], 257: [14], 258: [16] * 3, 259: [8], 262: [2], 277: [3], 284: [2], 322: [16],
                                           323: [16]})
    expected["planes_16.tiff:Unchanged"] = chw(deep)


def tiffs():
    a = picture(14, 18)
    alpha = picture(14, 18, 1)[..., :1]
    save("rgb.tiff", a)
    save("big.tiff", a, big_tiff=True)
    save("lzw.tiff", a, compression="tiff_lzw")
    save("deflate_gray.tiff", a[..., 0], compression="tiff_adobe_deflate")
    save("rgba.tiff", np.concatenate([a, alpha], -1), compression="packbits")
    save("bits.tiff", Image.fromarray(a[..., 0]).convert("1"), compression="group4")
    save("palette.tiff", Image.fromarray(a).quantize(20))
    for name, mode in {"rgb": "RGB", "big": "RGB", "lzw": "RGB", "rgba": "RGBA", "deflate_gray": "L", "bits": "L",
                       "palette": "RGB"}.items():
        by_pillow(name + ".tiff", convert=mode)
    save("cmyk.tiff", Image.fromarray(np.concatenate([a, alpha], -1), "CMYK"))
    by_pillow("cmyk.tiff", convert="RGB")
    tiff_by_hand("tiles.tiff", tiles_of(a), {256: [18], 257: [14], 258: [8] * 3, 259: [1], 262: [2], 277: [3], 322: [16], 323: [16]})
    by_pillow("tiles.tiff")
    assert np.array_equal(expected["tiles.tiff:Unchanged"], chw(a))
    deep = np.random.default_rng(3).integers(0, 65536, (4, 5)).astype("u2")
    save("gray_16.tiff", Image.fromarray(deep))
    expected["gray_16.tiff:Unchanged"] = deep[None]
    pages = [Image.fromarray(a[..., c]) for c in range(3)]
    save("pages.tiff", pages[0], save_all=True, append_images=pages[1:])
    with Image.open(here / "pages.tiff") as image:
        for page in range(3):
            image.seek(page)
            expected[f"pages.tiff:page{page}"] = chw(image)


def packed(indices, root):
    """LZW's codes, in a GIF's blocks."""
    clear, bits, value, count = 1 << root, root + 1, 0, 0

    def put(code):
        nonlocal value, count
        value, count = value | code << count, count + bits

    codes, before = {(i,): i for i in range(clear)}, ()
    put(clear)
    for index in indices:
        if before + (index,) in codes:
            before += index,
            continue
        put(codes[before])
        if len(codes) + 2 < 4096:
            codes[before + (index,)] = len(codes) + 2
            # A decoder learns a code one step later.
            bits += len(codes) + 2 > 1 << bits and bits < 12
        before = index,
    put(codes[before])
    bits += len(codes) + 3 > 1 << bits and bits < 12
    put(clear + 1)
    data = value.to_bytes((count + 7) // 8, "little")
    return b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255)) + b"\0"


def gif_by_hand(name, size, palette, background, *frames):
    """frames: (left, top), indices, and what else is said of one. Pillow writes neither most of this nor plain LZW."""
    def colors(some):
        return np.asarray(some, "u1").tobytes(), 0x80 | int(math.log2(len(some))) - 1 if len(some) else 0

    data, flags = colors(palette)
    out = b"GIF89a" + struct.pack("<HHBBB", *size, flags, background, 0) + data
    for (left, top), indices, more in frames:
        if "disposal" in more:
            clear = more.get("transparent")
            out += b"\x21\xf9\x04" + bytes([more["disposal"] << 2 | (clear is not None), 4, 0, clear or 0, 0])
        own, flags = colors(more.get("palette", []))
        height, width = indices.shape
        order = range(height)
        if more.get("interlaced"):
            order = [y for first, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(first, height, step)]
            flags |= 0x40
        out += b"\x2c" + struct.pack("<HHHHB", left, top, width, height, flags) + own
        root = max(2, int(indices.max()).bit_length())
        out += bytes([root]) + packed(indices[list(order)].flatten().tolist(), root)
    (here / name).write_bytes(out + b"\x3b")
    data = torch.frombuffer(bytearray(out + b"\x3b"), dtype=torch.uint8)
    images = decode_gif(data).numpy()
    for page, image in enumerate(images if images.ndim == 4 else [images]):
        expected[f"{name}:page{page}"] = image


def gifs():
    save("palette.gif", Image.fromarray(picture(15, 20)).quantize(100))
    by_pillow("palette.gif", convert="RGB")
    by_torchvision("palette.gif", "Unchanged")
    few, many = picture(2, 4, 5).reshape(8, 3), picture(16, 16, 6).reshape(256, 3)
    noise = np.random.default_rng(8)
    gif_by_hand("noise.gif", (90, 80), many, 0, ((0, 0), noise.integers(0, 256, (80, 90)), {}))
    parts = [noise.integers(0, 8, (h, w)) for h, w in ((9, 12), (4, 5), (3, 12), (9, 1), (2, 2))]
    gif_by_hand("moving.gif", (12, 9), few, 3, ((0, 0), parts[0], {"disposal": 1, "transparent": 2}),
                ((3, 2), parts[1], {"disposal": 1, "transparent": 5, "palette": many[:16]}),
                ((0, 6), parts[2], {}), ((7, 0), parts[3], {"disposal": 2, "interlaced": True}),
                ((10, 7), parts[4], {"disposal": 3}))
    gif_by_hand("interlaced.gif", (5, 4), [], 0, ((0, 0), noise.integers(0, 8, (11, 5)), {"palette": few, "interlaced": True}))


for old in here.iterdir():
    if old.suffix not in (".py", ".md"):
        old.unlink()
jpegs()
pngs()
webps()
bmps()
pnms()
tiffs()
planes()
gifs()
np.savez_compressed(here / "expected.npz", **expected)
