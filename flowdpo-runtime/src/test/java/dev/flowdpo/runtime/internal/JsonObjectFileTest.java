package dev.flowdpo.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON objects from files, and files replaced in one step. */
class JsonObjectFileTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("a.json"), text);
  }

  @Test
  void readsFieldsAndFallbacks() throws IOException {
    JsonObjectFile json =
        JsonObjectFile.read(file("{\"s\":\"x\",\"i\":3,\"d\":0.5,\"f\":true,\"n\":null}"));
    assertThat(json.keys()).containsExactly("s", "i", "d", "f");
    assertThat(json.has("n")).isTrue();
    assertThat(json.find("n")).isEmpty();
    assertThat(json.string("s", "y")).isEqualTo("x");
    assertThat(json.string("n", "y")).isEqualTo("y");
    assertThat(json.integer("i", 0, 7)).isEqualTo(3);
    assertThat(json.integer("n", 0, 7)).isEqualTo(7);
    assertThat(json.number("i", 0)).isEqualTo(3);
    assertThat(json.number("d", 0, 1)).isEqualTo(0.5);
    assertThat(json.flag("f", false)).isTrue();
    assertThat(json.flag("n", true)).isTrue();
    assertThat(json.file()).isEqualTo(folder.resolve("a.json"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "[]",
        "7",
        "null",
        "{",
        "{} {}",
        "{\"a\":1,\"a\":2}",
        "nonsense",
        "{a:1}"
      })
  void refusesWhatIsNotOneObject(String text) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> JsonObjectFile.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file + ": expected one JSON object, found");
  }

  @Test
  void refusesDeepNestingOtherBytesHugeAndMissingFiles() throws IOException {
    Path deep = file("{\"a\":".repeat(100_000));
    assertThatThrownBy(() -> JsonObjectFile.read(deep)).isInstanceOf(InvalidInputException.class);
    Path bytes = Files.write(folder.resolve("b"), new byte[] {'{', (byte) 0xff, '}'});
    assertThatThrownBy(() -> JsonObjectFile.read(bytes))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected UTF-8");
    Path huge = folder.resolve("huge");
    try (RandomAccessFile sparse = new RandomAccessFile(huge.toFile(), "rw")) {
      sparse.setLength(1L << 33);
    }
    assertThatThrownBy(() -> JsonObjectFile.read(huge))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found " + (1L << 33));
    assertThatThrownBy(() -> JsonObjectFile.read(folder.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void shortensLongFindings() throws IOException {
    JsonObjectFile json = JsonObjectFile.read(file("{\"a\":\"" + "x".repeat(1000) + "\"}"));
    assertThatThrownBy(() -> json.integer("a", 0))
        .hasMessageContaining("found \"xxx")
        .hasMessageEndingWith("...")
        .extracting(e -> String.valueOf(e.getMessage()).length())
        .satisfies(length -> assertThat(length).isLessThan(400));
  }

  @Test
  void writesAndReplacesInOneStep() throws IOException {
    ObjectNode object = JsonObjectFile.object().put("a", 1);
    Path file = folder.resolve("deep/b.json");
    AtomicFiles.write(file, "old");
    AtomicFiles.write(file, JsonObjectFile.format(object));
    assertThat(file).hasContent("{\n  \"a\" : 1\n}\n");
    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    file,
                    channel -> {
                      throw new IOException("disk full");
                    }))
        .hasMessage("disk full");
    assertThat(JsonObjectFile.read(file).integer("a", 0)).isEqualTo(1);
    try (Stream<Path> files = Files.list(folder.resolve("deep"))) {
      assertThat(files).containsExactly(file);
    }
  }
}
