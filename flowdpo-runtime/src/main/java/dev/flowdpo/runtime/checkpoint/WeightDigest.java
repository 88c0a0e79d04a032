package dev.flowdpo.runtime.checkpoint;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Tells weights apart by their content: a hash over the name, type and shape of each tensor and the
 * CRC-32C of its bytes. It finds every change that happens by accident; it is not meant to
 * withstand someone who searches for equal ones. Reading is what it costs: a processor makes the
 * checksum faster than a disk gives the bytes. Stateless and thread-safe.
 */
final class WeightDigest {
  private WeightDigest() {}

  /**
   * {@return 32 hexadecimal digits for these tensors of a checkpoint}
   *
   * @param purpose what the digest is for; another purpose gives another digest
   * @param tensors the names of the tensors
   */
  static String of(Checkpoint checkpoint, String purpose, List<String> tensors) {
    Hasher hasher = Hashing.sha256().newHasher().putString(purpose, StandardCharsets.UTF_8);
    List<Integer> sums = tensors.parallelStream().map(name -> sum(checkpoint, name)).toList();
    for (int i = 0; i < sums.size(); i++) {
      String name = tensors.get(i);
      TensorInfo info = checkpoint.info(name);
      hasher
          .putString(name + info.dtype() + Arrays.toString(info.shape()), StandardCharsets.UTF_8)
          .putInt(sums.get(i));
    }
    return hasher.hash().toString().substring(0, 32);
  }

  private static int sum(Checkpoint checkpoint, String name) {
    CRC32C sum = new CRC32C();
    checkpoint.forEachBlock(name, sum::update);
    return (int) sum.getValue();
  }
}
