package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.runtime.checkpoint.LinearLayer;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.TensorNames;
import java.util.List;

/**
 * A linear layer of the decoder, where a LoRA adapter can sit: {@code y = x Wᵀ}, plus a bias where
 * the model has one, with {@code W [outputs, inputs]}.
 *
 * @param module the layer's name in the checkpoint, for example {@code
 *     model.layers.0.self_attn.q_proj}
 * @param inputs the width of x
 * @param outputs the width of y
 */
public record LinearSite(String module, int inputs, int outputs) {

  /** Returns every linear layer of the decoder's blocks, in the order in which they run. */
  public static List<LinearSite> of(ModelConfig config) {
    ImmutableList.Builder<LinearSite> sites = ImmutableList.builder();
    for (int layer = 0; layer < config.layers(); layer++) {
      for (LinearLayer linear : LinearLayer.of(config)) {
        sites.add(
            new LinearSite(
                linear.module(config, layer), linear.inputSize(config), linear.outputSize(config)));
      }
    }
    return sites.build();
  }

  /**
   * Returns whether a target of an adapter means this layer, as PEFT decides it: its whole name, or
   * the end of its name after a dot.
   */
  public boolean isTarget(String target) {
    return module.equals(target) || module.endsWith("." + target);
  }

  /** Returns the name of the weight in the checkpoint. */
  public String weightName() {
    return TensorNames.weight(module);
  }

  /** Returns the name of the bias in the checkpoint, if the layer has one. */
  public String biasName() {
    return TensorNames.bias(module);
  }

  /** Returns the graph input that takes {@code A [rank, inputs]}. */
  public String inputOfA() {
    return module + ".lora_A";
  }

  /** Returns the graph input that takes {@code alpha / rank · B [outputs, rank]}. */
  public String inputOfB() {
    return module + ".lora_B";
  }

  /** Returns the graph input that takes the dropout mask {@code [rows, inputs]}. */
  public String inputOfDropout() {
    return module + ".dropout";
  }
}
