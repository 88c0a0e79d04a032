package dev.flowdpo.runtime.tiny;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.common.primitives.Ints;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;

/** The written tokenizer.json, read by the Hugging Face tokenizers library itself. */
class TinyTokenizerTest {
  private static final BytePairVocabulary VOCABULARY = TinyTokenizer.train();
  private static final HuggingFaceTokenizer TOKENIZER = open(VOCABULARY);

  static HuggingFaceTokenizer open(BytePairVocabulary vocabulary) {
    System.setProperty("RUST_FLAVOR", "cpu");
    System.setProperty("OPT_OUT_TRACKING", "true");
    byte[] json = vocabulary.toJson().getBytes(StandardCharsets.UTF_8);
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json),
          Map.of("modelMaxLength", "100000", "truncation", "false"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int[] encode(HuggingFaceTokenizer tokenizer, String text) {
    return Arrays.stream(tokenizer.encode(text, false, false).getIds())
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  private static int[] encode(String text) {
    return encode(TOKENIZER, text);
  }

  private static String decode(int[] ids) {
    return TOKENIZER.decode(Arrays.stream(ids).asLongStream().toArray(), true);
  }

  @Property(tries = 300)
  void anyTextRoundTrips(@ForAll @StringLength(max = 60) String text) {
    // A lone surrogate has no UTF-8 form, so it is not text.
    String valid = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    assertThat(decode(encode(valid))).isEqualTo(valid);
  }

  @Example
  void unusualTextRoundTrips() {
    for (String text :
        List.of("", " ", "\n\n  x", "naïve café 東京 🎲 №½", "a\tb\r\n", "####", "It's 3.5%")) {
      assertThat(decode(encode(text))).isEqualTo(text);
    }
  }

  @Property(tries = 100)
  void everyWordOfAProblemIsOneToken(@ForAll long seed) {
    for (WordProblem problem : WordProblems.generate(seed, 10)) {
      String text = TinyPrompts.prompt(problem.question()) + SolutionStyle.STEPS.write(problem);
      List<String> pieces =
          BytePairTrainer.PIECES.matcher(text).results().map(match -> match.group()).toList();
      int[] ids = encode(text);
      assertThat(ids).as(text).hasSize(pieces.size());
      assertThat(decode(ids)).isEqualTo(text);
    }
  }

  @Property(tries = 50)
  void partsEncodeAloneAsTheyDoTogether(@ForAll long seed) {
    WordProblem problem = WordProblems.generate(seed, 1).get(0);
    String prompt = TinyPrompts.prompt(problem.question());
    for (SolutionStyle style : SolutionStyle.values()) {
      String solution = style.write(problem);
      int[] joined =
          Ints.concat(
              encode(prompt),
              encode(solution),
              encode(TinyPrompts.STOP_QUESTION),
              encode(TinyPrompts.YES));
      assertThat(encode(prompt + solution + TinyPrompts.STOP_QUESTION + TinyPrompts.YES))
          .isEqualTo(joined);
    }
  }

  @Example
  void symbolsDigitsAndVerdictsAreSingleTokens() {
    for (String text :
        List.of("####", "=", "+", "-", "*", "/", "\n", " ", TinyPrompts.YES, TinyPrompts.NO)) {
      assertThat(encode(text)).as(text).hasSize(1);
    }
    assertThat(encode("0123456789")).hasSize(10).doesNotHaveDuplicates();
    assertThat(encode("12-2=10"))
        .isEqualTo(
            Ints.concat(
                encode("1"),
                encode("2"),
                encode("-"),
                encode("2"),
                encode("="),
                encode("1"),
                encode("0")));
    assertThat(encode(BytePairVocabulary.END)).containsExactly(BytePairVocabulary.END_ID);
  }

  @Example
  void theVocabularyIsSmallAndAlwaysTheSame() {
    assertThat(VOCABULARY.size()).isBetween(257, 700);
    assertThat(VOCABULARY.tokens()).doesNotHaveDuplicates();
    assertThat(VOCABULARY.tokens().get(BytePairVocabulary.END_ID)).isEqualTo("<|end|>");
    assertThat(TinyTokenizer.train()).isEqualTo(VOCABULARY);
  }

  @Property(tries = 100)
  void aTokenizerTrainedOnAnyTextKnowsItsPieces(@ForAll @StringLength(max = 40) String raw) {
    String text = new String(raw.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    BytePairVocabulary vocabulary = BytePairTrainer.train(List.of(text));
    assertThat(vocabulary.tokens()).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(257);
    BytePairTrainer.PIECES
        .matcher(text)
        .results()
        .map(match -> String.join("", ByteAlphabet.symbols(match.group())))
        .forEach(piece -> assertThat(vocabulary.tokens()).contains(piece));
  }
}
