package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.util.Set;

/** Writes {@code adapter_config.json} with the keys that PEFT and vLLM read. Stateless. */
final class PeftConfigJson {
  private PeftConfigJson() {}

  /** {@return the text of the file for plain LoRA on the modules of these names} */
  static String format(AdapterWeights adapter, Set<String> targetModules, String baseModelName) {
    ObjectNode json = JsonObjectFile.object();
    json.putObject("alpha_pattern");
    json.putNull("auto_mapping");
    json.put("base_model_name_or_path", baseModelName);
    json.put("bias", "none");
    json.put("fan_in_fan_out", false);
    json.put("inference_mode", true);
    json.put("init_lora_weights", true);
    json.putNull("layer_replication");
    json.putNull("layers_pattern");
    json.putNull("layers_to_transform");
    putNumber(json, "lora_alpha", adapter.alpha());
    json.put("lora_dropout", adapter.dropout());
    json.putNull("modules_to_save");
    json.put("peft_type", "LORA");
    json.put("r", adapter.rank());
    json.putObject("rank_pattern");
    json.putNull("revision");
    ArrayNode targets = json.putArray("target_modules");
    targetModules.forEach(targets::add);
    json.put("task_type", "CAUSAL_LM");
    json.put("use_dora", false);
    json.put("use_rslora", false);
    return JsonObjectFile.format(json);
  }

  /** PEFT takes alpha as a whole number, though it computes with any. */
  private static void putNumber(ObjectNode json, String key, double value) {
    if (value == (long) value) {
      json.put(key, (long) value);
    } else {
      json.put(key, value);
    }
  }
}
