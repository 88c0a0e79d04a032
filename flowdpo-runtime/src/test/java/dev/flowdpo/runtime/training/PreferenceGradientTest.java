package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.ObjectiveValue;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import dev.flowdpo.runtime.reference.Reference;
import dev.flowdpo.value.TokenIds;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class PreferenceGradientTest {
  /** Matters only with dropout. */
  private static final long SEED = 17;

  private static final Map<String, DpoObjective> OBJECTIVES =
      Map.of(
          "sigmoid-0.1", DpoObjective.sigmoid(0.1),
          "sigmoid-1.0", DpoObjective.sigmoid(1),
          "sigmoid-norm", DpoObjective.lengthNormalised(5),
          "smoothed-sigmoid", DpoObjective.sigmoid(0.5, 0.1),
          "hinge", DpoObjective.hinge(0.5),
          "ipo", DpoObjective.ipo(0.1),
          "robust", DpoObjective.robust(0.5, 0.1),
          "apo-zero", DpoObjective.apoZero(0.5),
          "simpo", DpoObjective.simPo(2, 0.5),
          "sigmoid-nll", DpoObjective.sigmoid(0.1).withChosenNll(0.1));

  static Stream<Arguments> checkpointsFilesAndPaths() {
    return Reference.names().stream()
        .flatMap(name -> Stream.of("pair", "pairs").map(file -> List.of(name, file)))
        .flatMap(
            both ->
                Stream.of(GradientPath.values())
                    .map(path -> Arguments.of(both.get(0), both.get(1), path)));
  }

  @ParameterizedTest
  @MethodSource("checkpointsFilesAndPaths")
  void equalsPyTorch(String name, String file, GradientPath path) {
    Reference reference = Reference.of(name);
    AdapterSnapshot policy = reference.adapter(true);
    PreferenceGradient gradient = PreferenceGradient.of(reference.base(), path);
    JsonNode expected = reference.json("expected.json").get(file);
    List<String> objectives = new ArrayList<>();
    expected.get("objectives").fieldNames().forEachRemaining(objectives::add);
    assertThat(objectives).containsExactlyInAnyOrderElementsOf(OBJECTIVES.keySet());
    for (String objective : objectives) {
      PreferenceGradient.Result found =
          gradient.compute(
              policy,
              reference.adapter(false),
              reference.pairs(file),
              OBJECTIVES.get(objective),
              SEED);
      JsonNode wanted = expected.get("objectives").get(objective);
      assertThat(found.loss())
          .as("%s: loss", objective)
          .isCloseTo(wanted.get("loss").doubleValue(), within(1e-4));
      for (int i = 0; i < found.sums().size(); i++) {
        assertSums(found.sums().get(i), expected.get("sums").get(i));
        assertDerivatives(
            OBJECTIVES.get(objective).evaluate(found.sums().get(i)),
            wanted.get("derivatives").get(i),
            wanted.get("losses").get(i));
        assertThat(found.values().get(i).loss())
            .isCloseTo(wanted.get("losses").get(i).doubleValue(), within(1e-4));
      }
      assertThat(found.gradient().norm2Number().doubleValue())
          .as("%s: norm", objective)
          .isCloseTo(wanted.get("gradientNorm").doubleValue(), relative(wanted, "gradientNorm"));
      if (wanted.has("gradients")) {
        assertGradients(
            found.gradient().toFloatVector(),
            policy.layout(),
            reference,
            wanted.get("gradients").textValue());
      }
    }
  }

  private static Offset<Double> relative(JsonNode node, String key) {
    return within(1e-4 * Math.abs(node.get(key).doubleValue()));
  }

  private static void assertSums(LogProbabilitySums found, JsonNode expected) {
    assertThat(found.policyChosen())
        .isCloseTo(expected.get("policyChosen").doubleValue(), within(1e-4));
    assertThat(found.policyRejected())
        .isCloseTo(expected.get("policyRejected").doubleValue(), within(1e-4));
    assertThat(found.referenceChosen())
        .isCloseTo(expected.get("referenceChosen").doubleValue(), within(1e-4));
    assertThat(found.referenceRejected())
        .isCloseTo(expected.get("referenceRejected").doubleValue(), within(1e-4));
    assertThat(found.chosenLength()).isEqualTo(expected.get("chosenLength").intValue());
    assertThat(found.rejectedLength()).isEqualTo(expected.get("rejectedLength").intValue());
  }

  private static void assertDerivatives(ObjectiveValue found, JsonNode expected, JsonNode loss) {
    assertThat(found.loss()).isCloseTo(loss.doubleValue(), within(1e-4));
    assertThat(found.byPolicyChosen())
        .isCloseTo(expected.get("policyChosen").doubleValue(), within(1e-4));
    assertThat(found.byPolicyRejected())
        .isCloseTo(expected.get("policyRejected").doubleValue(), within(1e-4));
    assertThat(found.byReferenceChosen())
        .isCloseTo(expected.get("referenceChosen").doubleValue(), within(1e-4));
    assertThat(found.byReferenceRejected())
        .isCloseTo(expected.get("referenceRejected").doubleValue(), within(1e-4));
  }

  private static void assertGradients(
      float[] found, AdapterLayout layout, Reference reference, String file) {
    try (SafetensorsFile expected = SafetensorsFile.open(reference.folder().resolve(file))) {
      assertThat(expected.tensors()).hasSize(2 * layout.sites().size());
      for (int site = 0; site < layout.sites().size(); site++) {
        String module = layout.sites().get(site).module();
        FloatBuffer ofA = expected.floats(PeftAdapters.aKey(module));
        assertMatrix(found, layout.offsetOfA(site), ofA, file + ": A of " + module);
        FloatBuffer ofB = expected.floats(PeftAdapters.bKey(module));
        assertMatrix(found, layout.offsetOfB(site), ofB, file + ": B of " + module);
      }
    }
  }

  private static void assertMatrix(float[] found, int offset, FloatBuffer expected, String name) {
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.remaining(); i++) {
      error += Math.pow(found[offset + i] - (double) expected.get(i), 2);
      norm += Math.pow(expected.get(i), 2);
    }
    assertThat(norm).as(name).isPositive();
    assertThat(Math.sqrt(error / norm)).as(name).isLessThan(1e-4);
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void pathsAgreeWithEachOther(String name) {
    Reference reference = Reference.of(name);
    List<PreferencePair> pairs = randomPairs(reference, 12, 3);
    AdapterSnapshot policy = reference.adapter(true);
    float[][] gradients = new float[2][];
    for (GradientPath path : GradientPath.values()) {
      gradients[path.ordinal()] =
          PreferenceGradient.of(reference.base(), path)
              .compute(policy, reference.adapter(false), pairs, DpoObjective.sigmoid(0.1), SEED)
              .gradient()
              .toFloatVector();
    }
    assertThat(relativeError(gradients[0], gradients[1])).isLessThan(1e-5);
  }

  static List<String> checkpoints() {
    return Reference.names();
  }

  /** Matrices with one row or one column are where array libraries confuse their layouts. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 7", "3, 1", "16, 5", "40, 2"})
  void pathsAgreeForAnyRankAndLength(int rank, int length) {
    Reference reference = Reference.of("gqa-tied");
    AdapterLayout layout = AdapterLayout.of(reference.config(), rank);
    Random random = new Random(rank);
    float[] values = new float[layout.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.2 * random.nextGaussian());
    }
    AdapterSnapshot policy = AdapterSnapshot.of(layout, 2, 0, values);
    List<PreferencePair> pairs =
        List.of(
            pair(new int[] {5}, new int[length], tokens(random, 61, length)),
            pair(new int[] {9}, tokens(random, 61, length), new int[length]));
    for (int count = 1; count <= 2; count++) {
      float[][] gradients = new float[2][];
      for (GradientPath path : GradientPath.values()) {
        gradients[path.ordinal()] =
            PreferenceGradient.of(reference.base(), path)
                .compute(
                    policy,
                    reference.adapter(true),
                    pairs.subList(0, count),
                    DpoObjective.sigmoid(0.1),
                    SEED)
                .gradient()
                .toFloatVector();
      }
      assertThat(relativeError(gradients[0], gradients[1])).isLessThan(1e-4);
    }
  }

  /** So many tokens that they go through the model in several micro-batches. */
  @ParameterizedTest
  @EnumSource
  void manyPairsGiveTheMeanOfSinglePairs(GradientPath path) {
    Reference reference = Reference.of("gqa-tied");
    AdapterSnapshot policy = reference.adapter(true);
    AdapterSnapshot none = reference.adapter(false);
    List<PreferencePair> pairs = randomPairs(reference, 50, 4);
    int longest =
        pairs.stream()
            .mapToInt(p -> p.prompt().length() + p.chosen().tokens().length())
            .max()
            .orElseThrow();
    assertThat(2 * pairs.size() * longest).as("padded tokens").isGreaterThan(1 << 13);
    PreferenceGradient gradient = PreferenceGradient.of(reference.base(), path);
    DpoObjective objective = DpoObjective.ipo(0.3).withChosenNll(0.2);

    PreferenceGradient.Result together = gradient.compute(policy, none, pairs, objective, SEED);

    float[] mean = new float[policy.layout().size()];
    double loss = 0;
    for (int i = 0; i < pairs.size(); i++) {
      PreferenceGradient.Result single =
          gradient.compute(policy, none, List.of(pairs.get(i)), objective, SEED);
      loss += single.loss() / pairs.size();
      float[] part = single.gradient().toFloatVector();
      for (int j = 0; j < mean.length; j++) {
        mean[j] += part[j] / pairs.size();
      }
      LogProbabilitySums sums = together.sums().get(i);
      assertThat(sums.policyChosen()).isCloseTo(single.sums().get(0).policyChosen(), within(1e-3));
      assertThat(sums.referenceRejected())
          .isCloseTo(single.sums().get(0).referenceRejected(), within(1e-3));
      assertThat(together.values().get(i).loss())
          .isCloseTo(single.loss(), within(1e-4 * (1 + single.loss())));
    }
    assertThat(together.loss()).isCloseTo(loss, within(1e-4 * loss));
    assertThat(relativeError(together.gradient().toFloatVector(), mean)).isLessThan(1e-4);
  }

  /** Along its gradient the loss rises by the gradient's square; dropout's masks stay the same. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3})
  void gradientIsTheSlopeOfTheLoss(double dropout) {
    Reference reference = Reference.of("wide-heads-tied");
    AdapterSnapshot policy = withDropout(reference.adapter(true), dropout);
    AdapterSnapshot none = reference.adapter(false);
    List<PreferencePair> pairs = randomPairs(reference, 4, 5);
    PreferenceGradient gradient = PreferenceGradient.of(reference.base(), GradientPath.TAPS);
    DpoObjective objective = DpoObjective.sigmoid(0.1);
    PreferenceGradient.Result center = gradient.compute(policy, none, pairs, objective, SEED);
    float[] slope = center.gradient().toFloatVector();
    double norm = center.gradient().norm2Number().doubleValue();
    double step = 1e-3 / norm;
    double[] losses = new double[2];
    for (int side = 0; side < 2; side++) {
      float[] moved = policy.values();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += (float) ((side == 0 ? step : -step) * slope[i]);
      }
      AdapterSnapshot neighbour =
          AdapterSnapshot.of(policy.layout(), policy.alpha(), dropout, moved);
      losses[side] = gradient.compute(neighbour, none, pairs, objective, SEED).loss();
    }
    assertThat((losses[0] - losses[1]) / (2 * step))
        .isCloseTo(norm * norm, within(1e-2 * norm * norm));
  }

  @Test
  void dropoutFollowsItsSeed() {
    Reference reference = Reference.of("gqa-tied");
    AdapterSnapshot policy = withDropout(reference.adapter(true), 0.2);
    List<PreferencePair> pairs = randomPairs(reference, 4, 6);
    PreferenceGradient taps = PreferenceGradient.of(reference.base(), GradientPath.TAPS);
    List<PreferenceGradient.Result> results = new ArrayList<>();
    for (long seed : new long[] {1, 1, 2}) {
      results.add(
          taps.compute(policy, reference.adapter(false), pairs, DpoObjective.paper(), seed));
    }
    assertThat(results.get(1).loss()).isEqualTo(results.get(0).loss());
    assertThat(results.get(1).gradient().toFloatVector())
        .isEqualTo(results.get(0).gradient().toFloatVector());
    assertThat(results.get(2).loss()).isNotEqualTo(results.get(0).loss());
    // The reference has no dropout.
    for (int i = 0; i < pairs.size(); i++) {
      assertThat(results.get(2).sums().get(i).referenceChosen())
          .isEqualTo(results.get(0).sums().get(i).referenceChosen());
    }
    float[] inGraph =
        PreferenceGradient.of(reference.base(), GradientPath.IN_GRAPH)
            .compute(policy, reference.adapter(false), pairs, DpoObjective.paper(), 1)
            .gradient()
            .toFloatVector();
    assertThat(relativeError(inGraph, results.get(0).gradient().toFloatVector()))
        .as("the same masks both ways")
        .isLessThan(1e-4);
  }

  private static AdapterSnapshot withDropout(AdapterSnapshot adapter, double dropout) {
    return AdapterSnapshot.of(adapter.layout(), adapter.alpha(), dropout, adapter.values());
  }

  @ParameterizedTest
  @EnumSource
  void tokenOutsideTheVocabularyIsRefused(GradientPath path) {
    Reference reference = Reference.of("gqa-tied");
    PreferenceGradient gradient = PreferenceGradient.of(reference.base(), path);
    AdapterSnapshot adapter = reference.adapter(true);
    for (PreferencePair pair :
        List.of(
            pair(new int[] {4, 61}, new int[] {5}, new int[] {6}),
            pair(new int[] {4}, new int[] {5, 61}, new int[] {6}),
            pair(new int[] {4}, new int[] {5}, new int[] {6, 7, 61}))) {
      assertThatThrownBy(
              () -> gradient.compute(adapter, adapter, List.of(pair), DpoObjective.paper(), SEED))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("61 is outside the vocabulary of 61");
    }
  }

  @ParameterizedTest
  @EnumSource
  void lengthOfASequenceIsBounded(GradientPath path) {
    Reference reference = Reference.of("gqa-tied");
    PreferenceGradient gradient = PreferenceGradient.of(reference.base(), path);
    AdapterSnapshot adapter = reference.adapter(true);
    // The last token is only a target, so one more than the model's positions fits.
    PreferencePair longest = pair(new int[100], new int[29], new int[1]);
    assertThat(
            gradient.compute(adapter, adapter, List.of(longest), DpoObjective.paper(), SEED).loss())
        .isPositive();
    PreferencePair tooLong = pair(new int[100], new int[1], new int[30]);
    assertThatThrownBy(
            () -> gradient.compute(adapter, adapter, List.of(tooLong), DpoObjective.paper(), SEED))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("129 tokens")
        .hasMessageContaining("at most 128");
  }

  private static PreferencePair pair(int[] prompt, int[] chosen, int[] rejected) {
    return new PreferencePair(
        AdapterRole.STOP,
        TokenIds.copyOf(prompt),
        new RewardedCompletion(TokenIds.copyOf(chosen), 1),
        new RewardedCompletion(TokenIds.copyOf(rejected), 0),
        "test",
        0);
  }

  private static List<PreferencePair> randomPairs(Reference reference, int count, long seed) {
    Random random = new Random(seed);
    int vocabulary = reference.config().vocabularySize();
    List<PreferencePair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pairs.add(
          pair(
              tokens(random, vocabulary, 1 + random.nextInt(80)),
              tokens(random, vocabulary, 1 + random.nextInt(40)),
              tokens(random, vocabulary, 1 + random.nextInt(40))));
    }
    return pairs;
  }

  private static int[] tokens(Random random, int vocabulary, int length) {
    return random.ints(length, 0, vocabulary).toArray();
  }

  private static double relativeError(float[] found, float[] expected) {
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      error += Math.pow(found[i] - (double) expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(error / norm);
  }
}
