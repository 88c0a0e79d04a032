package dev.flowdpo.runtime.adapter;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.AdapterVersion;
import dev.flowdpo.learning.FlowAdapters;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.internal.Lookup;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of an engine's adapters, of which one is live in the slots; and the learners that
 * own a role each, without whose consent no version with other layers goes live. Thread-safe.
 */
public final class AdapterVersions implements FlowAdapters {
  private static final Logger LOG = LoggerFactory.getLogger(AdapterVersions.class);
  private static final int KEPT = 4;

  private final Map<AdapterRole, AdapterSlot> slots;
  private final Function<Path, Map<AdapterRole, AdapterSnapshot>> reader;
  private final List<Version> versions = new ArrayList<>();
  private final Deque<Long> before = new ArrayDeque<>();
  private final Map<AdapterRole, Owner> owners = new HashMap<>();
  private Version live;
  private int kept = KEPT;
  private long choices;
  private final Set<BiConsumer<Version, Long>> onChoice = new LinkedHashSet<>();

  /**
   * A version.
   *
   * @param about what users see of it
   * @param snapshots an adapter for every role
   */
  public record Version(AdapterVersion about, Map<AdapterRole, AdapterSnapshot> snapshots) {}

  /**
   * What is kept at one moment.
   *
   * @param versions oldest first
   * @param live the number of the live one
   * @param before the numbers of those that were live before it, the last one first
   * @param choices how often a version was published or rolled back to by its number so far
   */
  public record Kept(List<Version> versions, long live, List<Long> before, long choices) {
    /** Copies the lists. */
    public Kept {
      versions = List.copyOf(versions);
      before = List.copyOf(before);
    }
  }

  /** A learner, and the snapshots from which it can go on. */
  private record Owner(String name, Predicate<AdapterSnapshot> fits) {}

  /**
   * @param slots where the live version stands
   * @param source where that comes from, for people
   * @param reader reads the adapters of a folder; a missing one changes nothing
   */
  public AdapterVersions(
      Map<AdapterRole, AdapterSlot> slots,
      String source,
      Function<Path, Map<AdapterRole, AdapterSnapshot>> reader) {
    this.slots = slots;
    this.reader = reader;
    Map<AdapterRole, AdapterSnapshot> snapshots = new EnumMap<>(AdapterRole.class);
    slots.forEach((role, slot) -> snapshots.put(role, slot.current()));
    live =
        new Version(
            new AdapterVersion(0, Instant.now(), source, 0, 0, OptionalDouble.empty()), snapshots);
    versions.add(live);
  }

  /**
   * Makes a learner the owner of roles.
   *
   * @param name of the learner
   * @param roles what it learns, and which snapshots of it can be learned on from
   * @throws InvalidInputException if another learner owns one; its message names that
   */
  public synchronized void own(String name, Map<AdapterRole, Predicate<AdapterSnapshot>> roles) {
    for (AdapterRole role : roles.keySet()) {
      Owner owner = owners.get(role);
      if (owner != null) {
        throw new InvalidInputException(
            ("learner \"%s\": expected the %s adapter to be free, found that the learner \"%s\" of"
                    + " the same flow learns it; close that one first, or give each roles of its"
                    + " own by updates(u -> u.roles(…))")
                .formatted(name, role.folderName(), owner.name));
      }
    }
    roles.forEach((role, fits) -> owners.put(role, new Owner(name, fits)));
  }

  /** Sets roles free. */
  public synchronized void release(Iterable<AdapterRole> roles) {
    roles.forEach(owners::remove);
  }

  /** Sets how many versions are kept, the live one included. */
  public synchronized void keep(int count) {
    kept = count;
    forgetOld();
  }

  /** Returns all that is kept. */
  public synchronized Kept kept() {
    return new Kept(versions, live.about.number(), List.copyOf(before), choices);
  }

  /**
   * Takes up what an earlier process kept, live version included, unless this one has versions of
   * its own already.
   *
   * @return whether it was taken up
   */
  public synchronized boolean restore(Kept earlier) {
    if (versions.size() > 1 || live.about.number() > 0 || earlier.versions.isEmpty()) {
      return false;
    }
    versions.clear();
    versions.addAll(earlier.versions);
    before.clear();
    before.addAll(earlier.before);
    live = find(earlier.live);
    fillSlots();
    return true;
  }

  /**
   * Adds somebody who is told when a version is published or rolled back to by its number, with the
   * count of such choices.
   */
  public synchronized void onChoice(BiConsumer<Version, Long> told) {
    onChoice.add(told);
  }

  /** Takes somebody away who was told. */
  public synchronized void notOnChoice(BiConsumer<Version, Long> told) {
    onChoice.remove(told);
  }

  private void tellChoice() {
    choices++;
    onChoice.forEach(told -> told.accept(live, choices));
  }

  /** Puts snapshots with the same effect in the place of the live ones: no new version. */
  public synchronized void replace(Map<AdapterRole, AdapterSnapshot> same) {
    versions.remove(live);
    live = new Version(live.about, merged(same));
    versions.add(live);
    fillSlots();
  }

  /**
   * Makes a new version and takes it live.
   *
   * @param changed the adapters that differ from the live ones
   * @param updates the steps that led to each of them
   * @return the version
   */
  public synchronized AdapterVersion publish(
      Map<AdapterRole, AdapterSnapshot> changed,
      String source,
      Map<AdapterRole, Long> updates,
      OptionalDouble accuracy) {
    Version version = add(merged(changed), source, updates, accuracy);
    goLive(version);
    return version.about;
  }

  private Map<AdapterRole, AdapterSnapshot> merged(Map<AdapterRole, AdapterSnapshot> changed) {
    Map<AdapterRole, AdapterSnapshot> all = new EnumMap<>(live.snapshots);
    all.putAll(changed);
    return all;
  }

  private Version add(
      Map<AdapterRole, AdapterSnapshot> snapshots,
      String source,
      Map<AdapterRole, Long> updates,
      OptionalDouble accuracy) {
    Version version =
        new Version(
            new AdapterVersion(
                versions.get(versions.size() - 1).about.number() + 1,
                Instant.now(),
                source,
                updates.getOrDefault(AdapterRole.ANSWER, live.about.answerUpdates()),
                updates.getOrDefault(AdapterRole.STOP, live.about.stopUpdates()),
                accuracy),
            snapshots);
    versions.add(version);
    return version;
  }

  private void goLive(Version version) {
    before.push(live.about.number());
    live = version;
    fillSlots();
    forgetOld();
  }

  private void fillSlots() {
    synchronized (slots) {
      live.snapshots.forEach((role, snapshot) -> Lookup.required(slots, role).publish(snapshot));
    }
  }

  private void forgetOld() {
    for (int i = 0; versions.size() > kept && i < versions.size(); ) {
      if (versions.get(i) == live || i == versions.size() - 1) {
        i++;
      } else {
        versions.remove(i);
      }
    }
    before.removeIf(number -> versions.stream().noneMatch(v -> v.about.number() == number));
  }

  /**
   * Returns what comes of an action during which no other version goes live. Every solve begins
   * with one: it waits for slots that are filled, and not for a version that is written to disk.
   */
  public <T> T whileUnchanged(Supplier<T> action) {
    synchronized (slots) {
      return action.get();
    }
  }

  /** Returns what comes of an action on the live version, which stays live meanwhile. */
  public synchronized <T> T withLive(Function<Version, T> action) {
    return action.apply(live);
  }

  /** Returns the live adapter of a role. */
  public synchronized AdapterSnapshot live(AdapterRole role) {
    return Lookup.required(live.snapshots, role);
  }

  @Override
  public synchronized AdapterVersion live() {
    return live.about;
  }

  @Override
  public synchronized List<AdapterVersion> list() {
    return versions.stream().map(Version::about).toList();
  }

  @Override
  public AdapterVersion load(Path folder) {
    Map<AdapterRole, AdapterSnapshot> snapshots = reader.apply(folder);
    synchronized (this) {
      Version version =
          add(
              snapshots,
              folder.toString(),
              Map.of(AdapterRole.ANSWER, 0L, AdapterRole.STOP, 0L),
              OptionalDouble.empty());
      forgetOld();
      LOG.info("Adapters: version {} was read from {}", version.about.number(), folder);
      return version.about;
    }
  }

  @Override
  public synchronized AdapterVersion publish(long number) {
    Version version = find(number);
    check(version);
    if (version != live) {
      goLive(version);
      LOG.info("Adapters: version {} ({}) is live", number, version.about.source());
      tellChoice();
    }
    return version.about;
  }

  /** Makes a version of an earlier process live, which was chosen there, kept or not. */
  public synchronized void choose(Version version) {
    if (versions.stream().noneMatch(v -> v.about.equals(version.about))) {
      versions.add(version);
      versions.sort(Comparator.comparing(v -> v.about.number()));
    }
    var unused = publish(version.about.number());
  }

  @Override
  public synchronized AdapterVersion rollBack() {
    Long number = before.peek();
    if (number == null) {
      throw new InvalidInputException(
          "adapters: expected a version that was live before version %d, found none that is kept; %s"
              .formatted(live.about.number(), numbers()));
    }
    Version version = find(number);
    check(version);
    before.pop();
    LOG.warn("Adapters: rolled back from version {} to {}", live.about.number(), number);
    live = version;
    fillSlots();
    tellChoice();
    return version.about;
  }

  private Version find(long number) {
    return versions.stream()
        .filter(version -> version.about.number() == number)
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "adapters: expected a version that is kept, found %d; %s"
                        .formatted(number, numbers())));
  }

  private String numbers() {
    return "kept are " + versions.stream().map(version -> version.about.number()).toList();
  }

  private void check(Version version) {
    owners.forEach(
        (role, owner) -> {
          AdapterSnapshot snapshot = Lookup.required(version.snapshots, role);
          if (!owner.fits.test(snapshot)) {
            throw new InvalidInputException(
                ("adapters: version %d: expected an %s adapter that the learner \"%s\" can go on"
                        + " from, found another rank, alpha or other layers; close the learner"
                        + " first")
                    .formatted(version.about.number(), role.folderName(), owner.name));
          }
        });
  }
}
