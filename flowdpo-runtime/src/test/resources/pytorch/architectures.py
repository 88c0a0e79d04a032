#!/usr/bin/env python3
"""Writes (or with --check verifies) the fixtures of every architecture and variant: see README.md."""

import argparse
import json
import math
import random
import sys
from pathlib import Path

import torch

# This folder is copied to the test class path: no compiled files in it.
sys.dont_write_bytecode = True

import decoder
import files

FOLDER = Path(__file__).resolve().parent / "architectures"
GREEDY_TOKENS = 24
SMALLEST_LEAD = 0.01  # of a winner in logits: far above what float32 rounding moves
BETA = 0.1
DRAWS = 300

SMALL = dict(vocab_size=53, hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=128, rms_norm_eps=1e-5, rope_theta=10000.0,
             hidden_act="silu", tie_word_embeddings=False, bos_token_id=1, eos_token_id=2)
GEMMA = {**{k: v for k, v in SMALL.items() if k != "hidden_act"}, "hidden_activation": "gelu_pytorch_tanh",
         "head_dim": 8, "query_pre_attn_scalar": 12, "tie_word_embeddings": True, "rms_norm_eps": 1e-6,
         "bos_token_id": 2, "eos_token_id": [1, 7]}
LONG_ROPE = {"short_factor": [1.0, 1.1, 1.4, 2.0], "long_factor": [1.2, 2.5, 6.0, 9.0], "type": "longrope"}
PHI3 = {**SMALL, "head_dim": None}


def variant(architecture: str, model_type: str, seed: int, fields: dict, context: int = 128, **more) -> dict:
    fields = {k: v for k, v in {**fields, **more}.items() if not (k == "head_dim" and v is None)}
    return dict(seed=seed, context=context,
                config={"architectures": [architecture], "model_type": model_type, **fields})


# name -> seed, longest sequence the model is loaded for, and config.json
VARIANTS = {
    "llama-rope-llama3": variant("LlamaForCausalLM", "llama", 101, SMALL, head_dim=8, rope_theta=500.0, rope_scaling={
        "factor": 8.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0, "original_max_position_embeddings": 64,
        "rope_type": "llama3"}),
    "llama-rope-linear": variant("LlamaForCausalLM", "llama", 102, SMALL, head_dim=8,
                                 rope_scaling={"type": "linear", "factor": 2.5}),
    "llama-rope-dynamic": variant("LlamaForCausalLM", "llama", 103, SMALL, head_dim=8, context=96,
                                  max_position_embeddings=32, rope_scaling={"rope_type": "dynamic", "factor": 3.0}),
    "llama-biases": variant("LlamaForCausalLM", "llama", 104, SMALL, attention_bias=True, mlp_bias=True,
                            hidden_size=32, tie_word_embeddings=True),
    "mistral-window": variant("MistralForCausalLM", "mistral", 105, SMALL, head_dim=8, sliding_window=5),
    "mistral-gelu": variant("MistralForCausalLM", "mistral", 106, SMALL, head_dim=8, sliding_window=None,
                            hidden_act="gelu", intermediate_size=37),
    "qwen2": variant("Qwen2ForCausalLM", "qwen2", 107, SMALL, hidden_size=32, tie_word_embeddings=True,
                     use_sliding_window=False, sliding_window=5, max_window_layers=0, rope_theta=1000000.0),
    "qwen2-window": variant("Qwen2ForCausalLM", "qwen2", 108, SMALL, hidden_size=32, num_hidden_layers=3,
                            use_sliding_window=True, sliding_window=6, max_window_layers=1),
    "qwen3": variant("Qwen3ForCausalLM", "qwen3", 109, SMALL, head_dim=10, attention_bias=False,
                     tie_word_embeddings=True, use_sliding_window=False, sliding_window=None),
    "qwen3-biases": variant("Qwen3ForCausalLM", "qwen3", 110, SMALL, head_dim=6, attention_bias=True,
                            num_hidden_layers=3, use_sliding_window=True, sliding_window=4,
                            layer_types=["full_attention", "sliding_attention", "full_attention"]),
    "phi3-window": variant("Phi3ForCausalLM", "phi3", 111, PHI3, hidden_size=32, num_key_value_heads=4,
                           original_max_position_embeddings=128, rope_scaling=None, sliding_window=7),
    "phi3-longrope-short": variant("Phi3ForCausalLM", "phi3", 112, PHI3, hidden_size=32, context=64,
                                   max_position_embeddings=256, original_max_position_embeddings=64,
                                   rope_scaling=LONG_ROPE, sliding_window=512),
    "phi3-longrope-long": variant("Phi3ForCausalLM", "phi3", 113, PHI3, hidden_size=32,
                                  max_position_embeddings=256, original_max_position_embeddings=64,
                                  rope_scaling={**LONG_ROPE, "type": "su"}, sliding_window=512),
    "phi4-mini": variant("Phi3ForCausalLM", "phi3", 114, PHI3, hidden_size=32, num_attention_heads=2,
                         num_key_value_heads=1, partial_rotary_factor=0.75, original_max_position_embeddings=16, tie_word_embeddings=True,
                         rope_scaling={"short_factor": [1.0, 1.1, 1.3, 1.5, 3.0, 4.0],
                                       "long_factor": [1.0, 1.3, 2.0, 3.0, 5.0, 8.0], "rope_type": "longrope"}, sliding_window=262144),
    "smollm3-interval": variant("SmolLM3ForCausalLM", "smollm3", 115, SMALL, num_hidden_layers=3, head_dim=6,
                                no_rope_layer_interval=2, attention_bias=False, mlp_bias=False,
                                tie_word_embeddings=True, use_sliding_window=False, sliding_window=None),
    "smollm3-window": variant("SmolLM3ForCausalLM", "smollm3", 116, SMALL, num_hidden_layers=3, head_dim=6,
                              no_rope_layers=[1, 0, 1], attention_bias=True, mlp_bias=True, use_sliding_window=True,
                              sliding_window=5,
                              layer_types=["full_attention", "sliding_attention", "sliding_attention"]),
    "gemma2": variant("Gemma2ForCausalLM", "gemma2", 117, GEMMA, num_hidden_layers=3, sliding_window=5,
                      attn_logit_softcapping=2.0, final_logit_softcapping=3.0),
    "gemma2-biases": variant("Gemma2ForCausalLM", "gemma2", 118, GEMMA, attention_bias=True, sliding_window=64,
                             attn_logit_softcapping=None, final_logit_softcapping=None, tie_word_embeddings=False),
    "gemma3": variant("Gemma3ForCausalLM", "gemma3_text", 119, GEMMA, num_hidden_layers=4, sliding_window=6,
                      sliding_window_pattern=3, rope_theta=20000.0, rope_local_base_freq=300.0,
                      rope_scaling={"rope_type": "linear", "factor": 4.0}, attn_logit_softcapping=None,
                      final_logit_softcapping=None),
    "gemma3-layer-types": variant("Gemma3ForCausalLM", "gemma3_text", 120, GEMMA, sliding_window=200,
                                  layer_types=["full_attention", "sliding_attention"], rope_theta=20000.0,
                                  rope_local_base_freq=300.0, final_logit_softcapping=3.0),
    "granite": variant("GraniteForCausalLM", "granite", 121, SMALL, num_hidden_layers=3, hidden_size=32,
                       tie_word_embeddings=True, attention_bias=False, mlp_bias=False, embedding_multiplier=3.0,
                       attention_multiplier=0.25, residual_multiplier=0.4, logits_scaling=1.5),
    "granite-biases": variant("GraniteForCausalLM", "granite", 122, SMALL, attention_bias=True, mlp_bias=True,
                              embedding_multiplier=0.7, residual_multiplier=1.6, logits_scaling=0.8,
                              rope_scaling={"rope_type": "linear", "factor": 2.0}),
    "olmo2": variant("Olmo2ForCausalLM", "olmo2", 123, SMALL, num_hidden_layers=3, hidden_size=32,
                     attention_bias=False, rope_theta=500000.0),
    "olmo2-biases": variant("Olmo2ForCausalLM", "olmo2", 124, SMALL, hidden_size=32, num_key_value_heads=4,
                            attention_bias=True, bos_token_id=None, eos_token_id=[2, 5],
                            rope_scaling={"type": "linear", "factor": 2.0}),
}


def shapes(config: dict) -> dict:
    """{tensor name: shape} of the checkpoint."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    size = config.get("head_dim") or hidden // config["num_attention_heads"]
    queries, keys = config["num_attention_heads"] * size, config["num_key_value_heads"] * size
    kind, result = config["architectures"][0], {"model.embed_tokens.weight": (config["vocab_size"], hidden),
                                                "model.norm.weight": (hidden,)}
    if not config["tie_word_embeddings"]:
        result["lm_head.weight"] = (config["vocab_size"], hidden)
    norms = ["input_layernorm", "post_attention_layernorm"]
    if kind in decoder.GEMMA:
        norms += ["pre_feedforward_layernorm", "post_feedforward_layernorm"]
    if kind == decoder.OLMO2:
        norms = ["post_attention_layernorm", "post_feedforward_layernorm"]
    bias = config.get("attention_bias", False)
    linears = {"self_attn.q_proj": (queries, hidden, bias or kind == "Qwen2ForCausalLM"),
               "self_attn.k_proj": (keys, hidden, bias or kind == "Qwen2ForCausalLM"),
               "self_attn.v_proj": (keys, hidden, bias or kind == "Qwen2ForCausalLM"),
               "self_attn.o_proj": (hidden, queries, bias),
               "mlp.gate_proj": (inner, hidden, config.get("mlp_bias", False)),
               "mlp.up_proj": (inner, hidden, config.get("mlp_bias", False)),
               "mlp.down_proj": (hidden, inner, config.get("mlp_bias", False))}
    if kind == "Phi3ForCausalLM":
        linears = {"self_attn.qkv_proj": (queries + 2 * keys, hidden, False),
                   "self_attn.o_proj": (hidden, queries, False),
                   "mlp.gate_up_proj": (2 * inner, hidden, False), "mlp.down_proj": (hidden, inner, False)}
    for layer in range(config["num_hidden_layers"]):
        block = f"model.layers.{layer}"
        for name in norms:
            result[f"{block}.{name}.weight"] = (hidden,)
        if kind in ("Qwen3ForCausalLM", "Gemma3ForCausalLM"):
            result[f"{block}.self_attn.q_norm.weight"] = (size,)
            result[f"{block}.self_attn.k_norm.weight"] = (size,)
        if kind == decoder.OLMO2:
            result[f"{block}.self_attn.q_norm.weight"] = (queries,)
            result[f"{block}.self_attn.k_norm.weight"] = (keys,)
        for name, (outputs, inputs, biased) in linears.items():
            result[f"{block}.{name}.weight"] = (outputs, inputs)
            if biased:
                result[f"{block}.{name}.bias"] = (outputs,)
    return result


def gaussian(rng: random.Random, shape, deviation: float, mean: float = 0.0):
    values = [rng.gauss(mean, deviation) for _ in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def write_checkpoint(folder: Path, settings: dict) -> None:
    rng, config, weights = random.Random(settings["seed"]), settings["config"], {}
    gemma = config["architectures"][0] in decoder.GEMMA
    for name, shape in shapes(config).items():
        signs = gemma or config["architectures"][0] == decoder.GRANITE
        if signs and name == "model.norm.weight":
            # Factors of both signs: a tied embedding would else make every token predict itself.
            weights[name] = gaussian(rng, shape, 1.5, -1.0)
        elif name.endswith("norm.weight"):
            weights[name] = gaussian(rng, shape, 0.2, 0.0 if gemma else 1.0)
        elif name.endswith(".bias"):
            weights[name] = gaussian(rng, shape, 0.5)
        elif name.startswith("model.layers"):
            weights[name] = gaussian(rng, shape, 1.4 / math.sqrt(shape[1]))
        else:
            weights[name] = gaussian(rng, shape, (1.2 if gemma else 1.8) / math.sqrt(shape[1]))
    folder.mkdir(parents=True, exist_ok=True)
    files.write_json(folder / "config.json", config)
    files.write_tensors(folder / "model.safetensors", weights)


def write_adapter(folder: Path, settings: dict, rank: int = 2, alpha: int = 4) -> None:
    rng, matrices, targets = random.Random(settings["seed"] + 1), {}, []
    for name, shape in shapes(settings["config"]).items():
        if not name.endswith("_proj.weight"):
            continue
        module = name[:-len(".weight")]
        targets += [] if module.split(".")[-1] in targets else [module.split(".")[-1]]
        key = f"base_model.model.{module}"
        matrices[f"{key}.lora_A.weight"] = gaussian(rng, (rank, shape[1]), 1 / math.sqrt(shape[1]))
        # B is not zero as in a fresh adapter, or every gradient of A would be zero.
        matrices[f"{key}.lora_B.weight"] = gaussian(rng, (shape[0], rank), 0.5 * math.sqrt(rank) / alpha)
    files.write_tensors(folder / "adapter_model.safetensors", matrices)
    files.write_json(folder / "adapter_config.json", {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": folder.parent.name,
        "r": rank, "lora_alpha": alpha, "lora_dropout": 0.0, "bias": "none", "target_modules": targets})


def read(folder: Path, settings: dict) -> decoder.Model:
    """The stored model with its adapter, in float64."""
    config = json.loads((folder / "config.json").read_text())
    adapter = json.loads((folder / "adapter" / "adapter_config.json").read_text())
    return decoder.Model(config, files.read_tensors(folder / "model.safetensors"), settings["context"],
                         files.read_tensors(folder / "adapter" / "adapter_model.safetensors"),
                         adapter["lora_alpha"] / adapter["r"])


def random_tokens(rng: random.Random, model: decoder.Model, count: int) -> list:
    content = [i for i in range(model.config["vocab_size"]) if i not in model.end_ids]
    return [rng.choice(content) for _ in range(count)]


def write_log_probabilities(folder: Path, model: decoder.Model, rng: random.Random) -> None:
    rows = []
    for length in [2, 7, 40]:
        tokens = random_tokens(rng, model, length)
        for adapter in [False, True]:
            scores = (model if adapter else model.without_adapter()).log_probabilities(tokens)
            rows.append({"adapter": adapter, "tokens": tokens, "logProbabilities": files.rounded(scores)})
    files.write_lines(folder / "logprobs.jsonl", rows)


def write_greedy(folder: Path, model: decoder.Model, rng: random.Random) -> None:
    rows = []
    for length in [1, 4, 11]:
        for _ in range(DRAWS):
            prompt, found = random_tokens(rng, model, length), []
            for adapter in [False, True]:
                tokens, scores, lead = (model if adapter else model.without_adapter()).greedy(prompt, GREEDY_TOKENS)
                if lead < SMALLEST_LEAD or len(set(tokens)) < 5 or set(tokens) & set(model.end_ids):
                    break
                found.append({"adapter": adapter, "prompt": prompt, "tokens": tokens,
                              "logProbabilities": files.rounded(scores), "smallestLead": files.rounded(lead)})
            if len(found) == 2:
                rows += found
                break
        else:
            raise SystemExit(f"{folder.name}: no prompt of {length} tokens is usable, choose another seed")
    files.write_lines(folder / "greedy.jsonl", rows)


def preference_loss(model: decoder.Model, pairs: list):
    """Returns the mean of -log sigmoid(beta * h) over the pairs, and the four sums of each."""
    reference, losses, sums = model.without_adapter(), [], []
    for pair in pairs:
        def total(scorer, field):
            return scorer.log_probabilities(pair["prompt"] + pair[field])[len(pair["prompt"]) - 1:].sum()

        row = {"policyChosen": total(model, "chosen"), "policyRejected": total(model, "rejected"),
               "referenceChosen": total(reference, "chosen"), "referenceRejected": total(reference, "rejected")}
        margin = row["policyChosen"] - row["referenceChosen"] - row["policyRejected"] + row["referenceRejected"]
        losses.append(-torch.nn.functional.logsigmoid(BETA * margin))
        sums.append(row)
    return torch.stack(losses).mean(), sums


def write_preferences(folder: Path, model: decoder.Model, rng: random.Random) -> None:
    pairs = [{field: random_tokens(rng, model, count)
              for field, count in zip(["prompt", "chosen", "rejected"], lengths)}
             for lengths in [(4, 8, 3), (9, 2, 12), (12, 1, 1)]]
    pairs[0]["chosen"][-1] = model.end_ids[0]
    for matrix in model.matrices.values():
        matrix.requires_grad_(True)
    loss, sums = preference_loss(model, pairs)
    gradients = torch.autograd.grad(loss, list(model.matrices.values()))
    for matrix in model.matrices.values():
        matrix.requires_grad_(False)
    files.write_json(folder / "pairs.json", pairs)
    files.write_json(folder / "expected.json", {
        "beta": BETA, "context": model.context, "loss": files.rounded(loss.detach()),
        "sums": [{field: files.rounded(value.detach()) for field, value in row.items()} for row in sums]})
    files.write_tensors(folder / "gradients.safetensors", dict(zip(model.matrices, gradients)))


def check(folder: Path, settings: dict) -> None:
    """Verifies stored gradients by central differences, and that every switch of the variant matters."""
    model, rng = read(folder, settings), random.Random(1)
    pairs, stored = json.loads((folder / "pairs.json").read_text()), files.read_tensors(folder / "gradients.safetensors")
    worst = 0.0
    for _ in range(12):
        name = rng.choice(sorted(model.matrices))
        flat = model.matrices[name].view(-1)
        index, step = rng.randrange(len(flat)), 1e-5
        original, values = float(flat[index]), []
        for moved in (original + step, original - step):
            flat[index] = moved
            values.append(float(preference_loss(model, pairs)[0]))
        flat[index] = original
        worst = max(worst, abs((values[0] - values[1]) / (2 * step) - float(stored[name].reshape(-1)[index])))
    row = [json.loads(line) for line in (folder / "logprobs.jsonl").read_text().splitlines()][-1]
    scores = model.log_probabilities(row["tokens"])
    error = float((scores - torch.tensor(row["logProbabilities"], dtype=torch.float64)).abs().max())
    without = [key for key in ("rope_scaling", "partial_rotary_factor", "sliding_window", "attn_logit_softcapping",
                               "final_logit_softcapping", "rope_local_base_freq", "query_pre_attn_scalar",
                               "embedding_multiplier", "attention_multiplier", "residual_multiplier", "logits_scaling")
               if model.config.get(key) is not None]
    effects = {}
    for key in without:
        other = dict(model.config)
        if key in ("rope_local_base_freq", "query_pre_attn_scalar") or key.endswith(("_multiplier", "logits_scaling")):
            other[key] = 2 * other[key]
        elif key == "partial_rotary_factor":
            other[key] = 0.5
            other["rope_scaling"] = None
        else:
            other[key] = None
        changed = decoder.Model(other, model.weights, model.context, model.matrices, model.scaling)
        effects[key] = float((changed.log_probabilities(row["tokens"]) - scores).abs().max())
    print(f"{folder.name}: worst slope error {worst:.1e}, log-probabilities {error:.1e}, without: "
          + ", ".join(f"{key} {value:.2g}" for key, value in effects.items()))
    if worst > 1e-7 or error > 1e-9:
        raise SystemExit(f"{folder.name}: the stored fixture is not what the decoder gives")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="verify the stored fixtures, write nothing")
    parser.add_argument("names", nargs="*", help="these variants only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name, settings in VARIANTS.items():
        if arguments.names and name not in arguments.names:
            continue
        folder = FOLDER / name
        if arguments.check:
            check(folder, settings)
            continue
        write_checkpoint(folder, settings)
        write_adapter(folder / "adapter", settings)
        model, rng = read(folder, settings), random.Random(settings["seed"] + 2)
        write_log_probabilities(folder, model, rng)
        write_preferences(folder, model, rng)
        write_greedy(folder, model, rng)
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
