package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Tokenizers made of the same parts as published ones, for where those are not at hand. */
class PublishedConstructsTest {
  private static final Map<ByteTokenizers, Tokenizer> OPEN = new EnumMap<>(ByteTokenizers.class);

  @BeforeContainer
  static void openTokenizers() throws IOException {
    Path file = Files.createTempFile("flowdpo", ".json");
    for (ByteTokenizers one : ByteTokenizers.values()) {
      OPEN.put(one, HuggingFaceTokenizers.open(Files.writeString(file, one.json())));
    }
    Files.delete(file);
  }

  @AfterContainer
  static void closeTokenizers() {
    OPEN.values().forEach(Tokenizer::close);
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> words =
        Arbitraries.of(
            " apple",
            "apples",
            "12",
            "007",
            "\n\n",
            "  ",
            "e\u0301",
            "\u00e9",
            "\u65e5\u672c",
            "\ud83d\ude00",
            "it's");
    // Of characters that are newer than the JDK, it can't know how they compose.
    Arbitrary<String> characters =
        Arbitraries.chars()
            .filter(c -> !Character.isSurrogate(c) && Character.isDefined(c))
            .map(c -> Character.toString(c));
    return Arbitraries.oneOf(words, characters).list().ofMaxSize(12).map(p -> String.join("", p));
  }

  @Property
  void textsComeBackFromTheirIds(@ForAll("texts") String text, @ForAll ByteTokenizers which) {
    Tokenizer tokenizer = OPEN.get(which);
    int[] ids = tokenizer.encode(text);

    String expected =
        which == ByteTokenizers.QWEN ? Normalizer.normalize(text, Normalizer.Form.NFC) : text;
    assertThat(tokenizer.decode(ids)).isEqualTo(expected);
    StringBuilder joined = new StringBuilder();
    for (int i = 0; i < ids.length; i++) {
      joined.append(tokenizer.decodeContinuation(Arrays.copyOf(ids, i), new int[] {ids[i]}));
    }
    assertThat(joined).hasToString(expected);
  }

  @Property
  void specialTokensOfUsersAreText(@ForAll("texts") String text, @ForAll ByteTokenizers which) {
    Tokenizer tokenizer = OPEN.get(which);
    String asked = text + ByteTokenizers.END + text;

    assertThat(tokenizer.encodeUntrusted(asked))
        .doesNotContain(ByteTokenizers.BEGIN_ID, ByteTokenizers.END_ID);
    assertThat(tokenizer.encode(asked)).contains(ByteTokenizers.END_ID);
  }

  @Example
  void wordsAndDigitsAreCutAsTheFamilyCutsThem() {
    for (ByteTokenizers which : ByteTokenizers.values()) {
      Tokenizer tokenizer = OPEN.get(which);
      int word = tokenizer.idOf("\u0120apple").orElseThrow();
      int twelve = tokenizer.idOf("12").orElseThrow();

      assertThat(tokenizer.idOf(ByteTokenizers.END))
          .isEqualTo(OptionalInt.of(ByteTokenizers.END_ID));
      assertThat(tokenizer.encode("an apple")).as(which.name()).containsExactly('a', 'n', word);
      assertThat(tokenizer.encode("12"))
          .as(which.name())
          .isEqualTo(which == ByteTokenizers.LLAMA3 ? new int[] {twelve} : new int[] {'1', '2'});
    }
  }

  @Example
  void noBeginTokenIsAddedUnasked() {
    for (Tokenizer tokenizer : List.copyOf(OPEN.values())) {
      assertThat(tokenizer.encode("a")).containsExactly('a');
    }
  }
}
