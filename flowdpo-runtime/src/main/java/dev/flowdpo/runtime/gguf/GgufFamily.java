package dev.flowdpo.runtime.gguf;

import dev.flowdpo.runtime.checkpoint.Architecture;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A family of models as GGUF files name it, and in what its files differ from Hugging Face folders.
 */
enum GgufFamily {
  /** Also Mistral, whose window the format does not hold. */
  LLAMA(Architecture.LLAMA, true, false, false),
  QWEN2(Architecture.QWEN2, false, false, false),
  QWEN3(Architecture.QWEN3, false, false, false),
  PHI3(Architecture.PHI3, false, false, true),
  SMOLLM3(Architecture.SMOLLM3, true, false, false),
  GEMMA2(Architecture.GEMMA2, false, true, true),
  GEMMA3(Architecture.GEMMA3, false, true, true),
  GRANITE(Architecture.GRANITE, true, false, false),
  OLMO2(Architecture.OLMO2, false, false, false);

  private static final String KEY = "general.architecture";

  private final Architecture architecture;
  private final boolean pairsSideBySide;
  private final boolean onesInNorms;
  private final boolean windows;

  GgufFamily(
      Architecture architecture, boolean pairsSideBySide, boolean onesInNorms, boolean windows) {
    this.architecture = architecture;
    this.pairsSideBySide = pairsSideBySide;
    this.onesInNorms = onesInNorms;
    this.windows = windows;
  }

  /**
   * Returns the family that a file names.
   *
   * @throws dev.flowdpo.error.InvalidInputException if it is not supported
   */
  static GgufFamily of(GgufMetadata metadata) {
    String name = metadata.requiredText(KEY);
    return Arrays.stream(values())
        .filter(family -> family.prefix().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                metadata.wrong(
                    KEY,
                    Arrays.stream(values())
                        .map(GgufFamily::prefix)
                        .collect(Collectors.joining(", ", "one of ", "")),
                    "\"" + name + "\", which is not supported"));
  }

  /** Returns its name in files, which its keys begin with. */
  String prefix() {
    return architecture.shortName();
  }

  /** Returns what it is in a folder. */
  Architecture architecture() {
    return architecture;
  }

  /**
   * Returns whether the rows of queries and keys that rotate together, half a head apart in a
   * folder, are neighbours in a file.
   */
  boolean pairsSideBySide() {
    return pairsSideBySide;
  }

  /** Returns whether files hold 1 + weight for norms. */
  boolean onesInNorms() {
    return onesInNorms;
  }

  /** Returns whether layers may see a window alone. */
  boolean windows() {
    return windows;
  }
}
