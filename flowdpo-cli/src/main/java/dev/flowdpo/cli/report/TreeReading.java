package dev.flowdpo.cli.report;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.List;

/** Reads off a rollout tree what is shown of it. Stateless. */
final class TreeReading {
  static final String FINISHED = "finished";
  static final String GO_ON = "go on";

  private TreeReading() {}

  static ReportTree tree(String note, RolloutTree tree, List<PreferencePair> pairs) {
    String id = tree.problem().id();
    List<PreferencePair> own = pairs.stream().filter(p -> p.problemId().equals(id)).toList();
    return new ReportTree(
        note,
        id,
        tree.problem().question(),
        tree.problem().answer().orElse(""),
        branch(tree.original()),
        tree.nodes().stream().map(node -> node(tree, node, own)).toList());
  }

  private static ReportNode node(RolloutTree tree, OutputNode node, List<PreferencePair> pairs) {
    return new ReportNode(
        node.index(),
        step(node.chunk(), node.decision()),
        node.alternatives().stream().map(TreeReading::branch).toList(),
        node.flipped().stream().map(TreeReading::branch).toList(),
        pairs.stream()
            .filter(pair -> pair.node() == node.index())
            .map(pair -> pair(tree, node, pair))
            .toList());
  }

  private static ReportBranch branch(Branch branch) {
    List<Chunk> chunks = branch.answer().chunks();
    List<ReportNode.Step> steps = new ArrayList<>(chunks.size());
    for (int i = 0; i < chunks.size(); i++) {
      steps.add(step(chunks.get(i), branch.decisions().get(i)));
    }
    return new ReportBranch(steps, branch.text(), branch.finishReason(), verdict(branch.verdict()));
  }

  private static ReportNode.Step step(Chunk chunk, StopDecision decision) {
    int tokens = chunk.hasTokens() ? chunk.tokens().length() : 0;
    return new ReportNode.Step(chunk.text(), tokens, decision.stop(), decision.stopProbability());
  }

  private static ReportBranch.Outcome verdict(Verdict verdict) {
    return new ReportBranch.Outcome(
        verdict.known(),
        verdict.isCorrect(),
        verdict.reward().orElse(0),
        verdict.reason().orElse(""),
        verdict.answer());
  }

  private static ReportPair pair(RolloutTree tree, OutputNode node, PreferencePair pair) {
    boolean answers = pair.role() == AdapterRole.ANSWER;
    boolean stopIsChosen = !answers && stopIsChosen(tree, node, pair);
    return new ReportPair(
        pair.role(),
        answers ? chunkText(node, pair.chosen().tokens()) : stopIsChosen ? FINISHED : GO_ON,
        answers ? chunkText(node, pair.rejected().tokens()) : stopIsChosen ? GO_ON : FINISHED,
        pair.chosen().reward(),
        pair.rejected().reward(),
        pair.chosen().tokens().asList(),
        pair.rejected().tokens().asList());
  }

  /** Returns the text of the chunk with these tokens among those tried at the node. */
  private static String chunkText(OutputNode node, TokenIds tokens) {
    if (node.chunk().tokens().equals(tokens)) {
      return node.chunk().text();
    }
    return node.alternatives().stream()
        .map(branch -> branch.answer().chunks().get(node.index()))
        .filter(chunk -> chunk.tokens().equals(tokens))
        .map(Chunk::text)
        .findFirst()
        .orElse("tokens " + tokens);
  }

  /**
   * The tokens of the two decisions are the model's matter, so the rewards tell which is which; a
   * tie forms a pair only where the earlier stop is preferred.
   */
  private static boolean stopIsChosen(RolloutTree tree, OutputNode node, PreferencePair pair) {
    if (pair.chosen().reward() == pair.rejected().reward()) {
      return true;
    }
    double original = tree.original().verdict().reward().orElse(0);
    boolean originalIsChosen = original == pair.chosen().reward();
    return node.decision().stop() == originalIsChosen;
  }
}
