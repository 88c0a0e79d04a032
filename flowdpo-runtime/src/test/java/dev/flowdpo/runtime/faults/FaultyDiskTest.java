package dev.flowdpo.runtime.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.runtime.faults.Faults.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
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
      long operations = sound.faults().count();
      strike(run, Fault.ERROR, LongStream.of(operations / 3), expected);
      strike(run, Fault.FULL, LongStream.of(operations / 2), expected);
      strike(run, Fault.POWER_LOSS, LongStream.of(operations * 2 / 3), expected);
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
      long operations = sound.faults().count();
      System.out.printf("%d operations: %s%n", operations, sound.faults().counts());
      Map<Fault, Tally> tallies = new EnumMap<>(Fault.class);
      for (Fault fault : Fault.values()) {
        LongStream all = LongStream.rangeClosed(1, fault == Fault.SHORT ? 1 : operations);
        tallies.put(fault, strike(run, fault, all, expected));
        System.out.printf("%s: %s%n", fault, tallies.get(fault));
        System.out.flush();
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
