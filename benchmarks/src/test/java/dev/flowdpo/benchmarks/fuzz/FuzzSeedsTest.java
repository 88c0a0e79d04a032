package dev.flowdpo.benchmarks.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every reader of untrusted bytes reads the fuzzer's seeds, and what becomes of them by small
 * changes, or refuses them in its own words: always the same ones. The fuzzer itself, which follows
 * what the code does, is {@code benchmarks/fuzz/run}.
 */
class FuzzSeedsTest {
  private static final int CHANGES = 60;

  @ParameterizedTest
  @EnumSource(FuzzTarget.class)
  void seedsAndWhatBecomesOfThemAreReadOrRefused(FuzzTarget target) throws IOException {
    List<byte[]> seeds = seeds(target);
    assertThat(seeds).isNotEmpty();
    Mutation mutation = new Mutation(target.ordinal());
    for (int i = 0; i < CHANGES; i++) {
      byte[] sound = seeds.get(i % seeds.size());
      readsOrRefuses(target, sound);
      readsOrRefuses(target, mutation.of(sound, seeds.get((i * 7 + 1) % seeds.size())));
    }
  }

  private static void readsOrRefuses(FuzzTarget target, byte[] input) {
    assertThatCode(() -> target.read(input))
        .as(
            () ->
                new String(input, StandardCharsets.UTF_8)
                    + "\nas Base64: "
                    + Base64.getEncoder().encodeToString(input))
        .doesNotThrowAnyException();
  }

  private static List<byte[]> seeds(FuzzTarget target) throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    Path folder = Path.of("fuzz", "seeds", target.name().toLowerCase(Locale.ROOT));
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        seeds.add(Files.readAllBytes(file));
      }
    }
    return seeds;
  }
}
