package dev.flowdpo.runtime.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.error.FlowException;
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
import java.util.stream.LongStream;
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

  @TempDir Path folder;

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
    try (LearnedRun run = new LearnedRun(PROBLEMS)) {
      Path whole = Files.createDirectory(folder.resolve("whole"));
      FaultyFileSystem sound = new FaultyFileSystem(whole, Fault.ERROR, 0);
      run.run(sound.folder());
      Map<String, String> expected = LearnedRun.content(whole);
      assertThat(expected.values()).doesNotContain("missing");
      List<Operation> operations = sound.faults().operations();
      strike(run, Fault.ERROR, LongStream.of(operations.size() / 3), expected);
      strike(run, Fault.FULL, LongStream.of(operations.size() / 2), expected);
      strike(run, Fault.POWER_LOSS, LongStream.of(operations.size() * 2 / 3), expected);
      strike(run, Fault.SHORT, LongStream.of(1), expected);
    }
  }

  /** Strikes every operation; {@code -Dgroups=long}. */
  @Test
  @Tag("long")
  void everyOperationMayFail() throws IOException {
    try (LearnedRun run = new LearnedRun(PROBLEMS)) {
      Path whole = Files.createDirectory(folder.resolve("whole"));
      FaultyFileSystem sound = new FaultyFileSystem(whole, Fault.ERROR, 0);
      run.run(sound.folder());
      Map<String, String> expected = LearnedRun.content(whole);
      List<Operation> operations = sound.faults().operations();
      for (Operation operation : Operation.values()) {
        System.out.printf("%s %d%n", operation, Collections.frequency(operations, operation));
      }
      Map<Fault, Tally> tallies = new EnumMap<>(Fault.class);
      for (Fault fault : Fault.values()) {
        LongStream moments =
            LongStream.rangeClosed(1, operations.size())
                .filter(at -> STRUCK.get(fault).contains(operations.get((int) at - 1)));
        boolean all = fault == Fault.SHORT; // strikes from the first on
        tallies.put(fault, strike(run, fault, all ? LongStream.of(1) : moments, expected));
        System.out.printf("%s: %s%n", fault, tallies.get(fault));
      }
      assertThat(tallies.get(Fault.ERROR).failed).isPositive();
      assertThat(tallies.get(Fault.POWER_LOSS).failed).isPositive();
    }
  }

  private Tally strike(
      LearnedRun run, Fault fault, LongStream moments, Map<String, String> expected)
      throws IOException {
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
