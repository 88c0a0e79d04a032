package dev.flowdpo.runtime.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.runtime.faults.Faults.Fault;
import dev.flowdpo.runtime.faults.Faults.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real learner on a file system whose n-th operation goes wrong. A run that fails says so, and
 * goes on from what is left to the bytes of a run that was not disturbed.
 */
class FaultyDiskTest {
  private static final int PROBLEMS = 2;

  /** Where a fault leaves another state than at the operation after it. */
  private static final Map<Fault, Set<Operation>> STRUCK =
      Map.of(
          Fault.ERROR, EnumSet.allOf(Operation.class),
          Fault.FULL, EnumSet.of(Operation.WRITE),
          Fault.POWER_LOSS, EnumSet.of(Operation.WRITE, Operation.FORCE, Operation.NAME),
          Fault.TORN_POWER_LOSS, EnumSet.of(Operation.FORCE, Operation.NAME),
          Fault.SHORT, Set.of());

  @TempDir private static Path sound;
  private static LearnedRun run;
  private static List<Operation> operations = List.of();
  private static Map<String, String> expected = Map.of();

  @TempDir private Path folder;

  @BeforeAll
  static void learnUndisturbed() throws IOException {
    run = new LearnedRun(PROBLEMS);
    FaultyFileSystem disk = new FaultyFileSystem(sound, Fault.ERROR, 0);
    run.run(disk.folder());
    expected = LearnedRun.content(sound);
    operations = disk.faults().operations();
  }

  @AfterAll
  static void close() {
    run.close();
  }

  /** What came of the faults of a kind. */
  private static final class Tally {
    private int struck;
    private int failed;
    private int unnoticed;

    @Override
    public String toString() {
      return "%d struck, %d failed and went on to the byte, %d ended to the byte at once"
          .formatted(struck, failed, unnoticed);
    }
  }

  @Test
  void aRunOnAFailingDiskGoesOnToTheByte() throws IOException {
    assertThat(expected.values()).doesNotContain("missing");
    strike(Fault.ERROR, LongStream.of(operations.size() / 3));
    strike(Fault.FULL, LongStream.of(operations.size() / 2));
    strike(Fault.POWER_LOSS, LongStream.of(operations.size() * 2 / 3));
    strike(Fault.SHORT, LongStream.of(1));
  }

  @Test
  void aRunOutOfMemorySaysSoAndGoesOnFromTheLastCheckpoint() throws IOException {
    AtomicInteger groups = new AtomicInteger();
    RolloutSampler greedy =
        request -> {
          if (groups.incrementAndGet() == PROBLEMS) {
            throw new OutOfMemoryError("Java heap space");
          }
          return RolloutSampler.tree().sample(request);
        };

    assertThatThrownBy(() -> run.run(folder, PROBLEMS, greedy))
        .isInstanceOf(FlowException.class)
        .hasMessageContainingAll("out of memory (Java heap space) after 1 problems", "-Xmx");

    run.run(folder, PROBLEMS, greedy);
    assertThat(LearnedRun.content(folder)).isEqualTo(expected);
  }

  /** Strikes every operation; {@code -Dgroups=long}. */
  @Test
  @Tag("long")
  void everyOperationMayFail() throws IOException {
    for (Operation operation : Operation.values()) {
      System.out.printf("%s %d%n", operation, Collections.frequency(operations, operation));
    }
    Map<Fault, Tally> tallies = new EnumMap<>(Fault.class);
    for (Fault fault : Fault.values()) {
      LongStream moments =
          LongStream.rangeClosed(1, operations.size())
              .filter(at -> STRUCK.get(fault).contains(operations.get((int) at - 1)));
      boolean all = fault == Fault.SHORT; // strikes from the first on
      tallies.put(fault, strike(fault, all ? LongStream.of(1) : moments));
      System.out.printf("%s: %s%n", fault, tallies.get(fault));
    }
    assertThat(tallies.get(Fault.ERROR).failed).isPositive();
    assertThat(tallies.get(Fault.POWER_LOSS).failed).isPositive();
  }

  private Tally strike(Fault fault, LongStream moments) throws IOException {
    Tally tally = new Tally();
    for (long at : moments.toArray()) {
      Path disk = Files.createDirectory(folder.resolve(fault + "-" + at));
      FaultyFileSystem faulty = new FaultyFileSystem(disk, fault, at);
      boolean failed = false;
      try {
        run.run(faulty.folder());
      } catch (FlowException | UncheckedIOException e) {
        failed = true;
        assertThat(e).as("%s %d", fault, at).hasMessageContaining(disk.toString());
        if (fault == Fault.FULL) {
          assertThat(e).hasMessageContaining("no space left");
        }
      }
      faulty.losePower();
      tally.struck += faulty.faults().hasStruck() ? 1 : 0;
      tally.failed += failed ? 1 : 0;
      tally.unnoticed += failed ? 0 : 1;
      String what = "%s %d, %s".formatted(fault, at, faulty.faults().struck());
      try {
        if (failed || fault == Fault.POWER_LOSS || fault == Fault.TORN_POWER_LOSS) {
          run.run(disk);
        }
      } catch (RuntimeException e) {
        throw new AssertionError(what + ": cannot go on", e);
      }
      assertThat(LearnedRun.content(disk)).as(what).isEqualTo(expected);
      MoreFiles.deleteRecursively(disk, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    return tally;
  }
}
