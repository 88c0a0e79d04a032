"""Safetensors and JSON files with nothing but PyTorch, NumPy and the standard library.

A safetensors file is an unsigned 64-bit little-endian header length, a JSON header
{name: {dtype, shape, data_offsets: [begin, end]}} padded with spaces, and the raw little-endian data.
"""

import json
import re
import struct
from pathlib import Path

import torch

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def write_tensors(path: Path, tensors: dict, dtype: str = "F32") -> None:
    """Writes the tensors, rounded to dtype, in the order of their names."""
    header, data = {"__metadata__": {"format": "pt"}}, bytearray()
    for name in sorted(tensors):
        tensor = tensors[name].detach().to(TYPES[dtype]).contiguous()
        # NumPy has no bfloat16: the bits travel as integers of the same width.
        bits = tensor.view(torch.int32 if dtype == "F32" else torch.int16)
        begin = len(data)
        data += bits.numpy().astype("<i4" if dtype == "F32" else "<i2").tobytes()
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(data))


def read_tensors(path: Path) -> dict:
    """Returns {name: float64 tensor}; the values are exactly those stored."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8:8 + length])
    tensors = {}
    for name, info in header.items():
        if name == "__metadata__":
            continue
        begin, end = info["data_offsets"]
        data = bytearray(content[8 + length + begin:8 + length + end])
        flat = torch.frombuffer(data, dtype=TYPES[info["dtype"]])
        tensors[name] = flat.reshape(info["shape"]).to(torch.float64)
    return tensors


def rounded(value):
    """Twelve digits: below what the order of float64 additions changes, so that files reproduce."""
    if isinstance(value, torch.Tensor):
        value = value.tolist()
    return [rounded(v) for v in value] if isinstance(value, list) else float(f"{value:.12g}")


def write_json(path: Path, value) -> None:
    """Indented, but lists of plain values on one line."""
    text = json.dumps(value, indent=2)
    flat = re.sub(r"\[[^][{}]*\]", lambda match: json.dumps(json.loads(match.group())), text)
    path.write_text(flat + "\n")


def write_lines(path: Path, rows: list) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
