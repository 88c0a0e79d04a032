package dev.flowdpo.runtime.text;

import com.google.common.collect.ImmutableMap;
import dev.flowdpo.chattemplate.JinjaException;
import dev.flowdpo.chattemplate.JinjaTemplate;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The text that a chat model was trained to read, made from messages by the Jinja template that
 * came with the model, byte for byte as Hugging Face's {@code apply_chat_template} makes it.
 *
 * <p>The template sees {@code messages}, {@code add_generation_prompt}, {@code tools} and {@code
 * documents} (both none), the special tokens of {@code tokenizer_config.json} ({@code bos_token},
 * {@code eos_token}, ...), and the variables that the caller gives. See {@link JinjaTemplate} for
 * what templates can do, and for their limits. Immutable and thread-safe.
 */
public final class ChatTemplate {
  /** The file of the template in a model folder; wins over {@code tokenizer_config.json}. */
  public static final String FILE = "chat_template.jinja";

  private static final String ENDING = ".jinja";
  private static final int MAX_BYTES = 1 << 20;

  /** Hugging Face writes the first; the second is what people call it. */
  private static final List<String> FOLDERS =
      List.of("additional_chat_templates", "chat_templates");

  private final String origin;
  private final JinjaTemplate template;
  private final ImmutableMap<String, String> specialTokens;

  private ChatTemplate(String origin, String source, Map<String, String> specialTokens) {
    this.origin = origin;
    this.specialTokens = ImmutableMap.copyOf(specialTokens);
    try {
      this.template = JinjaTemplate.parse(source);
    } catch (JinjaException e) {
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
  public static ChatTemplate of(String source, Map<String, String> specialTokens) {
    return new ChatTemplate("chat template", source, specialTokens);
  }

  /**
   * {@return the default template of the model folder, empty if the model has none}
   *
   * @param folder the model folder
   * @throws InvalidInputException if a file cannot be read, the template is malformed, or there are
   *     named templates and none is the default one
   */
  public static Optional<ChatTemplate> read(Path folder) {
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
    return Optional.of(new ChatTemplate(origin, source, config.specialTokens()));
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
      Map<String, String> turn = new LinkedHashMap<>();
      turn.put("role", message.role());
      turn.put("content", message.content());
      turns.add(turn);
    }
    Map<String, @Nullable Object> known = new LinkedHashMap<>(specialTokens);
    known.put("tools", null);
    known.put("documents", null);
    known.putAll(variables);
    known.put("messages", turns);
    known.put("add_generation_prompt", addGenerationPrompt);
    try {
      return template.render(known, LocalDateTime::now);
    } catch (JinjaException e) {
      throw inOrigin(e);
    }
  }

  private InvalidInputException inOrigin(JinjaException error) {
    return new InvalidInputException(origin + ": " + error.getMessage(), error);
  }
}
