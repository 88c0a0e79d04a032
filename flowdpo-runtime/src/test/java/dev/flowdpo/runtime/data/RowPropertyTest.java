package dev.flowdpo.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.TokenIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is written is read back as it was, in groups of any size and after any number of rows. */
class RowPropertyTest {
  private static final Arbitrary<String> TEXTS =
      Arbitraries.strings()
          .ofMaxLength(12)
          .filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text));

  @Provide
  Arbitrary<List<PreferencePair>> pairs() {
    Arbitrary<Double> rewards = Arbitraries.doubles().between(0, 1).ofScale(9);
    Arbitrary<RewardedCompletion> completions =
        Combinators.combine(BundledTokens.ids(), rewards)
            .as((tokens, reward) -> new RewardedCompletion(tokens, reward));
    return Combinators.combine(
            Arbitraries.of(AdapterRole.class),
            BundledTokens.ids(),
            completions,
            completions,
            TEXTS.filter(text -> !text.isBlank()),
            Arbitraries.integers().between(0, 20))
        .filter(
            (role, prompt, chosen, rejected, id, node) ->
                !chosen.tokens().equals(rejected.tokens()))
        .as(
            (role, prompt, chosen, rejected, id, node) ->
                new PreferencePair(role, prompt, chosen, rejected, id, node))
        .list()
        .ofMinSize(1)
        .ofMaxSize(5);
  }

  @Property(tries = 25)
  void pairsAreReadAsWritten(
      @ForAll("pairs") List<PreferencePair> first, @ForAll("pairs") List<PreferencePair> second)
      throws IOException {
    Path path = Files.createTempFile("flowdpo", ".jsonl");
    try {
      PreferenceFile file = PreferenceFile.of(path, BundledTokens.TOKENS);
      try (PreferenceFile.Writer writer = file.create()) {
        writer.write(first);
        writer.write(second);
      }
      List<PreferencePair> all = new ArrayList<>(first);
      all.addAll(second);
      assertThat(file.readAll()).isEqualTo(all);
      try (PreferenceFile.Writer writer = file.resume(first.size())) {
        writer.write(first);
      }
      all.subList(first.size(), all.size()).clear();
      all.addAll(first);
      assertThat(file).containsExactlyElementsOf(all);
    } finally {
      Files.delete(path);
    }
  }

  @Provide
  Arbitrary<List<SupervisedExample>> examples() {
    Arbitrary<TokenIds> ids = BundledTokens.ids();
    Arbitrary<String> present = TEXTS.filter(text -> !text.isBlank());
    return Combinators.combine(
            present,
            present,
            TEXTS,
            ids,
            ids,
            TEXTS,
            Arbitraries.doubles().between(0, 1).ofScale(9))
        .as(
            (id, question, solution, prompt, completion, source, reward) ->
                new SupervisedExample(
                    id,
                    question.length() % 2 == 0 ? List.of() : List.of(Message.system(solution)),
                    question,
                    solution,
                    prompt,
                    completion,
                    source,
                    reward))
        .list()
        .ofMinSize(1)
        .ofMaxSize(5);
  }

  @Property(tries = 25)
  void examplesAreReadAsWritten(@ForAll("examples") List<SupervisedExample> examples)
      throws IOException {
    Path path = Files.createTempFile("flowdpo", ".jsonl");
    try {
      MessagesFile file = MessagesFile.of(path, BundledTokens.TOKENS);
      try (MessagesFile.Writer writer = file.create()) {
        writer.write(examples);
      }
      assertThat(file.readAll()).isEqualTo(examples);
    } finally {
      Files.delete(path);
    }
  }
}
