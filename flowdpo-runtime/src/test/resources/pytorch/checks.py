"""Verifies the stored fixtures by means other than those that made them.

Forward pass and greedy decoding: against naive.py. Objective values and their derivatives: against plain
Python formulas and central differences. Gradients: central differences of the loss by random entries.
AdamW: against the update written out.
"""

import json
import math
import random

import torch

import files
import llama
import naive
import objectives

STEP = 1e-5  # of central differences in float64
ENTRIES = 12  # random entries per gradient file


def close(actual: float, expected: float, tolerance: float, what: str, floor: float = 1.0) -> float:
    """Returns the error relative to max(floor, |expected|), which may not exceed the tolerance."""
    error = abs(actual - expected) / max(floor, abs(expected))
    if not error <= tolerance:
        raise SystemExit(f"{what}: expected {expected!r}, found {actual!r}")
    return error


def lines(path) -> list:
    return [json.loads(line) for line in path.read_text().splitlines()]


def check_forward(fixture) -> None:
    plain = naive.merged(fixture.weights, None)
    adapted = naive.merged(fixture.weights, fixture.adapter) if fixture.adapter else None
    scores, worst = [], 0.0
    for row in lines(fixture.folder / "logprobs.jsonl"):
        found = naive.log_probabilities(fixture.config, adapted if row["adapter"] else plain, row["tokens"])
        scores += found
        for a, b in zip(found, row["logProbabilities"], strict=True):
            worst = max(worst, close(a, b, 1e-10, f"{fixture.folder.name} log-probability"))
    sample = llama.logits(fixture.config, fixture.weights, row["tokens"]).log_softmax(-1)
    entropy = float(-(sample.exp() * sample).sum(-1).mean()) / math.log(fixture.config.vocabulary)
    print(f"  forward: {len(scores)} log-probabilities, worst error {worst:.1e}, "
          f"from {min(scores):.2f} to {max(scores):.2f}, entropy {entropy:.2f} of uniform")
    if not 0.3 < entropy < 0.95:
        raise SystemExit(f"{fixture.folder.name}: the distributions are flat or saturated")
    path = fixture.folder / "greedy.jsonl"
    for row in lines(path) if path.exists() else []:
        model = adapted if row["adapter"] else plain
        found = naive.greedy(fixture.config, model, row["prompt"], len(row["tokens"]))
        if found != row["tokens"]:
            raise SystemExit(f"{path}: expected {row['tokens']}, found {found}")


def plain_loss(name: str, parameters: dict, row: dict) -> float:
    """The objectives once more, as formulas on numbers."""
    def softplus(x):
        return max(x, 0.0) + math.log1p(math.exp(-abs(x)))

    beta = parameters["beta"]
    chosen = row["policyChosen"] - row["referenceChosen"]
    rejected = row["policyRejected"] - row["referenceRejected"]
    h = beta * (chosen - rejected)
    if name == "sigmoid-norm":
        return softplus(-beta * (chosen / row["chosenLength"] - rejected / row["rejectedLength"]))
    if name.startswith("sigmoid"):
        nll = -row["policyChosen"] / row["chosenLength"]
        return softplus(-h) + parameters.get("nllWeight", 0.0) * nll
    if name == "smoothed-sigmoid":  # -log sigmoid(h) and -log sigmoid(-h) differ by h
        return softplus(-h) + parameters["labelSmoothing"] * h
    if name == "robust":
        e = parameters["flipProbability"]
        return ((1 - e) * softplus(-h) - e * softplus(h)) / (1 - 2 * e)
    if name == "hinge":
        return max(0.0, 1 - h)
    if name == "ipo":
        return (chosen / row["chosenLength"] - rejected / row["rejectedLength"] - 0.5 / beta) ** 2
    if name == "apo-zero":
        return 1 / (1 + math.exp(beta * chosen)) + 1 / (1 + math.exp(-beta * rejected))
    average = row["policyChosen"] / row["chosenLength"] - row["policyRejected"] / row["rejectedLength"]
    return softplus(parameters["gamma"] - beta * average)


def check_objectives(what: str, expected: dict) -> None:
    for name, entry in expected["objectives"].items():
        for row, loss, slopes in zip(expected["sums"], entry["losses"], entry["derivatives"], strict=True):
            close(plain_loss(name, entry["parameters"], row), loss, 1e-9, f"{what} {name} loss")
            for field, slope in slopes.items():
                above = plain_loss(name, entry["parameters"], {**row, field: row[field] + STEP})
                below = plain_loss(name, entry["parameters"], {**row, field: row[field] - STEP})
                close((above - below) / (2 * STEP), slope, 1e-6, f"{what} {name} by {field}")


def central_difference(tensor, index: int, function):
    """Returns (f(x + step) - f(x - step)) / 2 step for one entry of a tensor; f gives {name: value}."""
    flat = tensor.view(-1)
    original = float(flat[index])
    flat[index] = original + STEP
    above = function()
    flat[index] = original - STEP
    below = function()
    flat[index] = original
    return {name: (above[name] - below[name]) / (2 * STEP) for name in above}


def check_gradients(what: str, variables: dict, stored: dict, function, rng: random.Random) -> None:
    """stored: {objective: {variable: gradient}}; function gives {objective: loss} of the current variables."""
    names, worst, largest = sorted(variables), 0.0, 0.0
    for gradients in stored.values():
        if sorted(gradients) != names:
            raise SystemExit(f"{what}: the keys of the gradients are not those of the variables")
    for _ in range(ENTRIES):
        name = rng.choice(names)
        index = rng.randrange(variables[name].numel())
        for objective, slope in central_difference(variables[name], index, function).items():
            expected = float(stored[objective][name].reshape(-1)[index])
            # Stored as float32: half a unit in the last place is 6e-8 of the value.
            worst = max(worst, close(slope, expected, 2e-7, f"{what} {objective} {name}[{index}]", floor=0.1))
            largest = max(largest, abs(expected))
    print(f"  {what}: {ENTRIES} entries x {len(stored)} losses, worst error {worst:.1e}, largest {largest:.2f}")


def check_preferences(fixture, rng: random.Random) -> None:
    expected = json.loads((fixture.folder / "expected.json").read_text())
    plain, adapted = naive.merged(fixture.weights, None), naive.merged(fixture.weights, fixture.adapter)
    batches = {"pair": [json.loads((fixture.folder / "pair.json").read_text())],
               "pairs": json.loads((fixture.folder / "pairs.json").read_text())}
    for key, pairs in batches.items():
        for pair, row in zip(pairs, expected[key]["sums"], strict=True):
            for field in objectives.Sums.FIELDS:
                completion = pair["chosen" if field.endswith("Chosen") else "rejected"]
                model = adapted if field.startswith("policy") else plain
                scores = naive.log_probabilities(fixture.config, model, pair["prompt"] + completion)
                close(sum(scores[len(pair["prompt"]) - 1:]), row[field], 1e-10, f"{key} {field}")
        check_objectives(key, expected[key])
        stored = {name: files.read_tensors(fixture.folder / entry["gradients"])
                  for name, entry in expected[key]["objectives"].items() if "gradients" in entry}
        for name, gradients in stored.items():
            norm = math.sqrt(sum(float(g.pow(2).sum()) for g in gradients.values()))
            close(norm, expected[key]["objectives"][name]["gradientNorm"], 1e-6, f"{key} {name} norm")

        def mean_losses():
            sums = fixture.sums(pairs)
            return {name: float(objectives.losses(name, sums).mean()) for name in stored}

        check_gradients(key, fixture.adapter.matrices, stored, mean_losses, rng)


def check_pretraining(fixture, rng: random.Random) -> None:
    expected = json.loads((fixture.folder / "pretraining.json").read_text())
    plain, total, count = naive.merged(fixture.weights, None), 0.0, 0
    for row in expected["sequences"]:
        scores = naive.log_probabilities(fixture.config, plain, row["prompt"] + row["completion"])
        total -= sum(scores[len(row["prompt"]) - 1:])
        count += len(row["completion"])
    close(total / count, expected["loss"], 1e-10, "mean NLL")
    stored = {"nll": files.read_tensors(fixture.folder / expected["gradients"])}
    check_gradients("pre-training", fixture.weights, stored,
                    lambda: {"nll": float(fixture.mean_nll(expected["sequences"]))}, rng)


def check_adamw(case: dict) -> None:
    beta1, beta2 = case["betas"]
    x, m, v = list(case["initial"]), [0.0] * len(case["initial"]), [0.0] * len(case["initial"])
    for t, step in enumerate(case["steps"], 1):
        norm, rate = math.sqrt(sum(g * g for g in step["gradient"])), step["learningRate"]
        close(norm, step["gradientNorm"], 1e-10, "gradient norm")
        shrink = min(1.0, case["clipNorm"] / (norm + 1e-6))
        for i, gradient in enumerate(step["gradient"]):
            g = gradient * shrink
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g * g
            corrected = math.sqrt(v[i] / (1 - beta2 ** t))
            x[i] -= rate * case["weightDecay"] * x[i]
            x[i] -= rate * m[i] / (1 - beta1 ** t) / (corrected + case["epsilon"])
            close(x[i], step["parameters"][i], 1e-10, f"AdamW {case['name']} step {t} entry {i}")
    print(f"  {case['name']}: {len(case['steps'])} steps")


def check_all(fixtures: list, adamw) -> None:
    with torch.no_grad():
        for fixture in fixtures:
            print(fixture.folder.name)
            check_forward(fixture)
            if fixture.adapter:
                check_preferences(fixture, random.Random(1))
            if (fixture.folder / "pretraining.json").exists():
                check_pretraining(fixture, random.Random(2))
    print("adamw.json")
    for case in json.loads(adamw.read_text()):
        check_adamw(case)
    print("all fixtures verified")
