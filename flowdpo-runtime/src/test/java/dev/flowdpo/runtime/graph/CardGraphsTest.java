package dev.flowdpo.runtime.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.model.Precision;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.internal.NativeLibraries;
import dev.flowdpo.runtime.internal.OwnFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What can be said of the graphs of a graphics card without one: that the CUDA provider of ONNX
 * Runtime 1.28 has every operation that they are made of, in the version of their operator set and
 * in the types of their values, so that none falls to the processor for want of it.
 */
class CardGraphsTest {
  private static final Set<ElementType> REALS =
      Set.of(ElementType.FLOAT, ElementType.FLOAT16, ElementType.BFLOAT16);
  private static final Set<ElementType> NUMBERS =
      Set.of(ElementType.FLOAT, ElementType.FLOAT16, ElementType.BFLOAT16, ElementType.INT64);
  private static final Set<ElementType> ANY = Set.of(ElementType.values());
  private static final Set<ElementType> NO_BFLOAT = Set.of(ElementType.FLOAT, ElementType.FLOAT16);
  private static final Set<ElementType> COMPARED =
      Set.of(ElementType.FLOAT, ElementType.FLOAT16, ElementType.INT64);
  private static final Set<ElementType> TRUTH = Set.of(ElementType.BOOL);

  /**
   * The types of the first input for which the provider has a kernel that was registered for the
   * version of the operator in operator set 20, out of ONNX Runtime's list of kernels. What it has
   * for an older version only is not here: Pad, Equal, ConstantOfShape and ReduceMin.
   */
  private static final Map<String, Set<ElementType>> KERNELS =
      Map.ofEntries(
          Map.entry("Add", NUMBERS),
          Map.entry("Sub", NUMBERS),
          Map.entry("Mul", NUMBERS),
          Map.entry("Div", NUMBERS),
          Map.entry("Neg", NUMBERS),
          Map.entry("Min", NUMBERS),
          Map.entry("Max", NUMBERS),
          Map.entry("Exp", REALS),
          Map.entry("Erf", REALS),
          Map.entry("Tanh", REALS),
          Map.entry("Sigmoid", REALS),
          Map.entry("Gelu", REALS),
          Map.entry("MatMul", REALS),
          Map.entry("Gemm", REALS),
          Map.entry("Softmax", REALS),
          Map.entry("SimplifiedLayerNormalization", REALS),
          Map.entry("com.microsoft.QuickGelu", REALS),
          Map.entry("com.microsoft.FusedMatMul", REALS),
          Map.entry("com.microsoft.RotaryEmbedding", REALS),
          Map.entry("LogSoftmax", NO_BFLOAT),
          Map.entry("ReduceMean", NO_BFLOAT),
          Map.entry("ReduceSum", NUMBERS),
          Map.entry("CumSum", COMPARED),
          Map.entry("TopK", COMPARED),
          Map.entry("ArgMax", NO_BFLOAT),
          Map.entry("Greater", COMPARED),
          Map.entry("Less", COMPARED),
          Map.entry("Or", TRUTH),
          Map.entry("Not", TRUTH),
          Map.entry("If", TRUTH),
          Map.entry("Loop", ANY),
          Map.entry("Range", Set.of(ElementType.INT64, ElementType.FLOAT)),
          Map.entry("Cast", ANY),
          Map.entry("Concat", ANY),
          Map.entry("Expand", ANY),
          Map.entry("Gather", ANY),
          Map.entry("GatherElements", ANY),
          Map.entry("Identity", ANY),
          Map.entry("Reshape", ANY),
          Map.entry("ScatterElements", ANY),
          Map.entry("Shape", ANY),
          Map.entry("Split", ANY),
          Map.entry("Squeeze", ANY),
          Map.entry("Transpose", ANY),
          Map.entry("Unsqueeze", ANY));

  private static final Map<String, List<Graph>> GRAPHS = new ConcurrentHashMap<>();

  static Stream<Arguments> models() {
    return Stream.of(Architecture.values())
        .flatMap(of -> Stream.of(Precision.values()).map(in -> Arguments.of(of, in)));
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyOperationHasAKernel(Architecture architecture, Precision precision) {
    for (Graph graph : graphs(architecture, precision)) {
      assertThat(OnnxModel.operatorSet(graph)).isLessThanOrEqualTo(20);
      for (Node node : nodes(graph)) {
        String operator = (node.domain().isEmpty() ? "" : node.domain() + ".") + node.operator();
        assertThat(KERNELS).as("%s of %s", operator, graph.name()).containsKey(operator);
        assertThat(KERNELS.get(operator))
            .as("%s of %s over %s", operator, graph.name(), node.inputs())
            .contains(node.input(0).type());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void softmaxAndSumsOfGradientsAreIn32Bits(Architecture architecture, Precision precision) {
    for (Graph graph : graphs(architecture, precision)) {
      for (Node node : nodes(graph)) {
        switch (node.operator()) {
          case "Softmax", "LogSoftmax", "CumSum", "TopK", "ReduceMean", "ScatterElements" ->
              assertThat(node.input(0).type()).as(node.operator()).isEqualTo(ElementType.FLOAT);
          case "MatMul", "FusedMatMul" ->
              assertThat(node.input(0).type()).isEqualTo(ElementType.of(precision));
          default -> {}
        }
      }
      graph
          .weights()
          .forEach(
              (data, value) ->
                  assertThat(value.type())
                      .as(data.name())
                      .isEqualTo(
                          data instanceof FrozenData.Matrix
                              ? ElementType.of(precision)
                              : ElementType.FLOAT));
    }
  }

  /**
   * ONNX Runtime infers the types of all values before it looks for kernels: a graph of BF16 is
   * right as far as that goes where it misses nothing but kernels of the processor.
   */
  @ParameterizedTest
  @MethodSource("architectures")
  void onnxRuntimeAgreesWithTheTypesOfBf16(Architecture architecture) throws OrtException {
    OrtEnvironment environment = NativeLibraries.onnxRuntime();
    for (Graph graph : graphs(architecture, Precision.BF16)) {
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
        options.addConfigEntry("session.strict_shape_type_inference", "1");
        options.addConfigEntry(
            "session.model_external_initializers_file_folder_path",
            OwnFiles.folderWithEmptyFile(OnnxModel.WEIGHTS_LOCATION).toString());
        assertThatThrownBy(() -> environment.createSession(OnnxModel.bytes(graph), options).close())
            .isInstanceOf(OrtException.class)
            .hasMessageContaining("ORT_NOT_IMPLEMENTED")
            .hasMessageContaining("Could not find an implementation for");
      }
    }
  }

  static Stream<Architecture> architectures() {
    return Stream.of(Architecture.values());
  }

  @Test
  void matricesOfBlocksNeedANewerOperatorSet() {
    ModelConfig config = config(Architecture.LLAMA);
    Graph graph = TrainingGraph.score(config, 64, MatrixPlan.of(Quantization.INT4), 1).graph();
    assertThat(OnnxModel.operatorSet(graph)).isEqualTo(21);
    assertThat(OnnxModel.operatorSet(ChunkGraph.build(config, 64, MatrixPlan.full())))
        .isEqualTo(20);
  }

  private static List<Graph> graphs(Architecture architecture, Precision precision) {
    return GRAPHS.computeIfAbsent(
        architecture + " " + precision, key -> made(architecture, precision));
  }

  private static List<Graph> made(Architecture architecture, Precision precision) {
    ModelConfig config = config(architecture);
    MatrixPlan plan = MatrixPlan.full().in(ElementType.of(precision));
    GradientGraphs gradients =
        GradientGraphs.withWeights(config, 64, plan, GradientPath.IN_GRAPH, true, 1);
    List<Graph> graphs = new ArrayList<>();
    graphs.add(PrefillGraph.build(config, 64, plan));
    graphs.add(ChunkGraph.build(config, 64, plan));
    graphs.add(TrainingGraph.score(config, 64, plan, 1).graph());
    graphs.add(gradients.forward());
    gradients.segments().forEach(segment -> graphs.add(segment.graph()));
    return graphs;
  }

  private static ModelConfig config(Architecture architecture) {
    return RandomCheckpoint.config(
        new RandomCheckpoint.Shape(architecture, 300, 64, 2, 4, 2, OptionalInt.of(16), 96, 256));
  }

  private static List<Node> nodes(Graph graph) {
    List<Node> all = new ArrayList<>();
    for (Node node : graph.nodes()) {
      all.add(node);
      node.attributes().values().stream()
          .filter(Graph.class::isInstance)
          .forEach(body -> all.addAll(nodes((Graph) body)));
    }
    return all;
  }
}
