package dev.flowdpo.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.answer.AnswerExtractor;
import dev.flowdpo.realdata.RealData;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.math.Comparison;
import dev.flowdpo.verify.math.MathAnswer;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The verifier on real answers and solutions; skipped where the data folder is missing. */
class RealAnswersTest {
  private static final int DRAWS = 10_000;

  /** Rows of the equivalence cases that are judged otherwise than they say, with the reason. */
  private static final Map<Integer, String> EXPECTED_MISSES = Map.of();

  private static List<JsonNode> rows(String file) throws IOException {
    Path path = RealData.at(file);
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(path)) {
      rows.add(mapper.readTree(line));
    }
    return rows;
  }

  private static Verdict judge(JsonNode row) {
    Problem problem =
        Problem.of(row.get("question").asText(), row.get("gold_answer_text").asText());
    return new MathAnswerVerifier().verify(problem, row.get("solution").asText());
  }

  @Test
  void everyLabelOfTheGsm8kSolutionsIsMatched() throws IOException {
    List<JsonNode> rows = rows("verifier/gsm8k_model_solutions.jsonl");
    assertThat(rows).hasSize(2_636);
    for (JsonNode row : rows) {
      Verdict verdict = judge(row);
      assertThat(verdict.known()).as(row.get("id").asText()).isTrue();
      assertThat(verdict.isCorrect())
          .as(row.get("id").asText() + ": " + verdict)
          .isEqualTo(row.get("is_correct").asBoolean());
    }
  }

  /** The one label that is wrong calls 10000 another number than 10{,}000. */
  @Test
  void everyLabelOfTheMathSolutionsIsMatchedUnlessItIsWrong() throws IOException {
    List<JsonNode> rows = rows("verifier/math_model_solutions.jsonl");
    assertThat(rows).hasSize(400);
    List<String> otherwise = new ArrayList<>();
    for (JsonNode row : rows) {
      Verdict verdict = judge(row);
      assertThat(verdict.known()).as(row.get("id").asText()).isTrue();
      if (verdict.isCorrect() != row.get("is_correct").asBoolean()) {
        otherwise.add(row.get("id").asText());
      }
    }
    assertThat(otherwise).containsExactly("qwen-math100-0072/7");
    List<String> suspect = new ArrayList<>();
    rows.stream()
        .filter(row -> row.has("label_suspect"))
        .forEach(row -> suspect.add(row.get("id").asText()));
    assertThat(suspect).isEqualTo(otherwise);
  }

  @Test
  void theEquivalenceCasesAreMatchedButForKnownMisses() throws IOException {
    List<JsonNode> rows = rows("verifier/answer_equivalence.jsonl");
    assertThat(rows).hasSize(152);
    TreeMap<Integer, String> misses = new TreeMap<>();
    for (int i = 0; i < rows.size(); i++) {
      JsonNode row = rows.get(i);
      Verdict verdict =
          MathAnswerVerifier.compareAnswers(row.get("gold").asText(), row.get("pred").asText());
      boolean expected = row.get("expected").asBoolean();
      if (verdict.isCorrect() != expected) {
        assertThat(expected).as("a false \"equal\" in row %s: %s", i + 1, verdict).isTrue();
        misses.put(i + 1, verdict.toString());
      }
    }
    assertThat(misses.keySet()).as(misses.toString()).isEqualTo(EXPECTED_MISSES.keySet());
    assertThat(misses.size() / (double) rows.size()).isLessThanOrEqualTo(0.03);
  }

  @Test
  void gsm8kAnswersAreNumbersThatEqualThemselvesAndNoOthers() throws IOException {
    List<MathAnswer> answers = new ArrayList<>();
    List<BigDecimal> values = new ArrayList<>();
    for (JsonNode row : rows("gsm8k/test.jsonl")) {
      String solution = row.get("answer").asText();
      String text = AnswerExtractor.marked().extract(solution).orElseThrow().text();
      answers.add(MathAnswer.of(text));
      String mark = solution.substring(solution.lastIndexOf("####") + 4);
      values.add(new BigDecimal(mark.replace(",", "").strip()));
    }
    assertThat(answers).hasSize(1_319).allMatch(MathAnswer::isValue);
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).compare(MathAnswer.of(values.get(i) + ".0")).isEqual())
          .as(answers.get(i).text())
          .isEqualTo(values.get(i).scale() == 0);
      assertThat(answers.get(i).compare(MathAnswer.of("$" + values.get(i) + "$")).isEqual())
          .as(answers.get(i).text())
          .isTrue();
    }
    Random random = new Random(1);
    for (int i = 0; i < DRAWS; i++) {
      int a = random.nextInt(answers.size());
      int b = random.nextInt(answers.size());
      assertThat(answers.get(a).compare(answers.get(b)).isEqual())
          .as(answers.get(a) + " and " + answers.get(b))
          .isEqualTo(values.get(a).compareTo(values.get(b)) == 0);
    }
  }

  private static List<MathAnswer> mathAnswers() throws IOException {
    List<MathAnswer> answers = new ArrayList<>();
    for (JsonNode row : rows("math/math_test.jsonl")) {
      answers.add(MathAnswer.of(row.get("answer").asText()));
    }
    assertThat(answers).hasSize(5_000);
    return answers;
  }

  @Test
  void mathAnswersEqualThemselvesAndNearlyAllAreValues() throws IOException {
    List<MathAnswer> answers = mathAnswers();
    for (MathAnswer answer : answers) {
      MathAnswer same = MathAnswer.of("\\, " + answer.text() + " \\,");
      assertThat(answer.compare(same).outcome())
          .as(answer.text())
          .isEqualTo(Comparison.Outcome.EQUAL);
      assertThat(same.compare(answer).isEqual()).as(answer.text()).isTrue();
    }
    long values = answers.stream().filter(MathAnswer::isValue).count();
    System.out.printf("%d of %d MATH answers are read as values%n", values, answers.size());
    assertThat(values / (double) answers.size()).isGreaterThanOrEqualTo(0.98);
  }

  /** Equal draws must be equal by a reading that knows nothing but numbers and their dress. */
  @Test
  void noTwoDifferentMathAnswersAreEqualByAccident() throws IOException {
    List<MathAnswer> answers = mathAnswers();
    Random random = new Random(7);
    TreeSet<String> accidents = new TreeSet<>();
    int equal = 0;
    for (int i = 0; i < DRAWS; i++) {
      MathAnswer a = answers.get(random.nextInt(answers.size()));
      MathAnswer b = answers.get(random.nextInt(answers.size()));
      if (a.text().equals(b.text()) || !a.compare(b).isEqual()) {
        continue;
      }
      equal++;
      Optional<Fraction> x = plainNumber(a.text());
      Optional<Fraction> y = plainNumber(b.text());
      boolean same = undressed(a.text()).equals(undressed(b.text()));
      boolean sameNumber = x.isPresent() && y.isPresent() && x.get().equalsOrPerCent(y.get());
      if (!same && !sameNumber) {
        accidents.add(a.text() + "   ==   " + b.text());
      }
    }
    assertThat(equal).as("some answers of other notation are equal").isPositive();
    assertThat(accidents).isEmpty();
  }

  private static final Pattern FRACTION =
      Pattern.compile(
          "(-?)(?:\\\\[dt]?frac\\{?(\\d+?)\\}?\\{?(\\d+)\\}?|(\\d+)/(\\d+)|(\\d*\\.?\\d+))");

  private record Fraction(BigInteger numerator, BigInteger denominator) {
    boolean equalsOrPerCent(Fraction other) {
      BigInteger hundred = BigInteger.valueOf(100);
      BigInteger left = numerator.multiply(other.denominator);
      BigInteger right = other.numerator.multiply(denominator);
      return left.equals(right)
          || left.multiply(hundred).equals(right)
          || right.multiply(hundred).equals(left);
    }
  }

  private static Optional<Fraction> plainNumber(String answer) {
    Matcher matcher = FRACTION.matcher(undressed(answer));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    BigInteger sign = BigInteger.valueOf(matcher.group(1).isEmpty() ? 1 : -1);
    if (matcher.group(6) != null) {
      BigDecimal value = new BigDecimal(matcher.group(6));
      return Optional.of(
          new Fraction(
              value.unscaledValue().multiply(sign),
              BigInteger.TEN.pow(Math.max(0, value.scale()))));
    }
    int first = matcher.group(2) != null ? 2 : 4;
    return Optional.of(
        new Fraction(
            new BigInteger(matcher.group(first)).multiply(sign),
            new BigInteger(matcher.group(first + 1))));
  }

  /** The answer without units, currency, per cent, degrees, bases, names and blanks. */
  private static String undressed(String answer) {
    return answer
        .replaceAll("\\\\(?:text|mbox)\\s?\\{[^{}]*\\}(?:\\^\\{?\\d\\}?)?", "")
        .replaceAll("\\\\[dt]frac", "\\\\frac")
        .replaceAll("\\\\frac(\\d)(\\d)$", "\\\\frac{$1}{$2}")
        .replaceAll("\\^\\{?\\\\circ\\}?|\\\\%|\\\\\\$|\\\\!|\\\\,|\\{,\\}|[\\s$]", "")
        .replaceAll("_\\{?\\d+\\}?$", "")
        .replaceAll("^[a-zA-Z]=", "")
        .replaceAll("^(-?\\d+):1$", "$1")
        .replaceAll(",(?=\\d{3}$)", "");
  }
}
