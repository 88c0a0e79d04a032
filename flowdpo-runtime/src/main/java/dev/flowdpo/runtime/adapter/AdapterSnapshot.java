package dev.flowdpo.runtime.adapter;

import com.google.common.base.Preconditions;
import dev.flowdpo.learning.LoraOptions;
import dev.flowdpo.runtime.checkpoint.AdapterWeights;
import dev.flowdpo.runtime.checkpoint.LoraMatrices;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.internal.Lookup;
import java.nio.FloatBuffer;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One state of an adapter, which never changes: a solve keeps the snapshot with which it began
 * while the learner goes on. It lives on the Java heap, so that it needs no owner and goes when
 * nothing uses it any more. Thread-safe.
 */
public final class AdapterSnapshot {
  private final AdapterLayout layout;
  private final double alpha;
  private final double dropout;
  private final float[] values;

  private AdapterSnapshot(AdapterLayout layout, double alpha, double dropout, float[] values) {
    Preconditions.checkArgument(
        values.length == layout.size(),
        "An adapter of %s elements was expected, found %s",
        layout.size(),
        values.length);
    this.layout = layout;
    this.alpha = alpha;
    this.dropout = dropout;
    this.values = values;
  }

  /** Returns a snapshot of a vector, which is copied. */
  public static AdapterSnapshot of(
      AdapterLayout layout, double alpha, double dropout, float[] values) {
    return new AdapterSnapshot(layout, alpha, dropout, values.clone());
  }

  /** Returns the adapter that changes nothing: the frozen base itself. */
  public static AdapterSnapshot none(ModelConfig config) {
    AdapterLayout layout = AdapterLayout.of(config, 1);
    return new AdapterSnapshot(layout, 1, 0, new float[layout.size()]);
  }

  /**
   * Returns an adapter to start learning from, as {@link #initial(AdapterLayout, double, double,
   * long)} draws it.
   *
   * @param lora its layers, sizes and dropout
   * @throws dev.flowdpo.error.InvalidInputException if a target names no layer of the model
   */
  public static AdapterSnapshot initial(ModelConfig config, LoraOptions lora, long seed) {
    AdapterLayout layout =
        lora.targetModules().isEmpty()
            ? AdapterLayout.of(config, lora.rank())
            : AdapterLayout.of(config, lora.rank(), lora.targetModules());
    return initial(layout, lora.alpha(), lora.dropout(), seed);
  }

  /**
   * Returns an adapter to start learning from: A uniform within ±√(3 / inputs), so that u = x Aᵀ
   * has the scale of x, and B zero, so that it changes nothing yet.
   */
  public static AdapterSnapshot initial(
      AdapterLayout layout, double alpha, double dropout, long seed) {
    float[] values = new float[layout.size()];
    SplittableRandom random = new SplittableRandom(seed);
    for (int site = 0; site < layout.sites().size(); site++) {
      double bound = Math.sqrt(3.0 / layout.sites().get(site).inputs());
      int begin = layout.offsetOfA(site);
      for (int i = begin; i < begin + layout.sizeOfA(site); i++) {
        values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
      }
    }
    return new AdapterSnapshot(layout, alpha, dropout, values);
  }

  /**
   * Returns the snapshot of an adapter that was read from a folder; layers it leaves out stay as
   * they are.
   */
  public static AdapterSnapshot of(ModelConfig config, AdapterWeights weights) {
    AdapterLayout layout = AdapterLayout.of(config, weights.rank(), weights.modules().keySet());
    float[] values = new float[layout.size()];
    for (int site = 0; site < layout.sites().size(); site++) {
      LoraMatrices matrices = Lookup.required(weights.modules(), layout.sites().get(site).module());
      matrices.a().get(values, layout.offsetOfA(site), layout.sizeOfA(site));
      matrices.b().get(values, layout.offsetOfB(site), layout.sizeOfB(site));
    }
    return new AdapterSnapshot(layout, weights.alpha(), weights.dropout(), values);
  }

  /** Returns the adapter in the form in which it is written to a folder. */
  public AdapterWeights weights() {
    SortedMap<String, LoraMatrices> modules = new TreeMap<>();
    for (int site = 0; site < layout.sites().size(); site++) {
      LinearSite linear = layout.sites().get(site);
      float[] a = new float[layout.sizeOfA(site)];
      float[] b = new float[layout.sizeOfB(site)];
      System.arraycopy(values, layout.offsetOfA(site), a, 0, a.length);
      System.arraycopy(values, layout.offsetOfB(site), b, 0, b.length);
      modules.put(
          linear.module(), LoraMatrices.of(layout.rank(), linear.inputs(), linear.outputs(), a, b));
    }
    return new AdapterWeights(layout.rank(), alpha, dropout, modules);
  }

  /** Returns the layout of the vector. */
  public AdapterLayout layout() {
    return layout;
  }

  /** Returns alpha. */
  public double alpha() {
    return alpha;
  }

  /** Returns the probability with which training drops an input of a side branch. */
  public double dropout() {
    return dropout;
  }

  /**
   * Returns whether any B differs from zero: otherwise the model with this adapter is the base
   * itself.
   */
  public boolean changesModel() {
    for (int site = 0; site < layout.sites().size(); site++) {
      int begin = layout.offsetOfB(site);
      for (int i = begin; i < begin + layout.sizeOfB(site); i++) {
        if (values[i] != 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** Returns alpha / rank, by which B is multiplied. */
  public float scaling() {
    return (float) (alpha / layout.rank());
  }

  /** Returns a copy of the vector. */
  public float[] values() {
    return values.clone();
  }

  /** Writes A of a site {@code [rank, inputs]}. */
  public void copyA(int site, FloatBuffer to) {
    to.put(values, layout.offsetOfA(site), layout.sizeOfA(site));
  }

  /** Writes alpha / rank · B of a site {@code [outputs, rank]}. */
  public void copyScaledB(int site, float factor, FloatBuffer to) {
    float scaling = factor * scaling();
    int begin = layout.offsetOfB(site);
    for (int i = begin; i < begin + layout.sizeOfB(site); i++) {
      to.put(scaling * values[i]);
    }
  }
}
