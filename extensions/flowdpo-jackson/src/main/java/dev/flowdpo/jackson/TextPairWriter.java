package dev.flowdpo.jackson;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.Contrast;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Appends preference pairs to a file as TRL's DPO trainer reads them: a JSON object a line with
 * {@code prompt}, {@code chosen} and {@code rejected}, and beside them {@code contrast} ({@code
 * chunk} or {@code stop}), {@code problem_id}, {@code node}, {@code chosen_reward} and {@code
 * rejected_reward}. For models whose weights are elsewhere; an engine learns from ids.
 *
 * <pre>{@code
 * try (TextPairWriter pairs = TextPairWriter.conversations(Path.of("pairs.jsonl"))) {
 *   for (RolloutTree tree : RolloutSampler.tree().sample(request)) {
 *     pairs.write(Contrast.of(tree, PairOptions.defaults()));
 *   }
 * }
 * }</pre>
 *
 * <p>A file that exists goes on; half a line at its end, of a program that was killed, is cut off.
 * One program at a time. Thread-safe.
 */
public final class TextPairWriter implements AutoCloseable {
  private final Path path;
  private final Function<Contrast, Optional<ObjectNode>> rows;
  private final RandomAccessFile file;

  private TextPairWriter(Path path, Function<Contrast, Optional<ObjectNode>> rows) {
    this.path = path;
    this.rows = rows;
    try {
      Path folder = path.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      file = opened(path);
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /**
   * Opens a file for plain text, chunk against chunk: the prompt is the problem's and the answer
   * before the node, and the completions are the two chunks. Decisions to stop have no text, and
   * are left out. TRL's DPO trainer puts the end of sequence behind both completions, and so
   * teaches to end where a chunk does: encode the rows before it does, with the end behind whole
   * answers alone, or train on conversations.
   *
   * @param path the file; its folder is made where it does not exist
   * @param prompt gives the text before an answer, as the model reads it: that of {@code
   *     Continuation.completions(…)} where {@code flowdpo-openai} writes
   * @throws FlowException if it cannot be written
   */
  public static TextPairWriter chunks(Path path, Function<Problem, String> prompt) {
    Objects.requireNonNull(prompt, "prompt");
    return new TextPairWriter(path, contrast -> chunks(contrast, prompt));
  }

  /**
   * Opens a file for conversations, answer against answer: the prompt is the problem's messages,
   * and the completions are the assistant's, each a branch to its end, since a chat template ends a
   * message and can't break it off. Contrasts of decisions set an answer against a longer one.
   *
   * @param path the file; its folder is made where it does not exist
   * @throws FlowException if it cannot be written
   */
  public static TextPairWriter conversations(Path path) {
    return new TextPairWriter(path, TextPairWriter::answers);
  }

  /**
   * Appends pairs; they are on the disk when this returns. Pairs of equal texts are left out.
   *
   * @param contrasts the contrasts of one or more trees
   * @return how many rows were written
   * @throws FlowException if they cannot be written
   */
  public synchronized int write(Collection<Contrast> contrasts) {
    StringBuilder lines = new StringBuilder();
    int written = 0;
    for (Contrast contrast : contrasts) {
      Optional<ObjectNode> row = rows.apply(contrast);
      row.ifPresent(one -> lines.append(one).append('\n'));
      written += row.isPresent() ? 1 : 0;
    }
    try {
      file.write(lines.toString().getBytes(StandardCharsets.UTF_8));
      file.getFD().sync();
    } catch (IOException e) {
      throw failed(path, e);
    }
    return written;
  }

  /** Closes the file. */
  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private static RandomAccessFile opened(Path path) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    try {
      long end = file.length();
      for (boolean whole = false; end > 0 && !whole; ) {
        file.seek(end - 1);
        whole = file.read() == '\n';
        end -= whole ? 0 : 1;
      }
      file.setLength(end);
      file.seek(end);
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static Optional<ObjectNode> chunks(Contrast contrast, Function<Problem, String> prompt) {
    String chosen = contrast.chosenChunk().text();
    String rejected = contrast.rejectedChunk().text();
    if (contrast.role() != AdapterRole.ANSWER || chosen.equals(rejected)) {
      return Optional.empty();
    }
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    Problem problem = contrast.node().prefix().problem();
    row.put("prompt", prompt.apply(problem) + contrast.node().prefix().text());
    row.put("chosen", chosen);
    row.put("rejected", rejected);
    return Optional.of(withOrigin(row, contrast));
  }

  private static Optional<ObjectNode> answers(Contrast contrast) {
    if (contrast.chosen().text().equals(contrast.rejected().text())) {
      return Optional.empty();
    }
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    ArrayNode prompt = row.putArray("prompt");
    contrast.node().prefix().problem().messages().forEach(message -> message(prompt, message));
    reply(row.putArray("chosen"), contrast.chosen());
    reply(row.putArray("rejected"), contrast.rejected());
    return Optional.of(withOrigin(row, contrast));
  }

  private static void reply(ArrayNode messages, Branch branch) {
    message(messages, new Message(Message.Role.ASSISTANT, branch.text()));
  }

  private static void message(ArrayNode messages, Message message) {
    messages
        .addObject()
        .put("role", message.role().name().toLowerCase(Locale.ROOT))
        .put("content", message.content());
  }

  private static ObjectNode withOrigin(ObjectNode row, Contrast contrast) {
    return row.put("contrast", contrast.role() == AdapterRole.ANSWER ? "chunk" : "stop")
        .put("problem_id", contrast.node().prefix().problem().id())
        .put("node", contrast.node().index())
        .put("chosen_reward", contrast.chosen().verdict().reward().orElseThrow())
        .put("rejected_reward", contrast.rejected().verdict().reward().orElseThrow());
  }

  private static FlowException failed(Path path, IOException cause) {
    return new FlowException(
        path + ": expected a file that pairs can be written to, found " + cause + ".", cause);
  }
}
