"""Trajectories of torch.optim.AdamW with clipped gradients."""

import random
from pathlib import Path

import torch

import checkpoints
import files


def case(name: str, seed: int, **options) -> dict:
    """Five steps of torch.optim.AdamW, each after clipping the gradient to a Euclidean norm."""
    rng, size = random.Random(seed), 10
    parameter = checkpoints.gaussian(rng, (size,), 0.5).to(torch.float32).to(torch.float64).requires_grad_(True)
    initial = parameter.tolist()
    optimizer = torch.optim.AdamW([parameter], lr=1.0, betas=tuple(options["betas"]), eps=options["epsilon"],
                                  weight_decay=options["weightDecay"])
    steps = []
    for rate, size_of_gradient in zip(options["learningRates"], [0.1, 3.0, 0.2, 0.05, 1.0]):
        gradient = checkpoints.gaussian(rng, (size,), size_of_gradient)
        # No gradient at all, and gradients so small that epsilon and its place in the formula show.
        gradient[0], gradient[1], gradient[2] = 0.0, 1e-8 * rng.gauss(0, 1), 1e-6 * rng.gauss(0, 1)
        parameter.grad = gradient.to(torch.float32).to(torch.float64)
        step = {"learningRate": rate, "gradient": parameter.grad.tolist()}
        step["gradientNorm"] = files.rounded(torch.nn.utils.clip_grad_norm_([parameter], options["clipNorm"]))
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
        steps.append({**step, "parameters": files.rounded(parameter.detach())})
    del options["learningRates"]
    return {"name": name, **options, "initial": initial, "steps": steps}


def write(path: Path) -> None:
    linear = [0.01, 0.008, 0.006, 0.004, 0.002]
    files.write_json(path, [
        case("constant", 5, learningRates=[0.01] * 5, betas=[0.9, 0.999], epsilon=1e-8,
             weightDecay=0.01, clipNorm=1.0),
        case("linear", 6, learningRates=linear, betas=[0.9, 0.95], epsilon=1e-6,
             weightDecay=0.1, clipNorm=0.5),
        case("no-decay", 7, learningRates=[0.01] * 5, betas=[0.9, 0.999], epsilon=1e-8,
             weightDecay=0.0, clipNorm=100.0)])
