package dev.flowdpo.runtime.text;

import com.google.common.collect.MapMaker;
import com.google.common.primitives.Ints;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.preference.PreferenceTokens;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token ids that a model reads: question prompts, the stop question and its two answers.
 *
 * <p>Inference and preference pairs share these, so that training sees the ids that were sampled.
 * Special tokens come from templates only: one that is written out in a question stays text.
 * Thread-safe; usable as long as the tokenizer is open.
 */
public final class Prompts implements PreferenceTokens {
  private static final Logger LOG = LoggerFactory.getLogger(Prompts.class);

  // Characters that Unicode keeps for such use inside of programs.
  private static final String USER_BEGIN = "\uFDD0";
  private static final String USER_END = "\uFDD1";

  private static final int MAX_SHOWN = 80;

  private final Tokenizer tokenizer;
  private final FlowTemplates templates;
  private final PromptFormat format;
  private final OptionalInt beginOfSequence;
  private final int maxPositions;
  private final Set<Integer> specialIds;
  private final long usualSpecialIds;
  private final int[] stopQuestion;
  private final int yesId;
  private final int noId;

  /** Rendered and tokenised once: what is sampled, judged and trained on cannot differ. */
  private final Map<Problem, int[]> questionPrompts = new MapMaker().weakKeys().makeMap();

  /**
   * Creates the prompts of a model that continues text.
   *
   * @param templates the words around questions
   * @param tokenizer the model's tokenizer; not closed by this object
   * @param config the model's configuration
   * @throws InvalidInputException if the tokenizer has more ids than the model, or if the stop
   *     question, {@code yes} or {@code no} gives no token, or {@code yes} and {@code no} begin
   *     with the same one
   */
  public Prompts(Tokenizer tokenizer, FlowTemplates templates, ModelConfig config) {
    this(tokenizer, templates, config, PromptFormat.plain(templates), config.beginOfSequenceId());
  }

  private Prompts(
      Tokenizer tokenizer,
      FlowTemplates templates,
      ModelConfig config,
      PromptFormat format,
      OptionalInt beginOfSequence) {
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
    this.format = format;
    this.beginOfSequence = beginOfSequence;
    this.maxPositions = config.longestSequence();
    this.specialIds =
        tokenizer.specialTokens().stream()
            .flatMap(token -> tokenizer.idOf(token).stream().boxed())
            .collect(Collectors.toUnmodifiableSet());
    this.usualSpecialIds = specialIds(tokenizer.encode(format.prompt("?")));
    this.stopQuestion = encoded("stop_question", format.stopQuestion());
    this.yesId = encodedAfterStopQuestion("yes", templates.yes())[0];
    this.noId = encodedAfterStopQuestion("no", templates.no())[0];
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

  /**
   * {@return the prompts of the model in a folder}
   *
   * <p>Where the folder has a chat template, and its {@value FlowTemplates#FILE} no {@code prompt},
   * the question becomes a turn of the user, the answer follows the generation prompt, and the stop
   * question is one more turn of the user. Otherwise the texts of {@link FlowTemplates#read} are
   * used as they are. In both cases there is one begin token if the model has one: the template's,
   * or one put before the prompt, unless {@code tokenizer_config.json} says that there is none.
   *
   * @param folder the model folder
   * @param tokenizer the model's tokenizer; not closed by the prompts
   * @param config the model's configuration
   * @param clock what a chat template tells the time by
   * @throws InvalidInputException if a file is malformed, a template fails, or for the reasons of
   *     the constructor
   */
  public static Prompts read(Path folder, Tokenizer tokenizer, ModelConfig config, Clock clock) {
    return of(PromptSettings.read(folder), tokenizer, config, clock);
  }

  /**
   * {@return the prompts of a model with these settings} Warns where a chat model has no chat
   * template.
   *
   * @param settings what the model's files say of prompts
   * @param tokenizer the model's tokenizer; not closed by the prompts
   * @param config the model's configuration
   * @param clock what a chat template tells the time by
   * @throws InvalidInputException as {@link #read} does
   */
  public static Prompts of(
      PromptSettings settings, Tokenizer tokenizer, ModelConfig config, Clock clock) {
    return of(settings, tokenizer, config, clock, Optional.empty());
  }

  /**
   * {@return the prompts of a model with these settings, and perhaps another stop question} Warns
   * where a chat model has no chat template.
   *
   * @param settings what the model's files say of prompts
   * @param tokenizer the model's tokenizer; not closed by the prompts
   * @param config the model's configuration
   * @param clock what a chat template tells the time by
   * @param stopQuestion takes the place of the settings' own
   * @throws InvalidInputException as {@link #read} does
   */
  public static Prompts of(
      PromptSettings settings,
      Tokenizer tokenizer,
      ModelConfig config,
      Clock clock,
      Optional<String> stopQuestion) {
    MissingTemplate.advice(settings, tokenizer, config.endOfSequenceIds()).ifPresent(LOG::warn);
    FlowTemplates stated = FlowTemplates.read(settings);
    FlowTemplates templates = stopQuestion.map(stated::withStopQuestion).orElse(stated);
    PromptFormat format =
        settings
            .chatTemplate()
            .map(template -> PromptFormat.chat(templates, template.at(clock)))
            .orElseGet(() -> PromptFormat.plain(templates));
    OptionalInt begin =
        settings.addsBeginToken() ? config.beginOfSequenceId() : OptionalInt.empty();
    try {
      return new Prompts(tokenizer, templates, config, format, begin);
    } catch (InvalidInputException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith(settings.model().toString())
          ? e
          : new InvalidInputException(settings.model() + ": " + message, e);
    }
  }

  /** {@return the templates} */
  public FlowTemplates templates() {
    return templates;
  }

  /**
   * {@return the ids before the answer: the begin-of-sequence id if the model has one, then the
   * prompt with the question in it; the same ids for the same instance of a problem, also where a
   * template writes the date}
   *
   * @param problem the problem to solve
   * @throws InvalidInputException if the model has no room left for one token of an answer, the
   *     stop question and its answer
   */
  public int[] questionPrompt(Problem problem) {
    return questionPrompts.computeIfAbsent(problem, p -> encodedQuestion(p, format)).clone();
  }

  /**
   * Makes the ids before the answer as they are at the time of this clock, which {@link
   * #questionPrompt} returns from then on; does nothing for a problem that has its ids.
   *
   * @param problem the problem to solve
   * @param clock what a chat template tells the time by
   * @throws InvalidInputException as {@link #questionPrompt} does
   */
  public void put(Problem problem, Clock clock) {
    var unused =
        questionPrompts.computeIfAbsent(problem, p -> encodedQuestion(p, format.at(clock)));
  }

  /** {@return whether prompts may depend on the time at which they are made} */
  public boolean tellTime() {
    return format.tellsTime();
  }

  private int[] encodedQuestion(Problem problem, PromptFormat format) {
    int[] ids = promptIds(problem, format);
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

  /** {@return the id that every prompt begins with, empty where the model's folder wants none} */
  public OptionalInt beginOfSequence() {
    return beginOfSequence;
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
  public TokenIds answerPrompt(PartialAnswer prefix) {
    return TokenIds.builder()
        .addAll(questionPrompt(prefix.problem()))
        .addAll(prefix.contentTokens())
        .build();
  }

  @Override
  public TokenIds stopPrompt(PartialAnswer output) {
    return TokenIds.builder()
        .addAll(questionPrompt(output.problem()))
        .addAll(output.contentTokens())
        .addAll(stopQuestion)
        .build();
  }

  /** {@return the one id whose log-probability the Stop model's decision compares} */
  @Override
  public TokenIds stopDecision(boolean stop) {
    return TokenIds.of(stop ? yesId : noId);
  }

  private int[] promptIds(Problem problem, PromptFormat format) {
    if (!problem.history().isEmpty()) {
      try {
        return idsApart(problem, format);
      } catch (InvalidInputException e) {
        throw new InvalidInputException("problem " + problem.id() + ": " + e.getMessage(), e);
      }
    }
    String question = problem.question();
    int[] ids = tokenizer.encode(format.prompt(question));
    boolean written = tokenizer.specialTokens().stream().anyMatch(question::contains);
    return written || specialIds(ids) != usualSpecialIds ? idsApart(problem, format) : ids;
  }

  /** The ids of the template's words and of what was said, encoded one after the other. */
  private int[] idsApart(Problem problem, PromptFormat format) {
    List<Message> history =
        problem.history().stream().map(m -> new Message(m.role(), marked(m.content()))).toList();
    int[] ids = {};
    for (String part :
        format
            .prompt(history, marked(problem.question()))
            .split("(?=" + USER_BEGIN + ")|" + USER_END, -1)) {
      ids =
          Ints.concat(
              ids,
              part.startsWith(USER_BEGIN)
                  ? tokenizer.encodeUntrusted(part.substring(USER_BEGIN.length()))
                  : tokenizer.encode(part));
    }
    return ids;
  }

  /** What is said, marked off within white space at its ends, which templates cut off. */
  private static String marked(String content) {
    String text = content.replaceAll("[" + USER_BEGIN + USER_END + "]", "\uFFFD");
    String words = text.strip();
    return words.isEmpty() ? text : text.replace(words, USER_BEGIN + words + USER_END);
  }

  private long specialIds(int[] ids) {
    return IntStream.of(ids).filter(specialIds::contains).count();
  }

  /** The ids of an answer to the stop question, as they are in its place. */
  private int[] encodedAfterStopQuestion(String template, String text) {
    int[] both = tokenizer.encode(format.stopQuestion() + text);
    int known = stopQuestion.length;
    boolean continues =
        both.length > known
            && Arrays.equals(both, 0, known, stopQuestion, 0, known)
            && specialIds(stopQuestion) > 0;
    return continues ? Arrays.copyOfRange(both, known, both.length) : encoded(template, text);
  }

  private int[] encoded(String template, String text) {
    int[] ids = tokenizer.encode(text);
    if (ids.length == 0) {
      throw new InvalidInputException(
          "template "
              + template
              + ": expected a text with at least one token, found \""
              + (text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...")
              + "\"; change it in "
              + FlowTemplates.FILE);
    }
    return ids;
  }
}
