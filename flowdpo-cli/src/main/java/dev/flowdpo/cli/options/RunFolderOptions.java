package dev.flowdpo.cli.options;

import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.error.InvalidInputException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where a run goes, and what to do with one that is there already. Not thread-safe. */
public final class RunFolderOptions {
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

  /** Returns the folder. */
  public Path path() {
    return out;
  }

  /**
   * Checks the options before anything is done.
   *
   * @throws InvalidInputException if a run is both to go on and to be replaced
   */
  public void check() {
    if (resume && overwrite) {
      throw new InvalidInputException("expected --resume or --overwrite, found both");
    }
  }

  /**
   * Opens the folder, and makes it where it does not exist; a run that is there is refused unless
   * the options say what to do with it.
   *
   * @param kind what kind of run it holds
   * @param settings what makes this run different from others
   * @throws InvalidInputException if it holds a run that these options do not go on with or replace
   */
  public RunFolder open(RunFolder.Kind kind, Map<String, String> settings) {
    return open(kind, settings, RunFolder.Existing.REFUSE);
  }

  /**
   * Opens the folder likewise.
   *
   * @param otherwise what to do with a run that is there where the options do not say
   */
  public RunFolder open(
      RunFolder.Kind kind, Map<String, String> settings, RunFolder.Existing otherwise) {
    check();
    RunFolder.Existing existing =
        overwrite ? RunFolder.Existing.REPLACE : resume ? RunFolder.Existing.RESUME : otherwise;
    return new RunFolder(out, kind, settings, existing);
  }
}
