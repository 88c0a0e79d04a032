package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The keys of {@code config.json} that give linear layers biases. Stateless and thread-safe. */
final class BiasKeys {
  private static final String ATTENTION = "attention_bias";
  private static final String FEED_FORWARD = "mlp_bias";

  private BiasKeys() {}

  /** Returns whether all projections around attention have biases; not if the file is silent. */
  static boolean attention(ConfigSource source) {
    return source.json().flag(ATTENTION, false);
  }

  /** Returns whether the feed-forward block has biases; not if the file is silent. */
  static boolean feedForward(ConfigSource source) {
    return source.json().flag(FEED_FORWARD, false);
  }

  /** Refuses biases around attention, for a family that has none. */
  static void refuseAttention(ConfigSource source) {
    refuse(source, ATTENTION);
  }

  /** Refuses biases of the feed-forward block, for a family that has none. */
  static void refuseFeedForward(ConfigSource source) {
    refuse(source, FEED_FORWARD);
  }

  private static void refuse(ConfigSource source, String key) {
    if (source.json().flag(key, false)) {
      throw source
          .json()
          .wrong(
              key,
              "false: " + source.family() + " has no such bias",
              source.json().require(key, "false"));
    }
  }

  /** Writes both keys. */
  static void write(DecoderVariant variant, ObjectNode json) {
    json.put(ATTENTION, variant.attentionOutputBias());
    json.put(FEED_FORWARD, variant.feedForwardBias());
  }
}
