package dev.flowdpo.preference;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes every chunk and every stop decision of the traces that end in a correct answer: of the
 * original path, and, where rollouts count too, of each branch from its fork on. The rejected side
 * of a decision is the opposite one. That of a chunk is a stand-in, the chunk without its last
 * token (or twice its only one), for objectives that ignore it. Immutable and thread-safe.
 *
 * @param rollouts whether branches count beside the original path
 */
record SuccessPairs(boolean rollouts) implements PairRule {

  @Override
  public List<PreferencePair> pairs(RolloutTree tree, PreferenceTokens tokens) {
    List<PreferencePair> pairs = new ArrayList<>();
    addTrace(pairs, tree.original(), 0, 0, tokens);
    for (OutputNode node : rollouts ? tree.nodes() : List.<OutputNode>of()) {
      for (Branch alternative : node.alternatives()) {
        addTrace(pairs, alternative, node.index(), node.index(), tokens);
      }
      node.flipped().ifPresent(f -> addTrace(pairs, f, node.index() + 1, node.index(), tokens));
    }
    return List.copyOf(pairs);
  }

  /** Adds a correct trace's chunks and decisions from these places on. */
  private static void addTrace(
      List<PreferencePair> pairs,
      Branch trace,
      int firstChunk,
      int firstDecision,
      PreferenceTokens tokens) {
    if (!trace.verdict().isCorrect()) {
      return;
    }
    PartialAnswer output = trace.answer();
    for (int node = output.depth() - 1; node >= firstDecision; node--) {
      PartialAnswer prefix = output.parent().orElseThrow();
      boolean stop = trace.decisions().get(node).stop();
      double reward = trace.verdict().reward().orElseThrow();
      String problem = trace.answer().problem().id();
      pairs.add(
          new PreferencePair(
              AdapterRole.STOP,
              tokens.stopPrompt(output),
              new RewardedCompletion(tokens.stopDecision(stop), reward),
              new RewardedCompletion(tokens.stopDecision(!stop), reward),
              problem,
              node));
      if (node >= firstChunk) {
        Chunk chunk = output.lastChunk().orElseThrow();
        pairs.add(
            new PreferencePair(
                AdapterRole.ANSWER,
                tokens.answerPrompt(prefix),
                RewardedCompletion.of(chunk, reward),
                new RewardedCompletion(standIn(chunk.tokens()), reward),
                problem,
                node));
      }
      output = prefix;
    }
  }

  private static TokenIds standIn(TokenIds chunk) {
    return chunk.length() > 1
        ? chunk.slice(0, chunk.length() - 1)
        : TokenIds.of(chunk.get(0), chunk.get(0));
  }
}
