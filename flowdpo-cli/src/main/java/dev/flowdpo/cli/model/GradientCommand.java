package dev.flowdpo.cli.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.ObjectiveOptions;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.options.TextConverter;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.LoraMatrices;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.checkpoint.SafetensorsWriter;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.training.PreferenceGradient;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gradient}: loss and gradient of one preference pair. Needs no tokenizer. */
@Command(
    name = "gradient",
    description = {
      "Computes the loss of a preference pair and its gradient by every matrix of a LoRA adapter,"
          + " with dropout off and the model without the adapter as the reference.",
      "JSON: {\"loss\",\"policyChosen\",\"policyRejected\",\"referenceChosen\","
          + "\"referenceRejected\"}, the last four being log-probabilities summed over tokens."
    })
public final class GradientCommand implements Callable<Integer> {
  /** Dropout is off, so nothing is drawn with it. */
  private static final long SEED = 0;

  @Mixin private OutputOptions output;
  @Mixin private EngineOptions model;
  @Mixin private ObjectiveOptions objective;

  @Option(
      names = "--pair",
      paramLabel = "FILE.json",
      required = true,
      description = "{\"prompt\":[ids],\"chosen\":[ids],\"rejected\":[ids]}")
  private Path pairFile;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      required = true,
      description = "The PEFT adapter folder to differentiate by.")
  private Path adapterFolder;

  @Option(
      names = "--out",
      paramLabel = "FILE.safetensors",
      required = true,
      description =
          "Receives the gradient of each matrix, F32, in its shape in the folder and under its key.")
  private Path out;

  /** The two ways to form the gradient. */
  enum Way {
    TAPS("taps", GradientPath.TAPS),
    IN_GRAPH("in-graph", GradientPath.IN_GRAPH);

    private final String text;
    private final GradientPath path;

    Way(String text, GradientPath path) {
      this.text = text;
      this.path = path;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Reads a way by its text. */
  static final class WayConverter extends TextConverter<Way> {
    WayConverter() {
      super(Way.values());
    }
  }

  @Option(
      names = "--path",
      paramLabel = "taps|in-graph",
      converter = WayConverter.class,
      defaultValue = "taps",
      description =
          "taps: ND4J forms the gradient from what one pass leaves at every layer; in-graph: ONNX"
              + " Runtime forms it; default: ${DEFAULT-VALUE}.")
  private Way way;

  /** The figures that the command prints. */
  record Result(
      double loss,
      double policyChosen,
      double policyRejected,
      double referenceChosen,
      double referenceRejected) {

    static Result of(double loss, LogProbabilitySums sums) {
      return new Result(
          loss,
          sums.policyChosen(),
          sums.policyRejected(),
          sums.referenceChosen(),
          sums.referenceRejected());
    }
  }

  @Override
  public Integer call() {
    DpoObjective minimised = objective.objective();
    JsonNode json = JsonText.object(pairFile.toString(), JsonText.read(pairFile));
    try (FrozenBase base = model.base()) {
      ModelConfig config = base.config();
      AdapterWeights adapter = withoutDropout(PeftAdapters.read(adapterFolder, config));
      AdapterSnapshot policy = AdapterSnapshot.of(config, adapter);
      PreferenceGradient.Result result =
          PreferenceGradient.of(base, way.path)
              .compute(
                  policy,
                  AdapterSnapshot.none(config),
                  List.of(pair(json, config.vocabularySize())),
                  minimised,
                  SEED);
      SafetensorsWriter.write(
          out,
          PeftAdapters.ownGradient(
              adapterFolder, matrices(adapter, policy.layout(), result.gradient().toFloatVector())),
          DataType.F32,
          Map.of("format", "pt"));
      print(Result.of(result.loss(), result.sums().get(0)));
    }
    return 0;
  }

  private PreferencePair pair(JsonNode json, int vocabulary) {
    String where = pairFile.toString();
    return new PreferencePair(
        AdapterRole.ANSWER,
        TokenIdsJson.read(where, json, "prompt", vocabulary),
        new RewardedCompletion(TokenIdsJson.read(where, json, "chosen", vocabulary), 1),
        new RewardedCompletion(TokenIdsJson.read(where, json, "rejected", vocabulary), 0),
        where,
        0);
  }

  private static AdapterWeights withoutDropout(AdapterWeights adapter) {
    return new AdapterWeights(adapter.rank(), adapter.alpha(), 0, adapter.modules());
  }

  /**
   * Cuts the gradient, one vector in the layout's order, into the matrices that the adapter has.
   */
  private static SortedMap<String, LoraMatrices> matrices(
      AdapterWeights adapter, AdapterLayout layout, float[] gradient) {
    SortedMap<String, LoraMatrices> matrices = new TreeMap<>();
    for (int i = 0; i < layout.sites().size(); i++) {
      LinearSite site = layout.sites().get(i);
      if (adapter.modules().containsKey(site.module())) {
        matrices.put(
            site.module(),
            LoraMatrices.of(
                layout.rank(),
                site.inputs(),
                site.outputs(),
                slice(gradient, layout.offsetOfA(i), layout.sizeOfA(i)),
                slice(gradient, layout.offsetOfB(i), layout.sizeOfB(i))));
      }
    }
    return matrices;
  }

  private static float[] slice(float[] values, int begin, int size) {
    return Arrays.copyOfRange(values, begin, begin + size);
  }

  private void print(Result result) {
    output
        .report()
        .printf(
            "loss %.8f%npolicy    chosen %.6f  rejected %.6f%nreference chosen %.6f  rejected %.6f%n",
            result.loss(),
            result.policyChosen(),
            result.policyRejected(),
            result.referenceChosen(),
            result.referenceRejected());
    output.report().println("The gradient is in " + out);
    output.report().flush();
    output.result(result);
  }
}
