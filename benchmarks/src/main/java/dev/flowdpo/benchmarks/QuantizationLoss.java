package dev.flowdpo.benchmarks;

import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Quantization;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.PrefillGraph;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.TensorFeed;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Prints what models lose on real text by being held in few bits:
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.QuantizationLoss \
 *     FILE.jsonl ROWS ROUNDS MODEL@MODE MODEL@MODE ...
 * }</pre>
 *
 * <p>The file's rows have a {@code question} and an {@code answer}, as GSM8K's. The first model is
 * what the others are compared with. For each model and each of two ways to compute, that of
 * training, which takes the weights' exact values, and that of decoding, which rounds the inputs of
 * quantised matrices too: the mean loss of a token in nats, and the mean difference of a token's
 * log-probability from the first model's in training. Then the seconds until the model is open,
 * which includes quantising where no file from an earlier time is found, and the milliseconds of
 * processor time that a decoded token takes with one thread, one answer at a time and eight at
 * once: the best of the rounds, in which all models take turns. Models in 32-bit floating point
 * compute alike in both ways, and are asked once. Without rows there are no losses, without rounds
 * no speeds.
 */
public final class QuantizationLoss {
  private static final int DECODED = 48;

  private final AdapterFlowEngine engine;
  private final String name;
  private final double secondsToOpen;
  private final double[] millis = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};

  private QuantizationLoss(String choice, int threads) {
    int at = choice.lastIndexOf('@');
    Quantization mode =
        Quantization.valueOf(choice.substring(at + 1).toUpperCase(Locale.ROOT).replace('-', '_'));
    name = choice;
    long begin = System.nanoTime();
    engine =
        new AdapterFlowEngineProvider()
            .open(
                EngineSettings.builder()
                    .model(Path.of(choice.substring(0, at)))
                    .options(
                        ModelOptions.builder()
                            .execution(e -> e.quantization(mode).threads(threads))
                            .build())
                    .build());
    secondsToOpen = (System.nanoTime() - begin) / 1e9;
  }

  /** Measures; see the class comment. */
  public static void main(String[] arguments) throws IOException {
    List<JsonNode> rows = rows(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    int rounds = Integer.parseInt(arguments[2]);
    List<String> models = Arrays.asList(arguments).subList(3, arguments.length);
    if (Integer.parseInt(arguments[1]) > 0) {
      printLosses(models, rows);
    }
    if (rounds > 0) {
      printSpeeds(models, rows(Path.of(arguments[0]), 8), rounds);
    }
  }

  private static void printLosses(List<String> choices, List<JsonNode> rows) {
    List<float[]> reference = List.of();
    System.out.println(
        "model | loss in training | from first | loss in decoding | from first | s to open");
    for (String choice : choices) {
      QuantizationLoss model = new QuantizationLoss(choice, 0);
      try (AdapterFlowEngine engine = model.engine) {
        List<Completion> texts = model.texts(rows);
        List<float[]> training = model.inTraining(texts);
        boolean full = engine.base().quantization() == Quantization.NONE;
        List<float[]> decoding = full ? training : model.inDecoding(texts);
        reference = reference.isEmpty() ? training : reference;
        System.out.printf(
            Locale.ROOT,
            "%s | %.4f | %.4f | %.4f | %.4f | %.1f%n",
            model.name,
            loss(training),
            difference(training, reference),
            loss(decoding),
            difference(decoding, reference),
            model.secondsToOpen);
      }
    }
  }

  private static void printSpeeds(List<String> choices, List<JsonNode> rows, int rounds) {
    List<QuantizationLoss> models =
        choices.stream().map(choice -> new QuantizationLoss(choice, 1)).toList();
    for (int round = 0; round < rounds; round++) {
      models.forEach(model -> model.decode(rows, 0, 1));
      models.forEach(model -> model.decode(rows, 1, 8));
    }
    System.out.println("model | ms a token | eight at once");
    for (QuantizationLoss model : models) {
      System.out.printf(
          Locale.ROOT, "%s | %.2f | %.2f%n", model.name, model.millis[0], model.millis[1]);
      model.engine.close();
    }
  }

  private static List<JsonNode> rows(Path file, int count) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> rows = new ArrayList<>();
    try (Stream<String> lines = Files.lines(file)) {
      for (String line : lines.limit(count).toList()) {
        rows.add(mapper.readTree(line));
      }
    }
    return rows;
  }

  /** Question and answer as one text, of which every token but the first is scored. */
  private List<Completion> texts(List<JsonNode> rows) {
    List<Completion> texts = new ArrayList<>();
    for (JsonNode row : rows) {
      String text = row.get("question").asText() + "\n" + row.get("answer").asText();
      int[] tokens = engine.tokens().prompt(text).toArray();
      texts.add(
          new Completion(Arrays.copyOf(tokens, 1), Arrays.copyOfRange(tokens, 1, tokens.length)));
    }
    return texts;
  }

  private List<float[]> inTraining(List<Completion> texts) {
    FrozenBase base = engine.base();
    return new CompletionScorer(base)
        .tokenLogProbabilities(AdapterSnapshot.none(base.config()), texts);
  }

  private List<float[]> inDecoding(List<Completion> texts) {
    return texts.stream().map(this::inDecoding).toList();
  }

  /** Asks the graph for prompts for the log-probabilities after every token. */
  private float[] inDecoding(Completion text) {
    FrozenBase base = engine.base();
    ModelConfig config = base.config();
    int rows = text.completion().length;
    int vocabulary = config.vocabularySize();
    try (TensorFeed feed = base.feed()) {
      LongBuffer ids = feed.longs(PrefillGraph.TOKENS, 1, rows);
      ids.put(text.prompt()[0]);
      for (int i = 0; i < rows - 1; i++) {
        ids.put(text.completion()[i]);
      }
      LongBuffer positions = feed.longs(PrefillGraph.POSITIONS, 1, rows);
      LongBuffer keys = feed.longs(PrefillGraph.KEY_POSITIONS, 1, rows);
      LongBuffer last = feed.longs(PrefillGraph.LAST, rows);
      for (int i = 0; i < rows; i++) {
        positions.put(i);
        keys.put(i);
        last.put(i);
      }
      LongBuffer candidates = feed.longs(PrefillGraph.CANDIDATES, vocabulary);
      for (int i = 0; i < vocabulary; i++) {
        candidates.put(i);
      }
      for (int layer = 0; layer < config.layers(); layer++) {
        feed.floats(PrefillGraph.pastKey(layer), 1, config.keyValueHeads(), 0, config.headSize());
        feed.floats(PrefillGraph.pastValue(layer), 1, config.keyValueHeads(), 0, config.headSize());
      }
      feed.adapter(AdapterSnapshot.none(config));
      FloatBuffer all =
          feed.outputFloats(PrefillGraph.LOG_PROBABILITIES, rows, vocabulary).asFloatBuffer();
      feed.describe("prefill", 1, rows, AdapterSnapshot.none(config));
      try (OrtSession.Result result = feed.run(base.session(FrozenBase.Kind.PREFILL), Set.of())) {
        float[] found = new float[rows];
        for (int i = 0; i < rows; i++) {
          found[i] = all.get(i * vocabulary + text.completion()[i]);
        }
        return found;
      }
    }
  }

  private void decode(List<JsonNode> rows, int place, int width) {
    List<ChunkRequest> requests = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      Problem problem = Problem.of(rows.get(i % rows.size()).get("question").asText());
      requests.add(
          new ChunkRequest(PartialAnswer.start(problem), DECODED, SamplingOptions.of(1), i));
    }
    engine.policy().extend(requests.subList(0, 1));
    long begin = processorTime();
    int tokens =
        engine.policy().extend(requests).stream().mapToInt(chunk -> chunk.tokens().length()).sum();
    millis[place] = Math.min(millis[place], (processorTime() - begin) / 1e6 / tokens);
  }

  private static long processorTime() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static double loss(List<float[]> scores) {
    double sum = 0;
    long count = 0;
    for (float[] text : scores) {
      for (float score : text) {
        sum -= score;
      }
      count += text.length;
    }
    return sum / count;
  }

  private static double difference(List<float[]> found, List<float[]> wanted) {
    double sum = 0;
    long count = 0;
    for (int i = 0; i < found.size(); i++) {
      for (int j = 0; j < found.get(i).length; j++) {
        sum += Math.abs(found.get(i)[j] - wanted.get(i)[j]);
      }
      count += found.get(i).length;
    }
    return sum / count;
  }
}
