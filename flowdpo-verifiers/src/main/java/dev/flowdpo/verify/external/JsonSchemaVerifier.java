package dev.flowdpo.verify.external;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks that an answer holds a JSON value that a schema accepts: in its last fenced block, else
 * the whole answer.
 *
 * <pre>{@code
 * Verifier verifier = JsonSchemaVerifier.of("""
 *     {"type": "object", "required": ["city", "population"],
 *      "properties": {"city": {"type": "string"}, "population": {"type": "integer"}}}
 *     """);
 * }</pre>
 *
 * <p>Needs {@code com.networknt:json-schema-validator} on the class path, an optional dependency of
 * this module. A schema without {@code $schema} is read as draft 2020-12. References to other files
 * or addresses are not followed. Patterns in the schema are the application's own: a {@link
 * dev.flowdpo.rollout.VerifierGuard} bounds those that backtrack. Immutable and thread-safe.
 */
public final class JsonSchemaVerifier implements Verifier {
  private static final SpecificationVersion DIALECT = SpecificationVersion.DRAFT_2020_12;
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final Pattern FENCE =
      Pattern.compile("```(?:json|JSON)?[ \\t]*+\\R((?:(?!```)[\\s\\S])*+)```");
  private static final int REPORTED = 3;

  private final Schema schema;

  private JsonSchemaVerifier(Schema schema) {
    this.schema = schema;
  }

  /**
   * Returns a verifier for a schema.
   *
   * @param schema a JSON schema
   * @return the verifier
   * @throws InvalidInputException if the text is no JSON or no schema
   */
  public static JsonSchemaVerifier of(String schema) {
    SchemaRegistry registry =
        SchemaRegistry.withDefaultDialect(
            DIALECT, builder -> builder.schemaLoader(loader -> loader.fetchRemoteResources(false)));
    try {
      JsonNode node = MAPPER.readTree(schema);
      String dialect = node.path("$schema").asText(DIALECT.getDialectId());
      List<Error> errors = registry.getSchema(SchemaLocation.of(dialect)).validate(node);
      if (!errors.isEmpty()) {
        throw refused(schema, reported(errors), null);
      }
      Schema read = registry.getSchema(node);
      read.initializeValidators();
      return new JsonSchemaVerifier(read);
    } catch (JsonProcessingException | SchemaException e) {
      throw refused(schema, String.valueOf(e.getMessage()), e);
    }
  }

  private static InvalidInputException refused(
      String schema, String reason, @Nullable Exception cause) {
    String message =
        "schema: expected a JSON schema, found "
            + VerdictJson.excerpt(schema.strip())
            + ": "
            + reason;
    return cause == null
        ? new InvalidInputException(message)
        : new InvalidInputException(message, cause);
  }

  @Override
  public Verdict verify(Attempt attempt) {
    String text = json(attempt.answer());
    if (text.isEmpty()) {
      return Verdict.incorrect("no JSON: the answer is blank");
    }
    ExtractedAnswer extracted = new ExtractedAnswer(text, AnswerRule.WHOLE_TEXT);
    JsonNode value;
    try {
      value = MAPPER.readTree(extracted.text());
    } catch (JsonProcessingException e) {
      return Verdict.incorrect("no JSON: " + e.getOriginalMessage()).on(extracted);
    }
    List<Error> errors = schema.validate(value);
    if (errors.isEmpty()) {
      return Verdict.correct("the schema accepts it").on(extracted);
    }
    return Verdict.incorrect(reported(errors)).on(extracted);
  }

  private static String reported(List<Error> errors) {
    return errors.stream()
        .limit(REPORTED)
        .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
        .collect(Collectors.joining("; "));
  }

  private static String json(String answer) {
    Matcher fence = FENCE.matcher(answer);
    String found = answer.strip();
    while (fence.find()) {
      found = fence.group(1).strip();
    }
    return found;
  }
}
