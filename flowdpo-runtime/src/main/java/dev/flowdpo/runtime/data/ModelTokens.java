package dev.flowdpo.runtime.data;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Text of data files as one model's token ids, and back.
 *
 * <p>Text is encoded as TRL's trainers do it: a prompt starts with the begin-of-sequence id and a
 * completion ends with the end-of-sequence id, where the model has them and the text has not;
 * prompt and completion are encoded apart. Thread-safe; usable as long as the tokenizer is open.
 *
 * @param tokenizer the model's tokenizer; not closed by this object
 * @param prompts the model's prompts, for rows that give a question rather than a whole prompt
 * @param config the model's configuration
 */
public record ModelTokens(Tokenizer tokenizer, Prompts prompts, ModelConfig config) {

  /** Checks that nothing is missing. */
  public ModelTokens {
    Objects.requireNonNull(tokenizer, "tokenizer");
    Objects.requireNonNull(prompts, "prompts");
    Objects.requireNonNull(config, "config");
  }

  /**
   * {@return the ids of the model's own prompt with this question in it}
   *
   * @param question what to solve
   * @throws dev.flowdpo.error.InvalidInputException if it is blank or too long for the model
   */
  public TokenIds question(String question) {
    return question(Problem.of(question));
  }

  /**
   * {@return the ids of the model's own prompt with this problem in it}
   *
   * @param problem what to solve, with what was said before it
   * @throws dev.flowdpo.error.InvalidInputException if it is too long for the model, or has a
   *     history and the model no chat template
   */
  public TokenIds question(Problem problem) {
    return TokenIds.copyOf(prompts.questionPrompt(problem));
  }

  /**
   * {@return the ids of a whole prompt}
   *
   * @param text all that the model is to read before the completion
   */
  public TokenIds prompt(String text) {
    int[] ids = tokenizer.encode(text);
    OptionalInt begin = config.beginOfSequenceId();
    TokenIds.Builder prompt = TokenIds.builder(ids.length + 1);
    if (begin.isPresent() && (ids.length == 0 || ids[0] != begin.getAsInt())) {
      prompt.add(begin.getAsInt());
    }
    return prompt.addAll(ids).build();
  }

  /**
   * {@return the ids of a completion that ends here}
   *
   * @param text all that follows the prompt
   */
  public TokenIds completion(String text) {
    int[] ids = tokenizer.encode(text);
    List<Integer> ends = config.endOfSequenceIds();
    TokenIds.Builder completion = TokenIds.builder(ids.length + 1).addAll(ids);
    if (!ends.isEmpty() && (ids.length == 0 || !ends.contains(ids[ids.length - 1]))) {
      completion.add(ends.get(0));
    }
    return completion.build();
  }

  /**
   * {@return the text of a prompt, special tokens spelled out}
   *
   * @param prompt token ids
   */
  public String promptText(TokenIds prompt) {
    return tokenizer.decodeWithSpecialTokens(prompt.toArray());
  }

  /**
   * {@return the text that the completion adds to the prompt, without special tokens}
   *
   * @param prompt token ids
   * @param completion token ids
   */
  public String completionText(TokenIds prompt, TokenIds completion) {
    return tokenizer.decodeContinuation(prompt.toArray(), completion.toArray());
  }
}
