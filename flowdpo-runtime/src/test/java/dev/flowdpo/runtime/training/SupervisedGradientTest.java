package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.LogProbabilitySums;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.runtime.adapter.AdapterLayout;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import dev.flowdpo.runtime.reference.Reference;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SupervisedGradientTest {
  /** Matters only with dropout. */
  private static final long SEED = 17;

  static Stream<Arguments> checkpointsFilesAndPaths() {
    return Reference.names().stream()
        .flatMap(name -> Stream.of("pair", "pairs").map(file -> List.of(name, file)))
        .flatMap(
            both ->
                Stream.of(GradientPath.values())
                    .map(path -> Arguments.of(both.get(0), both.get(1), path)));
  }

  /**
   * PyTorch's objective with a likelihood term of weight 0.1 differs from the one without by a
   * tenth of the mean over the pairs of −log π(chosen) / length: weights that are one over the
   * length.
   */
  @ParameterizedTest
  @MethodSource("checkpointsFilesAndPaths")
  void equalsTheLikelihoodTermOfPyTorch(String name, String file, GradientPath path) {
    Reference reference = Reference.of(name);
    AdapterSnapshot policy = reference.adapter(true);
    List<Completion> completions = new ArrayList<>();
    for (PreferencePair pair : reference.pairs(file)) {
      completions.add(new Completion(pair.prompt().toArray(), pair.chosen().tokens().toArray()));
    }
    double[] weights = completions.stream().mapToDouble(c -> 1.0 / c.completion().length).toArray();

    SupervisedGradient.Result found =
        SupervisedGradient.of(reference.base(), path).compute(policy, completions, weights, SEED);

    JsonNode expected = reference.json("expected.json").get(file);
    JsonNode with = expected.get("objectives").get("sigmoid-nll");
    JsonNode without = expected.get("objectives").get("sigmoid-0.1");
    assertThat(found.loss())
        .isCloseTo(
            10 * (with.get("loss").doubleValue() - without.get("loss").doubleValue()),
            within(1e-4));
    for (int i = 0; i < completions.size(); i++) {
      assertThat(found.sums()[i])
          .isCloseTo(expected.get("sums").get(i).get("policyChosen").doubleValue(), within(1e-4));
    }
    float[] difference = gradients(reference, policy.layout(), with);
    float[] other = gradients(reference, policy.layout(), without);
    for (int i = 0; i < difference.length; i++) {
      difference[i] = 10 * (difference[i] - other[i]);
    }
    assertThat(relativeError(found.gradient().toFloatVector(), difference)).isLessThan(1e-4);
  }

  private static float[] gradients(Reference reference, AdapterLayout layout, JsonNode objective) {
    float[] values = new float[layout.size()];
    try (SafetensorsFile file =
        SafetensorsFile.open(reference.folder().resolve(objective.get("gradients").asText()))) {
      for (int site = 0; site < layout.sites().size(); site++) {
        String module = layout.sites().get(site).module();
        FloatBuffer ofA = file.floats(PeftAdapters.aKey(module));
        ofA.get(values, layout.offsetOfA(site), layout.sizeOfA(site));
        FloatBuffer ofB = file.floats(PeftAdapters.bKey(module));
        ofB.get(values, layout.offsetOfB(site), layout.sizeOfB(site));
      }
    }
    return values;
  }

  /** With β → 0 nothing is left of DPO but the likelihood term. */
  @Test
  void equalsAnObjectiveOfWhichOnlyTheLikelihoodIsLeft() {
    Reference reference = Reference.of("mha-untied");
    AdapterSnapshot policy = reference.adapter(true);
    PreferencePair pair = reference.pairs("pair").get(0);
    PreferenceGradient.Result preference =
        PreferenceGradient.of(reference.base(), GradientPath.TAPS)
            .compute(
                policy,
                reference.adapter(false),
                List.of(pair),
                DpoObjective.sigmoid(1e-9).withChosenNll(1),
                SEED);

    SupervisedGradient.Result found =
        SupervisedGradient.of(reference.base(), GradientPath.TAPS)
            .compute(
                policy,
                List.of(new Completion(pair.prompt().toArray(), pair.chosen().tokens().toArray())),
                SEED);

    assertThat(found.tokens()).isEqualTo(pair.chosen().tokens().length());
    assertThat(found.loss()).isCloseTo(preference.loss() - Math.log(2), within(1e-6));
    assertThat(
            relativeError(found.gradient().toFloatVector(), preference.gradient().toFloatVector()))
        .isLessThan(1e-5);
  }

  @Test
  void equalsThePreferenceGradientOfTheObjectiveThatIgnoresTheRejectedSide() {
    Reference reference = Reference.of("mha-untied");
    AdapterSnapshot policy = reference.adapter(true);
    PreferencePair pair = reference.pairs("pair").get(0);
    PreferenceGradient gradient = PreferenceGradient.of(reference.base(), GradientPath.TAPS);
    List<PreferencePair> pairs = List.of(pair);
    AdapterSnapshot none = reference.adapter(false);

    PreferenceGradient.Result preference =
        gradient.compute(policy, none, pairs, DpoObjective.supervised(), SEED);
    SupervisedGradient.Result found =
        SupervisedGradient.of(reference.base(), GradientPath.TAPS)
            .compute(
                policy,
                List.of(new Completion(pair.prompt().toArray(), pair.chosen().tokens().toArray())),
                SEED);

    assertThat(preference.loss()).isCloseTo(found.loss(), within(1e-9));
    assertThat(
            relativeError(preference.gradient().toFloatVector(), found.gradient().toFloatVector()))
        .isLessThan(1e-6);
    // The rejected side and the reference are spared the way through the model.
    LogProbabilitySums spared = preference.sums().get(0);
    LogProbabilitySums whole =
        gradient.evaluate(policy, none, pairs, DpoObjective.supervised()).sums().get(0);
    assertThat(spared.policyChosen()).isCloseTo(whole.policyChosen(), within(1e-4));
    assertThat(spared.chosenLogRatio()).isZero();
    assertThat(spared.policyRejected()).isZero();
    assertThat(spared.referenceRejected()).isZero();
    assertThat(whole.policyRejected()).isNegative();
    assertThat(whole.chosenLogRatio()).isNotZero();
  }

  /** So many tokens that they go through the model in several micro-batches. */
  @ParameterizedTest
  @EnumSource
  void aSplitBatchGivesTheMeanOverAllTokens(GradientPath path) {
    Reference reference = Reference.of("gqa-tied");
    AdapterSnapshot policy = reference.adapter(true);
    List<Completion> completions = randomCompletions(reference, 100, 4);
    int longest = completions.stream().mapToInt(Completion::inputLength).max().orElseThrow();
    assertThat(completions.size() * longest).isGreaterThan(CompletionBatch.MAX_TOKENS);
    SupervisedGradient gradient = SupervisedGradient.of(reference.base(), path);

    SupervisedGradient.Result together = gradient.compute(policy, completions, SEED);

    float[] mean = new float[policy.layout().size()];
    double loss = 0;
    for (int i = 0; i < completions.size(); i++) {
      SupervisedGradient.Result single =
          gradient.compute(policy, List.of(completions.get(i)), SEED);
      double share = (double) single.tokens() / together.tokens();
      loss += share * single.loss();
      float[] part = single.gradient().toFloatVector();
      for (int j = 0; j < mean.length; j++) {
        mean[j] += (float) (share * part[j]);
      }
      assertThat(together.sums()[i]).isCloseTo(single.sums()[0], within(1e-3));
    }
    assertThat(together.loss()).isCloseTo(loss, within(1e-5 * loss));
    assertThat(relativeError(together.gradient().toFloatVector(), mean)).isLessThan(1e-4);
  }

  @Test
  void aWeightCountsAsSoManyCopies() {
    Reference reference = Reference.of("gqa-tied");
    AdapterSnapshot policy = reference.adapter(true);
    List<Completion> completions = randomCompletions(reference, 3, 8);
    SupervisedGradient gradient = SupervisedGradient.of(reference.base(), GradientPath.TAPS);

    SupervisedGradient.Result weighted =
        gradient.compute(policy, completions, new double[] {2, 0, 1}, SEED);
    SupervisedGradient.Result copied =
        gradient.compute(
            policy, List.of(completions.get(0), completions.get(0), completions.get(2)), SEED);

    assertThat(weighted.loss()).isCloseTo(copied.loss(), within(1e-5));
    assertThat(
            relativeError(weighted.gradient().toFloatVector(), copied.gradient().toFloatVector()))
        .isLessThan(1e-5);
  }

  /** Along its gradient the loss rises by the gradient's square; dropout's masks stay the same. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3})
  void gradientIsTheSlopeOfTheLoss(double dropout) {
    Reference reference = Reference.of("wide-heads-tied");
    AdapterSnapshot stored = reference.adapter(true);
    AdapterSnapshot policy =
        AdapterSnapshot.of(stored.layout(), stored.alpha(), dropout, stored.values());
    List<Completion> completions = randomCompletions(reference, 5, 5);
    SupervisedGradient gradient = SupervisedGradient.of(reference.base(), GradientPath.TAPS);
    SupervisedGradient.Result center = gradient.compute(policy, completions, SEED);
    float[] slope = center.gradient().toFloatVector();
    double norm = center.gradient().norm2Number().doubleValue();
    double step = 1e-3 / norm;
    double[] losses = new double[2];
    for (int side = 0; side < 2; side++) {
      float[] moved = policy.values();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += (float) ((side == 0 ? step : -step) * slope[i]);
      }
      losses[side] =
          gradient
              .compute(
                  AdapterSnapshot.of(policy.layout(), policy.alpha(), dropout, moved),
                  completions,
                  SEED)
              .loss();
    }
    assertThat((losses[0] - losses[1]) / (2 * step))
        .isCloseTo(norm * norm, within(1e-2 * norm * norm));
  }

  @Test
  void refusesWhatHasNoMean() {
    Reference reference = Reference.of("gqa-tied");
    AdapterSnapshot policy = reference.adapter(true);
    SupervisedGradient gradient = SupervisedGradient.of(reference.base(), GradientPath.TAPS);
    List<Completion> one = List.of(new Completion(new int[] {1}, new int[] {2}));

    assertThatThrownBy(() -> gradient.compute(policy, List.of(), SEED))
        .hasMessageContaining("found 0 with 0 weights");
    assertThatThrownBy(() -> gradient.compute(policy, one, new double[] {0}, SEED))
        .hasMessageContaining("weight above 0");
    assertThatThrownBy(() -> gradient.compute(policy, one, new double[] {Double.NaN}, SEED))
        .hasMessageContaining("NaN");
    assertThatThrownBy(
            () ->
                gradient.compute(
                    policy, List.of(new Completion(new int[] {1}, new int[] {61})), SEED))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("61 is outside the vocabulary of 61");
  }

  private static List<Completion> randomCompletions(Reference reference, int count, long seed) {
    Random random = new Random(seed);
    int vocabulary = reference.config().vocabularySize();
    List<Completion> completions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      completions.add(
          new Completion(
              random.ints(1 + random.nextInt(80), 0, vocabulary).toArray(),
              random.ints(1 + random.nextInt(40), 0, vocabulary).toArray()));
    }
    return completions;
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
