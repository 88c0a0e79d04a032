package dev.flowdpo.runtime.tiny;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The bundled files are those that {@link Pretraining} makes from seed 0. */
class BundledModelTest {
  private static final Path BUNDLED = BundledModel.folder();

  @Test
  void theFilesBesideTheWeightsAreThoseOfAPretraining(@TempDir Path folder) throws IOException {
    BytePairVocabulary vocabulary = TinyTokenizer.train();
    Path tokenizer = folder.resolve(HuggingFaceTokenizers.FILE);
    vocabulary.write(tokenizer);

    assertThat(tokenizer).hasSameBinaryContentAs(BUNDLED.resolve(HuggingFaceTokenizers.FILE));
    assertThat(BUNDLED.resolve(Checkpoint.CONFIG_FILE))
        .hasContent(Pretraining.bundledConfig(vocabulary.size()).toJson());
    assertThat(BUNDLED.resolve(FlowTemplates.FILE))
        .hasContent(Pretraining.bundledTemplates().toJson());
  }

  @Test
  void theCardNamesTheCommandAndEveryStage() throws IOException {
    String card = Files.readString(BUNDLED.resolve("README.md"), StandardCharsets.UTF_8);
    assertThat(card)
        .contains("`java -jar flowdpo.jar pretrain --seed 0 --out DIR` makes these files");
    for (Pretraining.Stage stage : Pretraining.bundledStages()) {
      assertThat(card).contains("| %s | %d |".formatted(stage.name(), stage.steps()));
    }
  }

  /**
   * The whole training, ten minutes to an hour on two cores. The weights are compared byte for
   * byte, which holds on the processor that made them only, so this runs where it is asked for.
   */
  @Test
  @EnabledIfSystemProperty(named = "flowdpo.pretrain", matches = "true")
  void aPretrainingFromSeedZeroMakesTheBundledFiles(@TempDir Path folder) {
    new Pretraining(Pretraining.bundledStages(), 0, (stage, step, loss) -> {}).run(folder);
    for (String file : BundledModel.FILES) {
      if (!file.equals("README.md")) {
        assertThat(folder.resolve(file)).as(file).hasSameBinaryContentAs(BUNDLED.resolve(file));
      }
    }
  }
}
