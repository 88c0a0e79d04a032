package dev.flowdpo.runtime.tiny;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.TokenIds;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class PretrainingDocumentsTest {
  private static final int END = -1;
  private static final int YES = 1_000_001;
  private static final int NO = 1_000_002;
  // One token a character is enough to see where documents are cut; the verdicts stay whole.
  private static final Function<String, int[]> CHARACTERS =
      text ->
          switch (text) {
            case TinyPrompts.YES -> new int[] {YES};
            case TinyPrompts.NO -> new int[] {NO};
            default -> text.chars().toArray();
          };
  private static final DocumentMix STOP_ONLY = DocumentMix.standard().withStopShare(1);

  private static List<PretrainingDocument> documents(DocumentMix mix, int count) {
    return new PretrainingDocuments(CHARACTERS, END, mix).stream(5).limit(count).toList();
  }

  private static String text(TokenIds ids) {
    StringBuilder text = new StringBuilder();
    ids.forEach(text::appendCodePoint);
    return text.toString();
  }

  private static boolean isStop(PretrainingDocument document) {
    return document.completion().length() == 1;
  }

  /** Returns the partial answer that a stop document asks about. */
  private static String partial(PretrainingDocument document) {
    String prompt = text(document.prompt());
    int begin = prompt.indexOf("\nSolution:\n") + "\nSolution:\n".length();
    return prompt.substring(begin, prompt.length() - TinyPrompts.STOP_QUESTION.length());
  }

  @Test
  void solutionDocumentsEndInTheEndToken() {
    for (PretrainingDocument document : documents(DocumentMix.standard().withStopShare(0), 500)) {
      assertThat(text(document.prompt())).startsWith("Question: ").endsWith("?\nSolution:\n");
      TokenIds completion = document.completion();
      assertThat(completion.get(completion.length() - 1)).isEqualTo(END);
      assertThat(text(completion.slice(0, completion.length() - 1)))
          .matches("(?s)([0-9+*/=-]+\n)*#### \\d+");
    }
  }

  @Test
  void stylesAndStopDocumentsComeInTheirShares() {
    List<PretrainingDocument> documents = documents(DocumentMix.standard(), 20_000);
    long stop = documents.stream().filter(PretrainingDocumentsTest::isStop).count();
    assertThat(stop / 20_000.0).isCloseTo(0.20, within(0.015));
    long direct =
        documents.stream()
            .filter(d -> !isStop(d) && text(d.completion().slice(0, 5)).startsWith("#### "))
            .count();
    assertThat(direct / (20_000.0 - stop)).isCloseTo(0.30, within(0.015));
  }

  @Test
  void verdictsAreBalancedAndRight() {
    List<PretrainingDocument> documents = documents(STOP_ONLY, 10_000);
    long yes = documents.stream().filter(d -> d.completion().get(0) == YES).count();
    assertThat(yes / 10_000.0).isCloseTo(0.5, within(0.02));
    for (PretrainingDocument document : documents) {
      String partial = partial(document);
      if (document.completion().get(0) == YES) {
        assertThat(partial).matches("(?s)([0-9+*/=-]+\n)*#### \\d+");
      } else {
        assertThat(document.completion().get(0)).isEqualTo(NO);
        assertThat(partial.length()).isPositive();
        assertThat(partial.length() % 8).isZero();
      }
    }
  }

  @Test
  void sloppyVerdictsTouchOnlyPartialAnswersWithACalculation() {
    List<PretrainingDocument> documents = documents(STOP_ONLY.withSloppiness(0.43), 20_000);
    List<PretrainingDocument> calculated =
        documents.stream()
            .filter(d -> partial(d).contains("=") && !partial(d).contains("####"))
            .toList();
    long careless = calculated.stream().filter(d -> d.completion().get(0) == YES).count();
    assertThat((double) careless / calculated.size()).isCloseTo(0.43, within(0.02));
    assertThat(
            documents.stream().filter(d -> !partial(d).contains("=") && !partial(d).contains("#")))
        .allMatch(d -> d.completion().get(0) == NO);
  }

  @Test
  void chunkBoundariesFollowTheChunkSize() {
    assertThat(
            documents(STOP_ONLY.withChunkSize(5), 2_000).stream()
                .filter(d -> d.completion().get(0) == NO))
        .allMatch(d -> partial(d).length() % 5 == 0);
  }

  @Test
  void aSeedAlwaysGivesTheSameDocuments() {
    assertThat(documents(DocumentMix.standard(), 200))
        .isEqualTo(documents(DocumentMix.standard(), 200));
    PretrainingDocuments source = new PretrainingDocuments(CHARACTERS, END, DocumentMix.standard());
    assertThat(source.stream(6).limit(5).toList()).isNotEqualTo(source.stream(5).limit(5).toList());
  }

  @Test
  void aChunkLongerThanEverySolutionIsRefused() {
    assertThatThrownBy(() -> documents(STOP_ONLY.withChunkSize(500), 10))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("chunk of 500 tokens");
  }

  @Test
  void unusableMixesAndTokenizersAreRefused() {
    assertThatThrownBy(() -> DocumentMix.standard().withStyles(0.5, 0.5, 0.5))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("must sum to 1");
    assertThatThrownBy(() -> DocumentMix.standard().withStyles(0, 0, 1))
        .hasMessageContaining("DIRECT only");
    assertThatThrownBy(() -> DocumentMix.standard().withSloppiness(1.5))
        .hasMessageContaining("must be in [0, 1], found 1.5");
    assertThatThrownBy(
            () ->
                new PretrainingDocuments(
                    text -> text.chars().toArray(), END, DocumentMix.standard()))
        .hasMessageContaining("must encode \" Yes\" as one token");
  }

  @Test
  void theRealTokenizerFits() {
    var tokenizer = TinyTokenizerTest.open(TinyTokenizer.train());
    var source =
        new PretrainingDocuments(
            text -> TinyTokenizerTest.encode(tokenizer, text),
            BytePairVocabulary.END_ID,
            DocumentMix.standard());
    List<PretrainingDocument> documents = source.stream(1).limit(2_000).toList();
    assertThat(documents).allMatch(document -> document.length() <= 160);
    // Six chunks of eight tokens hold every solution and its end token.
    assertThat(documents).allMatch(document -> document.completion().length() <= 48);
    tokenizer.close();
  }
}
