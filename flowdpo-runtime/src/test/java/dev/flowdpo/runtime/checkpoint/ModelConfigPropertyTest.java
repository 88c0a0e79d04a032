package dev.flowdpo.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/** Configurations come back as they were written; damaged ones are read or refused. */
class ModelConfigPropertyTest {
  private Path file = Path.of("unset");

  @BeforeTry
  void createFile() throws IOException {
    file = Files.createTempFile("flowdpo", ".json");
  }

  @AfterTry
  void deleteFile() throws IOException {
    Files.deleteIfExists(file);
  }

  @Provide
  Arbitrary<ModelConfig> configs() {
    Arbitrary<Integer> sizes = Arbitraries.integers().between(1, 200_000);
    Arbitrary<Integer> small = Arbitraries.integers().between(1, 64);
    Arbitrary<Double> numbers = Arbitraries.doubles().between(-27, 20).map(Math::exp);
    Arbitrary<List<Integer>> ends =
        Arbitraries.integers().between(0, 9).list().uniqueElements().ofMaxSize(3);
    return Combinators.combine(sizes, small, small, small, numbers, numbers, ends)
        .flatAs(
            (size, heads, groups, half, theta, epsilon, endIds) ->
                Combinators.combine(sizes, Arbitraries.integers().between(0, 9), small)
                    .as(
                        (positions, begin, layers) ->
                            new ModelConfig(
                                ModelConfig.LLAMA,
                                size + 9,
                                size,
                                layers,
                                heads * groups,
                                heads,
                                half * 2,
                                size,
                                theta,
                                epsilon,
                                positions,
                                begin % 2 == 0,
                                endIds,
                                begin == 9 ? OptionalInt.empty() : OptionalInt.of(begin))));
  }

  @Property(tries = 200)
  void readsWhatIsWritten(@ForAll("configs") ModelConfig config) throws IOException {
    Files.writeString(file, config.toJson());
    assertThat(ModelConfig.read(file)).isEqualTo(config);
  }

  @Property(tries = 500)
  void readsOrRefusesADamagedFile(
      @ForAll @IntRange(min = 0, max = 10_000) int place, @ForAll byte value) throws IOException {
    byte[] json = TestModels.config(2, true).toJson().getBytes("UTF-8");
    json[place % json.length] = value;
    Files.write(file, json);
    try {
      assertThat(ModelConfig.read(file).architecture()).isEqualTo(ModelConfig.LLAMA);
    } catch (InvalidInputException e) {
      assertThat(e).hasMessageStartingWith(file + ": ");
    }
  }
}
