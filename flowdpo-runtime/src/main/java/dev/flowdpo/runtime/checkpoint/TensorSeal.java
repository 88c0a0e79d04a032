package dev.flowdpo.runtime.checkpoint;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.flowdpo.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The SHA-256 of a safetensors file's metadata and tensors, as one of its metadata. For files that
 * stand alone and are replaced in one step, so that no other file could hold it. Stateless and
 * thread-safe.
 */
public final class TensorSeal {
  private static final String KEY = "sha256";
  private static final int BLOCK_FLOATS = 1 << 14;

  private TensorSeal() {}

  /** {@return the metadata and the checksum of a file of F32 tensors} */
  public static Map<String, String> sealed(
      Map<String, FloatTensor> tensors, Map<String, String> metadata) {
    Hasher hasher = begin(metadata);
    ByteBuffer block =
        ByteBuffer.allocate(BLOCK_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    new TreeMap<>(tensors)
        .forEach(
            (name, tensor) -> {
              describe(hasher, name, DataType.F32.name(), tensor.shape());
              FloatBuffer data = tensor.data();
              while (data.hasRemaining()) {
                block.clear();
                while (data.hasRemaining() && block.hasRemaining()) {
                  block.putFloat(data.get());
                }
                hasher.putBytes(block.flip());
              }
            });
    Map<String, String> sealed = new TreeMap<>(metadata);
    sealed.put(KEY, hasher.hash().toString());
    return sealed;
  }

  /**
   * Checks a file against its checksum, if it has one.
   *
   * @return whether it has one
   * @throws InvalidInputException if the content is not what was written
   */
  public static boolean check(SafetensorsFile file) {
    Map<String, String> metadata = new TreeMap<>(file.metadata());
    Optional<String> expected = Optional.ofNullable(metadata.remove(KEY));
    if (expected.isEmpty()) {
      return false;
    }
    Hasher hasher = begin(metadata);
    new TreeMap<>(file.tensors())
        .forEach(
            (name, tensor) -> {
              describe(hasher, name, tensor.dtype(), tensor.shape());
              file.forEachBlock(name, hasher::putBytes);
            });
    String found = hasher.hash().toString();
    if (!found.equals(expected.get())) {
      throw new InvalidInputException(
          "%s: expected the SHA-256 %s of its content, as its metadata say, found %s; the file is damaged"
              .formatted(file.path(), expected.get(), found));
    }
    return true;
  }

  private static Hasher begin(Map<String, String> metadata) {
    return Hashing.sha256()
        .newHasher()
        .putString(new TreeMap<>(metadata).toString(), StandardCharsets.UTF_8);
  }

  private static void describe(Hasher hasher, String name, String type, long[] shape) {
    hasher.putString(name + type + Arrays.toString(shape), StandardCharsets.UTF_8);
  }
}
