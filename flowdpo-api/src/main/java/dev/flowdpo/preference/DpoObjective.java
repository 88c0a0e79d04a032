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
 * <p>Below h is {@link LogProbabilitySums#logit}, σ the logistic function, β the strength of the
 * implicit reward β (log π − log π_ref). All objectives made here are immutable, thread-safe, equal
 * by value, and finite for |h| up to 1e4 and beyond.
 */
@FunctionalInterface
public interface DpoObjective {

  /**
   * Returns the loss of a pair and its derivatives.
   *
   * @param sums the log-probability sums of one pair
   * @return value and derivatives
   * @throws UnsupportedOperationException if the loss is one of whole groups or of tokens
   */
  ObjectiveValue evaluate(LogProbabilitySums sums);

  /**
   * Returns the loss of a group and its derivatives: what engines call. By default the loss of the
   * pair that the group is.
   *
   * @param group completions of one prompt; of a pair the chosen one comes first
   * @return value and derivatives, in the order of the group
   * @throws InvalidInputException if the loss is one of pairs and this is none
   */
  default GroupValue evaluate(List<ScoredCompletion> group) {
    ObjectiveValue value = evaluate(LogProbabilitySums.of(group));
    return group.size() == 1
        ? GroupValue.ofCompletions(value.loss(), value.byPolicyChosen())
        : GroupValue.ofCompletions(value.loss(), value.byPolicyChosen(), value.byPolicyRejected());
  }

  /**
   * Returns whether derivatives differ among the tokens of a completion. Then an engine scores
   * first, and goes through the model once more with them.
   *
   * @return by default false
   */
  default boolean tokenLevel() {
    return false;
  }

  /**
   * Returns β, the factor of the implicit rewards β (log π − log π_ref) that a learner reports.
   *
   * @return β; by default 1
   */
  default double beta() {
    return 1;
  }

  /**
   * Returns whether the loss depends on nothing but log π of the chosen completion. Then a learner
   * spares itself the way of the rejected completion and of the reference through the model: in
   * what the objective gets, and in the learner's metrics, the rejected sums and all log-ratios are
   * 0.
   *
   * @return by default false
   */
  default boolean readsChosenOnly() {
    return false;
  }

  /**
   * Returns this objective with the chosen completion's mean negative log-likelihood added: {@code
   * weight · −log π(chosen) / length} (RPO, Pang et al., arXiv 2404.19733).
   *
   * @param weight factor of the added term, at least 0
   * @return the sum
   * @throws InvalidInputException if the weight is negative or not finite
   */
  default DpoObjective withChosenNll(double weight) {
    return new ChosenNllObjective(this, weight);
  }

  /**
   * Returns the default, Flow-DPO's objective (arXiv 2410.22304, section 4): {@link #sigmoid} with
   * β = 1.
   *
   * @return the objective
   */
  static DpoObjective paper() {
    return sigmoid(1.0);
  }

  /**
   * Returns DPO: −log σ(β h) (Rafailov et al., arXiv 2305.18290).
   *
   * @param beta above 0
   * @return the objective
   * @throws InvalidInputException if β is out of range
   */
  static DpoObjective sigmoid(double beta) {
    return new SigmoidObjective(beta);
  }

  /**
   * Returns conservative DPO: −(1 − ε) log σ(β h) − ε log σ(−β h), where a share ε of the labels is
   * thought to be wrong (Mitchell, "A note on DPO with noisy preferences", 2023).
   *
   * @param beta above 0
   * @param labelSmoothing ε in [0, 0.5); 0 is plain DPO
   * @return the objective
   * @throws InvalidInputException if a value is out of range
   */
  static DpoObjective sigmoid(double beta, double labelSmoothing) {
    return new ConservativeObjective(beta, labelSmoothing);
  }

  /**
   * Returns the hinge loss max(0, 1 − β h) (SLiC-HF, Zhao et al., arXiv 2305.10425, in the form of
   * RSO, Liu et al., arXiv 2309.06657).
   *
   * @param beta above 0
   * @return the objective
   * @throws InvalidInputException if β is out of range
   */
  static DpoObjective hinge(double beta) {
    return new HingeObjective(beta);
  }

  /**
   * Returns IPO: (h̄ − 1 / (2 β))² with h̄ the logit of log-ratios averaged over their tokens (Azar
   * et al., arXiv 2310.12036).
   *
   * @param beta above 0
   * @return the objective
   * @throws InvalidInputException if β is out of range
   */
  static DpoObjective ipo(double beta) {
    return new IpoObjective(beta);
  }

  /**
   * Returns robust DPO: (−(1 − ε) log σ(β h) + ε log σ(−β h)) / (1 − 2 ε), unbiased where a share ε
   * of the labels is flipped at random (Chowdhury et al., arXiv 2403.00409).
   *
   * @param beta above 0
   * @param flipProbability ε in [0, 0.5); 0 is plain DPO
   * @return the objective
   * @throws InvalidInputException if a value is out of range
   */
  static DpoObjective robust(double beta, double flipProbability) {
    return new RobustObjective(beta, flipProbability);
  }

  /**
   * Returns APO-zero: 1 − σ(β r_chosen) + σ(β r_rejected) with r the log-ratios; it raises the
   * chosen and lowers the rejected, each for itself (D'Oosterlinck et al., arXiv 2408.06266).
   *
   * @param beta above 0
   * @return the objective
   * @throws InvalidInputException if β is out of range
   */
  static DpoObjective apoZero(double beta) {
    return new ApoZeroObjective(beta);
  }

  /**
   * Returns SimPO: −log σ(β log π(chosen) / length − β log π(rejected) / length − γ), without a
   * reference (Meng et al., arXiv 2405.14734).
   *
   * @param beta above 0
   * @param gamma γ, the target margin, at least 0
   * @return the objective
   * @throws InvalidInputException if a value is out of range
   */
  static DpoObjective simPo(double beta, double gamma) {
    return new SimPoObjective(beta, gamma);
  }

  /**
   * Returns −log π(chosen) / length: supervised fine-tuning on the chosen completions, which takes
   * no notice of the rejected ones. It is no preference objective but the control for one.
   *
   * @return the objective
   */
  static DpoObjective supervised() {
    return new SupervisedObjective();
  }

  /**
   * Returns a loss of β h alone; DPO is {@code x -> Math.log1p(Math.exp(-x))}. Its derivative is
   * found by central differences, right to about 12 digits where the loss is smooth.
   *
   * @param beta above 0
   * @param loss the loss by β h
   * @return the objective
   * @throws InvalidInputException if β is out of range
   */
  static DpoObjective ofLogit(double beta, DoubleUnaryOperator loss) {
    return ofRatios(beta, (chosen, rejected) -> loss.applyAsDouble(chosen - rejected));
  }

  /**
   * Returns a loss of the two implicit rewards, with derivatives as in {@link #ofLogit}.
   *
   * @param beta above 0
   * @param loss the loss by β r_chosen and β r_rejected, r the log-ratios
   * @return the objective
   * @throws InvalidInputException if β is out of range
   */
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
   * @return the objective
   */
  static DpoObjective ofCompletions(Function<List<ScoredCompletion>, GroupValue> loss) {
    return new GroupObjective(loss, false);
  }

  /**
   * Returns a loss of single tokens, in groups of any size ({@link #tokenLevel}), such as one that
   * is clipped, or has a divergence, at every token.
   *
   * @param loss gives value and derivatives of a group; pure and thread-safe
   * @return the objective
   */
  static DpoObjective ofTokens(Function<List<ScoredCompletion>, GroupValue> loss) {
    return new GroupObjective(loss, true);
  }

  /**
   * Returns the objective of this name, for command lines and configuration files: {@code sigmoid},
   * {@code cdpo} (label smoothing 0.1), {@code hinge}, {@code ipo}, {@code robust} (flip
   * probability 0.1), {@code apo-zero}, {@code simpo} (γ = β / 2) or {@code sft}. Case, {@code _}
   * and {@code -} make no difference.
   *
   * @param name one of the names above
   * @param beta above 0
   * @return the objective
   * @throws InvalidInputException if the name is none of these or β is out of range
   */
  static DpoObjective named(String name, double beta) {
    String key = name.strip().toLowerCase(Locale.ROOT).replaceAll("[_-]", "");
    return switch (key) {
      case "sigmoid" -> sigmoid(beta);
      case "cdpo" -> sigmoid(beta, 0.1);
      case "hinge" -> hinge(beta);
      case "ipo" -> ipo(beta);
      case "robust" -> robust(beta, 0.1);
      case "apozero" -> apoZero(beta);
      case "simpo" -> simPo(beta, beta / 2);
      case "sft" -> supervised();
      default ->
          throw new InvalidInputException(
              "objective: expected one of sigmoid, cdpo, hinge, ipo, robust, apo-zero, simpo, sft, found"
                  + " \""
                  + name
                  + "\".");
    };
  }
}
