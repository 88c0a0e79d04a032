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
 * <p>Text is encoded as TRL's trainers do it. A prompt begins with the begin-of-sequence id where
 * the model's folder wants one, see {@link Prompts#read}. Prompt and completion are encoded as one
 * text, of which the completion is what follows the prompt's ids; where a token would lie across
 * the boundary, so that the prompt's ids are not those that the model reads when it answers, the
 * two are encoded apart, while TRL takes the torn tokens for the completion's. A whole answer ends
 * with the end-of-sequence id, and a chat model's with the one that its template ends a turn with;
 * what a template writes behind that, such as a newline, TRL trains too and this does not, since no
 * model is asked for it. Thread-safe; usable as long as the tokenizer is open.
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
    OptionalInt begin = prompts.beginOfSequence();
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
    return ended(TokenIds.copyOf(tokenizer.encode(text)));
  }

  /**
   * {@return the ids of a completion of this prompt that ends here}
   *
   * @param prompt token ids
   * @param text all that follows the prompt
   */
  public TokenIds completion(TokenIds prompt, String text) {
    return ended(continuation(prompt, text));
  }

  /**
   * {@return the ids of what follows this prompt, without an end}
   *
   * @param prompt token ids
   * @param text the text that follows
   */
  public TokenIds continuation(TokenIds prompt, String text) {
    TokenIds joint = prompt(promptText(prompt) + text);
    boolean continues =
        joint.length() >= prompt.length() && joint.slice(0, prompt.length()).equals(prompt);
    return continues
        ? joint.slice(prompt.length(), joint.length())
        : TokenIds.copyOf(tokenizer.encode(text));
  }

  /** Returns the ids, closed where they are not and the model has an end of sequence. */
  TokenIds ended(TokenIds ids) {
    List<Integer> ends = config.endOfSequenceIds();
    boolean open = ids.isEmpty() || !ends.contains(ids.get(ids.length() - 1));
    return ends.isEmpty() || !open
        ? ids
        : TokenIds.builder(ids.length() + 1).addAll(ids).add(end(ends)).build();
  }

  /** Returns whether the ids end the answer. */
  boolean isWhole(TokenIds ids) {
    return !ids.isEmpty() && config.endOfSequenceIds().contains(ids.get(ids.length() - 1));
  }

  /** A chat's stop question begins with what closes the model's turn. */
  private int end(List<Integer> ends) {
    int closing = prompts.stopQuestion()[0];
    return ends.contains(closing) ? closing : ends.get(0);
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
