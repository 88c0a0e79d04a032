"""Writes the fixtures beside this file: tiny random Llama checkpoints and what PyTorch computes with them.

    python3 reference.py            writes every fixture
    python3 reference.py --check    verifies the stored fixtures by other means (see checks.py)

Needs Python 3.10 and PyTorch 1.13 or later with NumPy, nothing else. Everything is drawn from fixed seeds. Weights are
rounded to their stored type first and read back from the files, then all results are computed in float64.
"""

import argparse
import json
import random
import sys
from pathlib import Path

import torch

# This folder is copied to the test class path: no compiled files in it.
sys.dont_write_bytecode = True

import adamw
import checkpoints
import files
import llama
import objectives

HERE = Path(__file__).resolve().parent
GREEDY_TOKENS = 24
# A float32 engine differs by about 1e-5 in a logit: a lead this large leaves no doubt about the winner.
SMALLEST_LEAD = 0.01
# Attempts at drawing token ids that make a good test.
DRAWS = 2000


class Fixture:
    """A stored checkpoint with its adapter, if it has one, read back in float64."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.config = llama.Config(json.loads((folder / "config.json").read_text()))
        self.weights = files.read_tensors(folder / "model.safetensors")
        self.adapter = None
        if (folder / "adapter").exists():
            fields = json.loads((folder / "adapter" / "adapter_config.json").read_text())
            matrices = files.read_tensors(folder / "adapter" / "adapter_model.safetensors")
            self.adapter = llama.Adapter(matrices, fields["lora_alpha"], fields["r"])

    def sums(self, pairs: list) -> objectives.Sums:
        """The policy is the adapted model, the reference the model without its adapter."""

        def total(field, adapter):
            return torch.stack([
                llama.completion_log_probability(self.config, self.weights, p["prompt"], p[field], adapter)
                for p in pairs])

        def length(field):
            return torch.tensor([float(len(p[field])) for p in pairs], dtype=torch.float64)

        return objectives.Sums(total("chosen", self.adapter), total("rejected", self.adapter),
                               total("chosen", None), total("rejected", None),
                               length("chosen"), length("rejected"))

    def mean_nll(self, sequences: list):
        """Mean negative log-likelihood over the completion tokens of all sequences together."""
        count = sum(len(s["completion"]) for s in sequences)
        return -sum(llama.completion_log_probability(self.config, self.weights, s["prompt"], s["completion"])
                    for s in sequences) / count


def first_of(draws, what: str) -> list:
    """Returns the first draw that is not empty."""
    for draw in draws:
        if draw:
            return draw
    raise SystemExit(f"{what}: none of {DRAWS} draws is usable, choose another seed")


def random_tokens(rng: random.Random, config: llama.Config, count: int) -> list:
    content = [i for i in range(config.vocabulary) if i not in config.end_ids]
    return [rng.choice(content) for _ in range(count)]


def write_log_probabilities(fixture: Fixture, rng: random.Random) -> None:
    rows = []
    for length in [2, 3, 7, 16, 40]:
        tokens = random_tokens(rng, fixture.config, length)
        for adapter in [None, fixture.adapter] if fixture.adapter else [None]:
            scores = llama.log_probabilities(fixture.config, fixture.weights, tokens, adapter)
            rows.append({"adapter": adapter is not None, "tokens": tokens, "logProbabilities": files.rounded(scores)})
    files.write_lines(fixture.folder / "logprobs.jsonl", rows)


def clear_cut(fixture: Fixture, prompt: list) -> list:
    """Returns the greedy rows without and with the adapter, or none if one is doubtful or monotonous."""
    rows = []
    for adapter in [None, fixture.adapter]:
        tokens, scores, lead = llama.greedy(fixture.config, fixture.weights, prompt, GREEDY_TOKENS, adapter)
        if lead < SMALLEST_LEAD or len(set(tokens)) < 8 or set(tokens) & set(fixture.config.end_ids):
            return []
        rows.append({"adapter": adapter is not None, "prompt": prompt, "tokens": tokens,
                     "logProbabilities": files.rounded(scores), "smallestLead": files.rounded(lead)})
    return rows


def write_greedy(fixture: Fixture, rng: random.Random) -> None:
    rows = []
    for length in [1, 3, 6, 11]:
        draws = (clear_cut(fixture, random_tokens(rng, fixture.config, length)) for _ in range(DRAWS))
        rows += first_of(draws, f"{fixture.folder.name}: greedy prompts of {length} tokens")
    files.write_lines(fixture.folder / "greedy.jsonl", rows)


def balanced(fixture: Fixture, rng: random.Random, lengths: list) -> list:
    """Returns random pairs of (prompt, chosen, rejected) lengths, or none if a sigmoid is saturated, a hinge
    is near its corner or, among several pairs, all hinges are active or none is."""
    pairs = [{field: random_tokens(rng, fixture.config, count)
              for field, count in zip(["prompt", "chosen", "rejected"], row)} for row in lengths]
    pairs[0]["chosen"][-1] = fixture.config.end_ids[0]
    margins = fixture.sums(pairs).margin()
    inside = 1 - objectives.OBJECTIVES["hinge"][1]["beta"] * margins
    mixed = bool((inside > 0).any()) and (len(pairs) == 1 or bool((inside < 0).any()))
    return pairs if mixed and float(inside.abs().min()) > 0.1 and float(margins.abs().max()) < 4 else []


def draw_pairs(fixture: Fixture, rng: random.Random, lengths: list) -> list:
    draws = (balanced(fixture, rng, lengths) for _ in range(DRAWS))
    return first_of(draws, f"{fixture.folder.name}: preference pairs of lengths {lengths}")


def expectations(fixture: Fixture, pairs: list, suffix: str) -> dict:
    """Writes one gradient file per objective and returns the values. Gradients are of the mean loss."""
    matrices = fixture.adapter.matrices
    for matrix in matrices.values():
        matrix.requires_grad_(True)
    sums = fixture.sums(pairs)
    values = [v.detach().tolist() for v in sums.values()]
    result = {"sums": [], "objectives": {}}
    for i, pair in enumerate(pairs):
        row = {field: files.rounded(value[i]) for field, value in zip(objectives.Sums.FIELDS, values)}
        result["sums"].append({**row, "chosenLength": len(pair["chosen"]), "rejectedLength": len(pair["rejected"])})
    for name, (_, parameters) in objectives.OBJECTIVES.items():
        free = [v.detach().requires_grad_(True) for v in sums.values()]
        partial = objectives.losses(name, objectives.Sums(*free, sums.chosen_length, sums.rejected_length))
        slopes = torch.autograd.grad(partial.sum(), free, allow_unused=True)
        slopes = [torch.zeros_like(f) if s is None else s for s, f in zip(slopes, free)]
        losses = objectives.losses(name, sums)
        gradients = torch.autograd.grad(losses.mean(), list(matrices.values()), retain_graph=True)
        entry = {
            "parameters": parameters,
            "loss": files.rounded(losses.mean()), "losses": files.rounded(losses),
            "derivatives": [{field: files.rounded(s[i]) for field, s in zip(objectives.Sums.FIELDS, slopes)}
                            for i in range(len(pairs))],
            "gradientNorm": files.rounded(torch.stack([g.pow(2).sum() for g in gradients]).sum().sqrt())}
        if name not in objectives.WITHOUT_GRADIENTS:
            entry["gradients"] = f"gradients-{name}{suffix}.safetensors"
            files.write_tensors(fixture.folder / entry["gradients"], dict(zip(matrices, gradients)))
        result["objectives"][name] = entry
    for matrix in matrices.values():
        matrix.requires_grad_(False)
    return result


def write_preferences(fixture: Fixture, rng: random.Random) -> None:
    pair = draw_pairs(fixture, rng, [(6, 5, 7)])
    # Ragged, and the last one is like a stop decision: one token against one token.
    pairs = draw_pairs(fixture, rng, [(4, 8, 3), (9, 2, 6), (12, 1, 1)])
    files.write_json(fixture.folder / "pair.json", pair[0])
    files.write_json(fixture.folder / "pairs.json", pairs)
    files.write_json(fixture.folder / "expected.json", {
        "pair": expectations(fixture, pair, ""), "pairs": expectations(fixture, pairs, "-batch")})


def write_pretraining(fixture: Fixture, rng: random.Random) -> None:
    sequences = [{"prompt": random_tokens(rng, fixture.config, prompt),
                  "completion": random_tokens(rng, fixture.config, completion)}
                 for prompt, completion in [(1, 11), (5, 4), (3, 7)]]
    sequences[1]["completion"][-1] = fixture.config.end_ids[0]
    for weight in fixture.weights.values():
        weight.requires_grad_(True)
    loss = fixture.mean_nll(sequences)
    gradients = torch.autograd.grad(loss, list(fixture.weights.values()))
    for weight in fixture.weights.values():
        weight.requires_grad_(False)
    files.write_tensors(fixture.folder / "gradients-nll.safetensors", dict(zip(fixture.weights, gradients)))
    files.write_json(fixture.folder / "pretraining.json", {
        "sequences": sequences, "loss": files.rounded(loss),
        "gradientNorm": files.rounded(torch.stack([g.pow(2).sum() for g in gradients]).sum().sqrt()),
        "gradients": "gradients-nll.safetensors"})


def write_all() -> None:
    for name, settings in checkpoints.FIXTURES.items():
        folder, forward_only = HERE / name, settings.get("forward_only", False)
        checkpoints.write_checkpoint(folder, settings)
        if not forward_only:
            checkpoints.write_adapter(folder / "adapter", settings)
        fixture, rng = Fixture(folder), random.Random(settings["seed"] + 2)
        write_log_probabilities(fixture, rng)
        if not forward_only:
            write_greedy(fixture, rng)
            write_preferences(fixture, rng)
        if settings.get("pretraining") and not forward_only:
            write_pretraining(fixture, rng)
        print(f"wrote {name}")
    adamw.write(HERE / "adamw.json")
    print("wrote adamw.json")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Writes or checks the PyTorch reference fixtures.")
    parser.add_argument("--check", action="store_true", help="verify the stored fixtures, write nothing")
    torch.set_num_threads(1)
    if parser.parse_args().check:
        import checks

        checks.check_all([Fixture(HERE / name) for name in checkpoints.FIXTURES], HERE / "adamw.json")
    else:
        write_all()
