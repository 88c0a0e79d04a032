package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Text in pieces is the text of the whole, however the ids are cut; any text can be encoded. */
class TokenizerPropertyTest {
  private static final List<Tokenizer> TOKENIZERS = new ArrayList<>();

  @BeforeContainer
  static void openTokenizers() throws IOException {
    Path file = Files.createTempFile("flowdpo", ".json");
    for (String json : List.of(TestTokenizers.WORDS, TestTokenizers.BYTES)) {
      TOKENIZERS.add(HuggingFaceTokenizers.open(Files.writeString(file, json)));
    }
    Files.delete(file);
  }

  @AfterContainer
  static void closeTokenizers() {
    TOKENIZERS.forEach(Tokenizer::close);
  }

  @Provide
  Arbitrary<List<int[]>> pieces() {
    return Arbitraries.integers()
        .between(0, 14)
        .array(int[].class)
        .ofMaxSize(4)
        .list()
        .ofMaxSize(5);
  }

  @Property(tries = 500)
  void continuationsJoinToTheWhole(@ForAll("pieces") List<int[]> pieces) {
    for (Tokenizer tokenizer : TOKENIZERS) {
      int[] before = {};
      StringBuilder joined = new StringBuilder();
      for (int[] piece : pieces) {
        joined.append(tokenizer.decodeContinuation(before, piece));
        int[] all = Arrays.copyOf(before, before.length + piece.length);
        System.arraycopy(piece, 0, all, before.length, piece.length);
        before = all;
      }
      assertThat(joined.toString())
          .isEqualTo(tokenizer.decode(before).replaceFirst("\uFFFD+$", ""));
    }
  }

  @Property(tries = 500)
  void encodesAnyText(@ForAll @Size(max = 50) String text) {
    for (Tokenizer tokenizer : TOKENIZERS) {
      int[] ids = tokenizer.encode(text);
      assertThat(Arrays.stream(ids).allMatch(id -> id >= 0 && id < tokenizer.vocabularySize()))
          .isTrue();
      assertThat(tokenizer.decode(ids)).isNotNull();
    }
  }
}
