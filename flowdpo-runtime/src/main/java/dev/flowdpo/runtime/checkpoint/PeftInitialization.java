package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableSet;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.util.Locale;
import java.util.Optional;

/**
 * How the training of an adapter began, the key {@code init_lora_weights}. Some ways take a part
 * out of the model's weights and put it into the adapter: over the weights as they were published
 * such an adapter computes something else. Stateless.
 */
final class PeftInitialization {
  private static final String KEY = "init_lora_weights";

  /** Ways that leave the model's weights as they are, beside true and false. */
  private static final ImmutableSet<String> UNCHANGED_BASE =
      ImmutableSet.of("gaussian", "eva", "orthogonal", "mica");

  private PeftInitialization() {}

  /**
   * Refuses an adapter whose base was changed, or may have been.
   *
   * @throws InvalidInputException if so; the message says how to convert the adapter
   */
  static void check(JsonObjectFile json) {
    Optional<JsonNode> given = json.find(KEY);
    if (given.isEmpty() || given.get().isBoolean()) {
      return;
    }
    if (!UNCHANGED_BASE.contains(given.get().asText().toLowerCase(Locale.ROOT))) {
      throw json.wrong(
          KEY,
          "true, false or one of "
              + UNCHANGED_BASE
              + ", as PiSSA, OLoRA, CorDA, LoftQ and LoRA-GA change the model's weights, and their"
              + " adapters are wrong over the published ones (convert this one where it was trained:"
              + " save_pretrained with path_initial_model_for_weight_conversion, or"
              + " merge_and_unload; or, if this model folder holds the changed weights, write true)",
          given.get());
    }
  }
}
