package dev.flowdpo.runtime.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.flowdpo.runtime.internal.HalfPrecision;
import java.util.Map;

/**
 * Turns a {@link Graph} into the bytes of an ONNX model: IR version 10, operator set 20, or 21
 * where a matrix is made of blocks, which ONNX can from there on.
 */
public final class OnnxModel {
  /** The file that external weights are said to lie in; nothing is read from it. */
  public static final String WEIGHTS_LOCATION = "memory";

  private static final int IR_VERSION = 10;
  private static final int OPERATOR_SET = 20;
  private static final int OPERATOR_SET_WITH_BLOCKS = 21;

  private OnnxModel() {}

  /**
   * Returns the serialised model of a graph; its weights are declared as external and are not
   * included.
   */
  public static byte[] bytes(Graph graph) {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("flowdpo")
        .addOpsetImport(
            OperatorSetIdProto.newBuilder().setDomain("").setVersion(operatorSet(graph)))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(Graph.MICROSOFT).setVersion(1))
        .setGraph(graph(graph))
        .build()
        .toByteArray();
  }

  /** Returns the operator set that a graph needs. */
  static int operatorSet(Graph graph) {
    boolean blocks =
        graph.nodes().stream().anyMatch(node -> node.operator().equals("DequantizeLinear"));
    return blocks ? OPERATOR_SET_WITH_BLOCKS : OPERATOR_SET;
  }

  private static GraphProto graph(Graph graph) {
    GraphProto.Builder builder = GraphProto.newBuilder().setName(graph.name());
    graph.inputs().forEach(value -> builder.addInput(info(value)));
    graph.weights().values().forEach(value -> builder.addInitializer(external(value)));
    graph.constants().forEach((value, content) -> builder.addInitializer(constant(value, content)));
    graph.nodes().forEach(node -> builder.addNode(node(node)));
    graph.outputs().values().forEach(value -> builder.addOutput(info(value)));
    return builder.build();
  }

  private static ValueInfoProto info(Value value) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Shape.Dimension dimension : value.shape().dimensions()) {
      TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(
          dimension.size() >= 0
              ? dim.setDimValue(dimension.size())
              : dim.setDimParam(dimension.name()));
    }
    return ValueInfoProto.newBuilder()
        .setName(value.name())
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(value.type().code()).setShape(shape)))
        .build();
  }

  private static TensorProto.Builder tensor(Value value) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(value.name()).setDataType(value.type().code());
    for (long size : value.shape().sizes()) {
      tensor.addDims(size);
    }
    return tensor;
  }

  private static TensorProto external(Value value) {
    return tensor(value)
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder().setKey("location").setValue(WEIGHTS_LOCATION))
        .build();
  }

  private static TensorProto constant(Value value, Object content) {
    TensorProto.Builder tensor = tensor(value);
    if (content instanceof long[] integers) {
      for (long integer : integers) {
        tensor.addInt64Data(integer);
      }
    } else {
      for (float real : (float[]) content) {
        switch (value.type()) {
          case FLOAT16 -> tensor.addInt32Data(HalfPrecision.toF16(real) & 0xffff);
          case BFLOAT16 -> tensor.addInt32Data(HalfPrecision.toBf16(real) & 0xffff);
          default -> tensor.addFloatData(real);
        }
      }
    }
    return tensor.build();
  }

  private static NodeProto node(Node node) {
    NodeProto.Builder builder =
        NodeProto.newBuilder()
            .setName(node.output().name())
            .setOpType(node.operator())
            .setDomain(node.domain());
    node.inputs().forEach(value -> builder.addInput(value.name()));
    node.outputs().forEach(value -> builder.addOutput(value.name()));
    node.attributes().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> builder.addAttribute(attribute(entry.getKey(), entry.getValue())));
    return builder.build();
  }

  private static AttributeProto attribute(String name, Object value) {
    AttributeProto.Builder builder = AttributeProto.newBuilder().setName(name);
    if (value instanceof Long integer) {
      builder.setType(AttributeProto.AttributeType.INT).setI(integer);
    } else if (value instanceof Float real) {
      builder.setType(AttributeProto.AttributeType.FLOAT).setF(real);
    } else if (value instanceof String text) {
      builder.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
    } else if (value instanceof long[] integers) {
      builder.setType(AttributeProto.AttributeType.INTS);
      for (long integer : integers) {
        builder.addInts(integer);
      }
    } else if (value instanceof Graph body) {
      builder.setType(AttributeProto.AttributeType.GRAPH).setG(graph(body));
    } else {
      throw new IllegalArgumentException("Attribute " + name + " has no ONNX type: " + value);
    }
    return builder.build();
  }
}
