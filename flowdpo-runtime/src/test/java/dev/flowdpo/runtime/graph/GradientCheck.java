package dev.flowdpo.runtime.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * Compares the backward pass of a small graph with central differences of its forward pass, both
 * run by ONNX Runtime, element by element.
 *
 * <p>With random seeds s of the result's shape, the derivative of {@code Σ s·y} by an element x is
 * {@code (Σ s·y(x + h) − Σ s·y(x − h)) / 2h} up to h²; the sums are formed in double precision, so
 * that what is left of rounding is {@code 6e-8 · |y| / h}.
 */
final class GradientCheck {
  private static final float STEP = 0x1p-7f;
  private static final double TOLERANCE = 5e-3;

  private final String operator;
  private final Random random;
  private final boolean named;
  private final Graph graph = Graph.create("check");
  private final Operations operations = new Operations(graph);
  private final List<Input> inputs = new ArrayList<>();

  /** How a graph is built from its inputs. */
  @FunctionalInterface
  interface Formula {
    Value of(Operations o, List<Value> inputs);
  }

  private record Input(Value value, long[] sizes, float[] values, boolean wanted) {}

  /**
   * @param operator the operator whose rule is checked, which the graph must contain
   * @param named whether sizes above 1 are unknown when the graph is built
   */
  GradientCheck(String operator, long seed, boolean named) {
    this.operator = operator;
    this.random = new Random(seed);
    this.named = named;
  }

  /** Returns the random numbers of this check. */
  Random random() {
    return random;
  }

  /** Adds an input with values in [-1.5, 1.5). */
  GradientCheck input(long... sizes) {
    return ranged(-1.5f, 1.5f, sizes);
  }

  /** Adds an input with values in [low, high). */
  GradientCheck ranged(float low, float high, long... sizes) {
    return add(low, high, true, sizes);
  }

  /** Adds an input whose gradient is not wanted. */
  GradientCheck fixed(long... sizes) {
    return add(-1.5f, 1.5f, false, sizes);
  }

  private GradientCheck add(float low, float high, boolean wanted, long... sizes) {
    Value value = graph.input("x" + inputs.size(), ElementType.FLOAT, shape(sizes));
    float[] values = random(elements(sizes), low, high);
    inputs.add(new Input(value, sizes, values, wanted));
    return this;
  }

  /** Returns the shape of these sizes, as this check declares shapes. */
  Shape shape(long... sizes) {
    Object[] dimensions = new Object[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      dimensions[i] = dimension(sizes[i]);
    }
    return Shape.of(dimensions);
  }

  private Object dimension(long size) {
    return named && size > 1 ? "size" + size : Long.valueOf(size);
  }

  /** Returns random integers below a bound, of these sizes. */
  Value indices(int bound, long... sizes) {
    long[] values = new long[(int) elements(sizes)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(bound);
    }
    return operations.reshape(graph.integers(values), shape(sizes), sizes);
  }

  /** Builds the graph and its backward pass, runs both and compares. */
  void holds(Formula formula) {
    Value result = formula.of(operations, inputs.stream().map(Input::value).toList());
    assertThat(graph.nodes()).extracting(Node::operator).contains(operator);
    graph.output("result", result);
    byte[] forward = OnnxModel.bytes(graph);
    Value seed = graph.input("seed", ElementType.FLOAT, result.shape());
    List<Value> wanted = inputs.stream().filter(Input::wanted).map(Input::value).toList();
    Map<Value, Value> gradients = Differentiation.gradients(operations, result, seed, wanted);
    assertThat(gradients.keySet()).containsExactlyInAnyOrderElementsOf(wanted);
    wanted.forEach(value -> graph.output("gradient." + value.name(), gradients.get(value)));
    try (Sessions sessions = new Sessions(forward, OnnxModel.bytes(graph))) {
      compare(sessions);
    } catch (OrtException e) {
      throw new AssertionError(e);
    }
  }

  private void compare(Sessions sessions) throws OrtException {
    long[] sizes = sessions.resultSizes();
    float[] seeds = random((int) elements(sizes), -1, 1);
    for (Input input : inputs) {
      if (input.wanted()) {
        float[] found = sessions.gradient(input, sizes, seeds);
        assertThat(found).as("gradient of %s", input.value()).hasSameSizeAs(input.values());
        double error = 0;
        double norm = 0;
        double[] expected = new double[found.length];
        for (int i = 0; i < found.length; i++) {
          expected[i] = difference(sessions, input, i, seeds);
          error += Math.pow(expected[i] - found[i], 2);
          norm += expected[i] * expected[i];
        }
        assertThat(Math.sqrt(error))
            .as(
                "%s: gradient of input %s: differences %s, backward pass %s",
                operator, input.value(), Arrays.toString(expected), Arrays.toString(found))
            .isLessThanOrEqualTo(TOLERANCE * Math.sqrt(norm) + 1e-3);
      }
    }
  }

  private static double difference(Sessions sessions, Input input, int element, float[] seeds)
      throws OrtException {
    float[] values = input.values();
    float center = values[element];
    values[element] = center + STEP;
    double width = values[element];
    double above = sessions.weightedSum(seeds);
    values[element] = center - STEP;
    width -= values[element];
    double below = sessions.weightedSum(seeds);
    values[element] = center;
    return (above - below) / width;
  }

  private float[] random(long count, float low, float high) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = low + (high - low) * random.nextFloat();
    }
    return values;
  }

  static long elements(long... sizes) {
    return Arrays.stream(sizes).reduce(1, Math::multiplyExact);
  }

  private final class Sessions implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession forward;
    private final OrtSession both;

    Sessions(byte[] forwardModel, byte[] wholeModel) throws OrtException {
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(1);
        forward = environment.createSession(forwardModel, options);
        both = environment.createSession(wholeModel, options);
      }
    }

    long[] resultSizes() throws OrtException {
      return run(forward, Map.of(), "result", tensor -> tensor.getInfo().getShape());
    }

    double weightedSum(float[] seeds) throws OrtException {
      float[] result = run(forward, Map.of(), "result", Sessions::floats);
      double sum = 0;
      for (int i = 0; i < result.length; i++) {
        sum += (double) seeds[i] * result[i];
      }
      return sum;
    }

    float[] gradient(Input input, long[] sizes, float[] seeds) throws OrtException {
      try (OnnxTensor seed = OnnxTensor.createTensor(environment, FloatBuffer.wrap(seeds), sizes)) {
        String name = "gradient." + input.value().name();
        return run(both, Map.of("seed", seed), name, Sessions::floats);
      }
    }

    private <T> T run(
        OrtSession session,
        Map<String, OnnxTensor> more,
        String output,
        Function<OnnxTensor, T> reader)
        throws OrtException {
      Map<String, OnnxTensor> feeds = new HashMap<>();
      try {
        for (Input input : inputs) {
          FloatBuffer values = FloatBuffer.wrap(input.values());
          feeds.put(
              input.value().name(), OnnxTensor.createTensor(environment, values, input.sizes()));
        }
        Map<String, OnnxTensor> all = new HashMap<>(feeds);
        all.putAll(more);
        try (OrtSession.Result result = session.run(all, Set.of(output))) {
          return reader.apply((OnnxTensor) result.get(0));
        }
      } finally {
        feeds.values().forEach(OnnxTensor::close);
      }
    }

    private static float[] floats(OnnxTensor tensor) {
      return tensor.getFloatBuffer().array();
    }

    @Override
    public void close() throws OrtException {
      forward.close();
      both.close();
    }
  }
}
