package dev.flowdpo.learning;

import java.nio.file.Path;
import java.util.List;

/**
 * The versions of a flow's adapters: the live one, those before it, and those that were loaded. A
 * solve that begins uses the live version and keeps it to its end, so versions can change while
 * solves run. The last {@link GateOptions#keptVersions} are kept, in memory and, with a learner
 * that has a checkpoint folder, there: it goes on with them after a restart, and with the live one,
 * also where that was rolled back to just before.
 *
 * <p>A learner that is at work takes up a version that is published or rolled back to before its
 * next group, with an empty optimizer, and learns on from there. Thread-safe.
 */
public interface FlowAdapters {

  /** {@return the live version} */
  AdapterVersion live();

  /** {@return the versions that are kept, oldest first, the live one among them} */
  List<AdapterVersion> list();

  /**
   * Reads adapters and keeps them as a version that is not live.
   *
   * @param folder a folder with the PEFT sub-folders {@code answer} and {@code stop}, one of which
   *     may be missing
   * @return the version, to be published
   * @throws dev.flowdpo.error.InvalidInputException if they cannot be read or do not fit the model
   */
  AdapterVersion load(Path folder);

  /**
   * Makes a version that is kept live, and returns it.
   *
   * @throws dev.flowdpo.error.InvalidInputException if there is none, or a learner that is at work
   *     cannot go on from it, since its layers or ranks are others
   */
  AdapterVersion publish(long number);

  /**
   * Makes live the version that was live before this one, and returns it.
   *
   * @throws dev.flowdpo.error.InvalidInputException if none is kept, or as for {@link #publish}
   */
  AdapterVersion rollBack();
}
