"""One decoder for all supported architectures in float64, with LoRA: what config.json says is what it computes.

Written from the published definitions, for a fixed context: `context` is the longest sequence that the model is
loaded for, which decides the factors of longrope and of dynamic scaling. One sequence at a time, no padding.

T = tokens, D = hidden size, H = query heads, K = key/value heads, S = head size, R = rotated elements of a head.
"""

import math

import torch
import torch.nn.functional as F

GEMMA = ("Gemma2ForCausalLM", "Gemma3ForCausalLM")
GRANITE, OLMO2 = "GraniteForCausalLM", "Olmo2ForCausalLM"


class Model:
    """A checkpoint, and LoRA matrices by PEFT key or nothing."""

    def __init__(self, config: dict, weights: dict, context: int, matrices: dict = None, scaling: float = 0.0):
        self.config, self.weights, self.context = config, weights, context
        self.matrices, self.scaling = matrices or {}, scaling
        self.kind = config["architectures"][0]
        self.heads = config["num_attention_heads"]
        self.key_value_heads = config["num_key_value_heads"]
        self.head_size = config.get("head_dim") or config["hidden_size"] // self.heads
        self.end_ids = config["eos_token_id"] if isinstance(config["eos_token_id"], list) else [config["eos_token_id"]]

    def without_adapter(self):
        return Model(self.config, self.weights, self.context)

    # What each layer does.

    def sliding(self, layer: int) -> bool:
        """Whether the layer is one of those with local attention."""
        if "layer_types" in self.config:
            return self.config["layer_types"][layer] == "sliding_attention"
        if self.kind in ("MistralForCausalLM", "Phi3ForCausalLM"):
            return True
        if self.kind == "Gemma2ForCausalLM":
            return layer % 2 == 0
        if self.kind == "Gemma3ForCausalLM":
            return (layer + 1) % self.config["sliding_window_pattern"] != 0
        if self.kind in ("Qwen2ForCausalLM", "Qwen3ForCausalLM"):
            return layer >= self.config.get("max_window_layers", 28)
        return False

    def window(self, layer: int):
        """How many tokens the layer sees, itself included, or None for all."""
        if "use_sliding_window" in self.config and not self.config["use_sliding_window"]:
            return None
        return self.config.get("sliding_window") if self.sliding(layer) else None

    def rotates(self, layer: int) -> bool:
        if self.kind != "SmolLM3ForCausalLM":
            return True
        if "no_rope_layers" in self.config:
            return self.config["no_rope_layers"][layer] == 1
        return (layer + 1) % self.config["no_rope_layer_interval"] != 0

    # Pieces.

    def linear(self, x, module: str):
        y = x @ self.weights[f"{module}.weight"].T
        if f"{module}.bias" in self.weights:
            y = y + self.weights[f"{module}.bias"]
        key = f"base_model.model.{module}"
        if f"{key}.lora_A.weight" in self.matrices:
            a, b = self.matrices[f"{key}.lora_A.weight"], self.matrices[f"{key}.lora_B.weight"]
            y = y + self.scaling * (x @ a.T) @ b.T
        return y

    def norm(self, x, module: str):
        weight = self.weights[f"{module}.weight"]
        if self.kind in GEMMA:
            weight = 1.0 + weight
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.config["rms_norm_eps"]) * weight

    def activation(self, x):
        name = self.config["hidden_activation" if self.kind in GEMMA else "hidden_act"]
        if name == "silu":
            return F.silu(x)
        if name == "gelu":
            return x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))
        assert name == "gelu_pytorch_tanh"
        return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x ** 3)))

    def frequencies(self, layer: int):
        """Returns the frequency of every rotated pair [R/2], and the factor on cosines and sines."""
        config = self.config
        size = int(self.head_size * config.get("partial_rotary_factor", 1.0))
        steps = torch.arange(0, size, 2, dtype=torch.float64) / size
        if self.kind == "Gemma3ForCausalLM" and self.sliding(layer):
            return 1.0 / config["rope_local_base_freq"] ** steps, 1.0
        theta, scaling = config["rope_theta"], config.get("rope_scaling")
        plain = 1.0 / theta ** steps
        if scaling is None:
            return plain, 1.0
        kind, positions = scaling.get("rope_type", scaling.get("type")), config["max_position_embeddings"]
        if kind == "linear":
            return plain / scaling["factor"], 1.0
        if kind == "dynamic":
            length = max(self.context, positions)
            stretch = scaling["factor"] * length / positions - (scaling["factor"] - 1)
            return 1.0 / (theta * stretch ** (size / (size - 2))) ** steps, 1.0
        if kind == "llama3":
            low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
            original = scaling["original_max_position_embeddings"]
            result = []
            for frequency in plain.tolist():
                length = 2 * math.pi / frequency
                if length < original / high:
                    result.append(frequency)
                elif length > original / low:
                    result.append(frequency / scaling["factor"])
                else:
                    smooth = (original / length - low) / (high - low)
                    result.append((1 - smooth) * frequency / scaling["factor"] + smooth * frequency)
            return torch.tensor(result, dtype=torch.float64), 1.0
        assert kind in ("longrope", "su")
        original = config["original_max_position_embeddings"]
        factors = scaling["long_factor"] if self.context > original else scaling["short_factor"]
        stretch = positions / original
        attention = 1.0 if stretch <= 1 else math.sqrt(1 + math.log(stretch) / math.log(original))
        return plain / torch.tensor(factors, dtype=torch.float64), attention

    def rotate(self, x, layer: int):
        """Turns the first R elements of every head of x [heads, T, S]; element i goes with element i + R/2."""
        if not self.rotates(layer):
            return x
        frequencies, factor = self.frequencies(layer)
        angles = torch.arange(x.shape[1], dtype=torch.float64)[:, None] * frequencies
        cos, sin = angles.cos() * factor, angles.sin() * factor
        half = len(frequencies)
        first, second, rest = x[..., :half], x[..., half:2 * half], x[..., 2 * half:]
        return torch.cat([first * cos - second * sin, second * cos + first * sin, rest], dim=-1)

    # The forward pass.

    def attention(self, x, layer: int):
        block, count, size = f"model.layers.{layer}.self_attn", x.shape[0], self.head_size
        if self.kind == "Phi3ForCausalLM":
            widths = [self.heads * size, self.key_value_heads * size, self.key_value_heads * size]
            query, key, value = self.linear(x, f"{block}.qkv_proj").split(widths, dim=-1)
        else:
            query, key, value = (self.linear(x, f"{block}.{name}_proj") for name in "qkv")
        if self.kind == OLMO2:  # all heads of a token together
            query, key = self.norm(query, f"{block}.q_norm"), self.norm(key, f"{block}.k_norm")
        query = query.view(count, self.heads, size)
        key, value = (y.reshape(count, self.key_value_heads, size) for y in (key, value))
        if self.kind in ("Qwen3ForCausalLM", "Gemma3ForCausalLM"):
            query, key = self.norm(query, f"{block}.q_norm"), self.norm(key, f"{block}.k_norm")
        query, key, value = query.transpose(0, 1), key.transpose(0, 1), value.transpose(0, 1)  # [heads, T, S]
        query, key = self.rotate(query, layer), self.rotate(key, layer)
        group = self.heads // self.key_value_heads
        key, value = key.repeat_interleave(group, 0), value.repeat_interleave(group, 0)
        scale = 1 / math.sqrt(self.config.get("query_pre_attn_scalar", size))
        if self.kind == GRANITE:
            scale = self.config.get("attention_multiplier", 1.0)
        scores = scale * (query @ key.transpose(1, 2))  # [H, T, T]
        if self.config.get("attn_logit_softcapping"):
            cap = self.config["attn_logit_softcapping"]
            scores = cap * torch.tanh(scores / cap)
        distance = torch.arange(count)[:, None] - torch.arange(count)
        hidden = distance < 0
        if self.window(layer) is not None:
            hidden = hidden | (distance >= self.window(layer))
        attended = scores.masked_fill(hidden, -math.inf).softmax(-1) @ value
        return self.linear(attended.transpose(0, 1).reshape(count, -1), f"{block}.o_proj")

    def feed_forward(self, x, layer: int):
        block = f"model.layers.{layer}.mlp"
        if self.kind == "Phi3ForCausalLM":
            gate, up = self.linear(x, f"{block}.gate_up_proj").chunk(2, dim=-1)
        else:
            gate, up = self.linear(x, f"{block}.gate_proj"), self.linear(x, f"{block}.up_proj")
        return self.linear(self.activation(gate) * up, f"{block}.down_proj")

    def logits(self, tokens: list):
        """Returns the logits [T, V] after each of the tokens."""
        embeddings = self.weights["model.embed_tokens.weight"]
        hidden = embeddings[torch.tensor(tokens)]
        if self.kind in GEMMA:
            hidden = hidden * math.sqrt(self.config["hidden_size"])
        if self.kind == GRANITE:
            hidden = hidden * self.config.get("embedding_multiplier", 1.0)
        for layer in range(self.config["num_hidden_layers"]):
            block = f"model.layers.{layer}"
            if self.kind == OLMO2:  # norms after attention and feed-forward only
                attended = self.attention(hidden, layer)
                hidden = hidden + self.norm(attended, f"{block}.post_attention_layernorm")
                inner = self.feed_forward(hidden, layer)
                hidden = hidden + self.norm(inner, f"{block}.post_feedforward_layernorm")
                continue
            attended = self.attention(self.norm(hidden, f"{block}.input_layernorm"), layer)
            if self.kind in GEMMA:
                hidden = hidden + self.norm(attended, f"{block}.post_attention_layernorm")
                inner = self.feed_forward(self.norm(hidden, f"{block}.pre_feedforward_layernorm"), layer)
                hidden = hidden + self.norm(inner, f"{block}.post_feedforward_layernorm")
            else:
                share = self.config.get("residual_multiplier", 1.0) if self.kind == GRANITE else 1.0
                hidden = hidden + share * attended
                inner = self.feed_forward(self.norm(hidden, f"{block}.post_attention_layernorm"), layer)
                hidden = hidden + share * inner
        hidden = self.norm(hidden, "model.norm")
        scores = hidden @ (embeddings if self.config["tie_word_embeddings"] else self.weights["lm_head.weight"]).T
        if self.kind == GRANITE:
            scores = scores / self.config.get("logits_scaling", 1.0)
        if self.config.get("final_logit_softcapping"):
            cap = self.config["final_logit_softcapping"]
            scores = cap * torch.tanh(scores / cap)
        return scores

    def log_probabilities(self, tokens: list):
        """Returns log p(token i | tokens before i) for i = 1 .. T-1, shape [T-1]."""
        scores = self.logits(tokens)[:-1].log_softmax(-1)
        return scores.gather(1, torch.tensor(tokens[1:])[:, None])[:, 0]

    def greedy(self, prompt: list, count: int):
        """Returns the next count most probable tokens, their log-probabilities and the smallest lead of a
        winner over the runner-up (in logits). It does not stop at an end-of-sequence token."""
        tokens, scores, lead = list(prompt), [], math.inf
        for _ in range(count):
            last = self.logits(tokens)[-1]
            best = last.topk(2)
            lead = min(lead, float(best.values[0] - best.values[1]))
            tokens.append(int(best.indices[0]))
            scores.append(float(last.log_softmax(-1)[tokens[-1]]))
        return tokens[len(prompt):], scores, lead
