package dev.flowdpo.runtime.training;

import dev.flowdpo.learning.OptimizerOptions;
import dev.flowdpo.runtime.internal.LeakDetector;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * AdamW: Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), over one flat
 * vector.
 *
 * <pre>
 *   m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²
 *   p ← p − η λ p − η · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 * </pre>
 *
 * <p>Not thread-safe. Owns native memory; close it.
 */
public final class AdamW implements AutoCloseable {
  private final Settings settings;
  private final LeakDetector.Handle open;
  private final INDArray decaying;
  private final INDArray firstMoment;
  private final INDArray secondMoment;

  /**
   * Where every step computes: native memory that a step allocates stays until the next garbage
   * collection.
   */
  private final INDArray scratch;

  private long steps;

  /**
   * The constants.
   *
   * @param beta1 decay of the first moment, usually 0.9
   * @param beta2 decay of the second moment, usually 0.999
   * @param epsilon added to the root of the second moment, usually 1e-8
   * @param weightDecay λ; 0 makes this plain Adam
   */
  public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {

    /** Returns the constants among these options. */
    public static Settings of(OptimizerOptions options) {
      return new Settings(
          options.adamBeta1(), options.adamBeta2(), options.adamEpsilon(), options.weightDecay());
    }
  }

  /** Starts with zero moments for a vector of this size, all of which decays. */
  public AdamW(Settings settings, long size) {
    this(settings, NativeVectors.zeros(size).addi(1));
  }

  /**
   * Starts with zero moments.
   *
   * @param decaying one element a parameter: 1 where weight decay applies, 0 where it does not
   */
  public AdamW(Settings settings, INDArray decaying) {
    this.open = LeakDetector.opened(this, "An optimizer");
    this.settings = settings;
    this.decaying = decaying;
    this.firstMoment = NativeVectors.zeros(decaying.length());
    this.secondMoment = NativeVectors.zeros(decaying.length());
    this.scratch = NativeVectors.zeros(decaying.length());
  }

  /**
   * Takes one step.
   *
   * @param parameters the vector, changed in place
   * @param gradient the gradient; overwritten
   * @param learningRate η of this step
   */
  public void step(INDArray parameters, INDArray gradient, double learningRate) {
    NativeVectors.prepareThread();
    steps++;
    double beta1 = settings.beta1();
    double beta2 = settings.beta2();
    if (settings.weightDecay() != 0) {
      double decay = learningRate * settings.weightDecay();
      parameters.subi(scratch.assign(parameters).muli(decaying).muli(decay));
    }
    firstMoment.muli(beta1).addi(scratch.assign(gradient).muli(1 - beta1));
    secondMoment.muli(beta2).addi(gradient.muli(gradient).muli(1 - beta2));
    double correction1 = 1 - Math.pow(beta1, (double) steps);
    double correction2 = 1 - Math.pow(beta2, (double) steps);
    INDArray denominator =
        Transforms.sqrt(scratch.assign(secondMoment), false)
            .divi(Math.sqrt(correction2))
            .addi(settings.epsilon());
    INDArray direction = gradient.assign(firstMoment).divi(denominator);
    parameters.subi(direction.muli(learningRate / correction1));
  }

  /**
   * Scales a gradient down to a Euclidean norm, as PyTorch's {@code clip_grad_norm_} does.
   *
   * @return the norm before
   */
  public static double clip(INDArray gradient, double norm) {
    double found = gradient.norm2Number().doubleValue();
    double factor = norm / (found + 1e-6);
    if (factor < 1) {
      gradient.muli(factor);
    }
    return found;
  }

  /** Returns the number of steps taken. */
  public long steps() {
    return steps;
  }

  /** Returns a copy of both moments. */
  public State state() {
    return new State(steps, firstMoment.toFloatVector(), secondMoment.toFloatVector());
  }

  /** Goes back to a state. */
  public void restore(State state) {
    steps = state.steps();
    firstMoment.assign(NativeVectors.of(state.firstMoment()));
    secondMoment.assign(NativeVectors.of(state.secondMoment()));
  }

  /** Frees the moments. */
  @Override
  public void close() {
    open.closed();
    for (INDArray owned : List.of(decaying, firstMoment, secondMoment, scratch)) {
      if (!owned.wasClosed()) {
        owned.close();
      }
    }
  }

  /** What a checkpoint keeps of the optimizer. */
  public record State(long steps, float[] firstMoment, float[] secondMoment) {}
}
