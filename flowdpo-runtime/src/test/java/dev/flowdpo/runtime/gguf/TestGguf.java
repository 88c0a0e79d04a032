package dev.flowdpo.runtime.gguf;

import dev.flowdpo.runtime.checkpoint.Checkpoint;
import java.util.Map;

/** GGUF files for tests of other packages. Stateless. */
public final class TestGguf {
  private TestGguf() {}

  /**
   * Returns a file of a model, in F32.
   *
   * @param keys the keys of the tokenizer, and others to replace
   */
  public static byte[] of(Checkpoint folder, Map<String, ?> keys) {
    return GgufModels.of(folder, 3).putAll(keys).bytes();
  }
}
