package dev.flowdpo.runtime.data;

import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Text and ids of the bundled model, without its weights. */
final class BundledTokens {
  static final ModelTokens TOKENS = open();

  private BundledTokens() {}

  private static ModelTokens open() {
    Path folder = BundledModel.folder();
    ModelConfig config = ModelConfig.read(folder.resolve(Checkpoint.CONFIG_FILE));
    Tokenizer tokenizer = HuggingFaceTokenizers.open(folder.resolve(HuggingFaceTokenizers.FILE));
    return new ModelTokens(
        tokenizer, new Prompts(tokenizer, FlowTemplates.read(folder), config), config);
  }

  /** Any ids of the model, special ones among them. */
  static Arbitrary<TokenIds> ids() {
    return Arbitraries.integers()
        .between(0, TOKENS.config().vocabularySize() - 1)
        .array(int[].class)
        .ofMinSize(1)
        .ofMaxSize(12)
        .map(TokenIds::copyOf);
  }
}
