package dev.flowdpo.runtime.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.checkpoint.GenerationConfig;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The words around a question and the sizes that suit a model: what {@code flow.json} in a model
 * folder says. Immutable and thread-safe.
 *
 * <p>A folder with a chat template, and without a {@code prompt} in its {@code flow.json}, is a
 * chat model: {@code message} is then the user's message, by default the question alone, and the
 * other texts have defaults that suit a turn of a chat. Where {@code generation_config.json} asks
 * for sampling, its temperature, top-k and top-p are the defaults.
 *
 * <p>The Stop model reads prompt, partial answer and stop question, and its decision is the larger
 * of the log-probabilities of the first tokens of {@code yes} and {@code no}. Flow-DPO (arXiv
 * 2410.22304) leaves the wording open.
 *
 * @param prompt the text before the answer, or the user's message to a chat model, with {@value
 *     #QUESTION} where the question goes
 * @param stopQuestion the text after a partial answer that asks whether it is finished
 * @param yes the answer to the stop question that ends the solution
 * @param no the answer to the stop question that goes on
 * @param chunkSize the longest chunk, in tokens
 * @param maxChunks the largest number of chunks
 * @param sampling how tokens are drawn
 */
public record FlowTemplates(
    String prompt,
    String stopQuestion,
    String yes,
    String no,
    int chunkSize,
    int maxChunks,
    SamplingOptions sampling) {
  /** The file of the templates in a model folder. */
  public static final String FILE = "flow.json";

  /** The place of the question in the prompt. */
  public static final String QUESTION = "{question}";

  private static final String PROMPT_KEY = "prompt";
  private static final String MESSAGE_KEY = "message";
  private static final String STOP_QUESTION_KEY = "stop_question";
  private static final String YES_KEY = "yes";
  private static final String NO_KEY = "no";
  private static final String CHUNK_SIZE_KEY = "chunk_size";
  private static final String MAX_CHUNKS_KEY = "max_chunks";
  private static final String TEMPERATURE_KEY = "temperature";
  private static final String TOP_K_KEY = "top_k";
  private static final String TOP_P_KEY = "top_p";
  private static final List<String> KEYS =
      List.of(
          PROMPT_KEY,
          MESSAGE_KEY,
          STOP_QUESTION_KEY,
          YES_KEY,
          NO_KEY,
          CHUNK_SIZE_KEY,
          MAX_CHUNKS_KEY,
          TEMPERATURE_KEY,
          TOP_K_KEY,
          TOP_P_KEY);

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if the prompt has no place for the question, a text is empty, or
   *     a size is below 1
   */
  public FlowTemplates {
    if (!prompt.contains(QUESTION)) {
      throw new InvalidInputException(
          PROMPT_KEY
              + ": expected a text with "
              + QUESTION
              + " where the question goes, found \""
              + prompt
              + "\"");
    }
    notEmpty(STOP_QUESTION_KEY, stopQuestion);
    notEmpty(YES_KEY, yes);
    notEmpty(NO_KEY, no);
    positive(CHUNK_SIZE_KEY, chunkSize);
    positive(MAX_CHUNKS_KEY, maxChunks);
  }

  /**
   * {@return the templates for a model that brings none: a plain question-and-answer prompt that
   * asks for steps and a last line {@code #### N}, with the sizes and sampling of {@link
   * FlowOptions#defaults()}}
   */
  public static FlowTemplates defaults() {
    FlowOptions usual = FlowOptions.defaults();
    return new FlowTemplates(
        "Solve the problem step by step. End with a line \"#### \" and the final answer.\n\n"
            + "Question: "
            + QUESTION
            + "\nAnswer: ",
        "\n\nIs the answer above complete?",
        " Yes",
        " No",
        usual.chunkSize(),
        usual.maxChunks(),
        usual.sampling());
  }

  /**
   * {@return the templates for a chat model that brings none: the question as the user's message,
   * with the sizes and sampling of {@link FlowOptions#defaults()}}
   */
  public static FlowTemplates chatDefaults() {
    FlowTemplates plain = defaults();
    return new FlowTemplates(
        QUESTION,
        "Is the solution above complete, with its final answer? Reply with Yes or No.",
        "Yes",
        "No",
        plain.chunkSize,
        plain.maxChunks,
        plain.sampling);
  }

  /**
   * {@return the templates in {@value #FILE} of the model folder, or {@link #defaults} where there
   * is no such file} A key that the file does not have takes its default.
   *
   * @param folder the model folder
   * @throws InvalidInputException if the file is malformed, has an unknown key, or a value is out
   *     of range
   */
  public static FlowTemplates read(Path folder) {
    return read(
        folder.resolve(FILE), GenerationConfig.read(folder).sampling(), PROMPT_KEY, defaults());
  }

  /** {@return the templates of a model that has these settings} */
  static FlowTemplates read(PromptSettings settings) {
    boolean chat = settings.chatTemplate().isPresent();
    return read(
        settings.flowJson(),
        settings.sampling(),
        chat ? MESSAGE_KEY : PROMPT_KEY,
        chat ? chatDefaults() : defaults());
  }

  /** {@return whether the file has a prompt for a model that continues text} */
  static boolean hasPrompt(Path file) {
    return Files.exists(file) && JsonObjectFile.read(file).find(PROMPT_KEY).isPresent();
  }

  /** {@return whether the file of the templates says how large chunks are, or how many} */
  public static boolean statesSizes(Path file) {
    if (!Files.exists(file)) {
      return false;
    }
    JsonObjectFile json = JsonObjectFile.read(file);
    return json.find(CHUNK_SIZE_KEY).isPresent() || json.find(MAX_CHUNKS_KEY).isPresent();
  }

  private static FlowTemplates read(
      Path file, Optional<SamplingOptions> asked, String promptKey, FlowTemplates usual) {
    SamplingOptions sampling = asked.orElse(usual.sampling);
    String otherKey = promptKey.equals(PROMPT_KEY) ? MESSAGE_KEY : PROMPT_KEY;
    if (!Files.exists(file)) {
      return usual.withSampling(sampling);
    }
    JsonObjectFile json = JsonObjectFile.read(file);
    for (String key : json.keys()) {
      if (!KEYS.contains(key) || key.equals(otherKey)) {
        List<String> known = KEYS.stream().filter(name -> !name.equals(otherKey)).toList();
        throw json.wrong(key, "no such key, but only " + known, json.require(key, "a value"));
      }
    }
    try {
      return new FlowTemplates(
          json.string(promptKey, usual.prompt),
          json.string(STOP_QUESTION_KEY, usual.stopQuestion),
          json.string(YES_KEY, usual.yes),
          json.string(NO_KEY, usual.no),
          json.integer(CHUNK_SIZE_KEY, 1, usual.chunkSize),
          json.integer(MAX_CHUNKS_KEY, 1, usual.maxChunks),
          SamplingOptions.builder()
              .temperature(json.number(TEMPERATURE_KEY, 0, sampling.temperature()))
              .topK(json.integer(TOP_K_KEY, 0, sampling.topK()))
              .topP(json.number(TOP_P_KEY, 0, sampling.topP()))
              .build());
    } catch (InvalidInputException e) {
      throw json.inFile(e);
    }
  }

  private FlowTemplates withSampling(SamplingOptions other) {
    return new FlowTemplates(prompt, stopQuestion, yes, no, chunkSize, maxChunks, other);
  }

  /** {@return these templates with another stop question, not empty} */
  FlowTemplates withStopQuestion(String other) {
    return new FlowTemplates(prompt, other, yes, no, chunkSize, maxChunks, sampling);
  }

  /** {@return the templates as a {@value #FILE} that {@link #read} reads} */
  public String toJson() {
    ObjectNode json = JsonObjectFile.object();
    json.put(PROMPT_KEY, prompt);
    json.put(STOP_QUESTION_KEY, stopQuestion);
    json.put(YES_KEY, yes);
    json.put(NO_KEY, no);
    json.put(CHUNK_SIZE_KEY, chunkSize);
    json.put(MAX_CHUNKS_KEY, maxChunks);
    json.put(TEMPERATURE_KEY, sampling.temperature());
    json.put(TOP_K_KEY, sampling.topK());
    json.put(TOP_P_KEY, sampling.topP());
    return JsonObjectFile.format(json);
  }

  /**
   * {@return the options of a flow with these sizes and this sampling}
   *
   * @param seed the seed of the flow
   */
  public FlowOptions options(long seed) {
    return FlowOptions.builder()
        .chunkSize(chunkSize)
        .maxChunks(maxChunks)
        .sampling(sampling)
        .seed(seed)
        .build();
  }

  private static void notEmpty(String key, String text) {
    if (text.isEmpty()) {
      throw new InvalidInputException(key + ": expected a text, found none");
    }
  }

  private static void positive(String key, int value) {
    if (value < 1) {
      throw new InvalidInputException(key + ": expected at least 1, found " + value);
    }
  }
}
