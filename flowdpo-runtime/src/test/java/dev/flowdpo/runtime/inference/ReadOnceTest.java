package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.Flow;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** No token is read twice under one adapter: neither in a solve, nor in the branches of a tree. */
class ReadOnceTest {
  private final ReferenceFlow flow = new ReferenceFlow("wide-heads-tied", true);
  private final RecordingPrefill answerReads = new RecordingPrefill(flow.base());
  private final RecordingPrefill judgeReads = new RecordingPrefill(flow.base());
  private final RecordingDecoder decodes = new RecordingDecoder(flow.base());
  private final AnswerPolicy policy =
      new AnswerPolicy(
          flow.base(), flow.prompts(), flow.tokenizer(), flow.slot(), answerReads, decodes);
  private final AdapterStopJudge judge =
      new AdapterStopJudge(
          flow.base(), flow.prompts(), flow.slot(), judgeReads, new StopLimit(0.5, 0));

  /** Where tokens were read: from (inclusive) and to (exclusive), as places in the whole text. */
  private record Span(int from, int to) {}

  private static final class RecordingPrefill extends Prefill {
    private final List<Span> spans = new ArrayList<>();

    RecordingPrefill(FrozenBase base) {
      super(base);
    }

    @Override
    List<Result> run(AdapterSnapshot adapter, List<Request> requests, int[] candidates) {
      requests.forEach(request -> spans.add(new Span(request.past().length(), request.end())));
      return super.run(adapter, requests, candidates);
    }
  }

  private static final class RecordingDecoder extends ChunkDecoder {
    private final List<Span> spans = new ArrayList<>();

    RecordingDecoder(FrozenBase base) {
      super(base);
    }

    @Override
    List<Decoded> run(
        AdapterSnapshot adapter,
        List<Row> rows,
        int maxSteps,
        SamplingOptions sampling,
        Consumer<Runnable> abortable) {
      List<Decoded> decoded = super.run(adapter, rows, maxSteps, sampling, abortable);
      for (int i = 0; i < rows.size(); i++) {
        int begin = rows.get(i).prefix().length();
        spans.add(new Span(begin, begin + decoded.get(i).block().length()));
      }
      return decoded;
    }
  }

  @Test
  void solveReadsEveryTokenOncePerAdapter() {
    // A judge that never stops, so that the solve has all its chunks.
    Flow solver = Flow.builder().policy(policy).judge(goingOn(judge.snapshot())).build();
    Problem problem = flow.problem(new Random(1), 11);
    int prompt = flow.read(PartialAnswer.start(problem)).length;
    Solution solution =
        solver
            .withOptions(
                options ->
                    options.chunkSize(9).maxChunks(6).sampling(SamplingOptions.of(0.5)).seed(3))
            .solve(problem);
    assertThat(solution.chunks()).hasSize(6);
    int tokens = solution.chunks().stream().mapToInt(chunk -> chunk.tokens().length()).sum();
    assertThat(tokens).as("no end of sequence").isEqualTo(6 * 9);

    // All but the last token, which nothing was asked about.
    List<Span> answer = new ArrayList<>(answerReads.spans);
    answer.addAll(decodes.spans);
    assertReadOnce(answer, prompt + tokens - 1);
    assertThat(answerReads.spans).containsExactly(new Span(0, prompt - 1));
    assertReadOnce(withoutQuestion(judgeReads.spans), prompt + tokens);
    assertThat(judgeReads.spans).hasSize(6);
  }

  private static StopJudge goingOn(StopJudge judge) {
    return partials ->
        judge.judge(partials).stream()
            .map(decision -> new StopDecision(false, decision.stopProbability()))
            .toList();
  }

  @Test
  void treeReadsEveryTokenOncePerAdapter() {
    Random random = new Random(2);
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      problems.add(flow.problem(random, 4 + 5 * i));
    }
    FlowOptions options =
        FlowOptions.builder()
            .chunkSize(6)
            .maxChunks(4)
            .sampling(SamplingOptions.of(1))
            .seed(5)
            .build();
    List<RolloutTree> trees =
        RolloutSampler.tree()
            .sample(
                RolloutRequest.builder(
                        problems,
                        policy.snapshot(),
                        judge.snapshot(),
                        attempt -> Verdict.unknown("none"))
                    .options(options)
                    .rolloutsPerNode(2)
                    .seed(7)
                    .build());
    Set<PartialAnswer> nodes = new HashSet<>();
    int expected = 0;
    int chunks = 0;
    for (RolloutTree tree : trees) {
      expected += flow.read(PartialAnswer.start(tree.problem())).length;
      for (PartialAnswer node : nodes(tree)) {
        if (nodes.add(node)) {
          expected += node.lastChunk().orElseThrow().contentTokens().length();
          chunks++;
        }
      }
    }
    assertThat(chunks).isGreaterThan(20);
    int read = withoutQuestion(judgeReads.spans).stream().mapToInt(s -> s.to() - s.from()).sum();
    assertThat(read).isEqualTo(expected);
    assertThat(answerReads.spans).as("only the questions were read").hasSize(3);
  }

  /** Returns every node of every branch, once or more often. */
  private static List<PartialAnswer> nodes(RolloutTree tree) {
    List<PartialAnswer> leaves = new ArrayList<>(List.of(tree.original().answer()));
    for (OutputNode node : tree.nodes()) {
      node.alternatives().stream().map(Branch::answer).forEach(leaves::add);
      node.flipped().map(Branch::answer).ifPresent(leaves::add);
    }
    List<PartialAnswer> nodes = new ArrayList<>();
    for (PartialAnswer leaf : leaves) {
      for (PartialAnswer node = leaf;
          node.parent().isPresent();
          node = node.parent().orElseThrow()) {
        nodes.add(node);
      }
    }
    return nodes;
  }

  private static List<Span> withoutQuestion(List<Span> spans) {
    int question = ReferenceFlow.STOP_QUESTION.length;
    return spans.stream().map(span -> new Span(span.from(), span.to() - question)).toList();
  }

  private static void assertReadOnce(List<Span> spans, int tokens) {
    int[] reads = new int[tokens];
    for (Span span : spans) {
      for (int place = span.from(); place < span.to(); place++) {
        reads[place]++;
      }
    }
    assertThat(reads).containsOnly(1);
  }
}
