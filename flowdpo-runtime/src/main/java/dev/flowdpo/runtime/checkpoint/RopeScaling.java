package dev.flowdpo.runtime.checkpoint;

import com.google.common.primitives.ImmutableDoubleArray;
import dev.flowdpo.error.InvalidInputException;
import java.util.OptionalDouble;

/**
 * How the frequencies of a rotary embedding are stretched to positions beyond those of
 * pre-training, as the key {@code rope_scaling} says. Immutable and thread-safe.
 *
 * <p>Two kinds depend on how long a sequence may become. There the frequencies are chosen once, for
 * the longest sequence that a loaded model takes, and hold for every token: keys that were cached
 * when a text was short stay right when it has grown. A text of exactly the longest length is
 * computed as Hugging Face computes it in one pass; a shorter text as Hugging Face would with the
 * factors of the longest.
 */
public sealed interface RopeScaling {

  /** {@return no scaling} */
  static RopeScaling none() {
    return new None();
  }

  /**
   * {@return by how much each pair of a head turns from one position to the next}
   *
   * @param theta the base of the frequencies
   * @param size the number of rotated elements of a head; pair i turns by {@code theta^(−2i/size)}
   *     before scaling
   * @param maxPositions the model's {@code max_position_embeddings}
   * @param positions the longest sequence that the loaded model takes
   */
  double[] frequencies(double theta, int size, int maxPositions, int positions);

  /** {@return the factor on cosines and sines} */
  default double attentionFactor(int maxPositions) {
    return 1;
  }

  /** {@return the longest sequence of a model that states this many positions} */
  default int longestSequence(int maxPositions) {
    return maxPositions;
  }

  /** Checks the values against the rotation that they scale. */
  default void check(int size) {}

  /** Frequencies as they are. */
  record None() implements RopeScaling {
    @Override
    public double[] frequencies(double theta, int size, int maxPositions, int positions) {
      return plain(theta, size);
    }
  }

  /**
   * All positions divided by a factor (Chen et al., arXiv 2306.15595).
   *
   * @param factor at least 1
   */
  record Linear(double factor) implements RopeScaling {
    /** Checks the factor. */
    public Linear {
      checkFactor("factor", factor);
    }

    @Override
    public double[] frequencies(double theta, int size, int maxPositions, int positions) {
      double[] frequencies = plain(theta, size);
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] /= factor;
      }
      return frequencies;
    }
  }

  /**
   * A larger base for sequences longer than those of pre-training ("dynamic NTK"): {@code theta ·
   * (factor · n / m − (factor − 1))^(size / (size − 2))} for the longest sequence n and the model's
   * positions m, or theta where n is at most m. The longest sequence is {@code factor · m}.
   *
   * @param factor at least 1
   */
  record Dynamic(double factor) implements RopeScaling {
    /** Checks the factor. */
    public Dynamic {
      checkFactor("factor", factor);
    }

    @Override
    public double[] frequencies(double theta, int size, int maxPositions, int positions) {
      double longest = Math.max(positions, maxPositions);
      double growth = factor * longest / maxPositions - (factor - 1);
      return plain(theta * Math.pow(growth, size / (size - 2.0)), size);
    }

    @Override
    public int longestSequence(int maxPositions) {
      return (int) Math.min(Integer.MAX_VALUE, factor * maxPositions);
    }

    @Override
    public void check(int size) {
      if (size <= 2) {
        throw new InvalidInputException(
            "dynamic rope scaling: expected more than 2 rotated elements of a head, found " + size);
      }
    }
  }

  /**
   * Long wavelengths divided by a factor, short ones kept, those between blended (Llama 3.1).
   *
   * @param factor at least 1
   * @param lowFrequencyFactor wavelengths above {@code originalPositions / lowFrequencyFactor} are
   *     divided
   * @param highFrequencyFactor wavelengths below {@code originalPositions / highFrequencyFactor}
   *     are kept; greater than the low one
   * @param originalPositions the positions of pre-training
   */
  record Llama3(
      double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalPositions)
      implements RopeScaling {
    /** Checks the values. */
    public Llama3 {
      checkFactor("factor", factor);
      if (!(lowFrequencyFactor > 0 && highFrequencyFactor > lowFrequencyFactor)) {
        throw new InvalidInputException(
            "rope scaling: expected a low_freq_factor above 0 and a greater high_freq_factor, found "
                + lowFrequencyFactor
                + " and "
                + highFrequencyFactor);
      }
    }

    @Override
    public double[] frequencies(double theta, int size, int maxPositions, int positions) {
      double[] frequencies = plain(theta, size);
      for (int i = 0; i < frequencies.length; i++) {
        double turns = originalPositions * frequencies[i] / (2 * Math.PI);
        double kept = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
        double share = Math.min(1, Math.max(0, kept));
        frequencies[i] *= share + (1 - share) / factor;
      }
      return frequencies;
    }
  }

  /**
   * Each frequency divided by a factor of its own (LongRoPE, Ding et al., arXiv 2402.13753): the
   * short factors where no sequence may be longer than in pre-training, else the long ones.
   *
   * @param shortFactors one a pair
   * @param longFactors one a pair
   * @param originalPositions the positions of pre-training
   * @param factor the stretch that the attention factor follows from, if it is not that of the
   *     positions
   * @param statedAttentionFactor the attention factor, where the file states one
   */
  record LongRope(
      ImmutableDoubleArray shortFactors,
      ImmutableDoubleArray longFactors,
      int originalPositions,
      OptionalDouble factor,
      OptionalDouble statedAttentionFactor)
      implements RopeScaling {
    /** Checks the factors. */
    public LongRope {
      for (ImmutableDoubleArray factors : new ImmutableDoubleArray[] {shortFactors, longFactors}) {
        factors.stream().forEach(value -> checkPositive("short_factor and long_factor", value));
      }
      factor.ifPresent(value -> checkPositive("factor", value));
      statedAttentionFactor.ifPresent(value -> checkPositive("attention_factor", value));
    }

    @Override
    public double[] frequencies(double theta, int size, int maxPositions, int positions) {
      ImmutableDoubleArray factors = positions > originalPositions ? longFactors : shortFactors;
      double[] frequencies = plain(theta, size);
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] /= factors.get(i);
      }
      return frequencies;
    }

    /** {@code √(1 + ln(stretch) / ln(original positions))} where the stretch is above 1. */
    @Override
    public double attentionFactor(int maxPositions) {
      double stretch = factor.orElse((double) maxPositions / originalPositions);
      return statedAttentionFactor.orElse(
          stretch <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(originalPositions)));
    }

    @Override
    public void check(int size) {
      checkLength("short_factor", shortFactors.length(), size / 2);
      checkLength("long_factor", longFactors.length(), size / 2);
    }

    private static void checkLength(String key, int found, int expected) {
      if (found != expected) {
        throw new InvalidInputException(
            "rope scaling: "
                + key
                + ": expected "
                + expected
                + " numbers, half as many as a head has rotated elements, found "
                + found);
      }
    }
  }

  private static double[] plain(double theta, int size) {
    double[] frequencies = new double[size / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(theta, -2.0 * i / size);
    }
    return frequencies;
  }

  private static void checkFactor(String key, double factor) {
    if (!(factor >= 1) || Double.isInfinite(factor)) {
      throw new InvalidInputException(
          "rope scaling: " + key + ": expected a number of at least 1, found " + factor);
    }
  }

  private static void checkPositive(String key, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new InvalidInputException(
          "rope scaling: " + key + ": expected a positive number, found " + value);
    }
  }
}
