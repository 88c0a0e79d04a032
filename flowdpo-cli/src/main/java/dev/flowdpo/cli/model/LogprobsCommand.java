package dev.flowdpo.cli.model;

import com.google.common.collect.Lists;
import com.google.common.primitives.Floats;
import dev.flowdpo.cli.options.EngineOptions;
import dev.flowdpo.cli.options.OutputOptions;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code logprobs}: what the model thinks of given token ids. Needs no tokenizer. */
@Command(
    name = "logprobs",
    description = {
      "Computes the log-probability of every token given all tokens before it, from the second on.",
      "JSON, a line per row: {\"logProbs\":[…]}, natural logarithms, one fewer than tokens."
    })
public final class LogprobsCommand implements Callable<Integer> {
  private static final int ROWS_AT_ONCE = 256;

  @Mixin private OutputOptions output;
  @Mixin private EngineOptions model;

  @Option(
      names = "--tokens",
      paramLabel = "FILE.jsonl",
      required = true,
      description = "Rows {\"tokens\":[ids]}, one a line.")
  private Path tokens;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "A PEFT adapter folder to apply; default: none.")
  private Optional<Path> adapter = Optional.empty();

  /** What is printed per row. */
  record Row(List<Float> logProbs) {}

  @Override
  public Integer call() {
    String text = JsonText.read(tokens);
    try (FrozenBase base = model.base()) {
      AdapterSnapshot snapshot =
          adapter
              .map(
                  folder ->
                      AdapterSnapshot.of(base.config(), PeftAdapters.read(folder, base.config())))
              .orElseGet(() -> AdapterSnapshot.none(base.config()));
      CompletionScorer scorer = new CompletionScorer(base);
      int row = 0;
      for (List<TokenIds> rows : Lists.partition(rows(text, base), ROWS_AT_ONCE)) {
        for (float[] logProbs : score(scorer, snapshot, rows)) {
          print(++row, logProbs);
        }
      }
    }
    return 0;
  }

  private List<TokenIds> rows(String text, FrozenBase base) {
    List<TokenIds> rows = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (!line.isBlank()) {
        rows.add(row(tokens + ", line " + number, line, base));
      }
    }
    if (rows.isEmpty()) {
      throw new InvalidInputException(
          tokens + ": expected at least one row {\"tokens\":[…]}, found none");
    }
    return rows;
  }

  private static TokenIds row(String where, String line, FrozenBase base) {
    TokenIds ids =
        TokenIdsJson.read(
            where, JsonText.object(where, line), "tokens", base.config().vocabularySize());
    if (ids.length() > base.maxTokens() + 1) { // the last token is not read, only looked up
      throw new InvalidInputException(
          "%s: \"tokens\": expected at most %d tokens, which the model can read, found %d"
              .formatted(where, base.maxTokens() + 1, ids.length()));
    }
    return ids;
  }

  /** Scores the rows; a row of one token has nothing to score. */
  private static List<float[]> score(
      CompletionScorer scorer, AdapterSnapshot adapter, List<TokenIds> rows) {
    List<Completion> completions =
        rows.stream()
            .filter(row -> row.length() > 1)
            .map(
                row ->
                    new Completion(row.slice(0, 1).toArray(), row.slice(1, row.length()).toArray()))
            .toList();
    Iterator<float[]> scored = scorer.tokenLogProbabilities(adapter, completions).iterator();
    return rows.stream().map(row -> row.length() > 1 ? scored.next() : new float[0]).toList();
  }

  private void print(int row, float[] logProbs) {
    double sum = 0;
    for (float logProb : logProbs) {
      sum += logProb;
    }
    output.report().printf("row %d: %d tokens scored, sum %.6f%n", row, logProbs.length, sum);
    output.result(new Row(Floats.asList(logProbs)));
  }
}
