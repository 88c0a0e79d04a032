package dev.flowdpo.runtime.model;

import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.ModelChatTemplate;
import dev.flowdpo.runtime.text.PromptSettings;
import dev.flowdpo.runtime.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Hugging Face folder: config.json, *.safetensors, tokenizer.json and more. */
record ModelFolder(Path path) implements ModelSource {
  @Override
  public String name() {
    return path.toAbsolutePath().normalize().toString();
  }

  @Override
  public ModelConfig config() {
    return ModelConfig.read(path.resolve(Checkpoint.CONFIG_FILE));
  }

  @Override
  public Checkpoint open() {
    return Checkpoint.open(path);
  }

  @Override
  public boolean hasTokenizer() {
    return Files.isRegularFile(path.resolve(HuggingFaceTokenizers.FILE));
  }

  @Override
  public boolean hasChatTemplate() {
    return ModelChatTemplate.read(path).isPresent();
  }

  @Override
  public Tokenizer tokenizer() {
    return HuggingFaceTokenizers.open(path.resolve(HuggingFaceTokenizers.FILE));
  }

  @Override
  public PromptSettings promptSettings() {
    return PromptSettings.read(path);
  }
}
