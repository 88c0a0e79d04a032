package dev.flowdpo.runtime.model;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.MergedCheckpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.gguf.GgufExport;
import dev.flowdpo.runtime.gguf.GgufPrompts;
import dev.flowdpo.runtime.gguf.GgufType;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.ModelChatTemplate;
import dev.flowdpo.runtime.text.PromptSettings;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.text.TransformersFiles;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

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

  @Override
  public void writeMerged(AdapterWeights adapter, Optional<DataType> type, Path out) {
    if (type.isPresent()) {
      throw new InvalidInputException(
          path
              + ": expected no type, as a merged folder has those of its base, found "
              + type.get());
    }
    MergedCheckpoint.write(path, adapter, out, MergedCheckpoint.USUAL_SHARD_BYTES);
    TransformersFiles.complete(out);
  }

  @Override
  public void writeMergedGguf(AdapterWeights adapter, GgufType type, Path out) {
    // A folder with a prompt of its own has the template of that prompt beside it.
    PromptSettings asked = promptSettings();
    PromptSettings settings =
        asked.chatTemplate().isPresent()
            ? asked
            : asked.withChatTemplate(ModelChatTemplate.read(path));
    TokenizerDefinition tokenizer =
        HuggingFaceTokenizers.definition(path.resolve(HuggingFaceTokenizers.FILE));
    GgufExport.write(path, tokenizer, settings, adapter, type, out);
    Path flowJson = path.resolve(FlowTemplates.FILE);
    if (Files.exists(flowJson)) {
      copy(flowJson, GgufPrompts.beside(out, FlowTemplates.FILE));
    }
  }

  private static void copy(Path from, Path to) {
    try {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(to + ": cannot be written", e);
    }
  }
}
