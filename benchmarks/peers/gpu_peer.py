#!/usr/bin/env python3
"""What `GpuKit` compares with on the same model folder and device: transformers' generation, and a DPO step of PEFT.

    python gpu_peer.py MODEL cuda:0|cpu float32|float16|bfloat16 decode:ROWS:PROMPT:TOKENS prefill:TOKENS step:TOKENS:SCORED:DROPOUT …

Prints one JSON object with a value for each figure: tokens a second, or seconds of a step; medians of three, after one
that does not count. Decoding is greedy with a key-value cache and without the adapter; the prompt's reading does not
count. Steps are those of `dpo_step.py`: LoRA of rank 8 at every linear layer, the reference included.
"""

import json
import statistics
import sys
import time

import torch
from transformers import AutoModelForCausalLM

from dpo_step import step as dpo_step


def timed(device, work):
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    begin = time.perf_counter()
    work()
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    return time.perf_counter() - begin


def median(device, work):
    work()
    return statistics.median(timed(device, work) for _ in range(3))


def ids(model, device, rows, tokens):
    return torch.randint(1, model.config.vocab_size, (rows, tokens), device=device)


def decode(model, device, rows, prompt, tokens):
    prompts = ids(model, device, rows, prompt)

    def generate(new):
        # No token ends a text, so that every row has all of them.
        return lambda: model.generate(
            prompts,
            attention_mask=torch.ones_like(prompts),
            max_new_tokens=new,
            min_new_tokens=new,
            do_sample=False,
            pad_token_id=0,
        )

    with torch.inference_mode():
        return rows * tokens / (median(device, generate(tokens + 1)) - median(device, generate(1)))


def prefill(model, device, tokens):
    prompt = ids(model, device, 1, tokens)
    with torch.inference_mode():
        return tokens / median(device, lambda: model(prompt, use_cache=True, logits_to_keep=1))


def main():
    folder, device, kind = sys.argv[1], sys.argv[2], getattr(torch, sys.argv[3])
    model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=kind).to(device).eval()
    found = {}
    steps = []
    for figure in sys.argv[4:]:
        name, *numbers = figure.split(":")
        if name == "decode":
            found[figure] = decode(model, device, *map(int, numbers))
        elif name == "prefill":
            found[figure] = prefill(model, device, int(numbers[0]))
        else:
            steps.append((figure, int(numbers[0]), int(numbers[1]), float(numbers[2])))
    if steps:
        from peft import LoraConfig, get_peft_model

        for figure, tokens, scored, dropout in steps:
            lora = LoraConfig(r=8, lora_alpha=8, lora_dropout=dropout, target_modules="all-linear")
            trained = get_peft_model(model, lora).train()
            prompt = ids(model, device, 1, tokens - scored).expand(2, -1)
            pair = torch.cat([prompt, ids(model, device, 2, scored)], 1)
            found[figure] = median(device, lambda: dpo_step(trained, pair, scored))
            model = trained.unload()
    if device.startswith("cuda"):
        found["peak_mb"] = torch.cuda.max_memory_allocated() / 1e6
    print(json.dumps({name: round(value, 4) for name, value in found.items()}))


if __name__ == "__main__":
    main()
