package dev.flowdpo.runtime.text;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.checkpoint.GenerationConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a model's files say of how it is asked. Immutable and thread-safe.
 *
 * @param model the model's folder or file, for messages
 * @param flowJson the file of the {@link FlowTemplates}, which may be missing
 * @param sampling how the model's makers ask to draw tokens, if they do
 * @param chatTemplate the chat template; empty for a model that continues text
 * @param chatTemplateFile where a chat template would be looked for, for messages
 * @param addsBeginToken whether texts begin with the begin token, where the model has one
 * @param statedEnds the ids of the tokens that the files themselves say end a text, where the
 *     configuration has more
 */
public record PromptSettings(
    Path model,
    Path flowJson,
    Optional<SamplingOptions> sampling,
    Optional<ModelChatTemplate> chatTemplate,
    Path chatTemplateFile,
    boolean addsBeginToken,
    Optional<List<Integer>> statedEnds) {
  /**
   * {@return what the files of a Hugging Face folder say}
   *
   * @param folder the model folder
   * @throws InvalidInputException if a file is malformed
   */
  public static PromptSettings read(Path folder) {
    Path flowJson = folder.resolve(FlowTemplates.FILE);
    return new PromptSettings(
        folder,
        flowJson,
        GenerationConfig.read(folder).sampling(),
        FlowTemplates.hasPrompt(flowJson) ? Optional.empty() : ModelChatTemplate.read(folder),
        folder.resolve(ModelChatTemplate.FILE),
        TokenizerConfig.read(folder).addsBeginToken().orElse(true),
        Optional.empty());
  }

  /** {@return these settings with another chat template} */
  public PromptSettings withChatTemplate(Optional<ModelChatTemplate> other) {
    return new PromptSettings(
        model, flowJson, sampling, other, chatTemplateFile, addsBeginToken, statedEnds);
  }

  /** {@return whether the file of the templates has a prompt for a model that continues text} */
  public static boolean hasPrompt(Path flowJson) {
    return FlowTemplates.hasPrompt(flowJson);
  }
}
