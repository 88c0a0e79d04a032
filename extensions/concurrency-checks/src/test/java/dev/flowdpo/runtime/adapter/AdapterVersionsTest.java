package dev.flowdpo.runtime.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.concurrency.Interleavings;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Publishing and rolling back from several threads is as one after the other. */
class AdapterVersionsTest {
  private static final List<AdapterSnapshot> SNAPSHOTS = snapshots();

  /** Returns adapters that can be told from each other. */
  private static List<AdapterSnapshot> snapshots() {
    ModelConfig config = ModelConfig.read(BundledModel.folder().resolve("config.json"));
    return IntStream.range(0, 4).mapToObj(i -> AdapterSnapshot.none(config)).toList();
  }

  /** Run by Lincheck, each time in a new instance. */
  @Param(name = "adapter", gen = IntGen.class, conf = "1:3")
  public static class Versions {
    private final Map<AdapterRole, AdapterSlot> slots = new EnumMap<>(AdapterRole.class);
    private final AdapterVersions versions;

    /** Begins with one version. */
    public Versions() {
      for (AdapterRole role : AdapterRole.values()) {
        slots.put(role, new AdapterSlot(SNAPSHOTS.get(0)));
      }
      versions = new AdapterVersions(slots, "test", folder -> Map.of());
    }

    /** Returns the number of the new version. */
    @Operation
    public long publish(@Param(name = "adapter") int adapter) {
      Map<AdapterRole, AdapterSnapshot> changed = new EnumMap<>(AdapterRole.class);
      for (AdapterRole role : AdapterRole.values()) {
        changed.put(role, SNAPSHOTS.get(adapter));
      }
      return versions.publish(changed, "test", Map.of(), OptionalDouble.empty()).number();
    }

    /** Returns what is live then, or that there is nothing before it. */
    @Operation
    public String rollBack() {
      try {
        return "version " + versions.rollBack().number();
      } catch (InvalidInputException e) {
        return "none before";
      }
    }

    /** Returns which adapters stand in a slot for solves that begin. */
    @Operation
    public int answerAdapter() {
      return SNAPSHOTS.indexOf(slots.get(AdapterRole.ANSWER).current());
    }

    /** Returns all that is kept. */
    @Operation
    public String kept() {
      AdapterVersions.Kept kept = versions.kept();
      return kept.versions().stream().map(v -> v.about().number()).toList()
          + " live "
          + kept.live()
          + " before "
          + kept.before();
    }
  }

  @BeforeAll
  static void loadBeforeThreadsDo() {
    assertThat(SNAPSHOTS).doesNotHaveDuplicates();
  }

  @Test
  void versionsChangeOneAfterTheOther() {
    Interleavings.search(Versions.class, 400);
  }

  @Test
  @Tag("long")
  void versionsChangeOneAfterTheOtherInManyRuns() {
    Interleavings.searchLong(Versions.class);
  }
}
