package dev.flowdpo.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.testing.Chunks;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import org.junit.jupiter.api.Test;

class PartialAnswerTest {
  private static final Problem PROBLEM = Problem.of("How many?");

  @Test
  void aRootIsEmpty() {
    PartialAnswer root = PartialAnswer.start(PROBLEM);
    assertThat(root.problem()).isSameAs(PROBLEM);
    assertThat(root.depth()).isZero();
    assertThat(root.chunks()).isEmpty();
    assertThat(root.parent()).isEmpty();
    assertThat(root.lastChunk()).isEmpty();
    assertThat(root.text()).isEmpty();
    assertThat(root.contentTokens()).isEqualTo(TokenIds.of());
    assertThat(root.endedBySequenceEnd()).isFalse();
  }

  @Test
  void appendingLeavesTheParentAndSharesIt() {
    PartialAnswer prefix = Chunks.answer(PROBLEM, "ab");
    PartialAnswer one = prefix.append(Chunks.of("c"));
    PartialAnswer two = prefix.append(Chunks.of("d"));
    assertThat(prefix.text()).isEqualTo("ab");
    assertThat(one.text()).isEqualTo("abc");
    assertThat(two.text()).isEqualTo("abd");
    assertThat(one.parent().orElseThrow()).isSameAs(prefix).isSameAs(two.parent().orElseThrow());
    assertThat(one.depth()).isEqualTo(2);
  }

  @Test
  void endsOfSequenceAreLeftOutOfTheContentEverywhere() {
    PartialAnswer answer =
        PartialAnswer.start(PROBLEM)
            .append(Chunks.ending("ab"))
            .append(Chunks.of("c"))
            .append(Chunks.ending(""));
    assertThat(answer.contentTokens()).isEqualTo(Chunks.ids("abc"));
    assertThat(answer.text()).isEqualTo("abc");
    assertThat(answer.endedBySequenceEnd()).isTrue();
    assertThat(answer.parent().orElseThrow().endedBySequenceEnd()).isFalse();
  }

  @Test
  void equalityIsIdentity() {
    assertThat(Chunks.answer(PROBLEM, "a")).isNotEqualTo(Chunks.answer(PROBLEM, "a"));
  }

  @Test
  void aVeryDeepAnswerIsReadWithoutRecursion() {
    PartialAnswer answer = PartialAnswer.start(PROBLEM);
    for (int i = 0; i < 20_000; i++) {
      answer = answer.append(Chunks.of("a"));
    }
    assertThat(answer.text()).hasSize(20_000);
    assertThat(answer.contentTokens().length()).isEqualTo(20_000);
  }

  @Test
  void contentOfAChunk() {
    assertThat(Chunks.of("ab").contentTokens()).isEqualTo(Chunks.ids("ab"));
    assertThat(Chunks.ending("ab").contentTokens()).isEqualTo(Chunks.ids("ab"));
    assertThat(Chunks.ending("").contentTokens()).isEqualTo(TokenIds.of());
  }

  @Test
  void badCarriersAreRefused() {
    assertThatThrownBy(() -> Chunk.of(TokenIds.of(), "", 0, false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at least one token");
    assertThatThrownBy(() -> Chunk.of(TokenIds.of(1), "", Double.NaN, false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> new StopDecision(true, 1.5))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("stopProbability: expected a number in [0.0, 1.0], found 1.5.");
    assertThatThrownBy(
            () -> new ChunkRequest(PartialAnswer.start(PROBLEM), 0, SamplingOptions.greedy(), 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("maxTokens");
  }

  @Test
  void samplingOptionsAreChecked() {
    assertThat(SamplingOptions.greedy().isGreedy()).isTrue();
    assertThat(SamplingOptions.of(0.7))
        .isEqualTo(SamplingOptions.builder().temperature(0.7).topK(0).topP(1).build());
    assertThat(SamplingOptions.of(0.7).isGreedy()).isFalse();
    assertRefused(() -> SamplingOptions.of(-0.1), "temperature");
    assertRefused(() -> SamplingOptions.of(Double.NaN), "temperature");
    assertRefused(() -> SamplingOptions.builder().temperature(1).topK(-1).topP(1).build(), "topK");
    assertRefused(() -> SamplingOptions.builder().temperature(1).topK(0).topP(0).build(), "topP");
    assertRefused(
        () -> SamplingOptions.builder().temperature(1).topK(0).topP(1.01).build(), "topP");
  }

  @Test
  void aFlippedDecisionKeepsItsProbability() {
    assertThat(new StopDecision(true, 0.8).flipped()).isEqualTo(new StopDecision(false, 0.8));
  }

  private static void assertRefused(Runnable making, String name) {
    assertThatThrownBy(making::run)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(name + ": expected");
  }
}
