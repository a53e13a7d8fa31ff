#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes text/writer.gguf, a model with random weights that docs/tutorials/text.md lets write: tests/data/text/gguf's
llama.gguf with the tokenizer of bpe_smollm.gguf, and vectors for its tokens. Needs PyPI's gguf."""

import pathlib

import gguf
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data" / "text" / "gguf"
Q8 = gguf.GGMLQuantizationType.Q8_0


def main():
    model = gguf.GGUFReader(DATA / "llama.gguf")
    tokenizer = gguf.GGUFReader(DATA / "bpe_smollm.gguf")
    writer = gguf.GGUFWriter(HERE / "text" / "writer.gguf", "llama")
    for fields in (model.fields, tokenizer.fields):
        for key, field in fields.items():
            known = key.startswith("GGUF.") or key == "general.architecture"
            if not known and (fields is model.fields or key.startswith("tokenizer.")):
                sub_type = field.types[-1] if len(field.types) > 1 else None
                writer.add_key_value(key, field.contents(), field.types[0], sub_type)
    tokens = len(tokenizer.fields["tokenizer.ggml.tokens"].data)
    random = np.random.default_rng(1)
    for tensor in model.tensors:
        if tensor.name in ("token_embd.weight", "output.weight"):
            values = random.standard_normal((tokens, int(tensor.shape[0])), dtype=np.float32)
            writer.add_tensor(tensor.name, gguf.quants.quantize(values, Q8), raw_dtype=Q8)
        else:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
