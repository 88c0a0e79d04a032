package dev.flowdpo.cli.report;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Makes names for files and anchors from titles, each of them once. Not thread-safe. */
final class FileNames {
  private static final int LONGEST = 60;

  private final Set<String> taken = new HashSet<>();

  /** Returns the prefix with the title in lower-case letters, digits and hyphens. */
  String of(String prefix, String title) {
    String name =
        title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    name = name.substring(0, Math.min(LONGEST, name.length()));
    String base = prefix + (name.isEmpty() ? "untitled" : name);
    String free = base;
    for (int i = 2; !taken.add(free); i++) {
      free = base + "-" + i;
    }
    return free;
  }
}
