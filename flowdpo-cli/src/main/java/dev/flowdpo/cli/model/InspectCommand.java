package dev.flowdpo.cli.model;

import dev.flowdpo.cli.options.ModelFolderOptions;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.PrecisionOptions;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.memory.MachineMemory;
import dev.flowdpo.runtime.memory.MemoryEstimate;
import dev.flowdpo.runtime.memory.MemoryNeeds;
import dev.flowdpo.runtime.memory.ModelMemory;
import dev.flowdpo.runtime.model.ModelSource;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code inspect}: what a model holds and what memory it needs, before it is loaded. */
@Command(
    name = "inspect",
    description = {
      "Tells what a model folder or a GGUF file holds, and what memory decoding and an optimizer step will need,"
          + " part by part. Reads the configuration and the headers of the weight files; loads no weight.",
      "Ends with exit code 2 where the memory does not suffice, and says what would need less.",
      "JSON: {\"model\":{…},\"files\":[…],\"tokenizer\",\"chatTemplate\",\"decoding\":{\"bytes\","
          + "\"parts\":[…]},\"training\":{…},\"learning\":{…},\"memory\",\"fits\"}"
    })
public final class InspectCommand implements Callable<Integer> {
  @Mixin private OutputOptions output;
  @Mixin private ModelFolderOptions model;
  @Mixin private PrecisionOptions precision;
  @Mixin private InspectOptions options;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = MemorySizeConverter.class,
      description =
          "What memory there is, such as 16g; default: that of this machine or container.")
  private Optional<Long> memory = Optional.empty();

  /** What the command prints. */
  record Result(
      ModelFacts model,
      List<CheckpointContents.WeightFile> files,
      boolean tokenizer,
      boolean chatTemplate,
      Estimate decoding,
      Estimate training,
      Estimate learning,
      long memory,
      boolean fits) {}

  /** An estimate with its sum. */
  record Estimate(long bytes, List<Part> parts) {
    static Estimate of(MemoryEstimate estimate) {
      return new Estimate(
          estimate.total(),
          estimate.parts().stream()
              .map(part -> new Part(part.name(), part.place().description(), part.bytes()))
              .toList());
    }
  }

  /** One part of an estimate. */
  record Part(String name, String place, long bytes) {}

  /** Reads a size. */
  static final class MemorySizeConverter implements CommandLine.ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return MemorySize.parse(text);
    }
  }

  @Override
  public Integer call() {
    ModelSource source = ModelSource.of(model.path());
    CheckpointContents contents = source.contents();
    SessionSettings settings = settings();
    int longest = ModelMemory.of(contents, settings, options.rank()).maxTokens();
    MemoryNeeds.Load load =
        new MemoryNeeds.Load(
            settings, options.rank(), options.decoding(longest), options.training(longest));
    MemoryNeeds needs = MemoryNeeds.of(contents, load);
    long available = memory.orElseGet(MachineMemory::bytes);
    Optional<InvalidInputException> problem =
        new MemoryFit(contents, load, available).problem(needs);
    Result result =
        new Result(
            ModelFacts.of(contents),
            contents.files(),
            source.hasTokenizer(),
            source.hasChatTemplate(),
            Estimate.of(needs.decoding()),
            Estimate.of(needs.training()),
            Estimate.of(needs.learning()),
            available,
            problem.isEmpty());
    new InspectReport(output.report()).print(source.path(), result, load);
    output.result(result);
    if (problem.isPresent()) {
      throw problem.get();
    }
    return CommandLine.ExitCode.OK;
  }

  private SessionSettings settings() {
    SessionSettings usual =
        model.given().isPresent() ? SessionSettings.defaults() : BundledModel.sessionSettings();
    return usual.with(precision.modelOptions());
  }
}
