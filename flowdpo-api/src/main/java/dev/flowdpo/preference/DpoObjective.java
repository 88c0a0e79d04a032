package dev.flowdpo.preference;

import dev.flowdpo.error.InvalidInputException;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * What learning minimises, by log-probabilities: the loss and its derivatives, so that an engine
 * needs one backward pass for any loss of pairs, or of whole completions in groups of any size
 * ({@link #ofCompletions}), and a second for one of single tokens ({@link #ofTokens}). A loss of a
 * pair's implicit rewards needs no derivative written by hand ({@link #ofLogit}, {@link
 * #ofRatios}).
 *
 * <p>Below h is {@link LogProbabilitySums#logit}, r are the log-ratios, σ is the logistic function
 * and β, above 0, the strength of the implicit reward β (log π − log π_ref). A value out of its
 * range is refused with an {@link InvalidInputException}. All objectives made here are immutable,
 * thread-safe, equal by value, and finite for |h| up to 1e4 and beyond.
 */
@FunctionalInterface
public interface DpoObjective {

  /**
   * {@return the loss of a pair and its derivatives}
   *
   * @throws UnsupportedOperationException if the loss is one of whole groups or of tokens
   */
  ObjectiveValue evaluate(LogProbabilitySums sums);

  /**
   * Returns the loss of a group and its derivatives, in the order of the group: what engines call.
   * By default the loss of the pair that the group is.
   *
   * @param group completions of one prompt; of a pair the chosen one comes first
   * @throws InvalidInputException if the loss is one of pairs and this is none
   */
  default GroupValue evaluate(List<ScoredCompletion> group) {
    ObjectiveValue value = evaluate(LogProbabilitySums.of(group));
    return group.size() == 1
        ? GroupValue.ofCompletions(value.loss(), value.byPolicyChosen())
        : GroupValue.ofCompletions(value.loss(), value.byPolicyChosen(), value.byPolicyRejected());
  }

  /**
   * {@return whether derivatives differ among the tokens of a completion, by default not} Then an
   * engine scores first, and goes through the model once more with them.
   */
  default boolean tokenLevel() {
    return false;
  }

  /** {@return β of the implicit rewards that a learner reports; by default 1} */
  default double beta() {
    return 1;
  }

  /**
   * {@return whether the loss depends on nothing but log π of the chosen completion, by default
   * not} Then a learner spares itself the way of the rejected completion and of the reference
   * through the model: in what the objective gets, and in the learner's metrics, the rejected sums
   * and all log-ratios are 0.
   */
  default boolean readsChosenOnly() {
    return false;
  }

  /**
   * {@return how rollouts become what this objective learns from, where an application sets no
   * rule; by default pairs, as {@link PairRule#contrasts}}
   */
  default PairRule rule(PairOptions options) {
    return PairRule.contrasts(options);
  }

  /**
   * {@return this objective plus {@code weight · −log π(chosen) / length} (RPO, Pang et al., arXiv
   * 2404.19733), with a weight of at least 0}
   */
  default DpoObjective withChosenNll(double weight) {
    return new ChosenNllObjective(this, weight);
  }

  /**
   * {@return Flow-DPO's objective (arXiv 2410.22304, section 4), the default: {@link #sigmoid}, β =
   * 1}
   */
  static DpoObjective paper() {
    return sigmoid(1.0);
  }

  /** {@return DPO: −log σ(β h) (Rafailov et al., arXiv 2305.18290)} */
  static DpoObjective sigmoid(double beta) {
    return new PairObjectives.SigmoidObjective(beta);
  }

  /**
   * {@return DPO on log-ratios averaged over their tokens, −log σ(β h̄), so that a long completion
   * weighs no more than a short one; β is larger by about their length than {@link #sigmoid}'s
   * (Lambert et al., Tülu 3, arXiv 2411.15124, section 5)}
   */
  static DpoObjective lengthNormalised(double beta) {
    return new PairObjectives.LengthNormalisedObjective(beta);
  }

  /**
   * {@return conservative DPO: −(1 − ε) log σ(β h) − ε log σ(−β h), where a share ε in [0, 0.5) of
   * the labels is thought to be wrong (Mitchell, "A note on DPO with noisy preferences", 2023)}
   */
  static DpoObjective sigmoid(double beta, double labelSmoothing) {
    return new PairObjectives.ConservativeObjective(beta, labelSmoothing);
  }

  /**
   * {@return the hinge loss max(0, 1 − β h) (SLiC-HF, Zhao et al., arXiv 2305.10425, in the form of
   * RSO, Liu et al., arXiv 2309.06657)}
   */
  static DpoObjective hinge(double beta) {
    return new PairObjectives.HingeObjective(beta);
  }

  /**
   * {@return IPO: (h̄ − 1 / (2 β))² with h̄ the logit of log-ratios averaged over their tokens
   * (Azar et al., arXiv 2310.12036)}
   */
  static DpoObjective ipo(double beta) {
    return new PairObjectives.IpoObjective(beta);
  }

  /**
   * {@return robust DPO: (−(1 − ε) log σ(β h) + ε log σ(−β h)) / (1 − 2 ε), unbiased where a share
   * ε in [0, 0.5) of the labels is flipped at random (Chowdhury et al., arXiv 2403.00409)}
   */
  static DpoObjective robust(double beta, double flipProbability) {
    return new PairObjectives.RobustObjective(beta, flipProbability);
  }

  /**
   * {@return APO-zero: 1 − σ(β r_chosen) + σ(β r_rejected), which raises the chosen and lowers the
   * rejected, each for itself (D'Oosterlinck et al., arXiv 2408.06266)}
   */
  static DpoObjective apoZero(double beta) {
    return new PairObjectives.ApoZeroObjective(beta);
  }

  /**
   * {@return SimPO: −log σ(β log π(chosen) / length − β log π(rejected) / length − γ), without a
   * reference, with a target margin γ of at least 0 (Meng et al., arXiv 2405.14734)}
   */
  static DpoObjective simPo(double beta, double gamma) {
    return new PairObjectives.SimPoObjective(beta, gamma);
  }

  /**
   * {@return −log π(chosen) / length: supervised fine-tuning on the chosen completions, which takes
   * no notice of the rejected ones} It is no preference objective but the control for one.
   */
  static DpoObjective supervised() {
    return new PairObjectives.SupervisedObjective();
  }

  /**
   * {@return a loss of β h alone; DPO is {@code x -> Math.log1p(Math.exp(-x))}} Its derivative is
   * found by central differences, right to about 12 digits where the loss is smooth.
   */
  static DpoObjective ofLogit(double beta, DoubleUnaryOperator loss) {
    return ofRatios(beta, (chosen, rejected) -> loss.applyAsDouble(chosen - rejected));
  }

  /** {@return a loss of β r_chosen and β r_rejected, with derivatives as in {@link #ofLogit}} */
  static DpoObjective ofRatios(double beta, DoubleBinaryOperator loss) {
    return new RatioObjective(beta, loss);
  }

  /**
   * Returns a loss of whole completions, in groups of any size. To learn from rewards, for example:
   *
   * <pre>{@code
   * DpoObjective.ofCompletions(group -> {
   *   double mean = group.stream().mapToDouble(ScoredCompletion::reward).average().orElse(0);
   *   double[] slopes = group.stream().mapToDouble(c -> mean - c.reward()).toArray();
   *   double loss = group.stream().mapToDouble(c -> (mean - c.reward()) * c.policySum()).sum();
   *   return GroupValue.ofCompletions(loss, slopes);
   * });
   * }</pre>
   *
   * @param loss gives value and derivatives of a group; pure and thread-safe
   */
  static DpoObjective ofCompletions(Function<List<ScoredCompletion>, GroupValue> loss) {
    return new GroupObjective(loss, false);
  }

  /**
   * {@return a loss of single tokens in groups of any size ({@link #tokenLevel}), for example
   * clipped at every token} The function gives value and derivatives of a group; it is pure and
   * thread-safe.
   */
  static DpoObjective ofTokens(Function<List<ScoredCompletion>, GroupValue> loss) {
    return new GroupObjective(loss, true);
  }

  /**
   * {@return the objective of this name, for command lines and configuration files} Names are
   * {@code sigmoid}, {@code sigmoid-norm} ({@link #lengthNormalised}), {@code cdpo} (label
   * smoothing 0.1), {@code hinge}, {@code ipo}, {@code robust} (flip probability 0.1), {@code
   * apo-zero}, {@code simpo} (γ = β / 2), {@code sft}, and, without a β, {@code group-relative} and
   * {@code rloo} ({@link GroupRelative}); case, {@code _} and {@code -} make no difference.
   */
  static DpoObjective named(String name, double beta) {
    String key = name.strip().toLowerCase(Locale.ROOT).replaceAll("[_-]", "");
    return switch (key) {
      case "sigmoid" -> sigmoid(beta);
      case "sigmoidnorm" -> lengthNormalised(beta);
      case "cdpo" -> sigmoid(beta, 0.1);
      case "hinge" -> hinge(beta);
      case "ipo" -> ipo(beta);
      case "robust" -> robust(beta, 0.1);
      case "apozero" -> apoZero(beta);
      case "simpo" -> simPo(beta, beta / 2);
      case "sft" -> supervised();
      case "grouprelative" -> GroupRelative.builder().build();
      case "rloo" -> GroupRelative.rloo();
      default ->
          throw new InvalidInputException(
              "objective: expected one of sigmoid, sigmoid-norm, cdpo, hinge, ipo, robust, apo-zero,"
                  + " simpo, sft, group-relative, rloo, found \""
                  + name
                  + "\".");
    };
  }
}
