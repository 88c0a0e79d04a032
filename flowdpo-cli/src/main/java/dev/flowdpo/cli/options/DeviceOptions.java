package dev.flowdpo.cli.options;

import dev.flowdpo.model.CudaOptions.ArenaGrowth;
import dev.flowdpo.model.ExecutionTarget;
import dev.flowdpo.model.Precision;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What the model runs on, and in which floating-point type. Not thread-safe. */
final class DeviceOptions {
  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "auto",
      converter = DeviceConverter.class,
      description =
          "What the model runs on: cpu; cuda, or cuda:N for another graphics card than the first;"
              + " or auto, a graphics card where one can be used; default: ${DEFAULT-VALUE}.")
  private ExecutionTarget device = ExecutionTarget.auto();

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      converter = PrecisionConverter.class,
      description =
          "The floating-point type that the model computes in: f32, f16 or bf16; default: f32 on a"
              + " processor, and that of the file on a graphics card.")
  private Optional<Precision> precision = Optional.empty();

  @Option(
      names = "--cuda-memory",
      paramLabel = "MB",
      description =
          "The most memory that each of the model's graphs may hold on a graphics card; default:"
              + " what there is.")
  private Optional<Integer> memory = Optional.empty();

  @Option(
      names = "--cuda-arena",
      paramLabel = "HOW",
      converter = ArenaConverter.class,
      description = "How that memory grows: as-requested or doubling; default: as-requested.")
  private Optional<ArenaGrowth> arena = Optional.empty();

  @Option(
      names = "--cuda-strict",
      description = "Fail where a graph has a node that the graphics card does not run.")
  private boolean strict;

  @Option(
      names = "--cuda-library",
      paramLabel = "FILE",
      description =
          "A plugin library of ONNX Runtime's CUDA provider, in place of the one that the program"
              + " brings.")
  private Optional<Path> library = Optional.empty();

  /** Puts what was given into the target. */
  void applyTo(ExecutionTarget.Builder execution) {
    execution.device(device.device()).deviceIndex(device.deviceIndex());
    precision.ifPresent(execution::precision);
    execution.cuda(
        cuda -> {
          memory.ifPresent(cuda::memoryMegabytes);
          arena.ifPresent(cuda::arenaGrowth);
          cuda.strict(strict);
          library.ifPresent(cuda::library);
        });
  }

  /** Reads a device by its name, and a card by its number. */
  static final class DeviceConverter implements ITypeConverter<ExecutionTarget> {
    private static final Pattern CARD = Pattern.compile("cuda(?::(\\d{1,4}))?");

    @Override
    public ExecutionTarget convert(String value) {
      String name = value.toLowerCase(Locale.ROOT);
      Matcher card = CARD.matcher(name);
      if (card.matches()) {
        return ExecutionTarget.cuda(card.group(1) == null ? 0 : Integer.parseInt(card.group(1)));
      }
      return switch (name) {
        case "auto", "automatic" -> ExecutionTarget.auto();
        case "cpu" -> ExecutionTarget.cpu();
        default ->
            throw new TypeConversionException(
                "expected auto, cpu, cuda or cuda:N with the number of a card, found '%s'"
                    .formatted(value));
      };
    }
  }

  /** Reads a type by its name. */
  static final class PrecisionConverter extends TextConverter<Precision> {
    PrecisionConverter() {
      super(Precision.values());
    }
  }

  /** Reads a way to grow by its name. */
  static final class ArenaConverter extends TextConverter<ArenaGrowth> {
    ArenaConverter() {
      super(ArenaGrowth.values());
    }
  }
}
