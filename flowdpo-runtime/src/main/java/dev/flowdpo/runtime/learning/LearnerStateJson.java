package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;

/** The counters and waiting pairs of a learner as JSON. */
final class LearnerStateJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private LearnerStateJson() {}

  /**
   * Returns what a checkpoint keeps of the state.
   *
   * @param redaction what is done to a waiting pair before it is written
   */
  static ObjectNode write(
      LearnerState state, Function<PreferencePair, Optional<PreferencePair>> redaction) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("problems", state.problems());
    StringBuilder outcomes = new StringBuilder();
    state.validation().outcomes().forEach(correct -> outcomes.append(correct ? '1' : '0'));
    json.put("outcomes", outcomes.toString());
    json.put("chunks", state.chunks());
    json.put("withoutAnswer", state.withoutAnswer());
    json.put("verifierFailures", state.verifierFailures());
    json.put("passedOver", state.passedOver());
    json.put("skippedUpdates", state.skippedUpdates());
    json.put("decisions", state.decisions());
    json.put("undecided", state.undecided());
    json.put("nodes", state.nodes());
    json.put("contrasts", state.contrasts());
    ObjectNode streams = json.putObject("streams");
    state.streams().forEach(streams::put);
    for (AdapterRole role : AdapterRole.values()) {
      ObjectNode counts = json.putObject(role.folderName());
      counts.put("pairs", state.pairs(role));
      counts.put("updates", state.updates(role));
      ArrayNode pending = counts.putArray("pending");
      for (PreferencePair pair : state.pending(role)) {
        redaction.apply(pair).ifPresent(written -> pending.add(write(written)));
      }
      int withheld = state.pending(role).size() - pending.size();
      counts.put("due", Math.max(0, state.due(role) - withheld));
    }
    return json;
  }

  private static ObjectNode write(PreferencePair pair) {
    ObjectNode json = MAPPER.createObjectNode();
    write(json.putArray("prompt"), pair.prompt());
    json.set("chosen", write(pair.chosen()));
    json.set("rejected", write(pair.rejected()));
    json.put("problem", pair.problemId());
    json.put("node", pair.node());
    for (RewardedCompletion other : pair.others()) {
      json.withArray("others").add(write(other));
    }
    pair.rolloutVersion().ifPresent(version -> json.put("rolloutVersion", version));
    return json;
  }

  private static ObjectNode write(RewardedCompletion completion) {
    ObjectNode json = MAPPER.createObjectNode();
    write(json.putArray("tokens"), completion.tokens());
    json.put("reward", completion.reward());
    LogProbabilities sampled = completion.sampled();
    if (sampled.hasTokens()) {
      ArrayNode each = json.putArray("logps");
      for (int token = 0; token < sampled.length(); token++) {
        each.add(sampled.get(token));
      }
    } else {
      sampled.sum().ifPresent(sum -> json.put("logp", sum));
    }
    return json;
  }

  private static void write(ArrayNode array, TokenIds tokens) {
    tokens.forEach(array::add);
  }

  static LearnerState read(Path file, JsonNode json, SeenProblems seen) {
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
    Map<String, Long> streams = new TreeMap<>();
    child(file, json, "streams")
        .properties()
        .forEach(stream -> streams.put(stream.getKey(), stream.getValue().asLong()));
    LearnerState state =
        new LearnerState(
            outcomes,
            pending,
            due,
            pairs,
            updates,
            child(file, json, "chunks").asLong(),
            child(file, json, "withoutAnswer").asInt(),
            child(file, json, "verifierFailures").asInt(),
            child(file, json, "passedOver").asInt(),
            child(file, json, "skippedUpdates").asInt(),
            seen,
            streams);
    state.restore(
        json.path("decisions").asInt(),
        json.path("undecided").asInt(),
        json.path("nodes").asInt(),
        json.path("contrasts").asInt());
    return state;
  }

  private static PreferencePair pair(Path file, AdapterRole role, JsonNode json) {
    boolean earlier = child(file, json, "chosen").isArray(); // as earlier versions wrote it
    PreferencePair pair =
        new PreferencePair(
            role,
            tokens(child(file, json, "prompt")),
            earlier ? earlier(file, json, "chosen") : completion(file, json.get("chosen")),
            earlier
                ? earlier(file, json, "rejected")
                : completion(file, child(file, json, "rejected")),
            text(file, json, "problem"),
            child(file, json, "node").asInt());
    List<RewardedCompletion> others = new ArrayList<>();
    json.path("others").forEach(other -> others.add(completion(file, other)));
    PreferencePair group = others.isEmpty() ? pair : pair.withOthers(others);
    return json.has("rolloutVersion")
        ? group.withRolloutVersion(json.get("rolloutVersion").asLong())
        : group;
  }

  private static RewardedCompletion completion(Path file, JsonNode json) {
    JsonNode each = json.path("logps");
    return new RewardedCompletion(
        tokens(child(file, json, "tokens")),
        child(file, json, "reward").asDouble(),
        each.isArray()
            ? LogProbabilities.ofTokens(floats(each))
            : LogProbabilities.ofSum(optional(json.path("logp"))));
  }

  private static RewardedCompletion earlier(Path file, JsonNode json, String side) {
    return new RewardedCompletion(
        tokens(child(file, json, side)),
        child(file, json, side + "Reward").asDouble(),
        LogProbabilities.ofSum(optional(json.path(side + "Logp"))));
  }

  private static OptionalDouble optional(JsonNode value) {
    return value.isNumber() ? OptionalDouble.of(value.asDouble()) : OptionalDouble.empty();
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).floatValue();
    }
    return values;
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
}
