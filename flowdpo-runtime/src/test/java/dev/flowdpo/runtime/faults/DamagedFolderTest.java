package dev.flowdpo.runtime.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages every file of a real run's folder, in every way. Whoever goes on with it is refused by
 * the file's name, or ends to the byte as the run that was not damaged.
 */
class DamagedFolderTest {
  /** What happens to a file. */
  private enum Damage {
    FLIP,
    TRUNCATE,
    EMPTY,
    DELETE
  }

  private static final int PROBLEMS = 2;

  @TempDir private static Path runs;
  private static LearnedRun run;
  private static Path half;
  private static Map<String, String> expected = Map.of();

  @TempDir private Path folder;

  @BeforeAll
  static void learn() throws IOException {
    run = new LearnedRun(PROBLEMS);
    Path whole = Files.createDirectory(runs.resolve("whole"));
    half = Files.createDirectory(runs.resolve("half"));
    run.run(whole);
    run.run(half, PROBLEMS - 1);
    expected = LearnedRun.content(whole);
  }

  @AfterAll
  static void close() {
    run.close();
  }

  /** What came of the damages of one kind to one file. */
  private static final class Tally {
    private int refused;
    private int repaired;

    @Override
    public String toString() {
      return refused + " refused, " + repaired + " repaired to the byte";
    }
  }

  /** One damage a file, another one for each. */
  @Test
  void damageIsRefusedOrRepaired() throws IOException {
    assertThat(damageAll(1, 1)).isNotEmpty();
  }

  /** All damages at 100 random places each; {@code -Dgroups=long}. */
  @Test
  @Tag("long")
  void damageAtManyPlacesIsRefusedOrRepaired() throws IOException {
    damageAll(100, Damage.values().length)
        .forEach((what, tally) -> System.out.printf("| %s | %s |%n", what, tally));
  }

  private Map<String, Tally> damageAll(int places, int damages) throws IOException {
    Random random = new Random(7);
    Map<String, Tally> tallies = new TreeMap<>();
    int next = 0;
    for (Path file : files(half)) {
      next++;
      for (int kind = 0; kind < damages; kind++) {
        Damage damage = Damage.values()[(next + kind) % Damage.values().length];
        boolean placed = damage == Damage.FLIP || damage == Damage.TRUNCATE;
        for (int i = 0; i < (placed ? places : 1); i++) {
          Path copy = folder.resolve("copy");
          copy(half, copy);
          String what = damage(copy.resolve(half.relativize(file)), damage, random);
          String name = half.relativize(file).toString().replaceAll("\\d{6,}", "TIME");
          Tally tally = tallies.computeIfAbsent(name + " " + damage, key -> new Tally());
          try {
            run.run(copy);
            assertThat(LearnedRun.content(copy)).as(what).isEqualTo(expected);
            tally.repaired++;
          } catch (InvalidInputException e) {
            assertThat(e).as(what).hasMessageContaining(file.getFileName().toString());
            tally.refused++;
          }
          MoreFiles.deleteRecursively(copy, RecursiveDeleteOption.ALLOW_INSECURE);
        }
      }
    }
    return tallies;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.toString().endsWith(".lock"))
          .sorted()
          .toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static String damage(Path file, Damage damage, Random random) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int at = random.nextInt(bytes.length);
    switch (damage) {
      case FLIP -> {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bytes);
      }
      case TRUNCATE -> Files.write(file, Arrays.copyOf(bytes, at));
      case EMPTY -> Files.write(file, new byte[0]);
      case DELETE -> Files.delete(file);
    }
    return "%s of %s at byte %d of %d".formatted(damage, file, at, bytes.length);
  }

  /** Such a folder has the checksums of format 2 and no others. */
  @Test
  void aFolderOfAnEarlierVersionIsReadUnchecked() throws IOException {
    Path old = folder.resolve("old");
    copy(half, old);
    ObjectMapper json = new ObjectMapper();
    for (Path file : files(old)) {
      String name = file.getFileName().toString();
      if (name.equals("manifest.json")) {
        ObjectNode manifest = (ObjectNode) json.readTree(file.toFile());
        manifest.put("format", 2).remove("sum");
        ObjectNode sums = (ObjectNode) manifest.get("files");
        sums.remove(List.of("answer/SHA256SUMS", "stop/SHA256SUMS"));
        json.writeValue(file.toFile(), manifest);
      } else if (name.equals("SHA256SUMS") || name.equals("seals.json")) {
        Files.delete(file);
      }
    }
    run.run(old);
    assertThat(LearnedRun.content(old)).isEqualTo(expected);
  }

  @Test
  void aTornTailIsCutOffAndLinksAreNotFollowed() throws IOException {
    Path torn = folder.resolve("torn");
    copy(half, torn);
    for (String name : List.of("pairs.jsonl", "traces.jsonl")) {
      Path file = torn.resolve(name);
      Files.writeString(file, Files.readString(file) + "{\"prompt\":\"half a li");
    }
    Path linked = folder.resolve("linked");
    copy(torn, linked);
    Path elsewhere = folder.resolve("elsewhere");
    Files.move(linked.resolve("pairs.jsonl"), elsewhere);
    byte[] before = Files.readAllBytes(elsewhere);
    Files.createSymbolicLink(linked.resolve("pairs.jsonl"), elsewhere);
    assertThatThrownBy(() -> run.run(linked)).hasMessageContaining("pairs.jsonl");
    assertThat(elsewhere).hasBinaryContent(before);

    run.run(torn);
    assertThat(LearnedRun.content(torn)).isEqualTo(expected);
  }
}
