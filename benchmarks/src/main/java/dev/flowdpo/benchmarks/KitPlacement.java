package dev.flowdpo.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.model.Precision;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.tiny.RandomModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Finds which provider of ONNX Runtime ran what, by its own profile of one decoding, one prefill
 * and one gradient. Confined to one thread.
 */
record KitPlacement(ExecutionTarget target, Path folder) {
  /** What computes sizes and steers loops, which belongs on the processor. */
  private static final Set<String> OF_SIZES =
      Set.of(
          "Add",
          "Cast",
          "Concat",
          "ConstantOfShape",
          "Div",
          "Expand",
          "Gather",
          "Greater",
          "Identity",
          "If",
          "Less",
          "Loop",
          "Max",
          "Min",
          "Mul",
          "Not",
          "Or",
          "Range",
          "Reshape",
          "Shape",
          "Slice",
          "Split",
          "Squeeze",
          "Sub",
          "Unsqueeze",
          "Transpose",
          "ReduceSum",
          "And");

  /**
   * Who ran what.
   *
   * @param microseconds by provider
   * @param onProcessor how often the processor ran each operator, where the device is a card
   * @param passed whether that are operators of sizes alone
   */
  record Placement(
      Precision precision,
      Map<String, Long> microseconds,
      Map<String, Long> onProcessor,
      boolean passed) {}

  Placement find(Precision precision) {
    Path model = folder.resolve("models").resolve("placement");
    RandomModel.write(
        model,
        RandomCheckpoint.config(
            new RandomCheckpoint.Shape(
                Architecture.LLAMA, 384, 128, 2, 8, 4, OptionalInt.of(16), 256, 512)),
        3,
        DataType.F32);
    Path profiles = folder.resolve("profiles-" + precision);
    System.setProperty(SessionSettings.PROFILE, profiles.toString());
    try {
      Files.createDirectories(profiles);
      ModelOptions options =
          ModelOptions.builder()
              .execution(target.toBuilder().precision(precision).build())
              .maxTokens(512)
              .build();
      try (SpeedFigures figures = new SpeedFigures(model, options, 4)) {
        for (String figure : List.of("decode:2:32:8", "prefill:64", "step:64:16:0")) {
          figures.measure(figure);
        }
      }
      return read(precision, profiles);
    } catch (IOException e) {
      throw new UncheckedIOException(profiles.toString(), e);
    } finally {
      System.clearProperty(SessionSettings.PROFILE);
    }
  }

  private Placement read(Precision precision, Path profiles) throws IOException {
    Map<String, Long> microseconds = new TreeMap<>();
    Map<String, Long> onProcessor = new TreeMap<>();
    try (Stream<Path> files = Files.list(profiles)) {
      for (Path file : files.toList()) {
        for (JsonNode event : new ObjectMapper().readTree(file.toFile())) {
          String provider = event.path("args").path("provider").asText("");
          if (!provider.isEmpty()) {
            microseconds.merge(provider, event.path("dur").asLong(), Long::sum);
            if (provider.startsWith("CPU")) {
              onProcessor.merge(event.path("args").path("op_name").asText(), 1L, Long::sum);
            }
          }
        }
      }
    }
    boolean card = target.device() != ExecutionTarget.cpu().device();
    boolean passed =
        card
            ? OF_SIZES.containsAll(onProcessor.keySet())
            : microseconds.keySet().equals(Set.of("CPUExecutionProvider"));
    return new Placement(precision, microseconds, card ? onProcessor : Map.of(), passed);
  }
}
