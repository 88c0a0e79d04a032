package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.reference.Reference;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A model whose sequences are bounded to 32 tokens, fewer than its configuration allows. */
class LimitsTest {
  private static final int MOST = 32;

  private static FrozenBase base;
  private static ReferenceFlow flow;

  @BeforeAll
  static void load() {
    Checkpoint checkpoint = Checkpoint.open(Reference.of("gqa-tied").folder());
    base = FrozenBase.load(checkpoint, new SessionSettings(1, MOST));
    flow = new ReferenceFlow("gqa-tied", true, base);
  }

  @AfterAll
  static void close() {
    base.close();
  }

  @Test
  void settingsBoundTheModel() {
    assertThat(base.maxTokens()).isEqualTo(MOST);
    assertThat(Reference.of("gqa-tied").base().maxTokens()).isEqualTo(128);
  }

  /** Up to the limit every chunk is what a model without this limit writes; then come only ends. */
  @Test
  void answerEndsWhereTheModelEnds() {
    ReferenceFlow unbounded = new ReferenceFlow("gqa-tied", true);
    Problem problem = flow.problem(new Random(3), 10);
    FlowPolicy policy = flow.policy().snapshot();
    StopJudge judge = flow.judge().snapshot();
    FlowPolicy other = unbounded.policy().snapshot();
    PartialAnswer answer = PartialAnswer.start(problem);
    PartialAnswer expected = PartialAnswer.start(problem);
    for (int i = 0; i < 8; i++) {
      answer = answer.append(extend(policy, answer, 5));
      expected = expected.append(extend(other, expected, 5));
      // The stop question still fits.
      assertThat(judge.judge(List.of(answer))).hasSize(1);
    }
    TokenIds written = answer.contentTokens();
    int room = MOST - flow.read(PartialAnswer.start(problem)).length;
    assertThat(written.length()).isEqualTo(room - ReferenceFlow.STOP_QUESTION.length - 1);
    assertThat(written).isEqualTo(expected.contentTokens().slice(0, written.length()));
    assertThat(answer.endedBySequenceEnd()).isTrue();
  }

  private static Chunk extend(FlowPolicy policy, PartialAnswer prefix, int tokens) {
    return policy
        .extend(List.of(new ChunkRequest(prefix, tokens, SamplingOptions.greedy(), 0)))
        .get(0);
  }

  @Test
  void rowsNearTheLimitDoNotShortenOthers() {
    FlowPolicy policy = flow.policy();
    Random random = new Random(4);
    List<ChunkRequest> requests = new ArrayList<>();
    for (int length : new int[] {2, 22, 24}) {
      requests.add(
          new ChunkRequest(
              PartialAnswer.start(flow.problem(random, length)), 9, SamplingOptions.of(1e-3), 1));
    }
    List<Chunk> chunks = policy.extend(requests);
    assertThat(chunks.get(0).tokens().length()).isEqualTo(9);
    assertThat(chunks.get(1).tokens().length()).isEqualTo(4);
    assertThat(chunks.get(2).tokens().length()).isEqualTo(2);
  }

  @Test
  void promptWithoutRoomForAnAnswerIsRefused() {
    Problem problem = flow.problem(new Random(3), 27);
    assertThatThrownBy(() -> extend(flow.policy(), PartialAnswer.start(problem), 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(problem.id())
        .hasMessageContaining("29 tokens")
        .hasMessageContaining("at most 27")
        .hasMessageContaining("shorten the question");
  }

  /** Answers that another policy wrote, longer than this judge reads. */
  @Test
  void judgeRefusesWhatItCannotRead() {
    StopJudge judge = flow.judge().snapshot();
    PartialAnswer short1 = PartialAnswer.start(flow.problem(new Random(3), 20));
    PartialAnswer fits = short1.append(foreign(new int[7]));
    assertThat(judge.judge(List.of(fits))).hasSize(1);
    PartialAnswer tooLong = short1.append(foreign(new int[8]));
    assertThatThrownBy(() -> judge.judge(List.of(fits, tooLong)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("33 tokens")
        .hasMessageContaining("at most 32");
    PartialAnswer unknown = short1.append(foreign(new int[] {61}));
    assertThatThrownBy(() -> judge.judge(List.of(unknown)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("Token id 61")
        .hasMessageContaining("61 entries");
  }

  /** The policy goes on with answers that another policy began. */
  @Test
  void policyReadsChunksMadeElsewhere() {
    PartialAnswer root = PartialAnswer.start(flow.problem(new Random(3), 6));
    PartialAnswer begun = root.append(foreign(new int[] {5, 6, 7})).append(foreign(new int[] {9}));
    Chunk chunk = extend(flow.policy().snapshot(), begun, 6);
    new OneShotGreedy(flow)
        .check(
            List.of(
                new OneShotGreedy.Continuation(flow.read(begun), false, chunk.tokens().toArray())));
  }

  /** One chunk object under two parents: the same tokens, after different texts. */
  @Test
  void chunkUnderTwoParentsIsReadForEach() {
    FlowPolicy policy = flow.policy().snapshot();
    PartialAnswer first = PartialAnswer.start(flow.problem(new Random(3), 6));
    PartialAnswer second = PartialAnswer.start(flow.problem(new Random(4), 4));
    Chunk shared = extend(policy, first, 4);
    List<PartialAnswer> both = List.of(first.append(shared), second.append(shared));
    List<OneShotGreedy.Continuation> continuations = new ArrayList<>();
    for (PartialAnswer answer : List.of(both.get(0), both.get(1), both.get(0))) {
      continuations.add(
          new OneShotGreedy.Continuation(
              flow.read(answer),
              answer.endedBySequenceEnd(),
              extend(policy, answer, 4).tokens().toArray()));
    }
    new OneShotGreedy(flow).check(continuations);
  }

  /** Both in one call. */
  @Test
  void chunkUnderTwoParentsInOneCall() {
    FlowPolicy policy = flow.policy().snapshot();
    PartialAnswer first = PartialAnswer.start(flow.problem(new Random(3), 6));
    PartialAnswer second = PartialAnswer.start(flow.problem(new Random(4), 4));
    Chunk shared = extend(policy, first, 4);
    List<ChunkRequest> requests = new ArrayList<>();
    for (PartialAnswer parent : List.of(first, second)) {
      requests.add(new ChunkRequest(parent.append(shared), 4, SamplingOptions.greedy(), 0));
    }
    List<Chunk> chunks = policy.extend(requests);
    List<OneShotGreedy.Continuation> continuations = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      continuations.add(
          new OneShotGreedy.Continuation(
              flow.read(requests.get(i).prefix()), false, chunks.get(i).tokens().toArray()));
    }
    new OneShotGreedy(flow).check(continuations);
  }

  @Test
  void scorerFollowsTheBound() {
    assertThatThrownBy(
            () ->
                new CompletionScorer(base)
                    .tokenLogProbabilities(
                        flow.adapter(), List.of(new Completion(new int[30], new int[4]))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("33 tokens")
        .hasMessageContaining("at most 32");
  }

  private static Chunk foreign(int[] tokens) {
    return Chunk.of(TokenIds.copyOf(tokens), LetterTokenizer.letters(tokens), 0, false);
  }
}
