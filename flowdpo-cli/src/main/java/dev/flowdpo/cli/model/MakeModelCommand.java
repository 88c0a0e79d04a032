package dev.flowdpo.cli.model;

import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.SeedOptions;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.Architecture;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.tiny.RandomModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code make-model}: writes a model folder with random weights, for tests and measurements. */
@Command(
    name = "make-model",
    description = {
      "Writes a model folder with random weights: config.json, model.safetensors, tokenizer.json and"
          + " flow.json. The same options give the same files.",
      "JSON: {\"architecture\",\"parameters\",\"dtype\",\"out\"}"
    })
public final class MakeModelCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;
  @Mixin private SeedOptions seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "The model folder; a model in it is replaced.")
  private Path out;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "smollm2-135m or 1b (the shape of Llama-3.2-1B), in place of all sizes.")
  private Optional<String> preset = Optional.empty();

  @Option(
      names = "--architecture",
      paramLabel = "NAME",
      defaultValue = "llama",
      completionCandidates = ArchitectureNames.class,
      description =
          "One of ${COMPLETION-CANDIDATES}, or the class's name; default: ${DEFAULT-VALUE}.")
  private String architecture;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "64",
      description = "Width of the residual stream; default: ${DEFAULT-VALUE}.")
  private int hidden;

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "2",
      description = "Decoder layers; default: ${DEFAULT-VALUE}.")
  private int layers;

  @Option(
      names = "--heads",
      paramLabel = "N",
      defaultValue = "4",
      description = "Query heads; default: ${DEFAULT-VALUE}.")
  private int heads;

  @Option(
      names = "--kv-heads",
      paramLabel = "N",
      description = "Key and value heads; default: as many as query heads.")
  private Optional<Integer> keyValueHeads = Optional.empty();

  @Option(
      names = "--head-size",
      paramLabel = "N",
      description = "Width of a head; default: the hidden size divided by the heads.")
  private Optional<Integer> headSize = Optional.empty();

  @Option(
      names = "--ffn",
      paramLabel = "N",
      description = "Inner width of the feed-forward block; default: three times the hidden size.")
  private Optional<Integer> feedForward = Optional.empty();

  @Option(
      names = "--vocab",
      paramLabel = "N",
      defaultValue = "512",
      description =
          "Entries of the vocabulary, at least 257; from the size of the bundled model's on, that"
              + " model's tokenizer is used, else one of single bytes; default: ${DEFAULT-VALUE}.")
  private int vocabulary;

  @Option(
      names = "--positions",
      paramLabel = "N",
      defaultValue = "512",
      description = "The longest sequence in tokens; default: ${DEFAULT-VALUE}.")
  private int positions;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "Type of the stored weights: f32, f16 or bf16; default: f32.")
  private Optional<String> dataType = Optional.empty();

  /** What the command prints. */
  record Result(String architecture, long parameters, String dtype, String out) {}

  @Override
  public Integer call() {
    ModelConfig config = preset.map(MakeModelCommand::named).orElseGet(this::sized);
    DataType type = type(dataType.orElse("f32"));
    RandomModel.write(out, config, seed.seed(), type);
    output
        .report()
        .printf(
            "%s with %,d random parameters in %s is in %s%n",
            config.architecture(), config.parameters(), type, out);
    output.report().flush();
    output.result(
        new Result(
            config.architecture().className(),
            config.parameters(),
            type.name().toLowerCase(Locale.ROOT),
            out.toString()));
    return 0;
  }

  private static ModelConfig named(String name) {
    return switch (name) {
      case "smollm2-135m" -> RandomCheckpoint.smolLm2();
      case "1b" -> RandomCheckpoint.oneBillion();
      default ->
          throw new InvalidInputException("--preset: expected smollm2-135m or 1b, found " + name);
    };
  }

  private ModelConfig sized() {
    return RandomCheckpoint.config(
        new RandomCheckpoint.Shape(
            architecture(),
            vocabulary,
            hidden,
            layers,
            heads,
            keyValueHeads.orElse(heads),
            headSize.map(OptionalInt::of).orElseGet(OptionalInt::empty),
            feedForward.orElse(3 * hidden),
            positions));
  }

  private Architecture architecture() {
    return Architecture.find(architecture)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "--architecture: expected "
                        + Architecture.supported()
                        + ", or its short name, found "
                        + architecture));
  }

  /** The short names of all architectures. */
  static final class ArchitectureNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Architecture.values()).map(Architecture::shortName).iterator();
    }
  }

  private static DataType type(String name) {
    return DataType.named(name.toUpperCase(Locale.ROOT))
        .orElseThrow(
            () -> new InvalidInputException("--dtype: expected f32, f16 or bf16, found " + name));
  }
}
