package dev.flowdpo.runtime.training;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.inference.FrozenBase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Decides which completions share a row: those of one problem, mostly, whose prompts are the same
 * or grow from one another.
 *
 * <p>What two sequences begin with alike is read once, but every token of a row is compared with
 * every other, also across branches. A token costs about {@code 12·hidden²} products a layer, a
 * comparison {@code 2·hidden}. So a sequence joins a row as long as the tokens that it saves cost
 * twice what the comparisons do that it adds; and as long as it has at least half of its prompt in
 * common with the row, since shorter beginnings are those of another problem.
 *
 * <p>A row of more tokens than a batch may have comes about only where it takes less memory than
 * its sequences would apart: it has fewer tokens than they in any case, and no more comparisons.
 * Immutable and thread-safe.
 *
 * @param widest the most tokens of any row: the rotary tables have no more positions
 * @param longest the most tokens of a row that makes more comparisons than its sequences apart
 * @param comparisons how many comparisons cost as much as a token
 */
record PrefixSharing(int widest, int longest, long comparisons) {

  /** Returns the rule for a model. */
  static PrefixSharing of(FrozenBase base) {
    ModelConfig config = base.config();
    int longest = Math.min(base.maxTokens(), CompletionBatch.maxTokens(config));
    return new PrefixSharing(base.maxTokens(), longest, 3L * config.hiddenSize());
  }

  /** Returns the indices of the completions of each row, in the order that a tree wants. */
  List<List<Integer>> rows(List<Completion> completions) {
    List<int[]> sequences = completions.stream().map(Completion::input).toList();
    List<List<Integer>> rows = new ArrayList<>();
    TokenTree tree = new TokenTree();
    long apart = 0;
    for (int index : sorted(sequences)) {
      int[] sequence = sequences.get(index);
      if (rows.isEmpty() || !joins(tree, apart, sequence, completions.get(index).prompt().length)) {
        tree = new TokenTree();
        apart = 0;
        rows.add(new ArrayList<>());
      }
      tree.add(sequence);
      apart += square(sequence.length);
      rows.get(rows.size() - 1).add(index);
    }
    return rows;
  }

  /**
   * Returns whether a sequence joins a row.
   *
   * @param apart the comparisons that the sequences of the row would make apart
   */
  private boolean joins(TokenTree tree, long apart, int[] sequence, int prompt) {
    int common = tree.common(sequence);
    int added = sequence.length - common;
    int joined = tree.size() + added;
    return 2 * common >= prompt
        && joined <= widest
        && (joined <= longest || square(joined) <= apart + square(sequence.length))
        && common * comparisons >= 2L * added * tree.size();
  }

  private static long square(long tokens) {
    return tokens * tokens;
  }

  /**
   * Puts groups that share rows next to each other.
   *
   * @return for each unit the indices of its groups; a unit has no more tokens than a row may have,
   *     or one group
   */
  List<List<Integer>> units(List<CompletionGroup> groups) {
    List<int[]> prompts =
        groups.stream().map(group -> group.completions().get(0).prompt()).toList();
    List<List<Integer>> units = new ArrayList<>();
    int[] last = new int[0];
    int tokens = 0;
    for (int index : sorted(prompts)) {
      int[] prompt = prompts.get(index);
      int found = Arrays.mismatch(last, prompt);
      int common = found < 0 ? last.length : found;
      int added = groups.get(index).tokens() - common;
      if (units.isEmpty() || 2 * common < prompt.length || tokens + added > longest) {
        units.add(new ArrayList<>());
        tokens = common;
      }
      units.get(units.size() - 1).add(index);
      tokens += added;
      last = prompt;
    }
    return units;
  }

  private static List<Integer> sorted(List<int[]> sequences) {
    return IntStream.range(0, sequences.size())
        .boxed()
        .sorted(Comparator.comparing(sequences::get, Arrays::compare))
        .toList();
  }
}
