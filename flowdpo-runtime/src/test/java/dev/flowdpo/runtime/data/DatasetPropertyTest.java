package dev.flowdpo.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;

/** Selections lose nothing and repeat nothing, whatever the rows look like. */
class DatasetPropertyTest {
  @Provide
  Arbitrary<Set<String>> questions() {
    return Arbitraries.strings()
        .ofMinLength(1)
        .ofMaxLength(9)
        .filter(text -> !text.isBlank() && StandardCharsets.UTF_8.newEncoder().canEncode(text))
        .set()
        .ofMinSize(1)
        .ofMaxSize(30);
  }

  private static Path write(Set<String> questions, boolean array) throws IOException {
    List<String> rows =
        questions.stream()
            .map(
                question ->
                    JsonNodeFactory.instance
                        .objectNode()
                        .put("question", question)
                        .put("answer", question.length())
                        .toString())
            .toList();
    String text = array ? "[" + String.join(" ,\n", rows) + "]" : String.join("\r\n\n", rows);
    return Files.writeString(Files.createTempFile("flowdpo", ".json"), "\uFEFF" + text);
  }

  @Property(tries = 25)
  void aShuffleIsAPermutation(
      @ForAll("questions") Set<String> questions, @ForAll long seed, @ForAll boolean array)
      throws IOException {
    Path file = write(questions, array);
    try {
      Dataset dataset = Dataset.open(file);
      List<Problem> plain = dataset.toList();
      List<Problem> shuffled = dataset.shuffle(seed).toList();
      assertThat(plain).extracting(Problem::question).containsExactlyElementsOf(questions);
      assertThat(shuffled).containsExactlyInAnyOrderElementsOf(plain);
      assertThat(dataset.shuffle(seed)).containsExactlyElementsOf(shuffled);
    } finally {
      Files.delete(file);
    }
  }

  @Property(tries = 25)
  void skipAndLimitCutTheShuffledProblems(
      @ForAll("questions") Set<String> questions,
      @ForAll boolean array,
      @ForAll @IntRange(max = 40) int cut)
      throws IOException {
    Path file = write(questions, array);
    try {
      Dataset dataset = Dataset.open(file).shuffle(3);
      List<Problem> joined = new ArrayList<>(dataset.limit(cut).toList());
      joined.addAll(dataset.skip(cut).toList());
      assertThat(joined).isEqualTo(dataset.toList());
    } finally {
      Files.delete(file);
    }
  }

  @Property(tries = 25)
  void partsAreDisjointAndComplete(@ForAll("questions") Set<String> questions, @ForAll long seed)
      throws IOException {
    Path file = write(questions, false);
    try {
      Splits splits = new Splits(seed, ImmutableMap.of("a", 0.7, "b", 0.2, "c", 0.1));
      Dataset dataset = Dataset.open(file);
      List<Problem> parts = new ArrayList<>();
      for (String part : splits.shares().keySet()) {
        List<Problem> problems = dataset.split(splits, part).shuffle(seed).toList();
        assertThat(problems).allMatch(p -> splits.partOf(p.id()).orElseThrow().equals(part));
        parts.addAll(problems);
      }
      assertThat(parts).containsExactlyInAnyOrderElementsOf(dataset.toList());
    } finally {
      Files.delete(file);
    }
  }

  @Example
  void partsHaveTheirSharesAndAnotherSeedPartsInAnotherWay() {
    Splits splits = Splits.trainAndTest(0.9, 1);
    Splits others = Splits.trainAndTest(0.9, 2);
    List<String> ids = IntStream.range(0, 10_000).mapToObj(Integer::toString).toList();
    long test = ids.stream().filter(id -> splits.partOf(id).orElseThrow().equals("test")).count();
    long same = ids.stream().filter(id -> splits.partOf(id).equals(others.partOf(id))).count();
    // Three standard deviations of a binomial: 3·√(10,000·0.1·0.9) = 90.
    assertThat(test).isCloseTo(1000, Offset.offset(90L));
    // Independent parts agree with probability 0.9² + 0.1² = 0.82.
    assertThat(same).isCloseTo(8200, Offset.offset(116L));
  }

  @Example
  void sharesThatLeaveProblemsOutAreFineAndOthersRefused() {
    Splits half = new Splits(0, ImmutableMap.of("half", 0.5));
    assertThat(IntStream.range(0, 100).filter(i -> half.partOf("p" + i).isPresent()).count())
        .isBetween(30L, 70L);
    for (ImmutableMap<String, Double> wrong :
        List.of(
            ImmutableMap.<String, Double>of(),
            ImmutableMap.of("a", 0.0),
            ImmutableMap.of("a", Double.NaN),
            ImmutableMap.of("a", 0.6, "b", 0.5))) {
      assertThatThrownBy(() -> new Splits(0, wrong)).isInstanceOf(InvalidInputException.class);
    }
  }
}
