package dev.flowdpo.runtime.text;

import dev.flowdpo.chattemplate.ChatTemplate;
import dev.flowdpo.chattemplate.ChatTemplateException;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The chat template in a model folder, with the folder's special tokens: makes the text that the
 * model was trained to read. Errors name the file. See {@link ChatTemplate} for what templates see
 * and can do. Immutable and thread-safe.
 */
public final class ModelChatTemplate {
  /** The file of the template in a model folder; wins over {@code tokenizer_config.json}. */
  public static final String FILE = "chat_template.jinja";

  private static final String ENDING = ".jinja";
  private static final int MAX_BYTES = 1 << 20;

  /** Hugging Face writes the first; the second is what people call it. */
  private static final List<String> FOLDERS =
      List.of("additional_chat_templates", "chat_templates");

  /** What a template calls to tell the time. */
  private static final String TIME = "strftime_now";

  private final String origin;
  private final String source;
  private final ChatTemplate template;
  private final boolean tellsTime;

  private ModelChatTemplate(
      String origin, String source, ChatTemplate template, boolean tellsTime) {
    this.origin = origin;
    this.source = source;
    this.template = template;
    this.tellsTime = tellsTime;
  }

  private ModelChatTemplate(String origin, String source, Map<String, String> specialTokens) {
    this.origin = origin;
    this.source = source;
    this.tellsTime = source.contains(TIME);
    try {
      this.template = ChatTemplate.builder(source).specialTokens(specialTokens).build();
    } catch (ChatTemplateException e) {
      throw inOrigin(e);
    }
  }

  /**
   * {@return a template given as text}
   *
   * @param source the template in the Jinja language
   * @param specialTokens the special tokens that it may write, by name, such as {@code bos_token}
   * @throws InvalidInputException if the template is malformed
   */
  public static ModelChatTemplate of(String source, Map<String, String> specialTokens) {
    return of("chat template", source, specialTokens);
  }

  /**
   * {@return a template given as text}
   *
   * @param origin where it is from, for messages
   * @param source the template in the Jinja language
   * @param specialTokens the special tokens that it may write, by name, such as {@code bos_token}
   * @throws InvalidInputException if the template is malformed
   */
  public static ModelChatTemplate of(
      String origin, String source, Map<String, String> specialTokens) {
    return new ModelChatTemplate(origin, source, specialTokens);
  }

  /**
   * {@return the template in a file}
   *
   * @param file the file
   * @param specialTokens the special tokens that it may write, by name, such as {@code bos_token}
   * @throws InvalidInputException if the file cannot be read or the template is malformed
   */
  public static ModelChatTemplate readFile(Path file, Map<String, String> specialTokens) {
    return of(file.toString(), text(file), specialTokens);
  }

  /**
   * {@return the default template of the model folder, empty if the model has none}
   *
   * @param folder the model folder
   * @throws InvalidInputException if a file cannot be read, the template is malformed, or there are
   *     named templates and none is the default one
   */
  public static Optional<ModelChatTemplate> read(Path folder) {
    Map<String, String> sources = new TreeMap<>();
    Map<String, Path> files = new TreeMap<>();
    TokenizerConfig config = TokenizerConfig.read(folder);
    config.chatTemplates().forEach((name, source) -> sources.put(name, source));
    files(folder)
        .forEach(
            (name, file) -> {
              sources.put(name, text(file));
              files.put(name, file);
            });
    if (sources.isEmpty()) {
      return Optional.empty();
    }
    @Nullable String source = sources.get(TokenizerConfig.DEFAULT);
    if (source == null) {
      throw new InvalidInputException(
          folder
              + ": expected a chat template named \""
              + TokenizerConfig.DEFAULT
              + "\" in "
              + TokenizerConfig.FILE
              + " or a file of that name, found only "
              + sources.keySet()
              + "; save the one to use as "
              + FILE);
    }
    @Nullable Path file = files.get(TokenizerConfig.DEFAULT);
    String origin =
        file == null
            ? folder.resolve(TokenizerConfig.FILE) + ": key \"chat_template\""
            : file.toString();
    return Optional.of(new ModelChatTemplate(origin, source, config.specialTokens()));
  }

  private static Map<String, Path> files(Path folder) {
    Map<String, Path> files = new TreeMap<>();
    for (String name : FOLDERS) {
      Path inside = folder.resolve(name);
      if (!Files.isDirectory(inside)) {
        continue;
      }
      try (DirectoryStream<Path> found = Files.newDirectoryStream(inside, "*" + ENDING)) {
        for (Path file : found) {
          String fileName = String.valueOf(file.getFileName());
          files.put(fileName.substring(0, fileName.length() - ENDING.length()), file);
        }
      } catch (IOException e) {
        throw new InvalidInputException(inside + ": cannot be read: " + e, e);
      }
    }
    Path file = folder.resolve(FILE);
    if (Files.exists(file)) {
      files.put(TokenizerConfig.DEFAULT, file);
    }
    return files;
  }

  private static String text(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new InvalidInputException(
            file + ": expected a template of at most " + MAX_BYTES + " bytes, found " + size);
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": expected a template in UTF-8, found: " + e, e);
    }
  }

  /**
   * {@return this template on another clock; until then it is the system's}
   *
   * @param clock the clock that the template tells the time by, with its time zone
   */
  public ModelChatTemplate at(Clock clock) {
    return new ModelChatTemplate(origin, source, template.at(clock), tellsTime);
  }

  /** {@return the template in the Jinja language} */
  public String source() {
    return source;
  }

  /** {@return whether the text may depend on the time} */
  public boolean tellsTime() {
    return tellsTime;
  }

  /**
   * {@return the text that the model reads}
   *
   * @param messages the chat so far
   * @param addGenerationPrompt whether the text ends where the model's next turn begins
   * @throws InvalidInputException if the template refuses the messages or fails; the message names
   *     the file and the line
   */
  public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
    return render(messages, addGenerationPrompt, Map.of());
  }

  /**
   * {@return the text that the model reads}
   *
   * @param messages the chat so far
   * @param addGenerationPrompt whether the text ends where the model's next turn begins
   * @param variables further variables that the template knows, such as {@code enable_thinking}
   * @throws InvalidInputException if the template refuses the messages or fails; the message names
   *     the file and the line
   */
  public String render(
      List<ChatMessage> messages, boolean addGenerationPrompt, Map<String, Object> variables) {
    List<Map<String, String>> turns = new ArrayList<>();
    for (ChatMessage message : messages) {
      Map<String, String> turn = new LinkedHashMap<>(); // templates may go through it in this order
      turn.put("role", message.role());
      turn.put("content", message.content());
      turns.add(turn);
    }
    try {
      return template.render(turns, addGenerationPrompt, variables);
    } catch (ChatTemplateException e) {
      throw inOrigin(e);
    }
  }

  private InvalidInputException inOrigin(ChatTemplateException error) {
    return new InvalidInputException(origin + ": " + error.getMessage(), error);
  }
}
