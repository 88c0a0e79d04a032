package dev.flowdpo.runtime.training;

import com.google.common.collect.Iterables;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.inference.TensorFeed;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Completions that go through a training graph together, in rows that are padded on the right to
 * the longest. A row holds one completion, or several as a {@link TokenTree}. Immutable.
 */
public final class CompletionBatch {
  /** The most padded tokens that this package sends through any model at once. */
  static final int MAX_TOKENS = 1 << 13;

  /** What the forward pass may keep of a batch for the backward pass, in bytes, roughly. */
  private static final long ACTIVATION_BYTES = 1L << 29;

  private final List<Completion> completions;
  private final List<TokenTree> trees;

  /** The row of each completion, and the places of its tokens there. */
  private final int[] rows;

  private final int[][] places;
  private final int width;
  private final int scored;

  /**
   * Returns the most padded tokens that this package sends through a model at once, so that a batch
   * of any size takes about as much memory: a layer keeps {@code 2·(hidden + query + keyValue +
   * feedForward)} numbers a token. One sequence, or one pair, goes through whole in any case.
   */
  public static int maxTokens(ModelConfig config) {
    long numbers =
        2L * config.hiddenSize()
            + 2L * config.queryWidth()
            + 2L * config.keyValueWidth()
            + 2L * config.feedForwardSize();
    long most = ACTIVATION_BYTES / (Float.BYTES * config.layers() * numbers);
    return (int) Math.max(1, Math.min(MAX_TOKENS, most));
  }

  private CompletionBatch(List<Completion> completions, List<List<Integer>> rows) {
    this.completions = List.copyOf(completions);
    this.trees = new ArrayList<>();
    this.rows = new int[completions.size()];
    this.places = new int[completions.size()][];
    for (List<Integer> row : rows) {
      TokenTree tree = new TokenTree();
      for (int index : row) {
        tree.add(completions.get(index).input());
        this.rows[index] = trees.size();
        places[index] = Iterables.getLast(tree.paths());
      }
      trees.add(tree);
    }
    this.width = trees.stream().mapToInt(TokenTree::size).max().orElseThrow();
    this.scored = completions.stream().mapToInt(c -> c.completion().length).sum();
  }

  /** Returns the batch of these completions, each in a row of its own. */
  public static CompletionBatch of(List<Completion> completions) {
    return new CompletionBatch(
        completions, IntStream.range(0, completions.size()).mapToObj(List::of).toList());
  }

  /** Returns the batch of these completions, with what they begin with alike only once. */
  static CompletionBatch of(List<Completion> completions, PrefixSharing sharing) {
    return new CompletionBatch(completions, sharing.rows(completions));
  }

  /**
   * Splits completions into batches of similar lengths.
   *
   * @param maxTokens the largest number of padded tokens of a batch, unless one sequence alone has
   *     more
   * @return for each batch the indices of its completions
   */
  public static List<List<Integer>> split(List<Completion> completions, int maxTokens) {
    int[] lengths = completions.stream().mapToInt(Completion::inputLength).toArray();
    return split(lengths, lengths.length, maxTokens);
  }

  /**
   * Splits sequences into batches of similar lengths.
   *
   * @param lengths the number of tokens of each sequence
   * @param maxSequences the largest number of sequences of a batch
   * @param maxTokens the largest number of padded tokens of a batch, unless one sequence alone has
   *     more
   * @return for each batch the indices of its sequences
   */
  static List<List<Integer>> split(int[] lengths, int maxSequences, int maxTokens) {
    int[] rows = new int[lengths.length];
    Arrays.fill(rows, 1);
    return split(lengths, rows, maxSequences, maxTokens);
  }

  /**
   * Splits sets of rows into batches of similar widths.
   *
   * @param widths the number of tokens of the widest row of each set
   * @param rows the number of rows of each set
   * @param maxRows the largest number of rows of a batch, unless one set alone has more
   * @param maxTokens the largest number of padded tokens of a batch, unless one set alone has more
   * @return for each batch the indices of its sets
   */
  static List<List<Integer>> split(int[] widths, int[] rows, int maxRows, int maxTokens) {
    List<Integer> order =
        IntStream.range(0, widths.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> widths[i]))
            .toList();
    List<List<Integer>> batches = new ArrayList<>();
    List<Integer> batch = new ArrayList<>();
    long taken = 0;
    for (int index : order) {
      long with = taken + rows[index];
      boolean full = with > maxRows || with * widths[index] > maxTokens;
      if (!batch.isEmpty() && full) {
        batches.add(batch);
        batch = new ArrayList<>();
        taken = 0;
      }
      batch.add(index);
      taken += rows[index];
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  /** Returns the completions, in the order in which they were given. */
  public List<Completion> completions() {
    return completions;
  }

  /** Returns the number of rows. */
  public int rows() {
    return trees.size();
  }

  /** Returns the padded number of tokens of a row. */
  public int width() {
    return width;
  }

  /** Returns the number of padded tokens of all rows together. */
  public int paddedTokens() {
    return rows() * width;
  }

  /** Returns the number of completion tokens of all completions together. */
  public int scored() {
    return scored;
  }

  /**
   * Adds the tokens, positions, scored places and targets to the inputs of a run.
   *
   * @throws InvalidInputException if a sequence is longer than the model allows
   */
  void feed(TensorFeed feed, int maxTokens, int vocabulary) {
    int longest = completions.stream().mapToInt(Completion::inputLength).max().orElseThrow();
    if (longest > maxTokens) {
      throw new InvalidInputException(
          "A sequence has " + longest + " tokens; the model takes at most " + maxTokens);
    }
    LongBuffer tokens = feed.longs(TrainingGraph.TOKENS, rows(), width);
    LongBuffer positions = feed.longs(TrainingGraph.POSITIONS, rows(), width);
    LongBuffer lasts = feed.longs(TrainingGraph.LASTS, rows(), width);
    for (TokenTree tree : trees) {
      for (int place = 0; place < width; place++) {
        boolean padding = place >= tree.size();
        tokens.put(padding ? 0 : checked(tree.token(place), vocabulary));
        positions.put(padding ? 0 : tree.position(place));
        lasts.put(padding ? place : tree.last(place));
      }
    }
    LongBuffer scoredPlaces = feed.longs(TrainingGraph.ROWS, scored);
    LongBuffer targets = feed.longs(TrainingGraph.TARGETS, scored, 1);
    for (int i = 0; i < completions.size(); i++) {
      Completion completion = completions.get(i);
      for (int j = 0; j < completion.completion().length; j++) {
        scoredPlaces.put((long) rows[i] * width + places[i][completion.prompt().length - 1 + j]);
        targets.put(checked(completion.completion()[j], vocabulary));
      }
    }
  }

  private static int checked(int token, int vocabulary) {
    if (token < 0 || token >= vocabulary) {
      throw new InvalidInputException(
          "Token id " + token + " is outside the vocabulary of " + vocabulary + " entries");
    }
    return token;
  }

  /** Returns for every scored token the number of its sequence. */
  float[] perToken(double[] perSequence) {
    float[] numbers = new float[scored];
    int next = 0;
    for (int i = 0; i < perSequence.length; i++) {
      int end = next + completions.get(i).completion().length;
      Arrays.fill(numbers, next, end, (float) perSequence[i]);
      next = end;
    }
    return numbers;
  }

  /** Returns the numbers of every sequence's scored tokens. */
  List<float[]> perSequence(float[] perToken) {
    List<float[]> parts = new ArrayList<>();
    int next = 0;
    for (Completion completion : completions) {
      int end = next + completion.completion().length;
      parts.add(Arrays.copyOfRange(perToken, next, end));
      next = end;
    }
    return parts;
  }

  /** Adds up a number per scored token for each completion. */
  double[] sums(float[] perToken) {
    return perSequence(perToken).stream().mapToDouble(CompletionBatch::sum).toArray();
  }

  private static double sum(float[] numbers) {
    double sum = 0;
    for (float number : numbers) {
      sum += number;
    }
    return sum;
  }
}
