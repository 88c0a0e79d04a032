package dev.flowdpo.runtime.internal;

import dev.flowdpo.error.FlowException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The folder of what this library unpacks: native libraries, the bundled model. Whoever could write
 * there could run code in this process, so it must belong to the user of the process and be closed
 * to all others, and it never lies in a folder that users share.
 *
 * <p>It is the folder {@value #NAME} within the one that the system property {@value #PROPERTY}
 * names, by default within that of the user's caches. Stateless and thread-safe.
 */
final class PrivateFolder {
  /** The system property that names another place. */
  static final String PROPERTY = "flowdpo.cache";

  static final String NAME = "flowdpo";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /** What to do about any of the errors. */
  private static final String ADVICE =
      "; set -D" + PROPERTY + "=DIR to a folder that this user, and no other, can write";

  private PrivateFolder() {}

  /**
   * Returns the folder, which is made where it is missing.
   *
   * @throws FlowException if there is no home to make it in, it cannot be made or written, it
   *     belongs to somebody else or others have rights in it; the message says what to set
   */
  static Path open() {
    Path parent = parent(System.getProperty(PROPERTY), System.getenv(), home());
    Path folder = parent.resolve(NAME);
    try {
      Files.createDirectories(parent, ownerOnly(existing(parent)));
      try {
        Files.createDirectory(folder, ownerOnly(parent));
      } catch (FileAlreadyExistsException e) {
        // Made by an earlier run, or by somebody who waits for this one: the check tells.
      }
      check(folder);
    } catch (IOException e) {
      throw failed(folder, e);
    }
    return folder;
  }

  /** Returns the error that says why something cannot be written in the folder. */
  static FlowException failed(Path where, IOException cause) {
    return new FlowException(
        where + ": expected to be able to write there, found: " + cause + ADVICE, cause);
  }

  /** Returns the error that says why a library in the folder cannot be loaded. */
  static FlowException notExecutable(Path where, Throwable cause) {
    return new FlowException(
        where
            + ": expected a folder whose files may be executed, found that the system does not load"
            + " libraries from it, as where a file system is mounted noexec"
            + ADVICE,
        cause);
  }

  private static Optional<Path> home() {
    String home = System.getProperty("user.home", "");
    return home.isBlank() || home.equals("?") ? Optional.empty() : Optional.of(Path.of(home));
  }

  /** Returns the folder of caches on this system. */
  private static Path parent(
      @Nullable String chosen, Map<String, String> environment, Optional<Path> home) {
    if (chosen != null && !chosen.isBlank()) {
      return Path.of(chosen).toAbsolutePath();
    }
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String variable = system.startsWith("windows") ? "LOCALAPPDATA" : "XDG_CACHE_HOME";
    String caches = environment.getOrDefault(variable, "");
    if (!caches.isBlank() && Path.of(caches).isAbsolute()) {
      return Path.of(caches);
    }
    Path found =
        home.filter(Files::isDirectory)
            .orElseThrow(
                () ->
                    new FlowException(
                        "The user's home: expected a folder in which libraries can be unpacked,"
                            + " found "
                            + home.map(path -> "no folder " + path).orElse("none")
                            + ADVICE));
    return found.resolve(system.startsWith("mac") ? "Library/Caches" : ".cache");
  }

  private static void check(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new FlowException(
          folder + ": expected a folder, found a link or a file; remove it" + ADVICE);
    }
    if (isPosix(folder)) {
      PosixFileAttributes found =
          Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      UserPrincipal self = self(folder);
      if (!found.owner().equals(self)) {
        throw new FlowException(
            "%s: expected a folder of the user %s, who runs this program, found one of %s"
                    .formatted(folder, self.getName(), found.owner().getName())
                + ADVICE);
      }
      if (!OWNER_ONLY.containsAll(found.permissions())) {
        throw new FlowException(
            "%s: expected a folder that its owner alone can use, rwx------, found %s; chmod 700 it"
                    .formatted(folder, PosixFilePermissions.toString(found.permissions()))
                + " if its content is known to be sound"
                + ADVICE);
      }
    }
    if (!Files.isWritable(folder)) {
      throw new FlowException(folder + ": expected a folder that can be written" + ADVICE);
    }
  }

  /** Returns the user of this process, who need not have a name. */
  private static UserPrincipal self(Path folder) throws IOException {
    Path process = Path.of("/proc/self");
    return Files.isDirectory(process)
        ? Files.getOwner(process)
        : folder
            .getFileSystem()
            .getUserPrincipalLookupService()
            .lookupPrincipalByName(System.getProperty("user.name", ""));
  }

  private static Path existing(Path path) {
    Path at = path.toAbsolutePath();
    while (!Files.exists(at) && at.getParent() != null) {
      at = at.getParent();
    }
    return at;
  }

  private static FileAttribute<?>[] ownerOnly(Path existing) throws IOException {
    return isPosix(existing)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path path) throws IOException {
    return Files.getFileStore(path).supportsFileAttributeView("posix");
  }
}
