package dev.flowdpo.policy;

import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What has been written so far: a problem and the chunks up to one output node, linked to the
 * partial answer before it. Many partial answers may share a parent, so that the rollouts of a
 * problem form a tree whose edges are chunks.
 *
 * <p>Identity matters. Engines keep the KV cache of an instance, so extend the instance at hand
 * rather than an equal copy of it; for the same reason two instances are equal only where they are
 * the same one. Appending takes constant time and memory. Immutable and thread-safe.
 */
public final class PartialAnswer {
  private final Problem problem;
  private final @Nullable PartialAnswer parent;
  private final @Nullable Chunk lastChunk;
  private final int depth;
  private final int contentLength;

  private PartialAnswer(
      Problem problem, @Nullable PartialAnswer parent, @Nullable Chunk lastChunk) {
    this.problem = problem;
    this.parent = parent;
    this.lastChunk = lastChunk;
    this.depth = parent == null ? 0 : parent.depth + 1;
    this.contentLength =
        parent == null || lastChunk == null ? 0 : parent.contentLength + contentLength(lastChunk);
  }

  /**
   * {@return an answer to the problem with nothing written yet: a new root, with a cache of its
   * own}
   */
  public static PartialAnswer start(Problem problem) {
    return new PartialAnswer(Objects.requireNonNull(problem, "problem"), null, null);
  }

  /** {@return a new child of this instance: its answer with one more chunk} */
  public PartialAnswer append(Chunk chunk) {
    return new PartialAnswer(problem, this, Objects.requireNonNull(chunk, "chunk"));
  }

  /** {@return the problem that is being answered} */
  public Problem problem() {
    return problem;
  }

  /** {@return the answer before the last chunk; empty at the root} */
  public Optional<PartialAnswer> parent() {
    return Optional.ofNullable(parent);
  }

  /** {@return the chunk that was written last; empty at the root} */
  public Optional<Chunk> lastChunk() {
    return Optional.ofNullable(lastChunk);
  }

  /** {@return all {@link #depth()} chunks, first to last} */
  public List<Chunk> chunks() {
    Chunk[] chunks = new Chunk[depth];
    for (PartialAnswer node = this; node.lastChunk != null; node = parentOf(node)) {
      chunks[node.depth - 1] = node.lastChunk;
    }
    return List.of(chunks);
  }

  /** {@return the number of chunks, 0 at the root} */
  public int depth() {
    return depth;
  }

  /**
   * {@return the ids of everything written, first to last, with every end of sequence left out}
   *
   * @throws dev.flowdpo.error.FlowException if a chunk has no tokens
   */
  public TokenIds contentTokens() {
    int[] tokens = new int[contentLength];
    for (PartialAnswer node = this; node.lastChunk != null; node = parentOf(node)) {
      TokenIds written = node.lastChunk.tokens();
      int begin = node.contentLength - contentLength(node.lastChunk);
      for (int i = begin; i < node.contentLength; i++) {
        tokens[i] = written.get(i - begin);
      }
    }
    return TokenIds.copyOf(tokens);
  }

  /** {@return the text of everything written, as it came: the chunks' texts, one after another} */
  public String text() {
    String[] texts = new String[depth];
    for (PartialAnswer node = this; node.lastChunk != null; node = parentOf(node)) {
      texts[node.depth - 1] = node.lastChunk.text();
    }
    return String.join("", Arrays.asList(texts));
  }

  /** {@return whether the last chunk ends with the end of sequence; false at the root} */
  public boolean endedBySequenceEnd() {
    return lastChunk != null && lastChunk.endOfSequence();
  }

  /** {@return the problem's id, the depth and the text, for logs} */
  @Override
  public String toString() {
    return "PartialAnswer[problem=" + problem.id() + ", depth=" + depth + ", text=" + text() + "]";
  }

  private static int contentLength(Chunk chunk) {
    return chunk.hasTokens() ? chunk.tokens().length() - (chunk.endOfSequence() ? 1 : 0) : 0;
  }

  private static PartialAnswer parentOf(PartialAnswer node) {
    return Objects.requireNonNull(node.parent, "only the root has no parent");
  }
}
