#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes vision/src/drawing/colors.inc (the names that Pillow knows) and font.inc (DejaVu Sans in bits).

usage: scripts/drawing-tables.py     (with Pillow)
"""
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

root = Path(__file__).resolve().parent.parent
out = root / "vision/src/drawing"
HEAD = "// SPDX-License-Identifier: Apache-2.0\n// Written by scripts/drawing-tables.py.\n"

with open(out / "colors.inc", "w") as f:
    f.write(HEAD)
    for name in sorted(ImageColor.colormap):
        r, g, b = ImageColor.getrgb(name)
        f.write(f'{{"{name}", 0x{r:02x}{g:02x}{b:02x}}},\n')

font = ImageFont.truetype(str(root / "apps/common/plot/fonts/DejaVuSans.ttf"), 11)
ROWS = 14
with open(out / "font.inc", "w") as f:
    f.write(HEAD + "// DejaVu Sans, 11 pixels (its licence lies in apps/common/plot/fonts): how far the next letter is, and\n"
            "// rows from the top, the lowest bit on the left.\n")
    for code in [*range(32, 127), *range(160, 256)]:
        image = Image.new("1", (16, ROWS))
        draw = ImageDraw.Draw(image)
        draw.fontmode = "1"
        draw.text((0, 0), chr(code), font=font, fill=1)
        rows = [sum(1 << x for x in range(16) if image.getpixel((x, y))) for y in range(ROWS)]
        f.write(f"{{{round(font.getlength(chr(code)))}, {{{', '.join(map(hex, rows))}}}}},  // U+{code:04X}\n")
