package dev.flowdpo.cli;

import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where a run goes, and what to do with one that is there already. Not thread-safe. */
final class RunFolderOptions {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder of the run; made where it does not exist.")
  private Path out;

  @Option(
      names = "--resume",
      description = "Go on with the run in DIR, or begin it where there is none.")
  private boolean resume;

  @Option(names = "--overwrite", description = "Replace the run in DIR.")
  private boolean overwrite;

  Path path() {
    return out;
  }

  /**
   * Checks the options before anything is done.
   *
   * @throws InvalidInputException if a run is both to go on and to be replaced
   */
  void check() {
    if (resume && overwrite) {
      throw new InvalidInputException("expected --resume or --overwrite, found both");
    }
  }

  /**
   * Opens the folder, and makes it where it does not exist.
   *
   * @param settings what makes this run different from others
   * @throws InvalidInputException if it holds a run that these options do not go on with or replace
   */
  RunFolder open(Map<String, String> settings) {
    check();
    RunFolder.Existing existing =
        overwrite
            ? RunFolder.Existing.REPLACE
            : resume ? RunFolder.Existing.RESUME : RunFolder.Existing.REFUSE;
    return new RunFolder(out, settings, existing);
  }
}
