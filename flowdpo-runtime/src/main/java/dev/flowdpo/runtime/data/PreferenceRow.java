package dev.flowdpo.runtime.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Strings;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.Arrays;
import java.util.List;

/** Preference pairs as rows of a file, and back. Thread-safe. */
final class PreferenceRow {
  private static final String PROMPT = "prompt";
  private static final String CHOSEN = "chosen";
  private static final String REJECTED = "rejected";
  private static final String TEXT = "_text";
  private static final String WHOLE = "_whole";
  private static final String PROMPT_IDS = "prompt_ids";
  private static final String CHOSEN_IDS = "chosen_ids";
  private static final String REJECTED_IDS = "rejected_ids";
  private static final String ROLE = "role";
  private static final String PROBLEM_ID = "problem_id";
  private static final String NODE = "node";
  private static final String CHOSEN_REWARD = "chosen_reward";
  private static final String REJECTED_REWARD = "rejected_reward";
  private static final String ROLLOUT_VERSION = "rollout_version";

  private final ModelTokens tokens;

  PreferenceRow(ModelTokens tokens) {
    this.tokens = tokens;
  }

  ObjectNode row(PreferencePair pair) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.set(PROMPT_IDS, array(pair.prompt()));
    TokenIds chosen = pair.chosen().tokens();
    TokenIds rejected = pair.rejected().tokens();
    row.set(CHOSEN_IDS, array(chosen));
    row.set(REJECTED_IDS, array(rejected));
    row.put(PROMPT + TEXT, tokens.promptText(pair.prompt()));
    row.put(CHOSEN + TEXT, tokens.completionText(pair.prompt(), chosen));
    row.put(REJECTED + TEXT, tokens.completionText(pair.prompt(), rejected));
    row.put(CHOSEN + WHOLE, tokens.isWhole(chosen));
    row.put(REJECTED + WHOLE, tokens.isWhole(rejected));
    row.put(ROLE, pair.role().folderName());
    row.put(PROBLEM_ID, pair.problemId());
    row.put(NODE, pair.node());
    row.put(CHOSEN_REWARD, pair.chosen().reward());
    row.put(REJECTED_REWARD, pair.rejected().reward());
    pair.rolloutVersion().ifPresent(version -> row.put(ROLLOUT_VERSION, version));
    return row;
  }

  static ArrayNode array(TokenIds ids) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode(ids.length());
    ids.forEach(array::add);
    return array;
  }

  PreferencePair pair(JsonRow row) {
    boolean given = row.has(PROMPT_IDS) || row.has(CHOSEN_IDS) || row.has(REJECTED_IDS);
    Texts texts = given ? ids(row) : encoded(row);
    try {
      PreferencePair pair =
          new PreferencePair(
              role(row),
              texts.prompt,
              new RewardedCompletion(texts.chosen, row.number(CHOSEN_REWARD, 1)),
              new RewardedCompletion(texts.rejected, row.number(REJECTED_REWARD, 0)),
              row.has(PROBLEM_ID) ? row.textOrNumber(PROBLEM_ID) : Problem.of(texts.source).id(),
              row.wholeNumber(NODE, 0));
      return row.has(ROLLOUT_VERSION)
          ? pair.withRolloutVersion(row.wholeNumber(ROLLOUT_VERSION, 0))
          : pair;
    } catch (InvalidInputException e) {
      throw row.at(e);
    }
  }

  /** What a row compares; {@code source} is the text that names its problem. */
  private record Texts(TokenIds prompt, TokenIds chosen, TokenIds rejected, String source) {}

  private Texts ids(JsonRow row) {
    int size = tokens.config().vocabularySize();
    TokenIds prompt = row.tokenIds(PROMPT_IDS, size);
    if (prompt.isEmpty()) {
      throw row.wrong(PROMPT_IDS, "at least one token id", "none");
    }
    TokenIds chosen = row.tokenIds(CHOSEN_IDS, size);
    TokenIds rejected = row.tokenIds(REJECTED_IDS, size);
    agree(row, PROMPT, tokens.promptText(prompt));
    agree(row, CHOSEN, tokens.completionText(prompt, chosen));
    agree(row, REJECTED, tokens.completionText(prompt, rejected));
    return new Texts(prompt, chosen, rejected, prompt.toString());
  }

  /** Ids of another model give another text, and so does a text that somebody has edited. */
  private static void agree(JsonRow row, String name, String decoded) {
    for (String key : List.of(name, name + TEXT)) {
      if (row.has(key) && !row.string(key).equals(decoded)) {
        throw row.wrong(
            key,
            "the text that this model's tokenizer gives for \""
                + name
                + "_ids\", "
                + quoted(decoded),
            quoted(row.string(key))
                + "; remove the ids of rows that are edited or of another model");
      }
    }
  }

  private static String quoted(String text) {
    return JsonRow.shown(JsonNodeFactory.instance.textNode(text));
  }

  private Texts encoded(JsonRow row) {
    String expected = "a text, or a list of messages";
    if (row.require(CHOSEN, expected).isArray()) {
      return conversations(row);
    }
    if (!row.has(PROMPT)) {
      return withSharedPrompt(row);
    }
    String prompt = row.string(PROMPT);
    if (prompt.isBlank()) {
      throw row.wrong(PROMPT, "a text", "\"" + prompt + "\"");
    }
    return texts(row, prompt, row.string(CHOSEN), row.string(REJECTED));
  }

  /** What both texts begin with is the prompt, but for a space at its end, as TRL takes it. */
  private Texts withSharedPrompt(JsonRow row) {
    String chosen = row.string(CHOSEN);
    String rejected = row.string(REJECTED);
    int length = Strings.commonPrefix(chosen, rejected).length();
    if (length > 0 && chosen.charAt(length - 1) == ' ') {
      length--;
    }
    String prompt = chosen.substring(0, length);
    if (prompt.isBlank()) {
      throw row.wrong(PROMPT, "a text", "no such key");
    }
    return texts(row, prompt, chosen.substring(length), rejected.substring(length));
  }

  private Texts texts(JsonRow row, String prompt, String chosen, String rejected) {
    TokenIds ids = tokens.prompt(prompt);
    return new Texts(ids, completion(row, ids, chosen), completion(row, ids, rejected), prompt);
  }

  /** A decision of the judge is one id; an answer ends with the end of the sequence. */
  private TokenIds completion(JsonRow row, TokenIds prompt, String text) {
    return role(row) == AdapterRole.STOP
        ? tokens.continuation(prompt, text)
        : tokens.completion(prompt, text);
  }

  private Texts conversations(JsonRow row) {
    Conversation chosen;
    Conversation rejected;
    // A text beside whole conversations is their question once more.
    if (row.find(PROMPT).filter(prompt -> !prompt.isTextual()).isPresent()) {
      chosen = Conversation.of(row, PROMPT, CHOSEN);
      rejected = Conversation.of(row, PROMPT, REJECTED);
    } else if (row.has(PROMPT) && row.require(CHOSEN, "messages").size() == 1) {
      chosen = Conversation.answering(row, PROMPT, CHOSEN);
      rejected = Conversation.answering(row, PROMPT, REJECTED);
    } else {
      chosen = Conversation.of(row, CHOSEN);
      rejected = Conversation.of(row, REJECTED);
      if (!chosen.problem().equals(rejected.problem())) {
        throw row.wrong(
            REJECTED,
            "the messages before the last that \"chosen\" has",
            "\"" + rejected.question() + "\" or another history");
      }
    }
    if (role(row) == AdapterRole.STOP) {
      throw row.wrong(ROLE, "answer, as the row is a conversation", "\"stop\"");
    }
    try {
      TokenIds prompt = tokens.question(chosen.problem());
      return new Texts(
          prompt,
          tokens.completion(prompt, chosen.reply()),
          tokens.completion(prompt, rejected.reply()),
          chosen.question());
    } catch (InvalidInputException e) {
      throw row.at(e);
    }
  }

  private static AdapterRole role(JsonRow row) {
    if (!row.has(ROLE)) {
      return AdapterRole.ANSWER;
    }
    String name = row.string(ROLE);
    return Arrays.stream(AdapterRole.values())
        .filter(role -> role.folderName().equals(name))
        .findFirst()
        .orElseThrow(() -> row.wrong(ROLE, "answer or stop", "\"" + name + "\""));
  }
}
