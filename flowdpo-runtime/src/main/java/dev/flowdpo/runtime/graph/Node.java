package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;

/**
 * One operation of a graph. Immutable; differentiation reads nodes to choose the rule and to build
 * its result.
 *
 * @param operator the ONNX operator, for example {@code Gemm}
 * @param domain the operator set: empty for ONNX itself, {@code com.microsoft} for ONNX Runtime's
 *     own
 * @param inputs the inputs in the operator's order
 * @param outputs the outputs in the operator's order
 * @param attributes the attributes: {@link Long}, {@link Float}, {@link String}, {@code long[]} or
 *     {@link Graph}
 */
record Node(
    String operator,
    String domain,
    List<Value> inputs,
    List<Value> outputs,
    Map<String, Object> attributes) {

  Node {
    inputs = ImmutableList.copyOf(inputs);
    outputs = ImmutableList.copyOf(outputs);
    attributes = ImmutableMap.copyOf(attributes);
  }

  Value input(int index) {
    return inputs.get(index);
  }

  Value output() {
    return outputs.get(0);
  }

  long integer(String attribute, long otherwise) {
    return attributes.get(attribute) instanceof Long value ? value : otherwise;
  }

  float real(String attribute, float otherwise) {
    return attributes.get(attribute) instanceof Float value ? value : otherwise;
  }

  String text(String attribute, String otherwise) {
    return attributes.get(attribute) instanceof String value ? value : otherwise;
  }

  long[] integers(String attribute) {
    if (attributes.get(attribute) instanceof long[] values) {
      return values.clone();
    }
    throw new IllegalStateException(operator + " has no list attribute " + attribute);
  }
}
