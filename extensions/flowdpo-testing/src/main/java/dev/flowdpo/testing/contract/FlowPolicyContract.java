package dev.flowdpo.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link FlowPolicy} keeps: a chunk depends on its own request only, never on the other
 * rows, on what ran before or on what runs beside it; chunks come one per request, in order, within
 * their limit; snapshots do not change.
 *
 * <p>Tokens, text and end of sequence must agree exactly. Log-probabilities, whose last digits
 * depend on the shape of a batch, must agree within {@link #tolerance()}. A policy that tells no
 * tokens is held to what its text shows.
 */
@Timeout(600)
public abstract class FlowPolicyContract {
  private static final int MANY = 65;
  private static final int LONGEST = 32;

  /** Creates the tests. */
  protected FlowPolicyContract() {}

  /** {@return the policy under test; the same or an equal one at each call within one test} */
  protected abstract FlowPolicy policy();

  /**
   * {@return what changes the policy as a learner does, so that it writes with other probabilities
   * afterwards; by default empty, for a policy that never learns}
   */
  protected Optional<Runnable> update() {
    return Optional.empty();
  }

  /** {@return problems that the policy can answer, at least two, all different} */
  protected List<Problem> problems() {
    return List.of(
        Problem.of("Tom has 3 bags with 4 apples each. How many apples has he?", "12"),
        Problem.of("Ann has 3 pens and buys 2 more. How many has she now?", "5"),
        Problem.of("Mary has 9 eggs and eats 4. How many are left?", "5"));
  }

  /** {@return the most tokens of a chunk in these tests; by default 8} */
  protected int chunkSize() {
    return 8;
  }

  /** {@return by how much log-probabilities of equal chunks may differ; by default 0.001} */
  protected double tolerance() {
    return 1e-3;
  }

  /**
   * {@return a prefix that the policy itself ended with its end of sequence; empty for a policy
   * that never does. By default it is looked for in up to 32 greedy chunks on each problem}
   */
  protected Optional<PartialAnswer> endedAnswer() {
    for (Problem problem : problems()) {
      PartialAnswer answer = PartialAnswer.start(problem);
      for (int i = 0; i < LONGEST && !answer.endedBySequenceEnd(); i++) {
        ChunkRequest request = new ChunkRequest(answer, chunkSize(), SamplingOptions.greedy(), i);
        answer = answer.append(policy().extend(List.of(request)).get(0));
      }
      if (answer.endedBySequenceEnd()) {
        return Optional.of(answer);
      }
    }
    throw new AssertionError(
        "expected the policy to end one of %d answers within %d chunks, found that it went on;"
                .formatted(problems().size(), LONGEST)
            + " override endedAnswer()");
  }

  @Test
  void writesOneChunkPerRequestInOrder() {
    List<ChunkRequest> requests = requests(policy(), 0);
    List<Chunk> chunks = policy().extend(requests);
    assertThat(chunks).hasSameSizeAs(requests);
    List<ChunkRequest> reversed = new ArrayList<>(requests);
    Collections.reverse(reversed);
    List<Chunk> back = new ArrayList<>(policy().extend(reversed));
    Collections.reverse(back);
    assertSame(back, chunks);
  }

  @Test
  void aRowDoesNotDependOnTheOthers() {
    List<ChunkRequest> requests = requests(policy(), 1);
    List<Chunk> together = policy().extend(requests);
    assertSame(alone(policy(), requests), together);
  }

  @Test
  void theSameSeedGivesTheSameChunk() {
    List<ChunkRequest> requests = requests(policy(), 2);
    assertSame(policy().extend(requests), policy().extend(requests));
    ChunkRequest one = requests.get(0);
    List<Chunk> twice = policy().extend(List.of(one, one));
    assertSame(twice.subList(1, 2), twice.subList(0, 1));
  }

  @Test
  void aCopyOfAPrefixIsExtendedLikeThePrefix() {
    List<ChunkRequest> requests = requests(policy(), 3);
    List<Chunk> expected = policy().extend(requests);
    List<ChunkRequest> copies =
        requests.stream()
            .map(r -> new ChunkRequest(copy(r.prefix()), r.maxTokens(), r.sampling(), r.seed()))
            .toList();
    assertSame(policy().extend(copies), expected);
  }

  @Test
  void aBatchMayHaveAnySize() {
    List<ChunkRequest> few = requests(policy(), 4);
    List<ChunkRequest> many =
        IntStream.range(0, MANY).mapToObj(i -> few.get(i % few.size())).toList();
    List<Chunk> expected = policy().extend(few);
    List<Chunk> found = policy().extend(many);
    assertThat(found).hasSize(MANY);
    for (int i = 0; i < MANY; i++) {
      assertSame(found.subList(i, i + 1), List.of(expected.get(i % few.size())));
    }
  }

  @Test
  void aChunkHasNoMoreTokensThanAllowed() {
    for (int limit : new int[] {1, 2, chunkSize()}) {
      for (ChunkRequest r : requests(policy(), 5)) {
        Chunk chunk =
            policy()
                .extend(List.of(new ChunkRequest(r.prefix(), limit, r.sampling(), r.seed())))
                .get(0);
        assertThat(!chunk.hasTokens() || chunk.tokens().length() <= limit)
            .as("%s has at most %d tokens", chunk, limit)
            .isTrue();
        assertThat(chunk.logProbability().orElse(0)).isLessThanOrEqualTo(0);
      }
    }
  }

  @Test
  void afterAGoOnTheFirstTokenIsNeverTheEndOfSequence() {
    Optional<PartialAnswer> ended = endedAnswer();
    ended.ifPresent(
        prefix -> {
          assertThat(prefix.endedBySequenceEnd()).isTrue();
          for (int seed = 0; seed < 8; seed++) {
            SamplingOptions sampling = seed == 0 ? SamplingOptions.greedy() : SamplingOptions.of(1);
            Chunk next =
                policy()
                    .extend(List.of(new ChunkRequest(prefix, chunkSize(), sampling, seed)))
                    .get(0);
            assertThat(next.hasTokens() ? next.contentTokens().isEmpty() : next.text().isEmpty())
                .isFalse();
          }
        });
  }

  @Test
  void theRoomThatIsLeftShrinksByWhatIsWritten() {
    FlowPolicy snapshot = policy().snapshot();
    for (ChunkRequest request : requests(snapshot, 8)) {
      PartialAnswer next = request.prefix().append(snapshot.extend(List.of(request)).get(0));
      OptionalInt before = snapshot.room(request.prefix());
      OptionalInt after = snapshot.room(next);
      assertThat(after.isPresent()).isEqualTo(before.isPresent());
      if (before.isPresent()) {
        boolean counted = next.chunks().stream().allMatch(Chunk::hasTokens);
        int written =
            counted ? next.contentTokens().length() - request.prefix().contentTokens().length() : 0;
        assertThat(after.getAsInt()).isBetween(0, before.getAsInt() - written);
      }
    }
  }

  @Test
  void concurrentCallsGiveWhatSingleOnesGive() {
    List<ChunkRequest> requests = requests(policy(), 6);
    List<Chunk> expected = alone(policy(), requests);
    List<Supplier<List<Chunk>>> calls = new ArrayList<>();
    for (int i = 0; i < 2 * requests.size(); i++) {
      List<ChunkRequest> one = List.of(requests.get(i % requests.size()));
      calls.add(() -> policy().extend(one));
    }
    List<List<Chunk>> found = Concurrently.run(calls);
    for (int i = 0; i < found.size(); i++) {
      assertSame(found.get(i), List.of(expected.get(i % requests.size())));
    }
  }

  @Test
  void aSnapshotWritesLikeThePolicyAndDoesNotChange() {
    FlowPolicy snapshot = policy().snapshot();
    List<ChunkRequest> requests = requests(policy(), 7);
    List<Chunk> before = snapshot.extend(requests);
    assertSame(before, policy().extend(requests));
    update()
        .ifPresent(
            update -> {
              update.run();
              assertThat(logProbabilities(policy().extend(requests)))
                  .as("chunks of the live policy after the update")
                  .isNotEqualTo(logProbabilities(before));
              assertSame(snapshot.extend(requests), before);
              assertSame(snapshot.snapshot().extend(requests), before);
            });
  }

  /** Requests at the root and behind a chunk of each problem, greedy and drawn. */
  private List<ChunkRequest> requests(FlowPolicy policy, int seed) {
    List<ChunkRequest> requests = new ArrayList<>();
    for (Problem problem : problems()) {
      PartialAnswer root = PartialAnswer.start(problem);
      ChunkRequest first = new ChunkRequest(root, chunkSize(), SamplingOptions.of(1), seed);
      PartialAnswer next = root.append(policy.extend(List.of(first)).get(0));
      requests.add(first);
      requests.add(new ChunkRequest(root, chunkSize(), SamplingOptions.greedy(), seed));
      requests.add(new ChunkRequest(next, chunkSize(), SamplingOptions.of(1), seed + 100L));
    }
    return requests;
  }

  private static List<Chunk> alone(FlowPolicy policy, List<ChunkRequest> requests) {
    return requests.stream().map(request -> policy.extend(List.of(request)).get(0)).toList();
  }

  private static PartialAnswer copy(PartialAnswer answer) {
    PartialAnswer copy = PartialAnswer.start(answer.problem());
    for (Chunk chunk : answer.chunks()) {
      copy = copy.append(chunk);
    }
    return copy;
  }

  private void assertSame(List<Chunk> found, List<Chunk> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).writesSame(expected.get(i)))
          .as("row %d is %s, as expected: %s", i, found.get(i), expected.get(i))
          .isTrue();
      assertThat(found.get(i).hasTokens()).isEqualTo(expected.get(i).hasTokens());
      assertThat(found.get(i).text()).isEqualTo(expected.get(i).text());
      assertThat(found.get(i).endOfSequence()).isEqualTo(expected.get(i).endOfSequence());
      assertThat(found.get(i).logProbability().isPresent())
          .isEqualTo(expected.get(i).logProbability().isPresent());
      assertThat(found.get(i).logProbability().orElse(0))
          .as("log-probability of row %d", i)
          .isEqualTo(expected.get(i).logProbability().orElse(0), within(tolerance()));
    }
  }

  private static List<OptionalDouble> logProbabilities(List<Chunk> chunks) {
    return chunks.stream().map(Chunk::logProbability).toList();
  }
}
