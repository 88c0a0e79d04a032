package dev.flowdpo.cli.learning;

import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.cli.run.RunFolder;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.data.PreferenceFile;
import java.util.List;

/**
 * The pairs of a run, a file a role: what trains one adapter would teach the other nonsense. Not
 * thread-safe.
 */
final class PairFiles implements AutoCloseable {
  private final PreferenceFile.Writer answer;
  private final PreferenceFile.Writer stop;

  private PairFiles(PreferenceFile.Writer answer, PreferenceFile.Writer stop) {
    this.answer = answer;
    this.stop = stop;
  }

  /** Goes on with the pairs up to the checkpoint; those after it come again. */
  static PairFiles resume(RunFolder folder, ModelTokens tokens, LearningProgress from) {
    PreferenceFile.Writer answer =
        PreferenceFile.of(folder.file(RunFiles.ANSWER_PAIRS), tokens).resume(from.answerPairs());
    try {
      return new PairFiles(
          answer,
          PreferenceFile.of(folder.file(RunFiles.STOP_PAIRS), tokens).resume(from.stopPairs()));
    } catch (RuntimeException e) {
      answer.close();
      throw e;
    }
  }

  /** Appends pairs; they are on the disk when this returns. */
  void write(List<PreferencePair> pairs) {
    answer.write(of(AdapterRole.ANSWER, pairs));
    stop.write(of(AdapterRole.STOP, pairs));
  }

  private static List<PreferencePair> of(AdapterRole role, List<PreferencePair> pairs) {
    return pairs.stream().filter(pair -> pair.role() == role).toList();
  }

  @Override
  public void close() {
    try (answer) {
      stop.close();
    }
  }
}
