package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.text.bpe.ByteLevelEncoder;
import dev.flowdpo.runtime.text.bpe.UnsupportedTokenizerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The byte-level tokenizer in Java gives what the native one gives, or refuses the file. */
class ByteLevelTokenizerTest {
  private static final String LLAMA3_WORDS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}|"
          + " ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";

  private static Tokenizer[] inJava = {};
  private static Tokenizer[] inNativeCode = {};

  @TempDir Path folder;

  @BeforeContainer
  static void open() throws IOException {
    Path file = Files.createTempFile("flowdpo", ".json");
    String[] files = {
      ByteTokenizers.SMOLLM.json(), llama3(), llama3().replace("{1,3}", ""), flagged()
    };
    inJava = new Tokenizer[files.length];
    inNativeCode = new Tokenizer[files.length];
    for (int i = 0; i < files.length; i++) {
      Files.writeString(file, files[i]);
      inJava[i] = HuggingFaceTokenizers.openByteLevel(file);
      inNativeCode[i] = HuggingFaceTokenizers.open(file);
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
            " ",
            "  ",
            "\n",
            "\r\n",
            "\u00A0",
            "12",
            "3456",
            "\u00BD",
            "e\u0301",
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

  @Property(tries = 1000)
  void givesTheIdsAndTextsOfNativeCode(@ForAll("texts") String text) {
    for (int i = 0; i < inJava.length; i++) {
      int[] ids = inNativeCode[i].encode(text);
      assertThat(inJava[i].encode(text)).isEqualTo(ids);
      assertThat(inJava[i].decode(ids)).isEqualTo(inNativeCode[i].decode(ids));
    }
  }

  @Property(tries = 1000)
  void decodesAnyIdsLikeNativeCode(@ForAll("ids") int[] ids) {
    for (int i = 0; i < inJava.length; i++) {
      assertThat(inJava[i].decode(ids)).isEqualTo(inNativeCode[i].decode(ids));
      assertThat(inJava[i].decodeWithSpecialTokens(ids))
          .isEqualTo(inNativeCode[i].decodeWithSpecialTokens(ids));
    }
  }

  @Provide
  Arbitrary<int[]> ids() {
    return Arbitraries.integers().between(0, 300).array(int[].class).ofMaxSize(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ap", "apple", " ", "\n ", "1", "'", "<|", "<|end|>", "\u0301"})
  void longTextsGiveTheIdsOfNativeCode(String repeated) throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), llama3());
    try (Tokenizer java = HuggingFaceTokenizers.openByteLevel(file);
        Tokenizer nativeCode = HuggingFaceTokenizers.open(file)) {
      String text = repeated.repeat(20_000);
      assertThat(java.encode(text)).isEqualTo(nativeCode.encode(text));
    }
  }

  @Test
  void readsHalvesOfPairsAsUnknownCharacters() throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), llama3());
    try (Tokenizer java = HuggingFaceTokenizers.openByteLevel(file)) {
      assertThat(java.decode(java.encode("a\uD800b\uDC00\uD83D\uDE00")))
          .isEqualTo("a\uFFFDb\uFFFD\uD83D\uDE00");
      String tooLong = "a".repeat(ByteLevelEncoder.MAX_TEXT + 1);
      assertThatThrownBy(() -> java.encode(tooLong))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("expected at most " + ByteLevelEncoder.MAX_TEXT);
      java.close();
      assertThatThrownBy(() -> java.encode("a")).isInstanceOf(FlowClosedException.class);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"ignore_merges\":true; \"ignore_merges\":true,\"dropout\":0.1; model.dropout",
        "\"ignore_merges\":true; \"byte_fallback\":true; model.byte_fallback",
        "\"ignore_merges\":true; \"end_of_word_suffix\":\"x\"; model.end_of_word_suffix",
        "\"ignore_merges\":true; \"novel\":true; model.novel",
        "\"type\":\"BPE\"; \"type\":\"Unigram\"; model.type",
        "{1,3}; {1,4}; pre_tokenizer.pattern.Regex",
        "Isolated; Removed; pre_tokenizer.behavior",
        "\"add_prefix_space\":false; \"add_prefix_space\":true; pre_tokenizer.add_prefix_space",
        "\"normalizer\":null; \"normalizer\":{\"type\":\"NFC\"}; normalizer",
        "\"single_word\":false; \"single_word\":true; added_tokens.single_word",
        "\"id\":257; \"id\":9999; added_tokens.id",
        "TemplateProcessing; RobertaProcessing; post_processor.type",
        "\"version\":; \"novel\":; novel"
      })
  void refusesByNameWhatItDoesNotKnow(String sound, String changed, String key) throws IOException {
    assertThat(llama3()).contains(sound);
    Path file =
        Files.writeString(folder.resolve("tokenizer.json"), llama3().replace(sound, changed));
    assertThatThrownBy(() -> HuggingFaceTokenizers.openByteLevel(file))
        .isInstanceOf(UnsupportedTokenizerException.class)
        .hasMessageStartingWith(file + ": key \"" + key + "\": expected ");
  }

  private static String llama3() {
    return ByteTokenizers.LLAMA3
        .json()
        .replaceFirst(
            "\"Regex\":\"[^\"]*\"", "\"Regex\":\"" + LLAMA3_WORDS.replace("\\", "\\\\") + "\"");
  }

  private static String flagged() {
    return llama3()
        .replace("\"lstrip\":false", "\"lstrip\":true")
        .replace("\"rstrip\":false", "\"rstrip\":true");
  }
}
