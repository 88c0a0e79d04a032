package dev.flowdpo.runtime.text;

import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.Ints;
import dev.flowdpo.InvalidInputException;
import dev.flowdpo.Problem;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.preference.PreferenceTokens;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.OptionalInt;

/**
 * The token ids that a model reads: question prompts, the stop question and its two answers.
 *
 * <p>Inference and preference pairs share these, so that training sees the ids that were sampled.
 * Thread-safe; usable as long as the tokenizer is open.
 */
public final class Prompts implements PreferenceTokens {
  private final Tokenizer tokenizer;
  private final FlowTemplates templates;
  private final OptionalInt beginOfSequence;
  private final int maxPositions;
  private final int[] stopQuestion;
  private final int yesId;
  private final int noId;

  /**
   * Creates the prompts of one model.
   *
   * @param templates the words around questions
   * @param tokenizer the model's tokenizer; not closed by this object
   * @param config the model's configuration
   * @throws InvalidInputException if the tokenizer has more ids than the model, or if the stop
   *     question, {@code yes} or {@code no} gives no token, or {@code yes} and {@code no} begin
   *     with the same one
   */
  public Prompts(Tokenizer tokenizer, FlowTemplates templates, ModelConfig config) {
    if (tokenizer.vocabularySize() > config.vocabularySize()) {
      throw new InvalidInputException(
          "tokenizer: expected at most "
              + config.vocabularySize()
              + " ids, the vocab_size of config.json, found "
              + tokenizer.vocabularySize()
              + "; take the tokenizer.json of this model");
    }
    this.tokenizer = tokenizer;
    this.templates = templates;
    this.beginOfSequence = config.beginOfSequenceId();
    this.maxPositions = config.longestSequence();
    this.stopQuestion = encoded("stop_question", templates.stopQuestion());
    this.yesId = encoded("yes", templates.yes())[0];
    this.noId = encoded("no", templates.no())[0];
    if (yesId == noId) {
      throw new InvalidInputException(
          "templates yes and no: expected different first tokens, found token "
              + yesId
              + " for both \""
              + templates.yes()
              + "\" and \""
              + templates.no()
              + "\"; choose other words in "
              + FlowTemplates.FILE);
    }
  }

  /** {@return the templates} */
  public FlowTemplates templates() {
    return templates;
  }

  /**
   * {@return the ids before the answer: the begin-of-sequence id if the model has one, then the
   * prompt with the question in it}
   *
   * @param problem the problem to solve
   * @throws InvalidInputException if the model has no room left for one token of an answer, the
   *     stop question and its answer
   */
  public int[] questionPrompt(Problem problem) {
    String text = templates.prompt().replace(FlowTemplates.QUESTION, problem.question());
    int[] ids = tokenizer.encode(text);
    if (beginOfSequence.isPresent() && (ids.length == 0 || ids[0] != beginOfSequence.getAsInt())) {
      ids = Ints.concat(new int[] {beginOfSequence.getAsInt()}, ids);
    }
    int longest = maxPositions - stopQuestion.length - 2;
    if (ids.length > longest) {
      throw new InvalidInputException(
          "problem "
              + problem.id()
              + ": expected a prompt of at most "
              + longest
              + " tokens, as the model reads "
              + maxPositions
              + " and the stop question takes "
              + stopQuestion.length
              + ", found "
              + ids.length
              + "; shorten the question");
    }
    return ids;
  }

  /** {@return the ids of the stop question, to follow a partial answer} */
  public int[] stopQuestion() {
    return stopQuestion.clone();
  }

  /** {@return the first id of {@code yes}: the partial answer is finished} */
  public int yesId() {
    return yesId;
  }

  /** {@return the first id of {@code no}: the solution goes on} */
  public int noId() {
    return noId;
  }

  @Override
  public ImmutableIntArray answerPrompt(PartialAnswer prefix) {
    return ImmutableIntArray.builder()
        .addAll(questionPrompt(prefix.problem()))
        .addAll(prefix.contentTokens())
        .build();
  }

  @Override
  public ImmutableIntArray stopPrompt(PartialAnswer output) {
    return ImmutableIntArray.builder()
        .addAll(questionPrompt(output.problem()))
        .addAll(output.contentTokens())
        .addAll(stopQuestion)
        .build();
  }

  /** {@return the one id whose log-probability the Stop model's decision compares} */
  @Override
  public ImmutableIntArray stopDecision(boolean stop) {
    return ImmutableIntArray.of(stop ? yesId : noId);
  }

  private int[] encoded(String template, String text) {
    int[] ids = tokenizer.encode(text);
    if (ids.length == 0) {
      throw new InvalidInputException(
          "template "
              + template
              + ": expected a text with at least one token, found \""
              + text
              + "\"; change it in "
              + FlowTemplates.FILE);
    }
    return ids;
  }
}
