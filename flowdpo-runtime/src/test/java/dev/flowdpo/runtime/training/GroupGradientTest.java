package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.GradientPath;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.GroupRelative;
import dev.flowdpo.preference.GroupValue;
import dev.flowdpo.preference.ScoredCompletion;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.reference.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses of groups and of tokens, on models that PyTorch's results hold for. */
class GroupGradientTest {
  private static final long SEED = 17;
  private static final Reference REFERENCE = Reference.of("gqa-tied");

  /** REINFORCE with the group's mean reward as its baseline. */
  private static final DpoObjective REINFORCE =
      DpoObjective.ofCompletions(
          group -> {
            double[] slopes = slopes(group);
            double loss = 0;
            for (int i = 0; i < slopes.length; i++) {
              loss += slopes[i] * group.get(i).policySum();
            }
            return GroupValue.ofCompletions(loss, slopes);
          });

  /**
   * The same per token, with the ratio to the reference clipped and the estimate e^d − d − 1 of the
   * divergence from it, d = log π_ref − log π: what GRPO minimises.
   */
  private static final DpoObjective CLIPPED = DpoObjective.ofTokens(GroupGradientTest::clipped);

  private static final DpoObjective RELATIVE =
      GroupRelative.builder().lengthNormalised(true).deviationNormalised(true).kl(0.1).build();

  private static double[] slopes(List<ScoredCompletion> group) {
    double mean = group.stream().mapToDouble(ScoredCompletion::reward).average().orElseThrow();
    return group.stream().mapToDouble(c -> (mean - c.reward()) / group.size()).toArray();
  }

  private static GroupValue clipped(List<ScoredCompletion> group) {
    double[] slopes = slopes(group);
    double[][] byToken = new double[group.size()][];
    double loss = 0;
    for (int i = 0; i < byToken.length; i++) {
      ScoredCompletion completion = group.get(i);
      byToken[i] = new double[completion.length()];
      for (int token = 0; token < byToken[i].length; token++) {
        double away = completion.reference(token) - completion.policy(token);
        double ratio = Math.exp(-away);
        double bounded = Math.max(0.8, Math.min(1.2, ratio));
        boolean free = slopes[i] * ratio >= slopes[i] * bounded;
        loss += slopes[i] * (free ? ratio : bounded) / byToken[i].length;
        loss += 0.04 * (Math.exp(away) - away - 1) / byToken[i].length;
        byToken[i][token] =
            ((free ? slopes[i] * ratio : 0) + 0.04 * (1 - Math.exp(away))) / byToken[i].length;
      }
    }
    return new GroupValue(loss, byToken);
  }

  static Stream<Arguments> pairObjectivesAndPaths() {
    return Stream.of(
            DpoObjective.sigmoid(0.3),
            DpoObjective.ipo(0.1),
            DpoObjective.simPo(2, 0.5),
            DpoObjective.apoZero(0.5).withChosenNll(0.2))
        .flatMap(
            objective ->
                Stream.of(GradientPath.values()).map(path -> Arguments.of(objective, path)));
  }

  @ParameterizedTest
  @MethodSource("pairObjectivesAndPaths")
  void aPairObjectiveGivesTheSameGradientInEveryForm(DpoObjective objective, GradientPath path) {
    List<CompletionGroup> pairs = groups(6, 2, 3);
    GroupGradient.Result pair = compute(path, policy(0), pairs, objective);

    GroupGradient.Result completions =
        compute(path, policy(0), pairs, DpoObjective.ofCompletions(objective::evaluate));
    GroupGradient.Result tokens =
        compute(path, policy(0), pairs, DpoObjective.ofTokens(objective::evaluate));

    assertThat(completions.loss()).isEqualTo(pair.loss());
    assertThat(completions.gradient().toFloatVector()).isEqualTo(pair.gradient().toFloatVector());
    assertThat(tokens.loss()).isCloseTo(pair.loss(), within(1e-5));
    assertThat(relativeError(tokens.gradient().toFloatVector(), pair.gradient().toFloatVector()))
        .isLessThan(1e-5);
  }

  static Stream<Arguments> groupObjectives() {
    return Stream.of(REINFORCE, RELATIVE, CLIPPED, CLIPPED.withChosenNll(0.3))
        .flatMap(objective -> Stream.of(0.0, 0.3).map(dropout -> Arguments.of(objective, dropout)));
  }

  /** Along its gradient the loss rises by the gradient's square; dropout's masks stay the same. */
  @ParameterizedTest
  @MethodSource("groupObjectives")
  void theGradientOfAGroupIsTheSlopeOfItsLoss(DpoObjective objective, double dropout) {
    List<CompletionGroup> groups = groups(3, 4, 5);
    AdapterSnapshot policy = policy(dropout);
    GroupGradient.Result center = compute(GradientPath.TAPS, policy, groups, objective);
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
      losses[side] = compute(GradientPath.TAPS, neighbour, groups, objective).loss();
    }
    assertThat((losses[0] - losses[1]) / (2 * step))
        .isCloseTo(norm * norm, within(1e-2 * norm * norm));
  }

  @Test
  void bothPathsAgreeOnALossOfTokens() {
    List<CompletionGroup> groups = groups(5, 3, 8);
    float[] taps =
        compute(GradientPath.TAPS, policy(0), groups, CLIPPED).gradient().toFloatVector();
    float[] inGraph =
        compute(GradientPath.IN_GRAPH, policy(0), groups, CLIPPED).gradient().toFloatVector();
    assertThat(relativeError(taps, inGraph)).isLessThan(1e-5);
  }

  @ParameterizedTest
  @EnumSource
  void groupsOfUnequalSizesGiveTheMeanOfSingleGroups(GradientPath path) {
    List<CompletionGroup> groups =
        Stream.of(groups(1, 5, 1), groups(1, 1, 2), groups(1, 3, 3)).flatMap(List::stream).toList();
    GroupGradient.Result together = compute(path, policy(0), groups, REINFORCE);
    float[] mean = new float[policy(0).layout().size()];
    for (CompletionGroup group : groups) {
      float[] single =
          compute(path, policy(0), List.of(group), REINFORCE).gradient().toFloatVector();
      for (int i = 0; i < mean.length; i++) {
        mean[i] += single[i] / groups.size();
      }
    }
    assertThat(together.groups())
        .extracting(evaluation -> evaluation.completions().size())
        .containsExactly(5, 1, 3);
    assertThat(relativeError(together.gradient().toFloatVector(), mean)).isLessThan(1e-4);
  }

  @Test
  void derivativesThatDoNotFitTheirGroupAreRefused() {
    List<CompletionGroup> groups = groups(1, 3, 4);
    assertThatThrownBy(() -> compute(groups, DpoObjective.ofCompletions(CLIPPED::evaluate)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("one derivative of completion 0")
        .hasMessageContaining("DpoObjective.ofTokens");
    assertThatThrownBy(
            () ->
                compute(groups, DpoObjective.ofCompletions(g -> GroupValue.ofCompletions(0, 1, 2))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found those of 2");
    assertThatThrownBy(
            () ->
                compute(
                    groups,
                    DpoObjective.ofTokens(
                        g -> new GroupValue(0, new double[99], new double[1], new double[1]))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found 99");
    assertThatThrownBy(() -> compute(groups, DpoObjective.paper()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a chosen and a rejected completion")
        .hasMessageContaining("group of 3");
  }

  private static GroupGradient.Result compute(
      List<CompletionGroup> groups, DpoObjective objective) {
    return compute(GradientPath.TAPS, policy(0), groups, objective);
  }

  private static GroupGradient.Result compute(
      GradientPath path,
      AdapterSnapshot policy,
      List<CompletionGroup> groups,
      DpoObjective objective) {
    return GroupGradient.of(REFERENCE.base(), path)
        .compute(policy, REFERENCE.adapter(false), groups, objective, SEED);
  }

  private static AdapterSnapshot policy(double dropout) {
    AdapterSnapshot stored = REFERENCE.adapter(true);
    return AdapterSnapshot.of(stored.layout(), stored.alpha(), dropout, stored.values());
  }

  private static List<CompletionGroup> groups(int count, int size, long seed) {
    Random random = new Random(seed);
    List<CompletionGroup> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] prompt = tokens(random, 1 + random.nextInt(30));
      List<Completion> completions = new ArrayList<>();
      List<Double> rewards = new ArrayList<>();
      for (int j = 0; j < size; j++) {
        completions.add(new Completion(prompt, tokens(random, 1 + random.nextInt(20))));
        rewards.add(random.nextDouble());
      }
      groups.add(new CompletionGroup(completions, rewards));
    }
    return groups;
  }

  private static int[] tokens(Random random, int length) {
    return random.ints(length, 0, REFERENCE.config().vocabularySize()).toArray();
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
