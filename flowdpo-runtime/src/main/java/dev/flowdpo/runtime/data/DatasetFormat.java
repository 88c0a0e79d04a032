package dev.flowdpo.runtime.data;

import dev.flowdpo.error.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The forms in which sets of problems are published. */
public enum DatasetFormat {
  /**
   * GSM8K: {@code question}, and an {@code answer} that is a worked solution with the final answer
   * after {@code ####}.
   */
  GSM8K,

  /**
   * MATH: {@code problem}, {@code solution}, and where the publisher took it out of the solution
   * {@code answer}; {@code level}, and {@code subject} or {@code type}.
   */
  MATH,

  /**
   * MetaMathQA: {@code query}, {@code response} with the final answer after {@code The answer is:},
   * {@code type} and {@code original_question}.
   */
  METAMATH,

  /**
   * Rows with {@link Fields#DEFAULT}. Reads GSM8K too, but takes an answer without {@code ####} as
   * it is.
   */
  JSONL;

  /** {@return the format of a file whose first row this is} */
  static DatasetFormat of(JsonRow row) {
    if (row.has("query") && row.has("response")) {
      return METAMATH;
    }
    if (row.has("problem") && row.has("solution")) {
      return MATH;
    }
    if (row.has(Fields.DEFAULT.question()) && row.has(Fields.DEFAULT.answer())) {
      return JSONL;
    }
    String keys =
        row.node().properties().stream().map(Map.Entry::getKey).collect(Collectors.joining(", "));
    throw new InvalidInputException(
        row.file()
            + ", "
            + row.place()
            + ": expected question and answer, problem and solution, or query and response, found "
            + (keys.isEmpty() ? "no key" : keys)
            + "; name the format or the fields");
  }

  /** {@return the names of the formats, as {@link #toString} writes them} */
  public static String names() {
    return Arrays.stream(values()).map(DatasetFormat::toString).collect(Collectors.joining("|"));
  }

  /** {@return the name in lower case, as commands take it} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
