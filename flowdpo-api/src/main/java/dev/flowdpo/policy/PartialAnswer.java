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
   * Returns an answer to the problem with nothing written yet.
   *
   * @param problem the problem to answer
   * @return a new root, with a cache of its own
   */
  public static PartialAnswer start(Problem problem) {
    return new PartialAnswer(Objects.requireNonNull(problem, "problem"), null, null);
  }

  /**
   * Returns this answer with one more chunk; this instance stays as it is.
   *
   * @param chunk what comes next
   * @return a new child of this instance
   */
  public PartialAnswer append(Chunk chunk) {
    return new PartialAnswer(problem, this, Objects.requireNonNull(chunk, "chunk"));
  }

  /**
   * Returns the problem that is being answered.
   *
   * @return the problem
   */
  public Problem problem() {
    return problem;
  }

  /**
   * Returns the answer before the last chunk.
   *
   * @return the parent, or empty at the root
   */
  public Optional<PartialAnswer> parent() {
    return Optional.ofNullable(parent);
  }

  /**
   * Returns the chunk that was written last.
   *
   * @return the chunk, or empty at the root
   */
  public Optional<Chunk> lastChunk() {
    return Optional.ofNullable(lastChunk);
  }

  /**
   * Returns all chunks, first to last.
   *
   * @return {@link #depth()} chunks
   */
  public List<Chunk> chunks() {
    Chunk[] chunks = new Chunk[depth];
    for (PartialAnswer node = this; node.lastChunk != null; node = parentOf(node)) {
      chunks[node.depth - 1] = node.lastChunk;
    }
    return List.of(chunks);
  }

  /**
   * Returns the number of chunks.
   *
   * @return 0 at the root
   */
  public int depth() {
    return depth;
  }

  /**
   * Returns the ids of everything written, with every end of sequence left out.
   *
   * @return the ids, first to last
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

  /**
   * Returns the text of everything written, as it came.
   *
   * @return the chunks' texts, one after another
   */
  public String text() {
    String[] texts = new String[depth];
    for (PartialAnswer node = this; node.lastChunk != null; node = parentOf(node)) {
      texts[node.depth - 1] = node.lastChunk.text();
    }
    return String.join("", Arrays.asList(texts));
  }

  /**
   * Says whether the policy ended its output with the last chunk.
   *
   * @return true where the last chunk ends with the end of sequence; false at the root
   */
  public boolean endedBySequenceEnd() {
    return lastChunk != null && lastChunk.endOfSequence();
  }

  /**
   * Returns the problem's id, the depth and the text.
   *
   * @return a description for logs
   */
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
