package dev.flowdpo.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.flowdpo.error.InvalidInputException;
import java.util.Optional;

/**
 * Rollout trees as JSON Lines, for machines and for reports of runs that were resumed: one tree a
 * line, the names those of {@link ReportTree} and its parts. Stateless and thread-safe.
 */
public final class RolloutTreeJson {
  private static final String EXPECTED = ": expected a rollout tree as JSON, found: ";
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .addMixIn(ReportBranch.Outcome.class, KeptOutcome.Form.class)
          .build();

  private RolloutTreeJson() {}

  /**
   * Returns a tree as JSON.
   *
   * @param tree the tree
   * @return one line without its end
   */
  public static String line(ReportTree tree) {
    try {
      return MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that JSON cannot hold", e);
    }
  }

  /**
   * Returns the tree of a line.
   *
   * @param where the file and line, for the message
   * @param line what {@link #line} returned
   * @return an equal tree
   * @throws InvalidInputException if the line is not such a tree; names the key
   */
  public static ReportTree parse(String where, String line) {
    try {
      return Optional.ofNullable(MAPPER.readValue(line, ReportTree.class))
          .orElseThrow(() -> new InvalidInputException(where + EXPECTED + "null"));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(where + EXPECTED + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) { // a rule that there is not
      throw new InvalidInputException(where + EXPECTED + e.getMessage(), e);
    }
  }
}
