#!/usr/bin/env python3
"""Compares log-probabilities of FlowDPO with llama.cpp's reading of what FlowDPO exports as GGUF.

    python3 -m venv peers
    peers/bin/pip install numpy==2.2.6 llama-cpp-python==0.3.16
    peers/bin/python llama_witness.py MODEL IDS.jsonl --flowdpo "java -jar flowdpo.jar" --adapter PEFT_FOLDER

MODEL is a folder or a GGUF file, IDS.jsonl has lines like {"tokens": [504, 3575, 282]}. Exports the model with the
adapter merged (`--format gguf --type f32`) and the adapter alone (`--format gguf-lora`), opens the first in
llama.cpp, and the second over MODEL where that is a GGUF file; keys and values are in F32. Prints the greatest and
the mean difference of a log-probability and both mean losses.
"""

import argparse
import json
import pathlib
import shlex
import subprocess
import tempfile

import llama_cpp
import numpy


class Llama:
    """A model, perhaps under a LoRA adapter, in llama.cpp."""

    def __init__(self, model, lora=None):
        parameters = llama_cpp.llama_model_default_params()
        parameters.n_gpu_layers = 0
        self.model = llama_cpp.llama_model_load_from_file(str(model).encode(), parameters)
        if not self.model:
            raise SystemExit(f"{model}: llama.cpp did not open it")
        self.words = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model))
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx = settings.n_batch = settings.n_ubatch = 2048
        settings.type_k = settings.type_v = 0  # F32
        self.context = llama_cpp.llama_init_from_model(self.model, settings)
        if lora:
            adapter = llama_cpp.llama_adapter_lora_init(self.model, str(lora).encode())
            if not adapter or llama_cpp.llama_set_adapter_lora(self.context, adapter, 1.0):
                raise SystemExit(f"{lora}: llama.cpp did not open it")

    def log_probabilities(self, ids):
        """Those of every id but the first."""
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)
        batch = llama_cpp.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = token, i, 1, 0, 1
        if llama_cpp.llama_decode(self.context, batch):
            raise SystemExit("llama.cpp did not read a text")
        found = []
        for i in range(len(ids) - 1):
            logits = llama_cpp.llama_get_logits_ith(self.context, i)
            row = numpy.ctypeslib.as_array(logits, (self.words,)).astype(numpy.float64)
            top = row.max()
            found.append(row[ids[i + 1]] - top - numpy.log(numpy.exp(row - top).sum()))
        llama_cpp.llama_batch_free(batch)
        return found


def flowdpo(command, *arguments):
    done = subprocess.run([*shlex.split(command), *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def report(name, ours, theirs):
    ours, theirs = numpy.concatenate(ours), numpy.concatenate(theirs)
    difference = abs(ours - theirs)
    print(f"{name}: greatest {difference.max():.1e}, mean {difference.mean():.1e}, "
          f"mean loss {-ours.mean():.6f} and {-theirs.mean():.6f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("ids", type=pathlib.Path)
    parser.add_argument("--flowdpo", required=True)
    parser.add_argument("--adapter", required=True)
    options = parser.parse_args()
    texts = [json.loads(line)["tokens"] for line in options.ids.read_text().splitlines()]
    rows = flowdpo(options.flowdpo, "logprobs", "--model", options.model, "--quantization", "none", "--adapter",
                   options.adapter, "--tokens", options.ids, "--json")
    ours = [row["logProbs"] for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        common = ["export", "--model", options.model, "--adapters", options.adapter]
        flowdpo(options.flowdpo, *common, "--format", "gguf", "--type", "f32", "--out", out / "merged")
        merged = Llama(next((out / "merged").glob("*.gguf")))
        report("merged, F32", ours, [merged.log_probabilities(ids) for ids in texts])
        if options.model.suffix == ".gguf":
            flowdpo(options.flowdpo, *common, "--format", "gguf-lora", "--out", out / "lora")
            adapted = Llama(options.model, next((out / "lora").glob("*.gguf")))
            report("adapter over the file as it is", ours, [adapted.log_probabilities(ids) for ids in texts])


if __name__ == "__main__":
    main()
