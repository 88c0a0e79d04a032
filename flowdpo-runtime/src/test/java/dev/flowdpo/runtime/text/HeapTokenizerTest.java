package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tokenizers in Java give what the native one gives. */
class HeapTokenizerTest {
  private static Tokenizer[] inJava = {};
  private static Tokenizer[] inNativeCode = {};

  @TempDir Path folder;

  @BeforeContainer
  static void open() throws IOException {
    Path file = Files.createTempFile("flowdpo", ".json");
    List<String> files = PublishedDefinitions.all();
    inJava = new Tokenizer[files.size()];
    inNativeCode = new Tokenizer[files.size()];
    for (int i = 0; i < files.size(); i++) {
      Files.writeString(file, files.get(i));
      inJava[i] = HuggingFaceTokenizers.open(file);
      assertThat(inJava[i]).isInstanceOf(HeapTokenizer.class);
      inNativeCode[i] = HuggingFaceTokenizers.openNative(file);
    }
    Files.delete(file);
  }

  @AfterContainer
  static void close() {
    for (int i = 0; i < inJava.length; i++) {
      inJava[i].close();
      inNativeCode[i].close();
    }
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> fragments =
        Arbitraries.of(
            "apple",
            " apple",
            "'s",
            "'S",
            "'\u017F",
            "'lL",
            "Apple",
            "APPLe's",
            "!\u0301A",
            "\u01C5",
            "/\n/",
            "\u2581",
            "<0x41>",
            " ",
            "  ",
            "\n",
            "\r\n",
            "\u00A0",
            "12",
            "3456",
            "\u00BD",
            "e\u0301",
            "\u0301",
            "\u0327",
            "\u0344",
            "\u1100\u1161\u11A8",
            "\u0D3B",
            "\uD834\uDD5F",
            "\uD83D\uDE00",
            "...",
            "$",
            "<|end|>",
            "<|begin|>",
            "<|");
    Arbitrary<String> characters =
        Arbitraries.integers()
            .between(0, 0x10FFFF)
            .filter(c -> c < 0xD800 || c > 0xDFFF)
            .map(Character::toString);
    return Arbitraries.oneOf(fragments, characters)
        .list()
        .ofMaxSize(30)
        .map(l -> String.join("", l));
  }

  @Property(tries = 400)
  void givesTheIdsAndTextsOfNativeCode(@ForAll("texts") String text) {
    for (int i = 0; i < inJava.length; i++) {
      int[] ids = inNativeCode[i].encode(text);
      assertThat(inJava[i].encode(text)).as("definition %d", i).isEqualTo(ids);
      assertThat(inJava[i].decode(ids)).isEqualTo(inNativeCode[i].decode(ids));
    }
  }

  @Property(tries = 400)
  void decodesAnyIdsLikeNativeCode(@ForAll("ids") int[] ids) {
    for (int i = 0; i < inJava.length; i++) {
      assertThat(inJava[i].decode(ids)).isEqualTo(inNativeCode[i].decode(ids));
      assertThat(inJava[i].decodeWithSpecialTokens(ids))
          .isEqualTo(inNativeCode[i].decodeWithSpecialTokens(ids));
    }
  }

  @Provide
  Arbitrary<int[]> ids() {
    return Arbitraries.integers().between(0, 310).array(int[].class).ofMaxSize(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ap", "apple", " ", "\n ", "1", "'", "<|", "<|end|>", "\u0301"})
  void longTextsGiveTheIdsOfNativeCode(String repeated) throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), PublishedDefinitions.llama3());
    try (Tokenizer java = HuggingFaceTokenizers.open(file);
        Tokenizer nativeCode = HuggingFaceTokenizers.openNative(file)) {
      String text = repeated.repeat(20_000);
      assertThat(java.encode(text)).isEqualTo(nativeCode.encode(text));
    }
  }

  @Test
  void readsHalvesOfPairsAsUnknownCharacters() throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), PublishedDefinitions.llama3());
    try (Tokenizer java = HuggingFaceTokenizers.open(file);
        Tokenizer nativeCode = HuggingFaceTokenizers.openNative(file)) {
      String halves = "a\uD800b\uDC00\uD83D\uDE00";
      assertThat(java.decode(java.encode(halves))).isEqualTo("a\uFFFDb\uFFFD\uD83D\uDE00");
      assertThat(nativeCode.encode(halves)).isEqualTo(java.encode(halves));
    }
  }

  @Test
  void refusesTextsBeyondTheLimitBeforeAnyWork() throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), PublishedDefinitions.llama3());
    try (Tokenizer java = HuggingFaceTokenizers.open(file);
        Tokenizer nativeCode = HuggingFaceTokenizers.openNative(file)) {
      String tooLong = "a".repeat(10_000_000);
      for (Tokenizer tokenizer : List.of(java, nativeCode)) {
        for (ThrowingCallable encode :
            List.<ThrowingCallable>of(
                () -> tokenizer.encode(tooLong), () -> tokenizer.encodeUntrusted(tooLong))) {
          assertThatThrownBy(encode)
              .isInstanceOf(InvalidInputException.class)
              .hasMessageContaining("expected at most 1048576 characters")
              .hasMessageContaining("found 10000000");
        }
      }
      assertThat(java.encode("a ".repeat(1 << 19))).hasSize(1 << 20);
      java.close();
      assertThatThrownBy(() -> java.encode("a")).isInstanceOf(FlowClosedException.class);
    }
  }

  /** What is sound but not written in Java runs in native code. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"ignore_merges\":true; \"byte_fallback\":true",
        "{1,3}; {1,4}",
        "Isolated; Contiguous",
        "\"add_prefix_space\":false; \"add_prefix_space\":true",
        "\"normalizer\":null; \"normalizer\":{\"type\":\"Lowercase\"}",
        "\"single_word\":false; \"single_word\":true"
      })
  void leavesTheRestToNativeCode(String sound, String changed) throws IOException {
    assertThat(PublishedDefinitions.llama3()).contains(sound);
    Path file =
        Files.writeString(
            folder.resolve("tokenizer.json"),
            PublishedDefinitions.llama3().replace(sound, changed));
    try (Tokenizer tokenizer = HuggingFaceTokenizers.open(file)) {
      assertThat(tokenizer).isInstanceOf(NativeTokenizer.class);
      assertThat(tokenizer.encode("a")).isNotEmpty();
    }
  }
}
