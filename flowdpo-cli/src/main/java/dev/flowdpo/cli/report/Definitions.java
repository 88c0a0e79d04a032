package dev.flowdpo.cli.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Names with their values: configuration, seeds, versions. Immutable and thread-safe.
 *
 * @param title what they are
 * @param entries value by name, in the order in which they are shown; copied
 */
public record Definitions(String title, Map<String, String> entries) implements Block {

  /** Copies the entries in their order. */
  public Definitions {
    Objects.requireNonNull(title, "title");
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
  }
}
