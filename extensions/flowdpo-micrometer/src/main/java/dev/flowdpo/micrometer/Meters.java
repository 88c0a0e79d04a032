package dev.flowdpo.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The meters that were made in a registry, with the tags that all of them get. Thread-safe. */
final class Meters implements AutoCloseable {
  private final MeterRegistry registry;
  private final Tags tags;
  private final Set<Meter> made = ConcurrentHashMap.newKeySet();

  Meters(MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
  }

  MeterRegistry registry() {
    return registry;
  }

  /** Returns the tags of all meters and these. */
  Tags tags(String... more) {
    return tags.and(more);
  }

  /** Remembers a meter, and returns it. */
  <M extends Meter> M keep(M meter) {
    made.add(meter);
    return meter;
  }

  /** Takes the meters out of the registry. */
  @Override
  public void close() {
    made.forEach(registry::remove);
    made.clear();
  }
}
