package dev.flowdpo.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where libraries are unpacked: whose it must be, what stays there, and what is said. */
@DisabledOnOs(OS.WINDOWS)
class PrivateFilesTest {
  @TempDir Path folder;

  /**
   * Loads a model, says so, and, where it is told to, opens its tokenizer in native code too and
   * stays until it is killed.
   */
  static final class Loads {
    private Loads() {}

    public static void main(String[] arguments) throws InterruptedException {
      try {
        try (Flow flow = Flow.builder().build()) {
          flow.solve("What is 2 + 3?");
          if (arguments.length > 0) {
            Path tokenizer = BundledModel.folder().resolve(HuggingFaceTokenizers.FILE);
            HuggingFaceTokenizers.openNative(tokenizer).close();
          }
          System.out.println("ready");
          if (arguments.length > 0) {
            Thread.sleep(60_000);
          }
        }
      } catch (FlowException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void whatIsUnpackedIsSharedAndNothingPilesUpAfterKills() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    List<String> options =
        List.of("-Duser.home=" + folder, "-Djava.io.tmpdir=" + temporary, "-Dflowdpo.cache=");
    Process first = start(options, "stay");
    awaitReady(first);
    first.destroyForcibly().waitFor();
    Map<String, Object> after = files(folder);
    Process second = start(options, "stay");
    awaitReady(second);
    second.destroyForcibly().waitFor();

    assertThat(files(folder)).isEqualTo(after);
    assertThat(after.keySet())
        .anyMatch(name -> name.contains("onnxruntime-"))
        .anyMatch(name -> name.contains("tokenizers-"));
    assertThat(temporary).isEmptyDirectory();
    Path own = cache(folder).resolve(PrivateFolder.NAME);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
        .isEqualTo("rwx------");
  }

  @Test
  void whatIsDamagedOrCutOffIsMadeAgain() throws Exception {
    Map<String, URL> files = Map.of("model/a", resource("PrivateFilesTest.class"));
    System.setProperty(PrivateFolder.PROPERTY, folder.toString());
    try {
      Path unpacked = UnpackedFiles.of("things", files).resolve("model/a");
      byte[] good = Files.readAllBytes(unpacked);
      Files.write(unpacked.resolveSibling("a.part"), new byte[3]); // a process was killed here
      byte[] flipped = good.clone();
      flipped[100] ^= 1;
      for (byte[] bad : List.of(flipped, new byte[0], new byte[good.length + 1])) {
        Files.write(unpacked, bad);
        assertThat(UnpackedFiles.of("things", files).resolve("model/a")).isEqualTo(unpacked);
        assertThat(unpacked).hasBinaryContent(good);
      }
      Files.delete(unpacked);
      Thread.currentThread().interrupt();
      UnpackedFiles.of("things", files);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(unpacked).hasBinaryContent(good);
      assertThat(unpacked.getParent()).isDirectoryNotContaining("glob:**.part");
      Path other = UnpackedFiles.of("things", Map.of("model/a", resource("PrivateFolder.class")));
      assertThat(other).isNotEqualTo(unpacked.getParent().getParent());
    } finally {
      System.clearProperty(PrivateFolder.PROPERTY);
    }
  }

  @Test
  void refusesAFolderThatOthersCanUse() throws IOException {
    Path planted = Files.createDirectory(folder.resolve(PrivateFolder.NAME));
    for (String rights : List.of("rwxrwxrwx", "rwxr-x---", "rwx-----x")) {
      Files.setPosixFilePermissions(planted, PosixFilePermissions.fromString(rights));
      refuses(rights, planted.toString(), "chmod 700");
    }
    Files.setPosixFilePermissions(planted, PosixFilePermissions.fromString("rwx------"));
    assertThat(opened()).isEqualTo(planted);
  }

  @Test
  void refusesAFolderOfSomebodyElse() throws IOException {
    Path planted = Files.createDirectory(folder.resolve(PrivateFolder.NAME));
    Files.setPosixFilePermissions(planted, PosixFilePermissions.fromString("rwx------"));
    try {
      Files.setAttribute(planted, "unix:uid", 12345, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      assumeFalse(true, "only root can give a folder away");
    }
    refuses("12345", planted.toString(), "expected a folder of the user");
  }

  @Test
  void refusesALinkAndAFile() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path planted = Files.createSymbolicLink(folder.resolve(PrivateFolder.NAME), elsewhere);
    refuses("found a link or a file", planted.toString());
    Files.delete(planted);
    Files.createFile(planted);
    refuses("found a link or a file", planted.toString());
  }

  @Test
  void namesAMissingHomeAndAMissingTemporaryFolder() throws Exception {
    assertThat(output(List.of("-Duser.home=" + folder.resolve("none"), "-Dflowdpo.cache=")))
        .contains("The user's home", "no folder " + folder.resolve("none"), "-Dflowdpo.cache=DIR");
    assertThat(
            output(
                List.of("-Djava.io.tmpdir=" + folder.resolve("none"), "-Dflowdpo.cache=" + folder)))
        .contains("The temporary folder " + folder.resolve("none"), "-Djava.io.tmpdir=DIR");
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(output(List.of("-Dflowdpo.cache=" + file)))
        .contains(file.toString(), "expected to be able to write", "-Dflowdpo.cache=DIR");
  }

  @Test
  void namesAFileSystemThatExecutesNothing() {
    UnsatisfiedLinkError error =
        new UnsatisfiedLinkError(
            folder + "/libx.so: failed to map segment from shared object: Operation not permitted");
    assertThat(NativeLibraries.notLoaded("x", folder.toString(), error))
        .isInstanceOf(FlowException.class)
        .hasMessageContainingAll(folder.toString(), "noexec", "-Dflowdpo.cache=DIR")
        .hasRootCause(error);
  }

  private void refuses(String... parts) {
    assertThatThrownBy(this::opened)
        .isInstanceOf(FlowException.class)
        .hasMessageContainingAll(parts)
        .hasMessageContaining("-Dflowdpo.cache=DIR");
  }

  private Path opened() {
    System.setProperty(PrivateFolder.PROPERTY, folder.toString());
    try {
      return PrivateFolder.open();
    } finally {
      System.clearProperty(PrivateFolder.PROPERTY);
    }
  }

  private static URL resource(String name) {
    URL found = PrivateFilesTest.class.getResource(name);
    assertThat(found).isNotNull();
    return found;
  }

  private static Path cache(Path home) {
    return System.getProperty("os.name").startsWith("Mac")
        ? home.resolve("Library/Caches")
        : home.resolve(".cache");
  }

  /** Returns every file below with its time, so that one that was written again shows. */
  private static Map<String, Object> files(Path below) throws IOException {
    Map<String, Object> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(below)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(below.relativize(file).toString(), Files.getLastModifiedTime(file));
      }
    }
    return files;
  }

  private static String output(List<String> options) throws Exception {
    Process process = start(options);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  private static void awaitReady(Process process) throws IOException {
    StringBuilder seen = new StringBuilder();
    for (int next = process.getInputStream().read();
        next >= 0 && seen.indexOf("ready\n") < 0;
        next = process.getInputStream().read()) {
      seen.append((char) next);
      if (seen.indexOf("ready\n") >= 0) {
        return;
      }
    }
    throw new AssertionError("never ready: " + seen);
  }

  private static Process start(List<String> options, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(options);
    command.add(Loads.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().keySet().removeAll(List.of("XDG_CACHE_HOME", "RUST_LIBRARY_PATH"));
    return builder.redirectErrorStream(true).start();
  }
}
