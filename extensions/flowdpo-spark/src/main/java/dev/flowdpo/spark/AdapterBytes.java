package dev.flowdpo.spark;

import dev.flowdpo.error.FlowException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Adapters as bytes: the files of a PEFT folder, {@code answer} and {@code stop}, one after
 * another. Stateless and thread-safe.
 */
final class AdapterBytes {
  private static final int LAYOUT = 1;

  private AdapterBytes() {}

  /** Returns what is written into a folder, which is gone afterwards. */
  static byte[] of(Consumer<Path> writer) {
    return inFolder(
        folder -> {
          writer.accept(folder);
          return read(folder);
        });
  }

  /** Returns the files of a folder. */
  static byte[] read(Path folder) {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new FlowException(folder + ": the adapters cannot be read: " + e, e);
    }
    return Bytes.write(
        LAYOUT,
        out -> {
          Bytes.writeNumber(out, files.size());
          for (Path file : files) {
            Bytes.writeText(out, folder.relativize(file).toString().replace('\\', '/'));
            Bytes.writeBytes(out, Files.readAllBytes(file));
          }
        });
  }

  /**
   * Returns what is made of a folder with these files, which is gone afterwards.
   *
   * @param use gets the folder; nothing where there are no adapters
   */
  static <T> T unpacked(byte[] adapters, Function<Optional<Path>, T> use) {
    return inFolder(folder -> use.apply(unpack(adapters, folder)));
  }

  private static Optional<Path> unpack(byte[] adapters, Path folder) {
    int files =
        Bytes.read(
            LAYOUT,
            "The adapters of a round",
            adapters,
            in -> {
              int count = Bytes.readNumber(in);
              for (int i = 0; i < count; i++) {
                Path file = folder.resolve(Bytes.readText(in)).normalize();
                if (!file.startsWith(folder)) {
                  throw new IOException("a file lies outside of the folder");
                }
                Files.createDirectories(Optional.ofNullable(file.getParent()).orElse(folder));
                Files.write(file, Bytes.readBytes(in));
              }
              return count;
            });
    return files == 0 ? Optional.empty() : Optional.of(folder);
  }

  private static <T> T inFolder(Function<Path, T> use) {
    Path folder;
    try {
      folder = Files.createTempDirectory("flowdpo-adapters");
    } catch (IOException e) {
      throw new FlowException("No folder for adapters can be made: " + e, e);
    }
    try {
      return use.apply(folder);
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      folder.toFile().deleteOnExit(); // what is left in the machine's folder for such harms nobody
    }
  }
}
