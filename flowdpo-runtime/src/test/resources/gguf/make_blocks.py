"""Makes blocks of every type of tensor data, and what they stand for.

    pip install gguf==0.19.0 && python make_blocks.py

TYPE.bin holds blocks as a GGUF file has them, TYPE.f32 the values that gguf.quants.dequantize gives.
Where the package can quantise, the blocks are those of random weights, with one block of zeros; else
they are random bytes with finite 16-bit factors.
"""

import pathlib

import numpy as np
from gguf import GGMLQuantizationType as Type, GGML_QUANT_SIZES, quants

FOLDER = pathlib.Path(__file__).parent
QUANTISED = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"]
# The places of the 16-bit numbers in a block.
RANDOM = {
    "Q2_K": [80, 82],
    "Q3_K": [108],
    "Q4_K": [0, 2],
    "Q5_K": [0, 2],
    "Q6_K": [208],
    "IQ4_NL": [0],
}


def main():
    random = np.random.default_rng(14)
    for name in QUANTISED:
        weights = random.standard_normal((6, 32)).astype(np.float32) * 0.05
        weights[1] = 0
        weights[2] += 0.2
        save(name, quants.quantize(weights, Type[name]).reshape(-1).view(np.uint8))
    for name, places in RANDOM.items():
        blocks = random.integers(0, 256, (4, GGML_QUANT_SIZES[Type[name]][1]), dtype=np.uint8)
        for place in places:
            numbers = (random.standard_normal(len(blocks)) * 0.01).astype(np.float16)
            blocks[:, place : place + 2] = numbers.reshape(-1, 1).view(np.uint8)
        save(name, blocks.reshape(-1))


def save(name, blocks):
    (FOLDER / f"{name}.bin").write_bytes(blocks.tobytes())
    values = quants.dequantize(blocks, Type[name])
    (FOLDER / f"{name}.f32").write_bytes(values.astype("<f4").tobytes())


main()
