package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
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
    write(json.putArray("chosen"), pair.chosen());
    write(json.putArray("rejected"), pair.rejected());
    json.put("problem", pair.problemId());
    json.put("node", pair.node());
    json.put("chosenReward", pair.chosenReward());
    json.put("rejectedReward", pair.rejectedReward());
    pair.chosenLogProbability().ifPresent(value -> json.put("chosenLogp", value));
    pair.rejectedLogProbability().ifPresent(value -> json.put("rejectedLogp", value));
    for (RewardedCompletion other : pair.others()) {
      ObjectNode written = json.withArray("others").addObject();
      write(written.putArray("tokens"), other.tokens());
      written.put("reward", other.reward());
      other.logProbability().ifPresent(value -> written.put("logp", value));
    }
    pair.rolloutVersion().ifPresent(version -> json.put("rolloutVersion", version));
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
    return new PreferencePair(
        role,
        tokens(child(file, json, "prompt")),
        tokens(child(file, json, "chosen")),
        tokens(child(file, json, "rejected")),
        text(file, json, "problem"),
        child(file, json, "node").asInt(),
        child(file, json, "chosenReward").asDouble(),
        child(file, json, "rejectedReward").asDouble(),
        optional(json.path("chosenLogp")),
        optional(json.path("rejectedLogp")),
        others(file, json.path("others")),
        json.has("rolloutVersion")
            ? OptionalLong.of(json.get("rolloutVersion").asLong())
            : OptionalLong.empty());
  }

  /** Only groups of more than two have some. */
  private static List<RewardedCompletion> others(Path file, JsonNode written) {
    List<RewardedCompletion> others = new ArrayList<>();
    written.forEach(
        other ->
            others.add(
                new RewardedCompletion(
                    tokens(child(file, other, "tokens")),
                    child(file, other, "reward").asDouble(),
                    optional(other.path("logp")))));
    return others;
  }

  private static OptionalDouble optional(JsonNode value) {
    return value.isNumber() ? OptionalDouble.of(value.asDouble()) : OptionalDouble.empty();
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
