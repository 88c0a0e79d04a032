package dev.flowdpo.preference;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.TokenIds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Takes all that was tried at a node as one group: its chunks for the Answer adapter, its two
 * decisions for the Stop adapter. A group is a pair of its best and its worst completion that
 * brings the others. Immutable and thread-safe.
 *
 * @param wholeAnswers whether the Answer adapter compares answers from the question on
 */
record GroupPairs(boolean wholeAnswers) implements PairRule {
  private static final double EQUAL = 1e-12;

  @Override
  public List<PreferencePair> pairs(RolloutTree tree, PreferenceTokens tokens) {
    List<PreferencePair> groups = new ArrayList<>();
    if (wholeAnswers && !tree.nodes().isEmpty()) {
      PartialAnswer question = tree.nodes().get(0).prefix();
      List<RewardedCompletion> answers =
          Stream.concat(
                  Stream.of(tree.original()),
                  tree.nodes().stream().flatMap(node -> node.alternatives().stream()))
              .filter(branch -> branch.verdict().known())
              .map(branch -> completion(branch, whole(branch.answer()), sampled(branch)))
              .toList();
      group(AdapterRole.ANSWER, tokens.answerPrompt(question), answers, question, 0)
          .ifPresent(groups::add);
    }
    for (OutputNode node : tree.nodes()) {
      if (!wholeAnswers) {
        List<RewardedCompletion> chunks =
            Stream.concat(Stream.of(tree.original()), node.alternatives().stream())
                .filter(branch -> branch.verdict().known())
                .map(branch -> chunk(branch, node.index()))
                .toList();
        TokenIds prompt = tokens.answerPrompt(node.prefix());
        group(AdapterRole.ANSWER, prompt, chunks, node.prefix(), node.index())
            .ifPresent(groups::add);
      }
      List<RewardedCompletion> decisions =
          Stream.concat(Stream.of(tree.original()), node.flipped().stream())
              .filter(branch -> branch.verdict().known())
              .map(
                  branch ->
                      completion(
                          branch,
                          tokens.stopDecision(branch.decisions().get(node.index()).stop()),
                          LogProbabilities.unknown()))
              .toList();
      group(
              AdapterRole.STOP,
              tokens.stopPrompt(node.output()),
              decisions,
              node.prefix(),
              node.index())
          .ifPresent(groups::add);
    }
    return List.copyOf(groups);
  }

  private static RewardedCompletion chunk(Branch branch, int node) {
    return RewardedCompletion.of(
        branch.answer().chunks().get(node), branch.verdict().reward().orElseThrow());
  }

  private static RewardedCompletion completion(
      Branch branch, TokenIds tokens, LogProbabilities sampled) {
    return new RewardedCompletion(tokens, branch.verdict().reward().orElseThrow(), sampled);
  }

  /** Returns what was written from the question on, with the end where the text was ended. */
  private static TokenIds whole(PartialAnswer answer) {
    TokenIds last = answer.lastChunk().orElseThrow().tokens();
    TokenIds.Builder tokens = TokenIds.builder().addAll(answer.contentTokens());
    return answer.endedBySequenceEnd()
        ? tokens.add(last.get(last.length() - 1)).build()
        : tokens.build();
  }

  /** Unknown where an end was written on the way, which is no part of the answer. */
  private static LogProbabilities sampled(Branch branch) {
    List<Chunk> chunks = branch.answer().chunks();
    if (chunks.subList(0, chunks.size() - 1).stream().anyMatch(Chunk::endOfSequence)) {
      return LogProbabilities.unknown();
    }
    return chunks.stream()
        .map(Chunk::logProbabilities)
        .reduce(LogProbabilities::then)
        .orElseThrow();
  }

  private static Optional<PreferencePair> group(
      AdapterRole role,
      TokenIds prompt,
      List<RewardedCompletion> tried,
      PartialAnswer prefix,
      int node) {
    List<RewardedCompletion> group = merged(tried);
    if (group.size() < 2) {
      return Optional.empty();
    }
    Comparator<RewardedCompletion> byReward =
        Comparator.comparingDouble(RewardedCompletion::reward);
    RewardedCompletion worst = group.stream().min(byReward).orElseThrow();
    RewardedCompletion best = group.stream().max(byReward).orElseThrow();
    if (best.reward() - worst.reward() < EQUAL) {
      return Optional.empty();
    }
    return Optional.of(
        new PreferencePair(role, prompt, best, worst, prefix.problem().id(), node)
            .withOthers(group.stream().filter(each -> each != best && each != worst).toList()));
  }

  /** What was written more than once counts once, with the mean of what it led to. */
  private static List<RewardedCompletion> merged(List<RewardedCompletion> tried) {
    Map<TokenIds, List<RewardedCompletion>> same = new LinkedHashMap<>();
    tried.forEach(
        each -> same.computeIfAbsent(each.tokens(), unused -> new ArrayList<>()).add(each));
    List<RewardedCompletion> merged = new ArrayList<>();
    same.forEach(
        (tokens, each) ->
            merged.add(
                new RewardedCompletion(
                    tokens,
                    each.stream().mapToDouble(RewardedCompletion::reward).average().orElseThrow(),
                    each.get(0).sampled())));
    return merged;
  }
}
