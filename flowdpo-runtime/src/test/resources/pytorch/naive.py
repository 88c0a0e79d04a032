"""A second, deliberately naive Llama: one token at a time, scalar loops, key/value cache, merged LoRA.

It shares no code with llama.py but the configuration, so that a mistake would have to be made twice.
"""

import math


def matrix(tensor):
    return tensor.tolist()


def merged(weights: dict, adapter) -> dict:
    """Returns all weights as nested lists, with scaling * B * A added to every adapted layer."""
    result = {name: matrix(weight) for name, weight in weights.items()}
    if adapter is None:
        return result
    for key, tensor in adapter.matrices.items():
        if not key.endswith(".lora_A.weight"):
            continue
        module = key[len("base_model.model."):-len(".lora_A.weight")]
        a, b = matrix(tensor), matrix(adapter.matrices[f"base_model.model.{module}.lora_B.weight"])
        target = result[f"{module}.weight"]
        for o in range(len(target)):
            for i in range(len(target[o])):
                target[o][i] += adapter.scaling * sum(b[o][r] * a[r][i] for r in range(len(a)))
    return result


def multiply(rows, x):
    return [sum(w * v for w, v in zip(row, x)) for row in rows]


def normalized(x, weight, epsilon):
    root = math.sqrt(sum(v * v for v in x) / len(x) + epsilon)
    return [v / root * w for v, w in zip(x, weight)]


def rotated(head, position, theta):
    """Turns each (x[i], x[i + half]), read as a complex number, by position / theta^(2i / size)."""
    half, result = len(head) // 2, list(head)
    for i in range(half):
        turn = position / theta ** (2 * i / len(head))
        number = complex(head[i], head[i + half]) * complex(math.cos(turn), math.sin(turn))
        result[i], result[i + half] = number.real, number.imag
    return result


class Decoder:
    """Feeds tokens one by one; after each, holds the log-probabilities of the next token."""

    def __init__(self, config, weights: dict):
        self.config, self.weights = config, weights
        self.cache = [([], []) for _ in range(config.layers)]
        self.position = 0

    def split(self, x):
        size = self.config.head_size
        return [x[i:i + size] for i in range(0, len(x), size)]

    def attend(self, layer, queries):
        keys, values = self.cache[layer]
        result = []
        for h, query in enumerate(queries):
            source = h * self.config.key_value_heads // self.config.heads
            scores = [math.fsum(q * k for q, k in zip(query, key[source])) / math.sqrt(len(query)) for key in keys]
            top = max(scores)
            shares = [math.exp(s - top) for s in scores]
            for d in range(len(query)):
                result.append(sum(s * v[source][d] for s, v in zip(shares, values)) / sum(shares))
        return result

    def feed(self, token):
        c, w = self.config, self.weights
        hidden = list(w["model.embed_tokens.weight"][token])
        for layer in range(c.layers):
            def weight(name):
                return w[f"model.layers.{layer}.{name}.weight"]

            x = normalized(hidden, weight("input_layernorm"), c.epsilon)
            queries = [rotated(q, self.position, c.theta) for q in self.split(multiply(weight("self_attn.q_proj"), x))]
            keys = [rotated(k, self.position, c.theta) for k in self.split(multiply(weight("self_attn.k_proj"), x))]
            self.cache[layer][0].append(keys)
            self.cache[layer][1].append(self.split(multiply(weight("self_attn.v_proj"), x)))
            out = multiply(weight("self_attn.o_proj"), self.attend(layer, queries))
            hidden = [a + b for a, b in zip(hidden, out)]
            x = normalized(hidden, weight("post_attention_layernorm"), c.epsilon)
            gates, ups = multiply(weight("mlp.gate_proj"), x), multiply(weight("mlp.up_proj"), x)
            inner = [g / (1 + math.exp(-g)) * u for g, u in zip(gates, ups)]
            hidden = [a + b for a, b in zip(hidden, multiply(weight("mlp.down_proj"), inner))]
        self.position += 1
        head = "model.embed_tokens.weight" if c.tied else "lm_head.weight"
        scores = multiply(w[head], normalized(hidden, w["model.norm.weight"], c.epsilon))
        top = max(scores)
        total = top + math.log(math.fsum(math.exp(s - top) for s in scores))
        return [s - total for s in scores]


def log_probabilities(config, weights: dict, tokens: list) -> list:
    decoder, result = Decoder(config, weights), []
    for token, following in zip(tokens, tokens[1:]):
        result.append(decoder.feed(token)[following])
    return result


def greedy(config, weights: dict, prompt: list, count: int) -> list:
    decoder, tokens = Decoder(config, weights), list(prompt)
    for token in prompt:
        scores = decoder.feed(token)
    while len(tokens) < len(prompt) + count:
        tokens.append(scores.index(max(scores)))
        scores = decoder.feed(tokens[-1])
    return tokens[len(prompt):]
