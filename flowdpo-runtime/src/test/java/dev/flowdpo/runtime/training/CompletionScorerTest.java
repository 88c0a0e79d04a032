package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.reference.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CompletionScorerTest {
  static Stream<String> checkpoints() {
    return Stream.of(Reference.names(), Reference.halfPrecisionNames(), Reference.architectures())
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void equalsPyTorch(String name) {
    Reference reference = Reference.of(name);
    CompletionScorer scorer = new CompletionScorer(reference.base());
    List<JsonNode> rows = reference.lines("logprobs.jsonl");
    assertThat(rows).isNotEmpty();
    for (boolean adapter : new boolean[] {false, true}) {
      List<JsonNode> own =
          rows.stream().filter(row -> row.get("adapter").booleanValue() == adapter).toList();
      if (own.isEmpty()) {
        continue;
      }
      List<Completion> completions =
          own.stream().map(row -> afterFirst(Reference.integers(row.get("tokens")))).toList();
      // All rows in one call: shorter sequences are padded.
      List<float[]> found = scorer.tokenLogProbabilities(reference.adapter(adapter), completions);
      for (int i = 0; i < own.size(); i++) {
        assertClose(found.get(i), Reference.reals(own.get(i).get("logProbabilities")), 1e-4);
      }
    }
  }

  private static Completion afterFirst(int[] tokens) {
    return new Completion(new int[] {tokens[0]}, Arrays.copyOfRange(tokens, 1, tokens.length));
  }

  private static void assertClose(float[] found, double[] expected, double tolerance) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i])
          .as("log-probability %s", i)
          .isCloseTo(expected[i], within(tolerance));
    }
  }

  @Test
  void promptIsNotScored() {
    Reference reference = Reference.of("gqa-tied");
    CompletionScorer scorer = new CompletionScorer(reference.base());
    AdapterSnapshot adapter = reference.adapter(true);
    int[] tokens = {10, 56, 15, 42, 47, 12, 9};
    float[] all = scorer.tokenLogProbabilities(adapter, List.of(afterFirst(tokens))).get(0);
    Completion last =
        new Completion(Arrays.copyOf(tokens, 4), Arrays.copyOfRange(tokens, 4, tokens.length));
    float[] end = scorer.tokenLogProbabilities(adapter, List.of(last)).get(0);
    assertThat(end).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(end[i]).isCloseTo(all[i + 3], within(1e-5f));
    }
  }

  @Test
  void manyCompletionsGiveWhatEachGivesAlone() {
    Reference reference = Reference.of("mha-untied");
    CompletionScorer scorer = new CompletionScorer(reference.base());
    AdapterSnapshot adapter = reference.adapter(true);
    Random random = new Random(8);
    List<Completion> completions = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      completions.add(
          new Completion(
              random.ints(1 + random.nextInt(60), 0, 67).toArray(),
              random.ints(1 + random.nextInt(60), 0, 67).toArray()));
    }
    List<float[]> together = scorer.tokenLogProbabilities(adapter, completions);
    for (int i = 0; i < completions.size(); i++) {
      float[] alone = scorer.tokenLogProbabilities(adapter, List.of(completions.get(i))).get(0);
      assertThat(together.get(i)).hasSize(completions.get(i).completion().length);
      for (int j = 0; j < alone.length; j++) {
        assertThat(together.get(i)[j]).isCloseTo(alone[j], within(1e-4f));
      }
    }
  }

  @Test
  void noCompletionsGiveNothing() {
    Reference reference = Reference.of("gqa-tied");
    assertThat(
            new CompletionScorer(reference.base())
                .tokenLogProbabilities(reference.adapter(false), List.of()))
        .isEmpty();
  }

  @Test
  void tokenOutsideTheVocabularyIsRefused() {
    Reference reference = Reference.of("gqa-tied");
    CompletionScorer scorer = new CompletionScorer(reference.base());
    AdapterSnapshot adapter = reference.adapter(false);
    for (Completion wrong :
        List.of(
            new Completion(new int[] {-1}, new int[] {3}),
            new Completion(new int[] {61}, new int[] {3}),
            new Completion(new int[] {3}, new int[] {61}),
            new Completion(new int[] {3}, new int[] {4, -7, 5}))) {
      assertThatThrownBy(() -> scorer.tokenLogProbabilities(adapter, List.of(wrong)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageMatching("Token id (-1|61|-7) is outside the vocabulary of 61 entries");
    }
  }

  @Test
  void lengthOfASequenceIsBounded() {
    Reference reference = Reference.of("gqa-tied");
    CompletionScorer scorer = new CompletionScorer(reference.base());
    AdapterSnapshot adapter = reference.adapter(false);
    Completion longest = new Completion(new int[1], new int[128]);
    assertThat(scorer.tokenLogProbabilities(adapter, List.of(longest)).get(0)).hasSize(128);
    Completion tooLong = new Completion(new int[2], new int[128]);
    assertThatThrownBy(() -> scorer.tokenLogProbabilities(adapter, List.of(longest, tooLong)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("129 tokens")
        .hasMessageContaining("at most 128");
  }

  @Test
  void emptyPartIsRefused() {
    assertThatThrownBy(() -> new Completion(new int[0], new int[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Completion(new int[1], new int[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
