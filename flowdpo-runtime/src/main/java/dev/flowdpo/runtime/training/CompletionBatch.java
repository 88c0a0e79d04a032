package dev.flowdpo.runtime.training;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.TrainingGraph;
import dev.flowdpo.runtime.inference.TensorFeed;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Completions that go through a training graph together, padded on the right to the longest.
 * Immutable.
 *
 * @param completions the sequences, in the order of the batch
 * @param width the padded number of tokens
 * @param scored the number of completion tokens of all sequences together
 */
public record CompletionBatch(List<Completion> completions, int width, int scored) {
  /** The most padded tokens that this package sends through any model at once. */
  static final int MAX_TOKENS = 1 << 13;

  /** What the layers of a model may keep of a batch for the backward pass, in bytes, roughly. */
  private static final long ACTIVATION_BYTES = 1L << 31;

  /**
   * Returns the most padded tokens that this package sends through a model at once, so that a batch
   * of any size takes about as much memory: a layer keeps about {@code 12·hidden + 8·feedForward +
   * 4·query} numbers a token. One sequence, or one pair, goes through whole in any case.
   */
  public static int maxTokens(ModelConfig config) {
    long numbers =
        12L * config.hiddenSize() + 8L * config.feedForwardSize() + 4L * config.queryWidth();
    long most = ACTIVATION_BYTES / (Float.BYTES * config.layers() * numbers);
    return (int) Math.max(1, Math.min(MAX_TOKENS, most));
  }

  /** Returns the batch of these completions. */
  public static CompletionBatch of(List<Completion> completions) {
    int width = completions.stream().mapToInt(Completion::inputLength).max().orElseThrow();
    int scored = completions.stream().mapToInt(c -> c.completion().length).sum();
    return new CompletionBatch(List.copyOf(completions), width, scored);
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
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingInt(i -> lengths[i]));
    List<List<Integer>> batches = new ArrayList<>();
    List<Integer> batch = new ArrayList<>();
    for (int index : order) {
      boolean full =
          batch.size() >= maxSequences || (batch.size() + 1L) * lengths[index] > maxTokens;
      if (!batch.isEmpty() && full) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.add(index);
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  /** Returns the number of sequences. */
  public int size() {
    return completions.size();
  }

  /** Returns the number of padded tokens of all sequences together. */
  public int rows() {
    return size() * width;
  }

  /**
   * Adds the tokens, positions, scored rows and targets to the inputs of a run.
   *
   * @throws InvalidInputException if a sequence is longer than the model allows
   */
  void feed(TensorFeed feed, int maxTokens, int vocabulary) {
    if (width > maxTokens) {
      throw new InvalidInputException(
          "A sequence has " + width + " tokens; the model takes at most " + maxTokens);
    }
    LongBuffer tokens = feed.longs(TrainingGraph.TOKENS, size(), width);
    LongBuffer positions = feed.longs(TrainingGraph.POSITIONS, size(), width);
    LongBuffer rows = feed.longs(TrainingGraph.ROWS, scored);
    LongBuffer targets = feed.longs(TrainingGraph.TARGETS, scored, 1);
    for (int i = 0; i < size(); i++) {
      Completion completion = completions.get(i);
      for (int j = 0; j < width; j++) {
        tokens.put(j < completion.inputLength() ? checked(completion.token(j), vocabulary) : 0);
        positions.put(j);
      }
      for (int j = 0; j < completion.completion().length; j++) {
        rows.put((long) i * width + completion.prompt().length - 1 + j);
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

  /** Adds up a number per scored token for each sequence. */
  double[] sums(float[] perToken) {
    double[] sums = new double[size()];
    int next = 0;
    for (int i = 0; i < sums.length; i++) {
      for (int j = 0; j < completions.get(i).completion().length; j++) {
        sums[i] += perToken[next++];
      }
    }
    return sums;
  }
}
