#!/usr/bin/env python3
"""Writes a small Qwen2 model whose matrices are random valid K-quant blocks, for gguf_witness.py.

    peers/bin/python k_quants.py TOKENIZER.gguf OUT.gguf

The Python package gguf reads these blocks and cannot make them: here the codes are random bytes, and the
factors of each block are such that weights have the size of a trained model's. The tokenizer's keys are
those of TOKENIZER.gguf, a file with a byte-level tokenizer.
"""

import sys

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize

HIDDEN, FEED_FORWARD, LAYERS, HEADS, KV_HEADS = 512, 1024, 3, 8, 2
# Bytes of a block of 256, and where its factors of 16 bits are.
BLOCKS = {Type.Q2_K: (84, (80, 82)), Type.Q3_K: (110, (108,)), Type.Q4_K: (144, (0, 2)),
          Type.Q5_K: (176, (0, 2)), Type.Q6_K: (210, (208,))}


def blocks(random, kind, rows, columns):
    size, factors = BLOCKS[kind]
    raw = random.integers(0, 256, (rows, columns // 256, size), dtype=np.uint8)
    for factor in (1.0, None):
        for at in factors:
            value = np.float16(factor if factor else scale)
            raw[:, :, at:at + 2] = np.frombuffer(value.tobytes(), np.uint8)
        flat = raw.reshape(rows, -1)
        if factor:
            scale = 1 / (np.sqrt(columns) * np.std(dequantize(flat, kind)))
    return flat


def main():
    source, out = sys.argv[1:]
    fields = GGUFReader(source).fields
    tokens = [bytes(fields["tokenizer.ggml.tokens"].parts[i]).decode() for i in fields["tokenizer.ggml.tokens"].data]
    writer = GGUFWriter(out, "qwen2")
    writer.add_name("Random K-quants")
    writer.add_block_count(LAYERS)
    writer.add_context_length(2048)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    for name, field in fields.items():
        if not name.startswith("tokenizer."):
            continue
        if field.types[0] == GGUFValueType.ARRAY:
            value = [bytes(field.parts[i]).decode() if field.types[1] == GGUFValueType.STRING
                     else field.parts[i][0].item() for i in field.data]
            writer.add_array(name, value)
        elif field.types[0] == GGUFValueType.STRING:
            writer.add_string(name, bytes(field.parts[field.data[0]]).decode())
        else:
            writer.add_key_value(name, field.parts[field.data[0]][0].item(), field.types[0])
    random = np.random.default_rng(5)
    kinds = list(BLOCKS)
    count = 0

    def matrix(name, rows, columns):
        nonlocal count
        kind = kinds[count % len(kinds)]
        count += 1
        writer.add_tensor(name, blocks(random, kind, rows, columns), raw_dtype=kind)

    def vector(name, size, mean):
        writer.add_tensor(name, (mean + 0.1 * random.standard_normal(size)).astype(np.float32))

    matrix("token_embd.weight", len(tokens), HIDDEN)
    width = HIDDEN // HEADS * KV_HEADS
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        vector(block + "attn_norm.weight", HIDDEN, 1)
        for name, rows in (("attn_q", HIDDEN), ("attn_k", width), ("attn_v", width)):
            matrix(f"{block}{name}.weight", rows, HIDDEN)
            vector(f"{block}{name}.bias", rows, 0)
        matrix(block + "attn_output.weight", HIDDEN, HIDDEN)
        vector(block + "ffn_norm.weight", HIDDEN, 1)
        matrix(block + "ffn_gate.weight", FEED_FORWARD, HIDDEN)
        matrix(block + "ffn_up.weight", FEED_FORWARD, HIDDEN)
        matrix(block + "ffn_down.weight", HIDDEN, FEED_FORWARD)
    vector("output_norm.weight", HIDDEN, 1)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
