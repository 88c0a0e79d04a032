package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The counters and waiting pairs of a learner as JSON. */
final class LearnerStateJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Splitter SETTINGS = Splitter.on(CharMatcher.anyOf("[],")).trimResults();

  private LearnerStateJson() {}

  static ObjectNode write(LearnerState state, LearnerOptions options) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("format", 1);
    json.put("options", fingerprint(options));
    json.put("seed", options.seed());
    json.put("problems", state.problems());
    StringBuilder outcomes = new StringBuilder();
    state.validation().outcomes().forEach(correct -> outcomes.append(correct ? '1' : '0'));
    json.put("outcomes", outcomes.toString());
    json.put("chunks", state.chunks());
    json.put("withoutAnswer", state.withoutAnswer());
    json.put("verifierFailures", state.verifierFailures());
    for (AdapterRole role : AdapterRole.values()) {
      ObjectNode counts = json.putObject(role.folderName());
      counts.put("pairs", state.pairs(role));
      counts.put("updates", state.updates(role));
      counts.put("due", state.due(role));
      ArrayNode pending = counts.putArray("pending");
      state.pending(role).forEach(pair -> pending.add(write(pair)));
    }
    return json;
  }

  private static ObjectNode write(PreferencePair pair) {
    ObjectNode json = MAPPER.createObjectNode();
    write(json.putArray("prompt"), pair.prompt());
    write(json.putArray("chosen"), pair.chosen());
    write(json.putArray("rejected"), pair.rejected());
    json.put("problem", pair.problemId());
    json.put("node", pair.node());
    json.put("chosenReward", pair.chosenReward());
    json.put("rejectedReward", pair.rejectedReward());
    return json;
  }

  private static void write(ArrayNode array, TokenIds tokens) {
    tokens.forEach(array::add);
  }

  static LearnerState read(Path file, JsonNode json, LearnerOptions options) {
    String made = text(file, json, "options");
    if (!made.equals(fingerprint(options))) {
      throw new InvalidInputException(
          file
              + ": expected a checkpoint of a run with the same options, found other ones: "
              + difference(made, fingerprint(options)));
    }
    List<Boolean> outcomes = new ArrayList<>();
    text(file, json, "outcomes").chars().forEach(c -> outcomes.add(c == '1'));
    Map<AdapterRole, List<PreferencePair>> pending = new EnumMap<>(AdapterRole.class);
    Map<AdapterRole, Integer> pairs = new EnumMap<>(AdapterRole.class);
    Map<AdapterRole, Integer> updates = new EnumMap<>(AdapterRole.class);
    Map<AdapterRole, Integer> due = new EnumMap<>(AdapterRole.class);
    for (AdapterRole role : AdapterRole.values()) {
      JsonNode counts = child(file, json, role.folderName());
      pairs.put(role, child(file, counts, "pairs").asInt());
      updates.put(role, child(file, counts, "updates").asInt());
      List<PreferencePair> waiting = new ArrayList<>();
      for (JsonNode pair : child(file, counts, "pending")) {
        waiting.add(pair(file, role, pair));
      }
      pending.put(role, waiting);
      due.put(role, child(file, counts, "due").asInt());
    }
    return new LearnerState(
        outcomes,
        pending,
        due,
        pairs,
        updates,
        child(file, json, "chunks").asLong(),
        child(file, json, "withoutAnswer").asInt(),
        child(file, json, "verifierFailures").asInt());
  }

  private static PreferencePair pair(Path file, AdapterRole role, JsonNode json) {
    return new PreferencePair(
        role,
        tokens(child(file, json, "prompt")),
        tokens(child(file, json, "chosen")),
        tokens(child(file, json, "rejected")),
        text(file, json, "problem"),
        child(file, json, "node").asInt(),
        child(file, json, "chosenReward").asDouble(),
        child(file, json, "rejectedReward").asDouble());
  }

  private static TokenIds tokens(JsonNode array) {
    TokenIds.Builder tokens = TokenIds.builder(array.size());
    array.forEach(token -> tokens.add(token.asInt()));
    return tokens.build();
  }

  private static String text(Path file, JsonNode json, String key) {
    return child(file, json, key).asText();
  }

  private static JsonNode child(Path file, JsonNode json, String key) {
    JsonNode child = json.get(key);
    if (child == null) {
      throw new InvalidInputException(file + ": expected a value for \"" + key + "\", found none");
    }
    return child;
  }

  /** What must be the same for a resumed run to repeat the run it continues. */
  /** Returns the settings that differ, or both texts where they do not have the same settings. */
  private static String difference(String then, String now) {
    List<String> before = SETTINGS.splitToList(then);
    List<String> after = SETTINGS.splitToList(now);
    if (before.size() != after.size()) {
      return "\n  then: " + then + "\n  now: " + now;
    }
    List<String> differing = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      if (!before.get(i).equals(after.get(i))) {
        differing.add(before.get(i) + " then, " + after.get(i) + " now");
      }
    }
    return String.join("; ", differing);
  }

  private static String fingerprint(LearnerOptions options) {
    return options.toString();
  }
}
