"""The settings of every fixture, and its random checkpoint and adapter."""

import math
import random
from pathlib import Path

import torch

import files
import llama

# name -> settings; "fields" are those of config.json beyond the common ones.
FIXTURES = {
    "gqa-tied": dict(
        seed=11, dtype="F32", rank=4, alpha=8, pretraining=True,
        fields=dict(vocab_size=61, hidden_size=16, intermediate_size=24, num_hidden_layers=2,
                    num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=True,
                    rope_theta=10000.0, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2)),
    # The oldest form of config.json: no num_key_value_heads, head_dim or rope_theta, so defaults apply.
    "mha-untied": dict(
        seed=22, dtype="F32", rank=8, alpha=8, pretraining=True,
        fields=dict(vocab_size=67, hidden_size=24, intermediate_size=40, num_hidden_layers=1,
                    num_attention_heads=4, tie_word_embeddings=False,
                    rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2)),
    "wide-heads-tied": dict(
        seed=33, dtype="F32", rank=2, alpha=8,
        fields=dict(vocab_size=73, hidden_size=24, intermediate_size=32, num_hidden_layers=3,
                    num_attention_heads=6, num_key_value_heads=2, head_dim=8, tie_word_embeddings=True,
                    rope_theta=100000.0, rms_norm_eps=1e-5, bos_token_id=0, eos_token_id=0)),
    "large-theta-untied": dict(
        seed=44, dtype="F32", rank=3, alpha=16,
        fields=dict(vocab_size=97, hidden_size=32, intermediate_size=40, num_hidden_layers=2,
                    num_attention_heads=2, num_key_value_heads=1, head_dim=16, tie_word_embeddings=False,
                    rope_theta=500000.0, rms_norm_eps=1e-6, bos_token_id=1, eos_token_id=[2, 7])),
}
# The first two again with half-precision weights; only the forward pass is recorded.
FIXTURES["gqa-tied-f16"] = dict(FIXTURES["gqa-tied"], dtype="F16", forward_only=True)
FIXTURES["mha-untied-bf16"] = dict(FIXTURES["mha-untied"], dtype="BF16", forward_only=True)
TORCH_TYPES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def gaussian(rng: random.Random, shape, deviation: float, mean: float = 0.0):
    values = [rng.gauss(mean, deviation) for _ in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def write_checkpoint(folder: Path, settings: dict) -> None:
    rng, fields = random.Random(settings["seed"]), settings["fields"]
    config = llama.Config(fields)
    folder.mkdir(parents=True, exist_ok=True)
    files.write_json(folder / "config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
        "max_position_embeddings": 128, "torch_dtype": TORCH_TYPES[settings["dtype"]], **fields})
    # Deviation 1.4/sqrt(inputs) keeps activations near one and the distributions neither flat nor saturated.
    embedding = (config.vocabulary, config.hidden)
    weights = {"model.embed_tokens.weight": gaussian(rng, embedding, 1.8 / math.sqrt(config.hidden))}
    if not config.tied:
        weights["lm_head.weight"] = gaussian(rng, embedding, 1.8 / math.sqrt(config.hidden))
    for name in config.norm_names():
        weights[name] = gaussian(rng, (config.hidden,), 0.2, 1.0)
    for module, shape in config.linear_shapes().items():
        weights[f"{module}.weight"] = gaussian(rng, shape, 1.4 / math.sqrt(shape[1]))
    files.write_tensors(folder / "model.safetensors", weights, settings["dtype"])


def write_adapter(folder: Path, settings: dict) -> None:
    rng, rank, alpha = random.Random(settings["seed"] + 1), settings["rank"], settings["alpha"]
    config, matrices = llama.Config(settings["fields"]), {}
    for module, (outputs, inputs) in config.linear_shapes().items():
        key = f"base_model.model.{module}"
        matrices[f"{key}.lora_A.weight"] = gaussian(rng, (rank, inputs), 1 / math.sqrt(inputs))
        # B is not zero as in a fresh adapter, or every gradient of A would be zero.
        matrices[f"{key}.lora_B.weight"] = gaussian(rng, (outputs, rank), 0.5 * math.sqrt(rank) / alpha)
    files.write_tensors(folder / "adapter_model.safetensors", matrices)
    files.write_json(folder / "adapter_config.json", {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": folder.parent.name,
        "r": rank, "lora_alpha": alpha, "lora_dropout": 0.05, "bias": "none", "fan_in_fan_out": False,
        "inference_mode": True, "modules_to_save": None, "use_rslora": False, "use_dora": False,
        "rank_pattern": {}, "alpha_pattern": {}, "target_modules": llama.ATTENTION + llama.FEED_FORWARD})
