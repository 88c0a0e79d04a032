"""The Llama decoder in float64, with LoRA on its linear layers. One sequence at a time, no padding.

T = tokens, D = hidden size, H = query heads, K = key/value heads, S = head size, V = vocabulary size.
"""

import math

import torch
import torch.nn.functional as F

ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
FEED_FORWARD = ["gate_proj", "up_proj", "down_proj"]


class Config:
    """The fields of config.json that change the computation, with Hugging Face's defaults."""

    def __init__(self, fields: dict):
        self.vocabulary = fields["vocab_size"]
        self.hidden = fields["hidden_size"]
        self.feed_forward = fields["intermediate_size"]
        self.layers = fields["num_hidden_layers"]
        self.heads = fields["num_attention_heads"]
        self.key_value_heads = fields.get("num_key_value_heads") or self.heads
        self.head_size = fields.get("head_dim") or self.hidden // self.heads
        self.theta = fields.get("rope_theta", 10000.0)
        self.epsilon = fields["rms_norm_eps"]
        self.tied = fields["tie_word_embeddings"]
        end = fields["eos_token_id"]
        self.end_ids = end if isinstance(end, list) else [end]

    def linear_shapes(self) -> dict:
        """{module name: (outputs, inputs)} of the seven linear layers of every block."""
        queries, keys = self.heads * self.head_size, self.key_value_heads * self.head_size
        attention = [(queries, self.hidden), (keys, self.hidden), (keys, self.hidden), (self.hidden, queries)]
        wide, narrow = (self.feed_forward, self.hidden), (self.hidden, self.feed_forward)
        shapes = {}
        for layer in range(self.layers):
            for name, shape in zip(ATTENTION, attention):
                shapes[f"model.layers.{layer}.self_attn.{name}"] = shape
            for name, shape in zip(FEED_FORWARD, [wide, wide, narrow]):
                shapes[f"model.layers.{layer}.mlp.{name}"] = shape
        return shapes

    def norm_names(self) -> list:
        names = ["model.norm.weight"]
        for layer in range(self.layers):
            names.append(f"model.layers.{layer}.input_layernorm.weight")
            names.append(f"model.layers.{layer}.post_attention_layernorm.weight")
        return names


class Adapter:
    """LoRA matrices by PEFT key (…lora_A.weight [rank, in], …lora_B.weight [out, rank]) and their factor."""

    def __init__(self, matrices: dict, alpha: float, rank: int):
        self.matrices = matrices
        self.scaling = alpha / rank

    def pair(self, module: str):
        key = f"base_model.model.{module}"
        return self.matrices[f"{key}.lora_A.weight"], self.matrices[f"{key}.lora_B.weight"]


def rms_norm(x, weight, epsilon):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * weight


def rotate(x, theta):
    """Rotary positions on x [heads, T, S]; dimension i is rotated with dimension i + S/2."""
    tokens, size = x.shape[1:]
    frequencies = theta ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angles = torch.arange(tokens, dtype=torch.float64)[:, None] * frequencies
    cos, sin = angles.cos(), angles.sin()
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


def logits(config: Config, weights: dict, tokens: list, adapter: Adapter = None):
    """Returns the logits [T, V] after each of the tokens."""

    def linear(x, module):
        y = x @ weights[f"{module}.weight"].T
        if adapter is not None:
            a, b = adapter.pair(module)
            y = y + adapter.scaling * (x @ a.T) @ b.T
        return y

    def heads(x, count):  # [T, count * S] -> [count, T, S]
        return x.view(count_tokens, count, config.head_size).transpose(0, 1)

    count_tokens = len(tokens)
    future = torch.ones(count_tokens, count_tokens, dtype=torch.bool).triu(1)
    group = config.heads // config.key_value_heads
    hidden = weights["model.embed_tokens.weight"][torch.tensor(tokens)]  # [T, D]
    for layer in range(config.layers):
        block = f"model.layers.{layer}"
        x = rms_norm(hidden, weights[f"{block}.input_layernorm.weight"], config.epsilon)
        query = rotate(heads(linear(x, f"{block}.self_attn.q_proj"), config.heads), config.theta)
        key = rotate(heads(linear(x, f"{block}.self_attn.k_proj"), config.key_value_heads), config.theta)
        value = heads(linear(x, f"{block}.self_attn.v_proj"), config.key_value_heads)
        # Each key/value head serves a run of neighbouring query heads: [H, T, S].
        key, value = key.repeat_interleave(group, 0), value.repeat_interleave(group, 0)
        scores = query @ key.transpose(1, 2) / math.sqrt(config.head_size)  # [H, T, T]
        attended = scores.masked_fill(future, -math.inf).softmax(-1) @ value  # [H, T, S]
        hidden = hidden + linear(attended.transpose(0, 1).reshape(count_tokens, -1), f"{block}.self_attn.o_proj")
        x = rms_norm(hidden, weights[f"{block}.post_attention_layernorm.weight"], config.epsilon)
        gated = F.silu(linear(x, f"{block}.mlp.gate_proj")) * linear(x, f"{block}.mlp.up_proj")
        hidden = hidden + linear(gated, f"{block}.mlp.down_proj")
    hidden = rms_norm(hidden, weights["model.norm.weight"], config.epsilon)
    return hidden @ weights["model.embed_tokens.weight" if config.tied else "lm_head.weight"].T


def log_probabilities(config: Config, weights: dict, tokens: list, adapter: Adapter = None):
    """Returns log p(token i | tokens before i) for i = 1 .. T-1, shape [T-1]."""
    scores = logits(config, weights, tokens, adapter)[:-1].log_softmax(-1)
    return scores.gather(1, torch.tensor(tokens[1:])[:, None])[:, 0]


def completion_log_probability(config: Config, weights: dict, prompt: list, completion: list, adapter: Adapter = None):
    """Returns the sum of log p over the completion's tokens."""
    return log_probabilities(config, weights, prompt + completion, adapter)[len(prompt) - 1:].sum()


def greedy(config: Config, weights: dict, prompt: list, count: int, adapter: Adapter = None):
    """Returns the next count most probable tokens, their log-probabilities and the smallest lead of a
    winner over the runner-up (in logits). It does not stop at an end-of-sequence token."""
    tokens, scores, lead = list(prompt), [], math.inf
    for _ in range(count):
        last = logits(config, weights, tokens, adapter)[-1]
        best = last.topk(2)
        lead = min(lead, float(best.values[0] - best.values[1]))
        tokens.append(int(best.indices[0]))
        scores.append(float(last.log_softmax(-1)[tokens[-1]]))
    return tokens[len(prompt):], scores, lead
