package dev.flowdpo.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.cli.output.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Kills learning and training at random moments, and looks at what comes of it:
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.KillAndResume
 *     FOLDER [MOMENTS [SEED [learn,submit,compile,dpo]]]
 * }</pre>
 *
 * <p>Of each kind one run is left alone. Others are killed (SIGKILL) at moments drawn evenly from
 * as long as that took, are started again in their folder, may be killed again, and so on to their
 * end. After every kill the folder is searched for damage; in the end adapters, metrics, pairs and
 * traces must be those of the undisturbed run, byte for byte. The folder receives {@code
 * kill-and-resume.json}, and the runs that differ; it must not be used for anything else.
 */
public final class KillAndResume {
  private final Path folder;
  private final int moments;
  private final long seed;

  KillAndResume(Path folder, int moments, long seed) {
    this.folder = folder;
    this.moments = moments;
    this.seed = seed;
  }

  /**
   * What came of the kills of one kind.
   *
   * @param work the kind
   * @param kills how many processes were killed
   * @param beforeFirstState how many of them before there was a state to go on from
   * @param runs how many runs went to their end after at least one kill
   * @param mostKills the most that one run survived
   * @param seconds the undisturbed run's time from its begin to its end
   * @param temporaryFiles what kills left of files that were being written, after the runs' ends
   * @param faults damaged files, runs that could not go on, and files that differ in the end
   */
  record Outcome(
      String work,
      int kills,
      int beforeFirstState,
      int runs,
      int mostKills,
      double seconds,
      long temporaryFiles,
      List<String> faults) {}

  /** Kills; see the class comment. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    int moments = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 50;
    long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : 1;
    List<KilledWork> works =
        arguments.length > 3
            ? Arrays.stream(arguments[3].split(",", -1))
                .map(name -> KilledWork.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList()
            : List.of(KilledWork.values());
    KillAndResume tool = new KillAndResume(folder, moments, seed);
    List<Outcome> outcomes = new ArrayList<>();
    System.out.println(
        "| Work | Kills | before a first state | Runs | most kills of one | Undisturbed, s |"
            + " temporary files left | Faults |\n|---|---:|---:|---:|---:|---:|---:|---:|");
    for (KilledWork work : works) {
      Outcome outcome = tool.kill(work);
      outcomes.add(outcome);
      System.out.printf(
          Locale.ROOT,
          "| %s | %d | %d | %d | %d | %.1f | %d | %d |%n",
          outcome.work,
          outcome.kills,
          outcome.beforeFirstState,
          outcome.runs,
          outcome.mostKills,
          outcome.seconds,
          outcome.temporaryFiles,
          outcome.faults.size());
      outcome.faults.forEach(System.out::println);
      JsonText.write(folder.resolve("kill-and-resume.json"), outcomes);
    }
    System.exit(outcomes.stream().allMatch(outcome -> outcome.faults.isEmpty()) ? 0 : 1);
  }

  /** Kills one kind of work until there were moments enough, and runs it to its end. */
  Outcome kill(KilledWork work) throws Exception {
    Path own = Files.createDirectories(folder.resolve(work.name().toLowerCase(Locale.ROOT)));
    Path pairs = own.resolve("pairs.jsonl");
    if (work == KilledWork.DPO) {
      PairsForTraining.write(pairs);
    }
    Path whole = own.resolve("whole");
    Duration undisturbed = WorkProcess.start(work.command(whole, pairs)).finish();
    SplittableRandom random = new SplittableRandom(seed + work.ordinal());
    List<String> faults = new ArrayList<>();
    int kills = 0;
    int early = 0;
    int runs = 0;
    int most = 0;
    long temporary = 0;
    while (kills < moments) {
      Path run = Files.createDirectories(own.resolve("run-" + runs++));
      int faultsBefore = faults.size();
      int ofThis = 0;
      try {
        while (kills < moments) {
          Duration moment = Duration.ofNanos(random.nextLong(undisturbed.toNanos()));
          WorkProcess process = WorkProcess.start(work.command(run, pairs));
          if (!process.killedAfter(moment)) {
            var unused = process.finish();
            break;
          }
          kills++;
          ofThis++;
          early += hasState(run) ? 0 : 1;
          for (String damage : FolderDamage.in(run)) {
            faults.add(run.getFileName() + " after kill " + ofThis + ": " + damage);
          }
        }
        var unused = WorkProcess.start(work.command(run, pairs)).finish(); // also where it is done
        compare(work, whole, run, faults);
        temporary += FolderDamage.temporaryFiles(run);
      } catch (IllegalStateException e) {
        faults.add(run.getFileName() + " after " + ofThis + " kills: " + e.getMessage());
      }
      most = Math.max(most, ofThis);
      if (faults.size() == faultsBefore) {
        MoreFiles.deleteRecursively(run, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    }
    return new Outcome(
        work.name().toLowerCase(Locale.ROOT),
        kills,
        early,
        runs,
        most,
        undisturbed.toMillis() / 1e3,
        temporary,
        faults);
  }

  private static boolean hasState(Path run) {
    return Files.exists(run.resolve("checkpoint/latest"))
        || Files.exists(run.resolve("trainer.safetensors"));
  }

  private static void compare(KilledWork work, Path whole, Path run, List<String> faults)
      throws IOException {
    for (String file : work.files()) {
      if (!Files.exists(run.resolve(file))) {
        faults.add(run.getFileName() + ": " + file + " is missing");
      } else if (!isSame(whole.resolve(file), run.resolve(file))) {
        faults.add(run.getFileName() + ": " + file + " differs from the undisturbed run's");
      }
    }
  }

  private static boolean isSame(Path expected, Path found) throws IOException {
    return expected.endsWith("result.json")
        ? result(expected).equals(result(found))
        : Files.mismatch(expected, found) < 0;
  }

  /** Returns the figures without the time that they took. */
  private static JsonNode result(Path file) {
    ObjectNode json = (ObjectNode) JsonText.object(file.toString(), JsonText.read(file));
    return json.without("seconds");
  }
}
