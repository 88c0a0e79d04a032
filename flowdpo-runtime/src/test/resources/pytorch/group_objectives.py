"""Losses of groups of completions by their rewards, and their derivatives by autograd, in float64.

    python3 group_objectives.py    # writes group-objectives.json, from a fixed seed

Every completion is a row of token log-probabilities; the derivative by a completion's log-probability is that
by each of its tokens, which autograd gives alike for all of them but where the ratio or the divergence is one of
tokens.
"""

import json
import pathlib

import torch

torch.manual_seed(5)
SIZES = [[3, 5], [4, 1, 6], [2, 7, 3, 3], [5, 5, 2, 8, 1]]


def rounded(values: torch.Tensor) -> torch.Tensor:
    """What the Java side reads are 32-bit numbers."""
    return values.float().double()


def group(sizes: list) -> dict:
    policy = [rounded(-3 * torch.rand(n)) for n in sizes]
    return {
        "rewards": rounded(torch.rand(len(sizes))).tolist(),
        "policy": [p.tolist() for p in policy],
        "reference": [rounded(p + 0.3 * torch.randn(len(p))).tolist() for p in policy],
        "sampled": [rounded(p + 0.2 * torch.randn(len(p))).tolist() for p in policy],
    }


def loss(policy: list, data: dict, settings: dict) -> torch.Tensor:
    rewards = torch.tensor(data["rewards"], dtype=torch.float64)
    n = len(rewards)
    if settings["leaveOneOut"]:
        baseline = torch.stack([torch.cat([rewards[:i], rewards[i + 1:]]).mean() for i in range(n)])
        advantages = rewards - baseline
    else:
        advantages = rewards - rewards.mean()
    if settings["deviationNormalised"]:
        advantages = advantages / (torch.std(rewards) + 1e-4)
    total = torch.zeros((), dtype=torch.float64)
    for i, tokens in enumerate(policy):
        mean = settings["lengthNormalised"]
        reduce = (lambda x: x.mean()) if mean else (lambda x: x.sum())
        if settings["clip"] > 0:
            sampled = torch.tensor(data["sampled"][i], dtype=torch.float64)
            away = tokens - sampled if settings["clipOfTokens"] else reduce(tokens) - reduce(sampled)
            ratio = torch.exp(away)
            bounded = torch.clamp(ratio, 1 - settings["clip"], 1 + settings["clip"])
            gained = torch.minimum(ratio * advantages[i], bounded * advantages[i])
            total = total - (reduce(gained) if settings["clipOfTokens"] else gained)
        else:
            total = total - advantages[i] * reduce(tokens)
        reference = torch.tensor(data["reference"][i], dtype=torch.float64)
        if settings["klOfTokens"]:
            away = reference - tokens
            total = total + settings["kl"] * reduce(torch.exp(away) - away - 1)
        else:
            away = reduce(reference) - reduce(tokens)
            total = total + settings["kl"] * (torch.exp(away) - away - 1)
    return total / n


def main() -> None:
    cases = []
    for sizes in SIZES:
        data = group(sizes)
        for leave in (False, True):
            for length in (False, True):
                for deviation in (False, True):
                    for clip, ratios, kl, divergences in (
                            (0, False, 0, False), (0.2, False, 0, False), (0, False, 0.05, False), (0.1, False, 0.2, False),
                            (0.1, False, 0.2, True), (0.2, True, 0, False), (0.1, True, 0.2, True)):
                        settings = {"leaveOneOut": leave, "lengthNormalised": length,
                                    "deviationNormalised": deviation, "clip": clip, "kl": kl,
                                    "clipOfTokens": ratios, "klOfTokens": divergences}
                        tokens = ratios or divergences
                        policy = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in data["policy"]]
                        value = loss(policy, data, settings)
                        value.backward()
                        # Of a mean over tokens each has its share; together they are the completion's.
                        slopes = [p.grad.tolist() if tokens else [float(p.grad[0])] for p in policy]
                        cases.append({**settings, "group": SIZES.index(sizes), "loss": float(value.detach()), "slopes": slopes})
        SIZES_DATA.append(data)
    target = pathlib.Path(__file__).parent / "group-objectives.json"
    target.write_text(json.dumps({"groups": SIZES_DATA, "cases": cases}, indent=None) + "\n")


SIZES_DATA: list = []

if __name__ == "__main__":
    main()
