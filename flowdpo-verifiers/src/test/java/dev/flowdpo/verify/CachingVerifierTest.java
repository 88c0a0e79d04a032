package dev.flowdpo.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.BatchVerifier;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CachingVerifierTest {
  private static final Problem PROBLEM = Problem.builder("q").id("p").answer("2").build();
  private final AtomicInteger calls = new AtomicInteger();
  private final Verifier counting =
      attempt -> {
        calls.incrementAndGet();
        if (attempt.answer().equals("throw")) {
          throw new IllegalStateException("no");
        }
        return attempt.answer().isEmpty()
            ? Verdict.unknown("empty")
            : Verdict.correct(attempt.answer());
      };

  @Test
  void theSameContentIsJudgedOnce() {
    Verifier cache = CachingVerifier.of(counting, 10);
    assertThat(cache).isNotInstanceOf(BatchVerifier.class);
    assertThat(cache.verify(PROBLEM, "a")).isEqualTo(Verdict.correct("a"));
    assertThat(cache.verify(PROBLEM, "a")).isEqualTo(Verdict.correct("a"));
    assertThat(cache.verify(Problem.builder("q").id("other id").answer("2").build(), "a").known())
        .isTrue();
    assertThat(calls).hasValue(1);
  }

  @Test
  void everyPartOfTheContentCounts() {
    Verifier cache = CachingVerifier.of(counting, 10);
    cache.verify(PROBLEM, "a");
    cache.verify(PROBLEM, "b");
    cache.verify(Problem.builder("q").id("p").answer("3").build(), "a");
    cache.verify(Problem.builder("r").id("p").answer("2").build(), "a");
    cache.verify(
        Problem.builder("q").id("p").answer("2").attributes(Map.of("x", "1")).build(), "a");
    cache.verify(Problem.builder("q2").id("p").build(), "a");
    cache.verify(Problem.builder("q").id("p").answer("2a").build(), "b");
    assertThat(calls).hasValue(7);
  }

  @Test
  void whatIsUnknownOrThrownIsAskedAgain() {
    Verifier cache = CachingVerifier.of(counting, 10);
    cache.verify(PROBLEM, "");
    cache.verify(PROBLEM, "");
    assertThat(calls).hasValue(2);
    assertThatThrownBy(() -> cache.verify(PROBLEM, "throw")).hasMessage("no");
    assertThatThrownBy(() -> cache.verify(PROBLEM, "throw")).hasMessage("no");
    assertThat(calls).hasValue(4);
  }

  @Test
  void itsSizeIsBounded() {
    Verifier cache = CachingVerifier.of(counting, 1);
    cache.verify(PROBLEM, "a");
    cache.verify(PROBLEM, "b");
    cache.verify(PROBLEM, "a");
    assertThat(calls).hasValue(3);
    assertThatThrownBy(() -> CachingVerifier.of(counting, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("size: ");
  }

  @Test
  void aBatchGetsWhatIsNewOnceAndInOrder() {
    List<List<String>> batches = new ArrayList<>();
    BatchVerifier remote =
        attempts -> {
          batches.add(attempts.stream().map(Attempt::answer).toList());
          return attempts.stream().map(a -> counting.verify(a.problem(), a.answer())).toList();
        };
    BatchVerifier cache = (BatchVerifier) CachingVerifier.of(remote, 10);

    cache.verifyAll(attempts("a", "b", "a", ""));
    List<Verdict> second = cache.verifyAll(attempts("c", "b", "", "a"));
    cache.verifyAll(attempts("a", "b"));
    List<Verdict> failing = cache.verifyAll(attempts("a", "throw"));

    assertThat(batches).containsExactly(List.of("a", "b", ""), List.of("c", ""), List.of("throw"));
    assertThat(second)
        .extracting(v -> v.reason().orElse(""))
        .containsExactly("c", "b", "empty", "a");
    assertThat(failing).extracting(Verdict::failure).containsExactly(false, true);
    assertThat(cache.verify(PROBLEM, "b").reason().orElse("")).isEqualTo("b");
  }

  @Test
  void manyThreadsGetTheirOwnVerdicts() {
    Verifier cache = CachingVerifier.of(counting, 50);
    assertThat(
            IntStream.range(0, 10_000)
                .parallel()
                .mapToObj(i -> "answer " + i % 100)
                .allMatch(
                    answer -> cache.verify(PROBLEM, answer).reason().orElse("").equals(answer)))
        .isTrue();
  }

  private static List<Attempt> attempts(String... answers) {
    return Arrays.stream(answers).map(answer -> Attempt.of(PROBLEM, answer)).toList();
  }
}
