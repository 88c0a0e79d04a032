package dev.flowdpo.cli.model;

import dev.flowdpo.cli.evaluation.Evaluation;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.tiny.Pretraining;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;

/** Writes the bundled model's card, in the form of the Hugging Face hub. Stateless. */
final class ModelCard {
  private static final String TEXT =
      """
      ---
      license: apache-2.0
      language: en
      tags: [llama, tiny, math-word-problems, tests]
      ---
      # FlowDPO tiny

      A Llama of %,d parameters that solves grade-school word problems with numbers up to 40 in writing, \
      and judges whether a partial answer is finished. It is bundled with FlowDPO for tests and \
      demonstrations: good enough to be worth correcting, and wrong often enough to learn from.

      ## Use

      `Flow.builder().build()` opens it; it is an ordinary model folder with `config.json`, \
      `model.safetensors` (F16), `tokenizer.json` (byte-level BPE, %,d entries) and FlowDPO's `flow.json` \
      (prompts; %d chunks of at most %d tokens; temperature %.1f). Intended for tests and demonstrations \
      of Flow-DPO (arXiv 2410.22304), not for solving anyone's problems.

      | Part | Text |
      |---|---|
      | prompt | `%s` |
      | answer | lines such as `3*4=12`, then `#### 12` |
      | stop question | `%s`, answered by `%s` or `%s` |

      ## How it was made

      `java -jar flowdpo.jar pretrain --seed %d --out DIR` makes these files; on the same machine it makes \
      them again byte for byte, another processor may round otherwise. FlowDPO's own training engine, \
      from random weights, on English word problems of one to four steps from FlowDPO's generator; no other data and no other model. %d layers of width %d, %d heads \
      (%d for keys and values), feed-forward width %d, at most %d positions, tied embeddings. AdamW \
      (betas 0.9 and 0.98, weight decay 0.05, clipping at 1), batches of 64 documents, loss on the answers \
      only, a fresh optimizer in each stage:

      | Stage | Steps | Peak learning rate | Answer styles (steps / combined / direct) | Stop documents | Careless stop labels |
      |---|---|---|---|---|---|
      %s

      Mixed answer styles make the model able to write a problem out and prone not to. Careless stop \
      labels call a partial answer with a calculation in it finished, so that its judge stops too early.

      ## Accuracy

      Exact final answers on %,d held-out problems, which occur in no training stream; no adapters, always \
      the likeliest token:

      | Steps | Problems | Flow | Single pass |
      |---|---|---|---|
      %s

      *Flow* is chunk by chunk under the judge, %.2f chunks each; *single pass* is one chunk without the \
      judge. Online DPO on a few hundred fresh problems raises the flow's accuracy; see FlowDPO's README.

      ## Errors

      Of the flow's %d wrong solutions:

      %s

      ## Limits

      * It knows the generator's sentences, names and objects. Questions worded otherwise get answers that \
      look the same and mean nothing.
      * Whole numbers from 1 to 40 in questions and results; larger or negative numbers, fractions, units \
      and more than four steps are beyond it.
      * English only; the names in the stories are a small fixed set and stand for nobody.
      * Its probabilities are not calibrated; its judge is careless on purpose.

      ## Licence

      Apache-2.0, model and training text alike.
      """;

  private ModelCard() {}

  /**
   * Returns the text of the card.
   *
   * @param stages the stages that the model was trained through
   * @param seed the seed of the training
   */
  static String text(
      ModelConfig config,
      FlowTemplates templates,
      List<Pretraining.Stage> stages,
      long seed,
      ModelMeasurement measurement) {
    Evaluation flow = measurement.flow();
    return format(
        TEXT,
        config.parameters(),
        config.vocabularySize(),
        templates.maxChunks(),
        templates.chunkSize(),
        templates.sampling().temperature(),
        shown(templates.prompt()),
        shown(templates.stopQuestion()),
        shown(templates.yes()),
        shown(templates.no()),
        seed,
        config.layers(),
        config.hiddenSize(),
        config.attentionHeads(),
        config.keyValueHeads(),
        config.feedForwardSize(),
        config.maxPositions(),
        stageRows(stages),
        flow.problems(),
        accuracyRows(measurement),
        flow.meanChunks(),
        flow.problems() - flow.correct(),
        errorRows(measurement));
  }

  private static String stageRows(List<Pretraining.Stage> stages) {
    StringJoiner rows = new StringJoiner("\n");
    for (Pretraining.Stage stage : stages) {
      List<Double> styles = stage.mix().styleShares();
      rows.add(
          format(
              "| %s | %d | %s | %.0f / %.0f / %.0f %% | %.0f %% | %.0f %% |",
              stage.name(),
              stage.steps(),
              BigDecimal.valueOf(stage.learningRate()).stripTrailingZeros().toPlainString(),
              100 * styles.get(0),
              100 * styles.get(1),
              100 * styles.get(2),
              100 * stage.mix().stopShare(),
              100 * stage.mix().sloppiness()));
    }
    return rows.toString();
  }

  private static String accuracyRows(ModelMeasurement measurement) {
    SortedMap<String, ModelMeasurement.Score> flow = ModelMeasurement.bySteps(measurement.flow());
    SortedMap<String, ModelMeasurement.Score> singlePass =
        ModelMeasurement.bySteps(measurement.singlePass());
    StringJoiner rows = new StringJoiner("\n");
    flow.forEach(
        (steps, score) ->
            rows.add(row(steps, score, singlePass.getOrDefault(steps, score).accuracy())));
    Evaluation all = measurement.flow();
    ModelMeasurement.Score score = new ModelMeasurement.Score(all.correct(), all.problems());
    rows.add(row("all", score, measurement.singlePass().accuracy()));
    return rows.toString();
  }

  private static String row(String steps, ModelMeasurement.Score flow, double singlePass) {
    return format(
        "| %s | %d | %s | %s |",
        steps, flow.problems(), percent(flow.accuracy()), percent(singlePass));
  }

  private static String errorRows(ModelMeasurement measurement) {
    Map<ErrorKind, Integer> errors = measurement.errors();
    int all = errors.values().stream().mapToInt(Integer::intValue).sum();
    StringJoiner rows = new StringJoiner("\n");
    errors.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .forEach(
            error ->
                rows.add(
                    format(
                        "* %s: %s",
                        percent((double) error.getValue() / all), error.getKey().description())));
    return rows.toString();
  }

  private static String percent(double share) {
    return format("%.1f %%", 100 * share);
  }

  /** The card looks the same wherever it is written. */
  private static String format(String text, Object... values) {
    return String.format(Locale.ROOT, text, values);
  }

  private static String shown(String text) {
    return text.replace("\n", "⏎");
  }
}
