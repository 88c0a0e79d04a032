#!/usr/bin/env python3
"""Compares a GGUF file as FlowDPO reads it with the same file as transformers reads it.

    python3 -m venv peers
    peers/bin/pip install torch==2.8.0 transformers==4.57.6 gguf==0.19.0 accelerate==1.15.0
    peers/bin/python gguf_witness.py MODEL.gguf --flowdpo "java -jar flowdpo-cli.jar" \
        [--ids "java -cp benchmarks.jar dev.flowdpo.benchmarks.TokenIds"] [--tokenizer tokenizer.json] \
        [--quantization none,as-stored,int8,int4]

Fifty chats of a question and an answer are written by the file's chat template. Prints the greatest
difference of the log-probabilities of their tokens, and the mean loss on both sides; with --ids and
--tokenizer (the one that the model was published with) also how many of the texts have the same ids.
"""

import argparse
import json
import pathlib
import shlex
import subprocess
import tempfile

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer

CAPITALS = [
    ("France", "Paris"), ("Japan", "Tokyo"), ("Italy", "Rome"), ("Egypt", "Cairo"), ("Peru", "Lima"),
    ("Norway", "Oslo"), ("Kenya", "Nairobi"), ("Spain", "Madrid"), ("Chile", "Santiago"), ("Cuba", "Havana"),
]


def chats():
    for country, capital in CAPITALS:
        yield f"What is the capital of {country}?", f"The capital of {country} is {capital}."
    for i in range(20):
        a, b = 3 + 7 * i, 5 + 11 * i
        yield f"What is {a} + {b}?", f"{a} + {b} = {a + b}, so the answer is {a + b}."
    for i in range(20):
        name, thing = ("Tom", "apples") if i % 2 else ("Zoë", "café tables")
        yield (
            f"{name} has {i + 2} {thing} and buys {2 * i + 1} more.\nHow many {thing} are there?",
            f"{name} has {i + 2} + {2 * i + 1} = {3 * i + 3} {thing}.\n\n#### {3 * i + 3}",
        )


def run(command, *arguments):
    out = subprocess.run([*shlex.split(command), *map(str, arguments)], check=True, stdout=subprocess.PIPE)
    return [json.loads(line) for line in out.stdout.decode().splitlines() if line.startswith("{")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--flowdpo", required=True)
    parser.add_argument("--ids")
    parser.add_argument("--tokenizer")
    parser.add_argument("--quantization", default="none")
    options = parser.parse_args()
    place = {"pretrained_model_name_or_path": str(options.model.parent), "gguf_file": options.model.name}
    tokenizer = AutoTokenizer.from_pretrained(**place)
    texts = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": question}, {"role": "assistant", "content": answer}], tokenize=False
        )
        for question, answer in chats()
    ]
    published = Tokenizer.from_file(options.tokenizer) if options.tokenizer else None
    ids = [
        published.encode(text, add_special_tokens=False).ids
        if published
        else tokenizer.encode(text, add_special_tokens=False)
        for text in texts
    ]
    work = pathlib.Path(tempfile.mkdtemp())
    if options.ids:
        (work / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        ours = [row["tokens"] for row in run(options.ids, options.model, work / "texts.jsonl")]
        print(f"ids: {sum(a == b for a, b in zip(ours, ids))} of {len(ids)} texts the same")
    model = AutoModelForCausalLM.from_pretrained(**place, dtype=torch.float32).eval()
    theirs = []
    with torch.no_grad():
        for row in ids:
            logits = model(torch.tensor([row])).logits[0, :-1].double()
            theirs.append(torch.log_softmax(logits, -1).gather(1, torch.tensor(row[1:])[:, None])[:, 0])
    (work / "tokens.jsonl").write_text("".join(json.dumps({"tokens": row}) + "\n" for row in ids))
    total = sum(len(row) for row in theirs)
    loss = -sum(row.sum().item() for row in theirs) / total
    print(f"transformers: {total} tokens, mean loss {loss:.6f}")
    for quantization in options.quantization.split(","):
        rows = run(
            options.flowdpo, "logprobs", "--json", "--model", options.model, "--tokens", work / "tokens.jsonl",
            "--quantization", quantization, "--cache", work,
        )
        found = [torch.tensor(row["logProbs"], dtype=torch.float64) for row in rows]
        differences = torch.cat([(a - b).abs() for a, b in zip(found, theirs, strict=True)])
        own = -sum(row.sum().item() for row in found) / total
        print(
            f"{quantization}: greatest difference {differences.max():.2e}, mean {differences.mean():.2e}, "
            f"mean loss {own:.6f} ({own - loss:+.6f})"
        )


if __name__ == "__main__":
    main()
