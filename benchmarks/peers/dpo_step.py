#!/usr/bin/env python3
"""One DPO step of PyTorch and PEFT on a model folder: what `speed.py` compares ours with.

    peers/bin/python dpo_step.py MODEL TOKENS SCORED DROPOUT [float32|bfloat16]

The gradient of one pair's sigmoid loss by LoRA adapters of rank 8 at every linear layer, the reference (the
same model without adapter) included; chosen and rejected are two rows of a batch, as TRL trains them. Only the
scored tokens go through the output layer. A first step does not count. Prints seconds and the largest resident
megabytes as JSON.
"""

import json
import resource
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM


def log_probabilities(model, ids, scored):
    hidden = model.get_base_model().model(input_ids=ids).last_hidden_state[:, -scored - 1 : -1]
    logits = model.get_base_model().lm_head(hidden).float()
    return torch.gather(logits.log_softmax(-1), 2, ids[:, -scored:, None]).squeeze(2).sum(1)


def step(model, ids, scored):
    model.zero_grad(set_to_none=True)
    with torch.no_grad(), model.disable_adapter():
        reference = log_probabilities(model, ids, scored)
    policy = log_probabilities(model, ids, scored)
    ratios = policy - reference
    loss = -torch.nn.functional.logsigmoid(ratios[0] - ratios[1])
    loss.backward()
    return loss.item()


def main():
    folder, tokens, scored, dropout = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    kind = getattr(torch, sys.argv[5] if len(sys.argv) > 5 else "float32")
    torch.manual_seed(1)
    base = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=kind)
    model = get_peft_model(base, LoraConfig(r=8, lora_alpha=8, lora_dropout=dropout, target_modules="all-linear"))
    model.train()
    prompt = torch.randint(base.config.vocab_size, (1, tokens - scored)).expand(2, -1)
    ids = torch.cat([prompt, torch.randint(base.config.vocab_size, (2, scored))], 1)
    step(model, ids, scored)
    begin = time.perf_counter()
    step(model, ids, scored)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"seconds": round(seconds, 3), "peak_mb": round(peak)}))


if __name__ == "__main__":
    main()
