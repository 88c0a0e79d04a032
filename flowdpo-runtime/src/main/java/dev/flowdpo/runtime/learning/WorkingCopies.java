package dev.flowdpo.runtime.learning;

import com.google.common.util.concurrent.RateLimiter;
import dev.flowdpo.learning.AdapterVersion;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.adapter.AdapterVersions;
import dev.flowdpo.runtime.internal.Lookup;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The adapters that a learner works on, and their way to the flow and back: it publishes them, and
 * it takes up what somebody else published or rolled back to. Owns their roles until closed. For
 * one thread at a time.
 */
final class WorkingCopies implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkingCopies.class);

  private final String name;
  private final Map<AdapterRole, AdapterLearner> learners;
  private final AdapterVersions versions;
  private final Map<AdapterRole, AdapterSnapshot> published = new EnumMap<>(AdapterRole.class);

  /** Lets a line through twice a minute. */
  private final RateLimiter told = RateLimiter.create(1 / 30.0);

  /**
   * Takes the roles over.
   *
   * @param name of the learner
   * @throws dev.flowdpo.error.InvalidInputException if another learner owns one
   */
  WorkingCopies(String name, Map<AdapterRole, AdapterLearner> learners, AdapterVersions versions) {
    this.name = name;
    this.learners = learners;
    this.versions = versions;
    Map<AdapterRole, Predicate<AdapterSnapshot>> roles = new EnumMap<>(AdapterRole.class);
    learners.forEach((role, learner) -> roles.put(role, learner::fits));
    versions.own(name, roles);
  }

  Map<AdapterRole, AdapterLearner> learners() {
    return learners;
  }

  /** Returns the working copies as they are now. */
  Map<AdapterRole, AdapterSnapshot> snapshots() {
    Map<AdapterRole, AdapterSnapshot> snapshots = new EnumMap<>(AdapterRole.class);
    learners.forEach((role, learner) -> snapshots.put(role, learner.snapshot()));
    return snapshots;
  }

  /** Returns the live adapters of the roles that learn; from any thread. */
  Map<AdapterRole, AdapterSnapshot> live() {
    Map<AdapterRole, AdapterSnapshot> live = new EnumMap<>(AdapterRole.class);
    learners.keySet().forEach(role -> live.put(role, versions.live(role)));
    return live;
  }

  /**
   * Returns what {@code models} takes of the live version, while nobody can publish between one and
   * another.
   */
  <T> T atOneVersion(Function<AdapterVersions.Version, T> models) {
    return versions.withLive(models);
  }

  /** Puts fresh adapters, which change nothing, in the place of none. */
  void beginFresh() {
    published.putAll(snapshots());
    versions.replace(published);
  }

  /** Takes the live adapters, which an earlier process published, for this learner's own. */
  void goOnWithLive() {
    published.putAll(live());
  }

  /** Returns the versions that are kept. */
  AdapterVersions.Kept kept() {
    return versions.kept();
  }

  /** Says whether these versions' live adapters are the ones that this learner goes on from. */
  boolean hasTakenUp(AdapterVersions.Kept kept) {
    return kept.versions().stream()
        .filter(version -> version.about().number() == kept.live())
        .allMatch(
            version ->
                learners.keySet().stream()
                    .allMatch(role -> version.snapshots().get(role) == published.get(role)));
  }

  /** Makes the working copies the live version. */
  void publish(OptionalDouble accuracy) {
    publish(snapshots(), accuracy);
  }

  /** Makes these the live version. */
  void publish(Map<AdapterRole, AdapterSnapshot> snapshots, OptionalDouble accuracy) {
    published.putAll(snapshots);
    Map<AdapterRole, Long> updates = new EnumMap<>(AdapterRole.class);
    learners.forEach((role, learner) -> updates.put(role, (long) learner.updates()));
    AdapterVersion version =
        versions.publish(published, "learner \"" + name + "\"", updates, accuracy);
    // Without a gate every group publishes.
    LOG.atLevel(told.tryAcquire() ? Level.INFO : Level.DEBUG)
        .log(
            "Learner \"{}\": version {} is live, after {} updates of the answer and {} of the stop"
                + " adapter",
            name,
            version.number(),
            version.answerUpdates(),
            version.stopUpdates());
  }

  /** Goes back to the live adapters where somebody else has published them. */
  boolean takeUpOthers() {
    boolean any = false;
    for (AdapterLearner learner : learners.values()) {
      AdapterSnapshot live = versions.live(learner.role());
      if (live != Lookup.required(published, learner.role())) {
        LOG.info(
            "Learner \"{}\": goes on from version {} of the {} adapter, which was made live",
            name,
            versions.live().number(),
            learner.role().folderName());
        published.put(learner.role(), live);
        learner.takeUp(live);
        any = true;
      }
    }
    return any;
  }

  /** Goes back to the live adapters, which are this learner's own. */
  void reset() {
    learners.forEach((role, learner) -> learner.takeUp(versions.live(role)));
  }

  /** Sets the roles free, and frees the copies. The live adapters stay. */
  @Override
  public void close() {
    versions.release(learners.keySet());
    learners.values().forEach(AdapterLearner::close);
  }
}
