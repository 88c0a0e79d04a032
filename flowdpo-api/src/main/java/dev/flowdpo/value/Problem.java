package dev.flowdpo.value;

import com.google.common.hash.Hashing;
import dev.flowdpo.error.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/**
 * A question, and what is known of its answer.
 *
 * <p>Immutable and thread-safe.
 *
 * @param id names the problem in seeds, logs and reports; two problems with one id draw the same
 *     random numbers
 * @param question what to solve; never blank
 * @param answer the right final answer, for verifiers; {@code ""} where it is not known
 * @param attributes anything else an application wants to carry along, for example {@code steps},
 *     {@code level} or {@code solution}; copied
 */
public record Problem(String id, String question, String answer, Map<String, String> attributes) {

  /**
   * Checks the values and copies the attributes.
   *
   * @throws InvalidInputException if the question or the id is blank
   */
  public Problem {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(question, "question");
    Objects.requireNonNull(answer, "answer");
    if (question.isBlank()) {
      throw new InvalidInputException(
          "question: expected a text, found " + quoted(question) + ". Give the problem to solve.");
    }
    if (id.isBlank()) {
      throw new InvalidInputException(
          "id: expected a name for the problem, found " + quoted(id) + ". Problem.of makes one.");
    }
    attributes = Map.copyOf(attributes);
  }

  /**
   * Returns a problem whose answer is not known.
   *
   * @param question what to solve
   * @return a problem with a stable hash of the question as its id
   * @throws InvalidInputException if the question is blank
   */
  public static Problem of(String question) {
    return of(question, "");
  }

  /**
   * Returns a problem whose answer is known.
   *
   * @param question what to solve
   * @param answer the right final answer
   * @return a problem with a stable hash of the question as its id
   * @throws InvalidInputException if the question is blank
   */
  public static Problem of(String question, String answer) {
    String hash = Hashing.sha256().hashString(question, StandardCharsets.UTF_8).toString();
    return new Problem(hash.substring(0, 16), question, answer, Map.of());
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }
}
