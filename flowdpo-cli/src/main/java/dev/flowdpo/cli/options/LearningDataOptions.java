package dev.flowdpo.cli.options;

import dev.flowdpo.cli.evaluation.LearningData;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which problems a run learns from, and on which it is measured. Not thread-safe. */
public final class LearningDataOptions {
  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = {
        "Problems, a JSON object a line or an array of them, in the form of GSM8K, MATH or"
            + " MetaMathQA or with question and answer, taken in this order; default: generated"
            + " word problems.",
        "A fifth of its questions, those with the smallest hashes, is held out: measured on, never"
            + " learned from."
      })
  private Optional<Path> data = Optional.empty();

  @Mixin private DataOptions reading;
  @Mixin private HeldOutOptions heldOut;

  /** Checks the values. */
  public void check() {
    heldOut.problems();
    reading.check();
    if (data.isEmpty()) {
      reading.refuseWithoutFile(false);
    }
  }

  /**
   * Returns the problems, and says where a file has fewer than asked for.
   *
   * @param seed draws generated problems
   * @param problems how many to learn from; empty for all of a file
   * @param generated how many where there is no file and none are asked for
   */
  public LearningData problems(
      long seed, Optional<Integer> problems, int generated, PrintWriter err) {
    check();
    if (data.isEmpty()) {
      return LearningData.builtIn(seed, problems.orElse(generated), heldOut.problems());
    }
    LearningData found =
        LearningData.ofFile(
            data.get(),
            reading.dataset(data.get()),
            problems.orElse(Integer.MAX_VALUE),
            heldOut.problems());
    if (found.problems().size() < problems.orElse(0)) {
      err.printf(
          "%s has %d problems beside the held-out ones, fewer than --problems %d%n",
          data.get(), found.problems().size(), problems.orElseThrow());
    }
    return found;
  }

  /** Returns the file's name, or what stands for generated problems. */
  public String source() {
    return data.map(Path::toString).orElse("generated");
  }

  /** Adds what makes these problems different from others. */
  public void describe(Map<String, String> settings) {
    settings.put("data", source());
    reading.describe(settings);
  }

  /** Returns on how many held-out problems a run is measured. */
  public int heldOut() {
    return heldOut.problems();
  }
}
