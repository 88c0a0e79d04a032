package dev.flowdpo.runtime.graph;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.util.List;

/**
 * A linear layer of the decoder, where a LoRA adapter can sit: {@code y = x Wᵀ} with {@code W
 * [outputs, inputs]}.
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
    int hidden = config.hiddenSize();
    int inner = config.feedForwardSize();
    for (int layer = 0; layer < config.layers(); layer++) {
      String attention = "model.layers." + layer + ".self_attn.";
      String feedForward = "model.layers." + layer + ".mlp.";
      sites.add(new LinearSite(attention + "q_proj", hidden, config.queryWidth()));
      sites.add(new LinearSite(attention + "k_proj", hidden, config.keyValueWidth()));
      sites.add(new LinearSite(attention + "v_proj", hidden, config.keyValueWidth()));
      sites.add(new LinearSite(attention + "o_proj", config.queryWidth(), hidden));
      sites.add(new LinearSite(feedForward + "gate_proj", hidden, inner));
      sites.add(new LinearSite(feedForward + "up_proj", hidden, inner));
      sites.add(new LinearSite(feedForward + "down_proj", inner, hidden));
    }
    return sites.build();
  }

  /** Returns the name of the weight in the checkpoint. */
  public String weightName() {
    return module + ".weight";
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
