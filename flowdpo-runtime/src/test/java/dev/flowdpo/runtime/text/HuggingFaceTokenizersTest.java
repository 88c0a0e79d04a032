package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The native tokenizer on small files. */
class HuggingFaceTokenizersTest {
  private static final String LONG_TEXT = "Tom has two apples. ".repeat(200);

  @TempDir Path folder;

  @Test
  void encodesWithoutAddingCuttingOrPadding() throws IOException {
    try (Tokenizer tokenizer = TestTokenizers.open(folder, TestTokenizers.WORDS)) {
      assertThat(tokenizer.encode("Tom has two apples. Tom has three."))
          .containsExactly(3, 4, 13, 5, 6, 3, 4, 14, 6);
      assertThat(tokenizer.encode("<s> Tom</s>")).containsExactly(1, 3, 2);
      assertThat(tokenizer.encode("Ann")).containsExactly(0);
      assertThat(tokenizer.encode("")).isEmpty();
    }
  }

  @Test
  void decodesWithoutSpecialTokens() throws IOException {
    try (Tokenizer tokenizer = TestTokenizers.open(folder, TestTokenizers.WORDS)) {
      assertThat(tokenizer.decode(new int[] {1, 3, 4, 2})).isEqualTo("Tom has");
      assertThat(tokenizer.decode(new int[0])).isEmpty();
      assertThat(tokenizer.decode(new int[] {3, 15, 2_000_000_000, 4})).isEqualTo("Tom has");
      assertThatThrownBy(() -> tokenizer.decode(new int[] {3, -1}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("found -1");
    }
  }

  @Test
  void knowsItsVocabulary() throws IOException {
    try (Tokenizer tokenizer = TestTokenizers.open(folder, TestTokenizers.WORDS)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(15);
      assertThat(tokenizer.idOf("</s>")).isEqualTo(OptionalInt.of(2));
      assertThat(tokenizer.idOf("apples")).isEqualTo(OptionalInt.of(5));
      assertThat(tokenizer.idOf("pears")).isEmpty();
    }
    try (Tokenizer tokenizer = TestTokenizers.open(folder, TestTokenizers.UNIGRAM)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(4);
      assertThat(tokenizer.idOf("ab")).isEqualTo(OptionalInt.of(1));
      assertThat(tokenizer.encode("abb")).containsExactly(1, 3);
    }
  }

  @Test
  void countsAddedTokensBeyondTheModelsVocabulary() throws IOException {
    String json =
        TestTokenizers.WORDS.replace(
            "\"id\": 2, \"content\": \"</s>\"", "\"id\": 15, \"content\": \"<end>\"");
    try (Tokenizer tokenizer = TestTokenizers.open(folder, json)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(16);
      assertThat(tokenizer.idOf("<end>")).isEqualTo(OptionalInt.of(15));
      assertThat(tokenizer.encode("Tom<end>")).containsExactly(3, 15);
    }
  }

  @Test
  void continuesTextAcrossPieces() throws IOException {
    try (Tokenizer tokenizer = TestTokenizers.open(folder, TestTokenizers.WORDS)) {
      assertThat(tokenizer.decodeContinuation(new int[] {3}, new int[] {4, 5}))
          .isEqualTo(" has apples");
      assertThat(tokenizer.decodeContinuation(new int[0], new int[] {4})).isEqualTo("has");
      assertThat(tokenizer.decodeContinuation(new int[] {4}, new int[0])).isEmpty();
    }
    try (Tokenizer tokenizer = TestTokenizers.open(folder, TestTokenizers.BYTES)) {
      assertThat(tokenizer.encode("aé")).containsExactly(2, 0, 1);
      assertThat(tokenizer.decode(new int[] {2, 0})).isEqualTo("a\uFFFD");
      assertThat(tokenizer.decodeContinuation(new int[0], new int[] {2, 0})).isEqualTo("a");
      assertThat(tokenizer.decodeContinuation(new int[] {2, 0}, new int[] {1, 2})).isEqualTo("éa");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "{}",
        "[]",
        "{\"model\": {\"type\": \"BPE\"}}",
        "{\"added_tokens\": [{\"id\": 0, \"content\": {\"a\": {\"a\": {}}}}]}",
        "{\"added_tokens\": [{\"id\": 0, \"special\": [{\"a\": 1}], \"content\": 7}]}",
        "{\"model\": {\"type\": \"Unknown\", \"vocab\": {}}}",
        "{\"version\": \"1.0\", \"model\": {\"type\": \"WordLevel\", \"vocab\": {}, \"unk_token\":"
            + " \"u\"}}",
        "{\"version\": \"1.0\", \"model\": {\"type\": \"WordLevel\", \"vocab\": {\"a\":"
            + " 4294967295}, \"unk_token\": \"u\"}}",
        "{\"version\": \"1.0\", \"model\": {\"type\": \"WordLevel\", \"vocab\": {\"a\": -1},"
            + " \"unk_token\": \"u\"}}"
      })
  void refusesWhatIsNotATokenizer(String json) {
    assertThatThrownBy(() -> TestTokenizers.open(folder, json))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(folder.resolve("tokenizer.json") + ": ")
        .hasMessageContaining("expected");
  }

  @Test
  void refusesMissingAndHugeFiles() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    assertThatThrownBy(() -> HuggingFaceTokenizers.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no such file");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 33);
    }
    assertThatThrownBy(() -> HuggingFaceTokenizers.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found " + (1L << 33));
    Files.delete(file);
  }

  @Test
  void throwsOnceClosed() throws IOException {
    Tokenizer tokenizer = TestTokenizers.open(folder, TestTokenizers.WORDS);
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("Tom")).isInstanceOf(FlowClosedException.class);
    assertThatThrownBy(() -> tokenizer.decode(new int[] {3}))
        .isInstanceOf(FlowClosedException.class);
    assertThatThrownBy(tokenizer::vocabularySize).isInstanceOf(FlowClosedException.class);
  }

  @Test
  void servesManyThreads() throws IOException {
    try (Tokenizer tokenizer = TestTokenizers.open(folder, TestTokenizers.WORDS)) {
      int[] expected = tokenizer.encode("Tom has two apples.");
      boolean same =
          IntStream.range(0, 2000)
              .parallel()
              .mapToObj(i -> tokenizer.encode("Tom has two apples."))
              .allMatch(ids -> Arrays.equals(ids, expected));
      assertThat(same).isTrue();
    }
  }

  @Test
  void closingLetsCallsFinishAndRefusesLaterOnes() throws Exception {
    int[] expected;
    try (Tokenizer tokenizer = TestTokenizers.open(folder, TestTokenizers.WORDS)) {
      expected = tokenizer.encode(LONG_TEXT);
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 20; round++) {
        Tokenizer tokenizer = TestTokenizers.open(folder, TestTokenizers.WORDS);
        CountDownLatch underWay = new CountDownLatch(4);
        List<Future<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          callers.add(threads.submit(() -> encodeUntilClosed(tokenizer, expected, underWay)));
        }
        underWay.await();
        tokenizer.close();
        for (Future<Integer> caller : callers) {
          assertThat(caller.get()).isPositive();
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** Returns how many texts were encoded before the tokenizer said that it is closed. */
  private static int encodeUntilClosed(
      Tokenizer tokenizer, int[] expected, CountDownLatch underWay) {
    int encoded = 0;
    try {
      while (true) {
        assertThat(tokenizer.encode(LONG_TEXT)).isEqualTo(expected);
        assertThat(tokenizer.decode(expected)).isNotEmpty();
        if (encoded++ == 0) {
          underWay.countDown();
        }
      }
    } catch (FlowClosedException e) {
      assertThatThrownBy(() -> tokenizer.decode(expected)).isInstanceOf(FlowClosedException.class);
      assertThatThrownBy(() -> tokenizer.encodeUntrusted("Tom"))
          .isInstanceOf(FlowClosedException.class);
      return encoded;
    }
  }

  @Test
  void staysOffTheNetwork() throws IOException {
    TestTokenizers.open(folder, TestTokenizers.WORDS).close();
    assertThat(System.getProperty("RUST_FLAVOR")).isEqualTo("cpu");
    assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
  }

  /** Each of these would end the process in native code. */
  @Test
  void refusesWhatNativeCodeDoesNotSurvive() throws IOException {
    String sound = TestTokenizers.BYTES;
    Map<String, String> hostile =
        Map.of(
            sound.replace("\"decoder\": {", "\"decoder\": {nonsense "),
            "malformed JSON",
            sound.replace("\"trim_offsets\": true", "\"x\": 1e999"),
            "numbers that a double holds",
            sound.replace("\"trim_offsets\": true", "\"x\": \"\\ud800\""),
            "half of a surrogate pair",
            sound.replace("\"trim_offsets\": true", "\"x\": " + "[".repeat(120) + "]".repeat(120)),
            "malformed JSON",
            sound
                .replace(
                    "\"continuing_subword_prefix\": null", "\"continuing_subword_prefix\": \"##\"")
                .replace("\"merges\": []", "\"merges\": [\"a a\"]"),
            "model.continuing_subword_prefix",
            sound + "{}",
            "expected one JSON object, found more");
    for (Map.Entry<String, String> one : hostile.entrySet()) {
      assertThatThrownBy(() -> TestTokenizers.open(folder, one.getKey()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("tokenizer.json")
          .hasMessageContaining(one.getValue());
    }
  }
}
