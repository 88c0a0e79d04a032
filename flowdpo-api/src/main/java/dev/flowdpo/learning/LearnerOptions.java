package dev.flowdpo.learning;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PairOptions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The numbers of a learner. Make them with {@link #builder()} or from an engine's defaults with
 * {@link #toBuilder()}. "Paper" below is Flow-DPO, arXiv 2410.22304, section 4, whose models have 8
 * and 14 billion parameters; small models want larger rates.
 *
 * <p>Immutable and thread-safe.
 *
 * @param pairsPerAnswerUpdate pairs that the Answer adapter collects before a step, at least 1;
 *     paper: 32
 * @param pairsPerStopUpdate pairs that the Stop adapter collects before a step, at least 1; paper:
 *     32
 * @param problemsPerGroup problems that are rolled out as one batch, all under the adapters before
 *     any of them is learned from; at least 1; default 8
 * @param rolloutsPerNode alternative chunks tried at each output node, at least 0; default 1
 * @param answerLearningRate peak learning rate of the Answer adapter, above 0; paper: 5e-6
 * @param stopLearningRate peak learning rate of the Stop adapter, above 0; paper: 5e-6
 * @param schedule how the rates go on after the warm-up; default constant
 * @param warmupUpdates steps over which the rates rise in a straight line to their peak, at least
 *     0; default 0
 * @param totalProblems horizon of {@link Schedule#LINEAR}, at which the rates reach 0; at least 0,
 *     and at least 1 with that schedule; default 0
 * @param clipNorm largest global norm of a gradient, above 0; longer ones are scaled down to it;
 *     paper: 1
 * @param rank rank r of fresh adapters, at least 1; paper: 8
 * @param alpha LoRA's alpha of fresh adapters, above 0; their output is scaled by alpha / rank;
 *     paper: 8
 * @param dropout chance in [0, 1) that an adapter's input element is dropped in training; paper:
 *     0.05
 * @param targetModules the linear layers that fresh adapters change, by names or ends of names as
 *     in PEFT, such as {@code q_proj}; empty for every linear layer, which is the default and the
 *     paper's choice
 * @param weightDecay AdamW's decoupled weight decay, at least 0; default 0
 * @param adamBeta1 AdamW's decay of the first moment, in [0, 1); default 0.9
 * @param adamBeta2 AdamW's decay of the second moment, in [0, 1); default 0.999
 * @param adamEpsilon AdamW's epsilon, above 0; default 1e-8
 * @param pairs when two branches form a pair; default {@link PairOptions#DEFAULT}
 * @param seed from which every random number of the learner derives; default 0
 * @param updates whether adapters are updated; false gives a control run that does all but learn;
 *     default true
 * @param checkpointEveryProblems problems between two checkpoints, at least 1, where a checkpoint
 *     folder is set; default 100
 * @param roles the adapters that learn, at least one; the others stay as they are; default both
 * @param referenceRefreshUpdates after how many updates of an adapter its reference becomes the
 *     adapter as it then is, at least 0; 0, the default and the paper's, keeps the first reference
 * @param verifierTimeLimit the longest that one verification may take, longer than zero; default 10
 *     s
 */
public record LearnerOptions(
    int pairsPerAnswerUpdate,
    int pairsPerStopUpdate,
    int problemsPerGroup,
    int rolloutsPerNode,
    double answerLearningRate,
    double stopLearningRate,
    Schedule schedule,
    int warmupUpdates,
    int totalProblems,
    double clipNorm,
    int rank,
    double alpha,
    double dropout,
    List<String> targetModules,
    double weightDecay,
    double adamBeta1,
    double adamBeta2,
    double adamEpsilon,
    PairOptions pairs,
    long seed,
    boolean updates,
    int checkpointEveryProblems,
    Set<AdapterRole> roles,
    int referenceRefreshUpdates,
    Duration verifierTimeLimit) {

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if one is out of its range
   */
  public LearnerOptions {
    Require.atLeast(1, "pairsPerAnswerUpdate", pairsPerAnswerUpdate);
    Require.atLeast(1, "pairsPerStopUpdate", pairsPerStopUpdate);
    Require.atLeast(1, "problemsPerGroup", problemsPerGroup);
    Require.atLeast(0, "rolloutsPerNode", rolloutsPerNode);
    Require.positive("answerLearningRate", answerLearningRate);
    Require.positive("stopLearningRate", stopLearningRate);
    Objects.requireNonNull(schedule, "schedule");
    Require.atLeast(0, "warmupUpdates", warmupUpdates);
    Require.atLeast(0, "totalProblems", totalProblems);
    Require.positive("clipNorm", clipNorm);
    Require.atLeast(1, "rank", rank);
    Require.positive("alpha", alpha);
    Require.below(0, 1, "dropout", dropout);
    targetModules = ImmutableList.copyOf(targetModules);
    Require.notNegative("weightDecay", weightDecay);
    Require.below(0, 1, "adamBeta1", adamBeta1);
    Require.below(0, 1, "adamBeta2", adamBeta2);
    Require.positive("adamEpsilon", adamEpsilon);
    Objects.requireNonNull(pairs, "pairs");
    Require.atLeast(1, "checkpointEveryProblems", checkpointEveryProblems);
    if (roles.isEmpty()) {
      throw new InvalidInputException(
          "roles: expected at least one adapter that learns, found none");
    }
    roles = Sets.immutableEnumSet(roles);
    Require.atLeast(0, "referenceRefreshUpdates", referenceRefreshUpdates);
    Require.positive("verifierTimeLimit", verifierTimeLimit);
    if (schedule == Schedule.LINEAR && totalProblems == 0) {
      throw new InvalidInputException(
          "totalProblems: expected at least 1 with schedule LINEAR, found 0. Set it to the number"
              + " of problems that will be learned from.");
    }
  }

  /**
   * Returns the values of the paper, and this project's defaults for what it leaves open.
   *
   * @return the options
   */
  public static LearnerOptions paper() {
    return new LearnerOptionsBuilder().build();
  }

  /**
   * Returns a builder that starts from {@link #paper()}.
   *
   * @return a new builder
   */
  public static LearnerOptionsBuilder builder() {
    return new LearnerOptionsBuilder();
  }

  /**
   * Returns a builder that starts from these options.
   *
   * @return a new builder
   */
  public LearnerOptionsBuilder toBuilder() {
    return new LearnerOptionsBuilder(this);
  }
}
