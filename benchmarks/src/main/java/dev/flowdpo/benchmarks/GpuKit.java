package dev.flowdpo.benchmarks;

import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.Precision;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.tiny.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Everything that is to be known of a graphics card, in one run: parity with the processor,
 * learning, speed against the card's limits, and a peer beside it; writes {@code report.md} and
 * {@code report.json}. {@code benchmarks/gpu/pack} packs it for a machine without Java and network.
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.GpuKit --out DIR
 *     [--device cuda|cuda:N|cpu] [--precisions F32,F16,BF16] [--shapes small,1b,8b]
 *     [--parts parity,placement,learning,speed] [--problems N] [--repeats N] [--peer "PYTHON gpu_peer.py"]
 * }</pre>
 *
 * <p>A part that fails is in the report with its error, and the others run. The exit status is 0
 * where all parts passed, else 1.
 */
public final class GpuKit {
  private static final List<String> FIGURES =
      List.of(
          "decode:1:128:32", "decode:32:512:64", "prefill:512", "prefill:2048", "step:256:64:0");
  private static final List<String> SMALL_FIGURES =
      List.of("decode:1:64:16", "decode:8:64:16", "prefill:128", "step:96:32:0");

  private final Map<String, String> options = new HashMap<>();
  private final KitReport report = new KitReport();
  private final ExecutionTarget target;
  private final boolean card;
  private final Path folder;

  private GpuKit(String[] arguments) {
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      options.put(arguments[i], arguments[i + 1]);
    }
    String device = options.getOrDefault("--device", "cuda");
    card = device.startsWith("cuda");
    target =
        card
            ? ExecutionTarget.cuda(
                device.contains(":") ? Integer.parseInt(device.substring("cuda:".length())) : 0)
            : ExecutionTarget.cpu();
    folder = Path.of(options.getOrDefault("--out", "gpu-report"));
  }

  /** Runs; see the class comment. */
  public static void main(String[] arguments) throws IOException {
    GpuKit kit = new GpuKit(arguments);
    boolean passed = kit.run();
    System.out.println("Report: " + kit.folder.resolve("report.md"));
    if (!passed) {
      System.exit(1);
    }
  }

  private boolean run() throws IOException {
    Files.createDirectories(folder);
    List<Precision> precisions =
        Arrays.stream(
                options
                    .getOrDefault("--precisions", card ? "F32,F16,BF16" : "F32,F16")
                    .split(",", -1))
            .map(Precision::valueOf)
            .toList();
    report.machine("device", target.device() + " " + target.deviceIndex());
    report.machine("ONNX Runtime", SessionSettings.onnxRuntimeVersion());
    report.machine(
        "Java", System.getProperty("java.version") + ", " + System.getProperty("os.arch"));
    String cards =
        KitFigures.output(
            List.of(
                "nvidia-smi",
                "--query-gpu=name,driver_version,memory.total",
                "--format=csv,noheader"));
    report.machine("cards", cards.isBlank() ? "none" : cards.strip());
    String parts = options.getOrDefault("--parts", "parity,placement,learning,speed");
    if (parts.contains("parity")) {
      for (Architecture architecture : Architecture.values()) {
        report.part(
            "parity of " + architecture.className(),
            () ->
                new KitParity(target, folder.resolve("models"))
                    .compare(architecture, precisions)
                    .forEach(report::add));
      }
    }
    if (parts.contains("placement")) {
      for (Precision precision : precisions) {
        report.part(
            "placement in " + precision,
            () -> report.add(new KitPlacement(target, folder).find(precision)));
      }
    }
    if (parts.contains("learning")) {
      int problems = Integer.parseInt(options.getOrDefault("--problems", "64"));
      for (Precision precision : precisions) {
        report.part(
            "learning in " + precision,
            () -> report.add(new KitLearning(target, problems).learn(precision)));
      }
    }
    if (parts.contains("speed")) {
      speed(precisions, cards);
    }
    report.write(folder);
    return report.passed();
  }

  private void speed(List<Precision> precisions, String cards) {
    KitFigures figures =
        new KitFigures(
            target,
            KitFigures.Limits.of(cards),
            Integer.parseInt(options.getOrDefault("--repeats", "3")));
    for (String shape : options.getOrDefault("--shapes", card ? "1b,8b" : "small").split(",", -1)) {
      Path model = folder.resolve("models").resolve(shape);
      boolean small = shape.equals("small");
      report.part(
          "weights of " + shape,
          () -> RandomModel.write(model, config(shape), 7, small ? DataType.F32 : DataType.BF16));
      List<Precision> wanted =
          precisions.stream()
              .filter(precision -> small || precision != Precision.F32 || shape.equals("1b"))
              .toList();
      for (Precision precision : wanted) {
        report.part(
            "speed of " + shape + " in " + precision,
            () -> {
              try (KitMemory memory = KitMemory.watch(card)) {
                figures
                    .measure(model, shape, precision, small ? SMALL_FIGURES : FIGURES)
                    .forEach(report::add);
                report.memory(shape, precision, memory.peakMegabytes());
              }
            });
        String program = options.getOrDefault("--peer", "");
        if (!program.isEmpty()) {
          report.part(
              "peer of " + shape + " in " + precision,
              () -> peer(program, model, shape, precision));
        }
      }
    }
  }

  private void peer(String program, Path model, String shape, Precision precision) {
    List<String> command = new ArrayList<>(List.of(program.split(" ", -1)));
    String type =
        switch (precision) {
          case F32 -> "float32";
          case F16 -> "float16";
          case BF16 -> "bfloat16";
        };
    command.addAll(List.of(model.toString(), card ? "cuda:" + target.deviceIndex() : "cpu", type));
    command.addAll(shape.equals("small") ? SMALL_FIGURES : FIGURES);
    report.peer(shape, precision, KitFigures.output(command));
  }

  private static ModelConfig config(String shape) {
    return switch (shape) {
      case "small" ->
          RandomCheckpoint.config(
              new RandomCheckpoint.Shape(
                  Architecture.LLAMA, 4096, 256, 4, 8, 4, OptionalInt.empty(), 768, 4096));
      case "1b" -> RandomCheckpoint.oneBillion();
      case "8b" ->
          RandomCheckpoint.config(
              new RandomCheckpoint.Shape(
                  Architecture.LLAMA, 128_256, 4096, 32, 32, 8, OptionalInt.empty(), 14_336, 8192));
      default ->
          throw new IllegalArgumentException(
              "--shapes: expected small, 1b or 8b, found %s"
                  .formatted(shape.toLowerCase(Locale.ROOT)));
    };
  }
}
