package dev.flowdpo.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.runtime.model.ModelSource;
import dev.flowdpo.runtime.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Prints the ids that a model's tokenizer gives for texts, for comparisons with other programs.
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.TokenIds MODEL TEXTS.jsonl
 * }</pre>
 *
 * <p>MODEL is a folder or a GGUF file, a row of texts {@code {"text": …}}, a line of output {@code
 * {"tokens": [ids]}}.
 */
public final class TokenIds {
  private TokenIds() {}

  /** Prints; see the class comment. */
  public static void main(String[] arguments) throws IOException {
    ObjectMapper json = new ObjectMapper();
    try (Tokenizer tokenizer = ModelSource.of(Path.of(arguments[0])).tokenizer()) {
      for (String row : Files.readAllLines(Path.of(arguments[1]))) {
        String text = json.readTree(row).path("text").textValue();
        System.out.println(json.writeValueAsString(Map.of("tokens", tokenizer.encode(text))));
      }
    }
  }
}
