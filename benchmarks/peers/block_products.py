"""Times the products of SmolLM2-135M's layers alone, in each way to hold a matrix in few bits.

    pip install onnxruntime==1.28.0 onnx numpy && python block_products.py [ROUNDS]

One graph a way, with random weights; all take turns. Prints the best and the median milliseconds of
a run by the number of rows.
"""

import sys
import time

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HIDDEN, KEYS, INNER, LAYERS, BLOCK = 576, 192, 1536, 30, 32
WAYS = ["F32", "int4", "int4, zeros", "int4, offsets", "int8"]
random = np.random.default_rng(0)


class Products:
    """A graph whose every product reads what the one before made."""

    def __init__(self, way):
        self.way, self.nodes, self.weights = way, [], []
        self.bits = 8 if way == "int8" else 4
        self.add("axis", np.array([2]))
        for width in (HIDDEN, INNER):
            self.add(f"blocks_{width}", np.array([0, width // BLOCK, BLOCK]))

    def add(self, name, values):
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def node(self, operator, inputs, **attributes):
        output = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def sums(self, x, width):
        if self.way != "int4, offsets":
            return ""
        blocks = self.node("Reshape", [x, f"blocks_{width}"])
        return self.node("ReduceSum", [blocks, "axis"], keepdims=0)

    def normal(self, *shape):
        return (random.standard_normal(shape) * 0.05).astype(np.float32)

    def product(self, x, outputs, inputs, sums):
        name, blocks = f"w{len(self.nodes)}", inputs // BLOCK
        if self.way == "F32":
            return self.node("Gemm", [x, self.add(name, self.normal(outputs, inputs))], transB=1)
        codes = random.integers(0, 256, (outputs, blocks, BLOCK * self.bits // 8), dtype=np.uint8)
        read = [x, self.add(name, codes), self.add(name + "d", self.normal(outputs, blocks))]
        if self.way == "int4, zeros":
            zeros = random.integers(0, 256, (outputs, (blocks + 1) // 2), dtype=np.uint8)
            read.append(self.add(name + "z", zeros))
        y = self.node(
            "MatMulNBits", read, domain="com.microsoft",
            K=inputs, N=outputs, bits=self.bits, block_size=BLOCK, accuracy_level=4,
        )
        if not sums:
            return y
        offsets = self.add(name + "m", self.normal(outputs, blocks))
        return self.node("Gemm", [sums, offsets, y], transB=1)

    def layer(self, x):
        sums = self.sums(x, HIDDEN)
        query = self.product(x, HIDDEN, HIDDEN, sums)
        key, value = (self.product(x, KEYS, HIDDEN, sums) for _ in range(2))
        mixed = self.node("Add", [query, self.node("Concat", [key, value, key], axis=1)])
        x = self.node("Tanh", [mixed])
        x = self.node("Tanh", [self.product(x, HIDDEN, HIDDEN, self.sums(x, HIDDEN))])
        sums = self.sums(x, HIDDEN)
        gate, up = (self.product(x, INNER, HIDDEN, sums) for _ in range(2))
        x = self.node("Tanh", [self.node("Mul", [gate, up])])
        return self.node("Tanh", [self.product(x, HIDDEN, INNER, self.sums(x, INNER))])

    def session(self):
        x = "x"
        for _ in range(LAYERS):
            x = self.layer(x)
        ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", HIDDEN]) for n in ("x", x)]
        graph = helper.make_graph(self.nodes, "products", ends[:1], ends[1:], self.weights)
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )


def main(rounds):
    sessions = {way: Products(way).session() for way in WAYS}
    for rows in (1, 4, 32):
        x = {"x": random.standard_normal((rows, HIDDEN)).astype(np.float32)}
        times = {way: [] for way in WAYS}
        for _ in range(rounds):
            for way, session in sessions.items():
                session.run(None, x)
                begin = time.perf_counter()
                for _ in range(5):
                    session.run(None, x)
                times[way].append((time.perf_counter() - begin) * 200)
        shown = (f"{way}: {min(t):.1f} ({np.median(t):.1f})" for way, t in times.items())
        print(f"{rows} rows, ms:", "; ".join(shown), flush=True)


main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
