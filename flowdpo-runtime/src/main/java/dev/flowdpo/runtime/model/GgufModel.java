package dev.flowdpo.runtime.model;

import com.google.common.base.Suppliers;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.gguf.GgufCheckpoint;
import dev.flowdpo.runtime.gguf.GgufExport;
import dev.flowdpo.runtime.gguf.GgufFile;
import dev.flowdpo.runtime.gguf.GgufFolder;
import dev.flowdpo.runtime.gguf.GgufMetadata;
import dev.flowdpo.runtime.gguf.GgufPrompts;
import dev.flowdpo.runtime.gguf.GgufTokenizer;
import dev.flowdpo.runtime.gguf.GgufType;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.PromptSettings;
import dev.flowdpo.runtime.text.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A GGUF file, which holds weights, tokenizer and chat template. Its header is read once, when it
 * is first asked for anything; a file that has taken its place since then is refused.
 */
final class GgufModel implements ModelSource {
  private final Path path;
  private final Supplier<GgufFile> file;

  GgufModel(Path path) {
    this.path = path;
    // Never closed, and needs not be: it holds nothing of the system's.
    this.file = Suppliers.memoize(() -> GgufFile.open(path));
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public String name() {
    return GgufFile.modelName(path);
  }

  @Override
  public ModelConfig config() {
    return GgufCheckpoint.config(file.get());
  }

  @Override
  public Checkpoint open() {
    return GgufCheckpoint.open(file.get().again());
  }

  @Override
  public boolean hasTokenizer() {
    return withMetadata(GgufTokenizer::isIn);
  }

  @Override
  public boolean hasChatTemplate() {
    return withMetadata(GgufPrompts::chatTemplate).isPresent();
  }

  @Override
  public Tokenizer tokenizer() {
    return HuggingFaceTokenizers.of(withMetadata(GgufTokenizer::read));
  }

  @Override
  public PromptSettings promptSettings() {
    return withMetadata(GgufPrompts::read);
  }

  @Override
  public void writeMerged(AdapterWeights adapter, Optional<DataType> type, Path out) {
    GgufFolder.write(path, adapter, type.orElse(DataType.F16), out);
  }

  @Override
  public void writeMergedGguf(AdapterWeights adapter, GgufType type, Path out) {
    GgufExport.write(path, adapter, type, out);
  }

  private <T> T withMetadata(Function<GgufMetadata, T> use) {
    return use.apply(file.get().metadata());
  }
}
