package dev.flowdpo.runtime.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.flowdpo.policy.SamplingOptions;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** The choice of a token from scores and a uniform number, against the same choice in Java. */
class SamplingTest {
  /** The largest uniform number that the decoder draws. */
  private static final float ALMOST_ONE = 1 - 0x1p-24f;

  private static final OrtSession SESSION = session();

  @Property(tries = 200)
  void inverseOfTheCumulativeDistribution(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 40) int vocabulary,
      @ForAll @DoubleRange(min = 0.1, max = 3) double temperature,
      @ForAll @IntRange(max = 45) int topK,
      @ForAll @DoubleRange(min = 0.01, max = 1) double topP) {
    SamplingOptions options =
        SamplingOptions.builder().temperature(temperature).topK(topK).topP(topP).build();
    float[] scores = scores(seed, vocabulary);
    double[] kept = keptProbabilities(scores, options);
    float[] uniform = new float[64];
    for (int i = 0; i < uniform.length; i++) {
      uniform[i] = i * ALMOST_ONE / (uniform.length - 1);
    }
    long[] chosen = choose(scores, uniform, options);
    List<Integer> order = ranked(options) ? byScore(scores) : inOrder(vocabulary);
    for (int i = 0; i < uniform.length; i++) {
      double before = 0;
      for (int token : order) {
        // Within rounding of a boundary either neighbour is right.
        double low = before - 1e-5;
        before += kept[token];
        if (chosen[i] == token) {
          assertThat((double) uniform[i]).isBetween(low, before + 1e-5);
        }
      }
      assertThat(kept[(int) chosen[i]]).isPositive();
    }
  }

  @Property(tries = 100)
  void frequenciesAreTheProbabilities(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 0.5, max = 2) double temperature,
      @ForAll @IntRange(max = 12) int topK,
      @ForAll @DoubleRange(min = 0.1, max = 1) double topP) {
    SamplingOptions options =
        SamplingOptions.builder().temperature(temperature).topK(topK).topP(topP).build();
    float[] scores = scores(seed, 12);
    double[] kept = keptProbabilities(scores, options);
    int draws = 2000;
    float[] uniform = new float[draws];
    for (int i = 0; i < draws; i++) {
      uniform[i] = (i + 0.5f) / draws;
    }
    double[] frequencies = new double[scores.length];
    for (long token : choose(scores, uniform, options)) {
      frequencies[(int) token] += 1.0 / draws;
    }
    // Evenly spaced numbers hit an interval of length p between p·draws − 1 and p·draws + 1 times.
    for (int token = 0; token < scores.length; token++) {
      assertThat(frequencies[token]).isBetween(kept[token] - 1e-3, kept[token] + 1e-3);
    }
  }

  @Property(tries = 100)
  void extremesStayInTheKeptSet(
      @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 5000) int vocabulary,
      @ForAll @DoubleRange(min = 0.2, max = 2) double temperature,
      @ForAll @IntRange(max = 3) int cut) {
    SamplingOptions options =
        switch (cut) {
          case 0 -> SamplingOptions.of(temperature);
          case 1 -> SamplingOptions.builder().temperature(temperature).topK(5).topP(1).build();
          case 2 -> SamplingOptions.builder().temperature(temperature).topK(0).topP(0.9).build();
          default -> SamplingOptions.builder().temperature(temperature).topK(50).topP(0.9).build();
        };
    float[] scores = scores(seed, vocabulary);
    // Forbidden tokens at both ends of the vocabulary, where a choice is cut off.
    scores[0] = ChunkGraph.MASKED;
    scores[vocabulary - 1] = vocabulary == 2 ? scores[vocabulary - 1] : ChunkGraph.MASKED;
    double[] kept = keptProbabilities(scores, options);
    float[] uniform = {0, Float.MIN_VALUE, 0x1p-24f, 1 - 0x1p-23f, ALMOST_ONE};
    for (long token : choose(scores, uniform, options)) {
      assertThat(kept[(int) token]).isPositive();
    }
  }

  @Property(tries = 50)
  void oneCandidateIsTheBest(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 100) int vocabulary) {
    float[] scores = scores(seed, vocabulary);
    float[] uniform = {0, 0.5f, ALMOST_ONE};
    long[] best = choose(scores, uniform, SamplingOptions.greedy());
    assertThat(best).containsOnly(byScore(scores).get(0).longValue());
    assertThat(
            choose(
                scores,
                uniform,
                SamplingOptions.builder().temperature(1.5).topK(1).topP(1).build()))
        .isEqualTo(best);
    assertThat(
            choose(
                scores,
                uniform,
                SamplingOptions.builder().temperature(1.5).topK(0).topP(1e-6).build()))
        .isEqualTo(best);
  }

  /** Rows whose mass lies in many tokens make the others sort the whole vocabulary too. */
  @Property(tries = 30)
  void choiceDoesNotDependOnOtherRows(
      @ForAll long seed, @ForAll @DoubleRange(min = 0.5, max = 0.99) double topP) {
    SamplingOptions options = SamplingOptions.builder().temperature(0.7).topK(0).topP(topP).build();
    float[] peaked = scores(seed, 6000);
    peaked[(int) Math.floorMod(seed, 6000L)] = 30;
    float[] flat = new float[6000];
    float[] uniform = {0.3f, ALMOST_ONE, 0.7f};
    long[] alone = choose(peaked, uniform, options);
    float[][] together = {peaked, peaked, peaked, flat};
    float[] oneMore = {0.3f, ALMOST_ONE, 0.7f, 0.999f};
    long[] chosen = choose(together, oneMore, options);
    assertThat(Arrays.copyOf(chosen, 3)).isEqualTo(alone);
    assertThat((double) chosen[3]).isBetween(0.999 * topP * 6000 - 3, 0.999 * topP * 6000 + 3);
  }

  private static float[] scores(long seed, int vocabulary) {
    Random random = new Random(seed);
    float[] scores = new float[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      scores[i] = (float) (3 * random.nextGaussian());
    }
    return scores;
  }

  private static boolean ranked(SamplingOptions options) {
    return options.topK() > 0 || options.topP() < 1;
  }

  private static List<Integer> inOrder(int vocabulary) {
    return IntStream.range(0, vocabulary).boxed().toList();
  }

  private static List<Integer> byScore(float[] scores) {
    return inOrder(scores.length).stream()
        .sorted(Comparator.comparingDouble(token -> -scores[token]))
        .toList();
  }

  /** Returns the probability of every token after both cuts, in double precision. */
  private static double[] keptProbabilities(float[] scores, SamplingOptions options) {
    List<Integer> order = byScore(scores);
    int candidates = options.topK() == 0 ? scores.length : Math.min(options.topK(), scores.length);
    double[] kept = new double[scores.length];
    double total = 0;
    for (int token : order.subList(0, candidates)) {
      kept[token] = Math.exp((scores[token] - scores[order.get(0)]) / options.temperature());
      total += kept[token];
    }
    double before = 0;
    double mass = 0;
    for (int token : order) {
      double probability = kept[token] / total;
      // A cut that lies within rounding of a boundary may go either way.
      Assume.that(options.topP() == 1 || Math.abs(before - options.topP()) > 1e-6);
      kept[token] = options.topP() == 1 || before < options.topP() ? probability : 0;
      mass += kept[token];
      before += probability;
    }
    for (int token = 0; token < kept.length; token++) {
      kept[token] /= mass;
    }
    return kept;
  }

  /** Runs the graph with the same scores for every uniform number. */
  private static long[] choose(float[] scores, float[] uniform, SamplingOptions options) {
    float[][] rows = new float[uniform.length][];
    Arrays.fill(rows, scores);
    return choose(rows, uniform, options);
  }

  private static long[] choose(float[][] scores, float[] uniform, SamplingOptions options) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    int vocabulary = scores[0].length;
    FloatBuffer rows = FloatBuffer.allocate(uniform.length * vocabulary);
    for (float[] row : scores) {
      rows.put(row);
    }
    int candidates = options.topK() == 0 ? vocabulary : Math.min(options.topK(), vocabulary);
    float inverse = options.isGreedy() ? 1 : (float) (1 / options.temperature());
    Map<String, OnnxTensor> feeds = new HashMap<>();
    try {
      long[] scoreSizes = {uniform.length, vocabulary};
      feeds.put("scores", OnnxTensor.createTensor(environment, rows.flip(), scoreSizes));
      long[] uniformSizes = {uniform.length, 1};
      feeds.put(
          "uniform", OnnxTensor.createTensor(environment, FloatBuffer.wrap(uniform), uniformSizes));
      feeds.put("greedy", OnnxTensor.createTensor(environment, options.isGreedy()));
      feeds.put("ranked", OnnxTensor.createTensor(environment, ranked(options)));
      feeds.put("inverse_temperature", OnnxTensor.createTensor(environment, inverse));
      feeds.put("top_k", OnnxTensor.createTensor(environment, new long[] {candidates}));
      feeds.put("top_p", OnnxTensor.createTensor(environment, (float) options.topP()));
      try (OrtSession.Result result = SESSION.run(feeds)) {
        return ((OnnxTensor) result.get(0)).getLongBuffer().array();
      }
    } catch (OrtException e) {
      throw new AssertionError(e);
    } finally {
      feeds.values().forEach(OnnxTensor::close);
    }
  }

  private static OrtSession session() {
    Graph graph = Graph.create("sampling");
    Value scores = graph.input("scores", ElementType.FLOAT, Shape.of("rows", "vocabulary"));
    Value uniform = graph.input("uniform", ElementType.FLOAT, Shape.of("rows", 1));
    Sampling sampling =
        new Sampling(
            graph.input("greedy", ElementType.BOOL, Shape.of()),
            graph.input("ranked", ElementType.BOOL, Shape.of()),
            graph.input("inverse_temperature", ElementType.FLOAT, Shape.of()),
            graph.input("top_k", ElementType.INT64, Shape.of(1)),
            graph.input("top_p", ElementType.FLOAT, Shape.of()));
    graph.output("chosen", sampling.choose(new Operations(graph), scores, uniform));
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      return OrtEnvironment.getEnvironment().createSession(OnnxModel.bytes(graph), options);
    } catch (OrtException e) {
      throw new AssertionError(e);
    }
  }
}
