package dev.flowdpo.benchmarks.fuzz;

import java.util.Locale;
import java.util.Objects;

/** Hands a fuzzer's bytes to the target that the property {@code flowdpo.fuzz} names. */
public final class Fuzzing {
  private static final FuzzTarget TARGET =
      FuzzTarget.valueOf(
          Objects.requireNonNull(System.getProperty("flowdpo.fuzz"), "-Dflowdpo.fuzz=TARGET")
              .toUpperCase(Locale.ROOT));

  private Fuzzing() {}

  /**
   * Called by Jazzer once: what stands beside the file is opened before the first input's time
   * runs.
   */
  public static void fuzzerInitialize() {
    SoundModel.get();
    TARGET.read(new byte[0]);
  }

  /** Called by Jazzer, which finds the method by its name. */
  public static void fuzzerTestOneInput(byte[] input) {
    TARGET.read(input);
  }
}
