package dev.flowdpo.runtime.tiny;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.TransformersFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Model folders with random weights that a flow can open: the files of {@link RandomCheckpoint},
 * with the bundled model's tokenizer and prompts where the vocabulary has room for them, else with
 * a token for every byte. Stateless and thread-safe.
 */
public final class RandomModel {
  private RandomModel() {}

  /**
   * Writes a model folder.
   *
   * @param folder is made if it is not there; files in it are replaced
   * @param seed where the weights come from
   * @param type the type in which weights are stored
   * @throws InvalidInputException if the vocabulary has not even room for every byte
   * @throws FlowException if the folder cannot be written
   */
  public static void write(Path folder, ModelConfig config, long seed, DataType type) {
    BytePairVocabulary bytes =
        new BytePairVocabulary(
            ImmutableList.<String>builder()
                .add(BytePairVocabulary.END)
                .addAll(ByteAlphabet.all())
                .build(),
            List.of());
    if (config.vocabularySize() < bytes.size()) {
      throw new InvalidInputException(
          "vocabulary: expected at least "
              + bytes.size()
              + " entries, one a byte and one that ends a text, found "
              + config.vocabularySize());
    }
    try {
      Files.createDirectories(folder);
      Path bundled = BundledModel.folder();
      if (config.vocabularySize() >= bundledVocabulary(bundled)) {
        for (String file : List.of(HuggingFaceTokenizers.FILE, FlowTemplates.FILE)) {
          Files.copy(
              bundled.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
      } else {
        bytes.write(folder.resolve(HuggingFaceTokenizers.FILE));
        Files.writeString(folder.resolve(FlowTemplates.FILE), byteTemplates().toJson());
      }
    } catch (IOException e) {
      throw new FlowException(
          folder + ": the model folder cannot be written: " + e.getMessage(), e);
    }
    RandomCheckpoint.write(folder, config, seed, type);
    TransformersFiles.complete(folder);
  }

  private static int bundledVocabulary(Path bundled) {
    return ModelConfig.read(bundled.resolve("config.json")).vocabularySize();
  }

  /** Yes and no begin with different bytes; chunks are short. */
  private static FlowTemplates byteTemplates() {
    return new FlowTemplates(
        FlowTemplates.QUESTION + "\n", "?", "Y", "N", 8, 6, SamplingOptions.of(1));
  }
}
