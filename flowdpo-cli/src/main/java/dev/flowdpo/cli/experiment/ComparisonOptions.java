package dev.flowdpo.cli.experiment;

import dev.flowdpo.cli.options.ModelChoice;
import dev.flowdpo.cli.options.OptionRange;
import dev.flowdpo.comparison.ChatEndpointComparer;
import dev.flowdpo.comparison.TraceComparer;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Who compares explanations, if anybody. Not thread-safe. */
final class ComparisonOptions {
  @Option(
      names = "--compare",
      paramLabel = "KIND",
      description = {
        "Have the learned flow's solutions compared with those of the flow without updates and of"
            + " a single pass, in both orders; the report then shows win rates.",
        "endpoint: a model behind an OpenAI-compatible chat endpoint, as --compare-url and"
            + " --compare-model or the environment's FLOWDPO_COMPARE_URL, FLOWDPO_COMPARE_MODEL,"
            + " FLOWDPO_COMPARE_API_KEY and FLOWDPO_COMPARE_SECONDS say;",
        "policy: a local model, by the likelihood of the solutions' tokens."
      })
  private Optional<String> kind = Optional.empty();

  @Option(
      names = "--compare-url",
      paramLabel = "URL",
      description = "Address of the endpoint, such as http://localhost:8000/v1.")
  private Optional<String> url = Optional.empty();

  @Option(
      names = "--compare-model",
      paramLabel = "NAME|DIR",
      description =
          "The endpoint's name of the model that compares, or the folder of the local one; default"
              + " for the local one: the model of the experiment.")
  private Optional<String> model = Optional.empty();

  @Option(
      names = "--compare-problems",
      paramLabel = "N",
      defaultValue = "100",
      description = "On how many held-out problems; default: ${DEFAULT-VALUE}.")
  private int problems;

  /**
   * A comparer that was chosen and is not open yet.
   *
   * @param description who it is
   * @param problems how many problems are compared
   * @param opener opens it
   */
  record Choice(String description, int problems, Supplier<Opened> opener) {
    Opened open() {
      return opener.get();
    }
  }

  /**
   * A comparer and what frees it.
   *
   * @param comparer the comparer
   * @param end is called when it is needed no more
   */
  record Opened(TraceComparer comparer, Runnable end) implements AutoCloseable {
    @Override
    public void close() {
      end.run();
    }
  }

  /**
   * Returns the chosen comparer; nothing is asked yet.
   *
   * @param experimentModel the model of the experiment; empty for the bundled one
   * @param environment the environment variables
   * @throws InvalidInputException if an option does not fit or is missing
   */
  Optional<Choice> choose(ModelChoice experimentModel, Map<String, String> environment) {
    OptionRange.atLeast(1, "--compare-problems", problems);
    if (kind.isEmpty()) {
      if (url.isPresent() || model.isPresent()) {
        throw new InvalidInputException(
            "%s: expected --compare endpoint or --compare policy with it, found neither"
                .formatted(url.isPresent() ? "--compare-url" : "--compare-model"));
      }
      return Optional.empty();
    }
    return Optional.of(
        switch (kind.get()) {
          case "endpoint" -> endpoint(environment);
          case "policy" -> policy(experimentModel);
          default ->
              throw new InvalidInputException(
                  "--compare: expected endpoint or policy, found \"" + kind.get() + "\"");
        });
  }

  private Choice endpoint(Map<String, String> environment) {
    Map<String, String> variables = new HashMap<>(environment);
    url.ifPresent(value -> variables.put(ChatEndpointComparer.URL, value));
    model.ifPresent(value -> variables.put(ChatEndpointComparer.MODEL, value));
    ChatEndpointComparer comparer =
        ChatEndpointComparer.fromEnvironment(variables)
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "--compare endpoint: expected its address by --compare-url or in the"
                            + " environment variable "
                            + ChatEndpointComparer.URL
                            + ", found neither"))
            .build();
    return new Choice(comparer.toString(), problems, () -> new Opened(comparer, () -> {}));
  }

  private Choice policy(ModelChoice experimentModel) {
    if (url.isPresent()) {
      throw new InvalidInputException(
          "--compare-url: expected with --compare endpoint, found --compare policy");
    }
    ModelChoice comparing =
        new ModelChoice(model.map(Path::of).or(experimentModel::folder), experimentModel.options());
    return new Choice(
        "likelihood under " + comparing.title(),
        problems,
        () -> {
          AdapterFlowEngine engine = comparing.open(Optional.empty());
          return new Opened(PolicyComparer.of(engine.base(), engine.tokens()), engine::close);
        });
  }
}
