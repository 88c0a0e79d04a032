package dev.flowdpo.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreferenceFileTest {
  private static final ModelTokens TOKENS = BundledTokens.TOKENS;
  private static final String QUESTION = "Tom has 3 pens. He buys 4 more. How many pens has he?";

  @TempDir Path folder;

  private PreferenceFile file(String content) throws IOException {
    return PreferenceFile.of(Files.writeString(folder.resolve("in.jsonl"), content), TOKENS);
  }

  private static PreferencePair pair(int node) {
    TokenIds prompt = TOKENS.question(QUESTION);
    return new PreferencePair(
        AdapterRole.ANSWER,
        prompt,
        new RewardedCompletion(TOKENS.completion("3 + 4 = 7"), 1),
        new RewardedCompletion(TokenIds.copyOf(TOKENS.tokenizer().encode("3 - 4 = ")), 0.25),
        "p\"1\"",
        node);
  }

  @Test
  void rowsHaveTheIdsThatTrlTrainsOn() throws IOException {
    Path path = folder.resolve("made").resolve("pairs.jsonl");
    try (PreferenceFile.Writer writer = PreferenceFile.of(path, TOKENS).create()) {
      writer.write(List.of(pair(2)));
    }
    List<String> lines = Files.readAllLines(path);
    assertThat(lines).hasSize(1);
    JsonNode row = new ObjectMapper().readTree(lines.get(0));
    assertThat(row.path("prompt_text").textValue()).contains(QUESTION);
    assertThat(row.path("chosen_text").textValue()).isEqualTo("3 + 4 = 7");
    assertThat(row.path("rejected_text").textValue()).isEqualTo("3 - 4 = ");
    assertThat(row.path("chosen_whole").booleanValue()).isTrue();
    assertThat(row.path("rejected_whole").isBoolean()).isTrue();
    assertThat(row.path("rejected_whole").booleanValue()).isFalse();
    assertThat(row.has("prompt") || row.has("chosen") || row.has("rejected"))
        .as("what a trainer would put an end behind")
        .isFalse();
    assertThat(row.path("role").textValue()).isEqualTo("answer");
    assertThat(row.path("problem_id").textValue()).isEqualTo("p\"1\"");
    assertThat(row.path("node").intValue()).isEqualTo(2);
    assertThat(row.path("chosen_reward").doubleValue()).isEqualTo(1);
    assertThat(row.path("rejected_reward").doubleValue()).isEqualTo(0.25);
    assertThat(row.path("prompt_ids")).hasSize(pair(2).prompt().length());
    assertThat(row.path("chosen_ids").path(row.path("chosen_ids").size() - 1).intValue())
        .isEqualTo(TOKENS.config().endOfSequenceIds().get(0));
    assertThat(row.size()).isEqualTo(13);
  }

  @Test
  void aRowTellsTheVersionThatWroteItWhereItIsKnown() {
    PreferenceFile file = PreferenceFile.of(folder.resolve("pairs.jsonl"), TOKENS);
    List<PreferencePair> pairs = List.of(pair(0).withRolloutVersion(17), pair(1));
    try (PreferenceFile.Writer writer = file.create()) {
      writer.write(pairs);
    }
    assertThat(file.readAll())
        .extracting(PreferencePair::rolloutVersion)
        .containsExactly(OptionalLong.of(17), OptionalLong.empty());
  }

  @Test
  void theTextOfAPromptGivesItsIdsBack() {
    TokenIds prompt = TOKENS.question(QUESTION);
    assertThat(TOKENS.prompt(TOKENS.promptText(prompt))).isEqualTo(prompt);
  }

  @Test
  void aRunGoesOnAfterTheRowsOfItsCheckpoint() throws IOException {
    Path path = folder.resolve("pairs.jsonl");
    PreferenceFile file = PreferenceFile.of(path, TOKENS);
    try (PreferenceFile.Writer writer = file.create()) {
      writer.write(List.of(pair(0), pair(1)));
      writer.write(List.of(pair(2), pair(3)));
    }
    Files.writeString(path, "{\"prompt\": \"half a l", StandardOpenOption.APPEND);
    try (PreferenceFile.Writer writer = file.resume(3)) {
      writer.write(List.of(pair(7)));
    }
    assertThat(file.readAll()).extracting(PreferencePair::node).containsExactly(0, 1, 2, 7);
    assertThatThrownBy(() -> file.resume(5))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("expected the 5 rows that were written before, found 4");
    assertThat(file.readAll()).hasSize(4);
    file.create().close();
    assertThatThrownBy(file::readAll)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found an empty file");
  }

  @Test
  void textsFromElsewhereAreEncodedAsTheModelReadsThem() throws IOException {
    List<PreferencePair> pairs =
        file("""
        {"prompt": "Q: 3 + 4?\\nA: ", "chosen": "7", "rejected": "8", "extra": [1]}
        {"prompt": "Q: 3 + 4?\\nA: ", "chosen": "7", "rejected": "8", "role": "stop",
        """
                    .replace("\"stop\",\n", "\"stop\", \"problem_id\": 12, \"node\": 1,")
                + "\"chosen_reward\": 0.5, \"rejected_reward\": null}\n")
            .readAll();
    PreferencePair answer = pairs.get(0);
    int end = TOKENS.config().endOfSequenceIds().get(0);
    assertThat(answer.role()).isEqualTo(AdapterRole.ANSWER);
    assertThat(TOKENS.promptText(answer.prompt())).endsWith("Q: 3 + 4?\nA: ");
    assertThat(answer.chosen().tokens().toArray())
        .startsWith(TOKENS.tokenizer().encode("7"))
        .endsWith(end);
    assertThat(answer.problemId()).isEqualTo(Problem.of("Q: 3 + 4?\nA: ").id());
    assertThat(answer.chosen().reward()).isEqualTo(1);
    assertThat(answer.rejected().reward()).isZero();
    PreferencePair stop = pairs.get(1);
    assertThat(stop.role()).isEqualTo(AdapterRole.STOP);
    assertThat(stop.chosen().tokens().toArray()).isEqualTo(TOKENS.tokenizer().encode("7"));
    assertThat(stop.problemId()).isEqualTo("12");
    assertThat(stop.node()).isEqualTo(1);
    assertThat(stop.chosen().reward()).isEqualTo(0.5);
  }

  @Test
  void conversationsGoIntoTheModelsPrompt() throws IOException {
    String user = "{\"role\": \"user\", \"content\": \"3 + 4?\"}";
    String seven = "{\"role\": \"assistant\", \"content\": \"7\"}";
    String eight = "{\"role\": \"assistant\", \"content\": \"8\"}";
    List<PreferencePair> pairs =
        file("{\"prompt\": [%s], \"chosen\": [%s], \"rejected\": [%s]}\n"
                    .formatted(user, seven, eight)
                + "{\"chosen\": [%s, %s], \"rejected\": [%s, %s]}\n"
                    .formatted(user, seven, user, eight))
            .readAll();
    assertThat(pairs.get(0).prompt()).isEqualTo(TOKENS.question("3 + 4?"));
    assertThat(pairs.get(0).chosen().tokens()).isEqualTo(TOKENS.completion("7"));
    assertThat(pairs.get(0).problemId()).isEqualTo(Problem.of("3 + 4?").id());
    assertThat(pairs.get(1)).isEqualTo(pairs.get(0));

    check(
        "{\"prompt\": [{\"role\": \"system\", \"content\": \"Be good\"}, %s], \"chosen\": [%s], \"rejected\": [%s]}"
            .formatted(user, seven, eight),
        "line 1: problem ",
        "expected a single question, as the model has no chat template");
    check(
        "{\"prompt\": [%s, %s], \"chosen\": [%s], \"rejected\": [%s]}"
            .formatted(user, seven, seven, eight),
        "line 1: key \"prompt\": expected a list of messages",
        "that ends with user, found [user, assistant]");
    check(
        "{\"prompt\": [%s], \"chosen\": [%s, %s], \"rejected\": [%s]}"
            .formatted(user, user, seven, eight),
        "key \"chosen\": expected a list of messages with the roles [assistant] and nothing else,"
            + " found [user, assistant]");
    check(
        "{\"chosen\": [%s, %s], \"rejected\": [%s, %s]}"
            .formatted(user, seven, user.replace('3', '5'), eight),
        "key \"rejected\": expected the messages before the last that \"chosen\" has, found \"5 + 4?\"");
    check(
        "{\"prompt\": [%s], \"chosen\": \"7\", \"rejected\": \"8\"}".formatted(user),
        "key \"prompt\": expected a text, found [{");
    check(
        "{\"prompt\": [%s], \"chosen\": [%s], \"rejected\": [%s], \"role\": \"stop\"}"
            .formatted(user, seven, eight),
        "key \"role\": expected answer, as the row is a conversation, found \"stop\"");
    check(
        "{\"prompt\": [{\"role\": \"user\", \"content\": [1]}], \"chosen\": [], \"rejected\": []}",
        "key \"prompt\": expected messages with a text as \"role\" and a text as \"content\"");
  }

  @Test
  void questionsAsTextsAndSharedBeginningsAreRead() throws IOException {
    String seven = "{\"role\": \"assistant\", \"content\": \"7\"}";
    String eight = "{\"role\": \"assistant\", \"content\": \"8\"}";
    String user = "{\"role\": \"user\", \"content\": \"3 + 4?\"}";
    List<PreferencePair> pairs =
        file("{\"prompt\": \"3 + 4?\", \"chosen\": [%s], \"rejected\": [%s]}\n"
                    .formatted(seven, eight)
                + "{\"prompt\": \"3 + 4?\", \"chosen\": [%s, %s], \"rejected\": [%s, %s]}\n"
                    .formatted(user, seven, user, eight)
                + "{\"chosen\": \"Q: 3 + 4?\\nA: 7\", \"rejected\": \"Q: 3 + 4?\\nA: 8\"}\n")
            .readAll();
    assertThat(pairs.get(0).prompt()).isEqualTo(TOKENS.question("3 + 4?"));
    assertThat(pairs.get(0).chosen().tokens()).isEqualTo(TOKENS.completion("7"));
    assertThat(pairs.get(1)).isEqualTo(pairs.get(0));
    assertThat(TOKENS.promptText(pairs.get(2).prompt())).isEqualTo("Q: 3 + 4?\nA:");
    assertThat(TOKENS.promptText(pairs.get(2).chosen().tokens())).isEqualTo(" 7<|end|>");
  }

  @Test
  void promptAndCompletionAreEncodedAsOneText() throws IOException {
    String words = " pens";
    int[] joint = TOKENS.tokenizer().encode("Tom has" + words);
    PreferencePair pair =
        file("{\"prompt\": \"Tom has\", \"chosen\": \" pens\", \"rejected\": \"x\"}")
            .readAll()
            .get(0);
    assertThat(
            TokenIds.builder(9)
                .addAll(pair.prompt())
                .addAll(pair.chosen().tokens())
                .build()
                .toArray())
        .startsWith(joint);
    PreferencePair torn =
        file("{\"prompt\": \"Tom ha\", \"chosen\": \"s\", \"rejected\": \"x\"}").readAll().get(0);
    assertThat(torn.prompt().toArray()).isEqualTo(TOKENS.tokenizer().encode("Tom ha"));
    assertThat(torn.chosen().tokens()).isEqualTo(TOKENS.completion("s"));
  }

  @Test
  void parquetIsRefusedWithTheLineThatConvertsIt() throws IOException {
    check("PAR1\0\0PAR1", "found a Parquet file", "pandas.read_parquet('in.jsonl').to_json(");
  }

  @Test
  void malformedRowsAreNamed() throws IOException {
    String good = "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}\n";
    check(
        good + "{\"prompt\": \"a\", \"chosen\": \"b\"}",
        "line 2: key \"rejected\": expected a text, found no such key");
    check(
        "\n" + good + "{\"chosen\": \"b\", \"rejected\": \"c\"}",
        "line 3: key \"prompt\": expected a text, found no such key");
    check(good.replace("\"c\"", "\"b\""), "line 1: Pair of problem");
    check(good.replace("\"c\"", "7"), "line 1: key \"rejected\": expected a text, found 7");
    check(good.replace("\"a\"", "\" \""), "line 1: key \"prompt\": expected a text, found \" \"");
    check(
        good.replace("}", ", \"role\": \"judge\"}"),
        "key \"role\": expected answer or stop, found \"judge\"");
    check(
        good.replace("}", ", \"node\": -1}"),
        "key \"node\": expected a whole number of at least 0, found -1");
    check(
        good.replace("}", ", \"chosen_reward\": \"1\"}"),
        "key \"chosen_reward\": expected a finite number");
    check(good.replace("}", ""), "line 1: expected a JSON object, found malformed JSON");
    check("[" + good.strip() + "]", "line 1: expected a JSON object, found [{");
    check(good.strip() + " " + good, "line 1: expected a JSON object, found malformed JSON");
    check(
        "{\"prompt\": \"a\", \"prompt\": \"b\"}",
        "line 1: expected a JSON object, found malformed JSON: Duplicate field");
    check("", "found an empty file");
    check("\r\n \n", "found an empty file");
    check(
        "{\"prompt_ids\": [1], \"chosen_ids\": [2], \"rejected_ids\": [999999]}",
        "key \"rejected_ids\": expected an array of token ids from 0 to "
            + (TOKENS.config().vocabularySize() - 1)
            + ", found 999999");
    check(
        "{\"prompt_ids\": [], \"chosen_ids\": [2], \"rejected_ids\": [3]}",
        "key \"prompt_ids\": expected at least one token id");
    check(
        "{\"chosen_ids\": [2], \"rejected_ids\": [3]}",
        "key \"prompt_ids\": expected an array of token ids");
    check("{\"prompt_ids\": [1.5], \"chosen_ids\": [2], \"rejected_ids\": [3]}", "found 1.5");
    check("{\"prompt_ids\": \"1\", \"chosen_ids\": [2], \"rejected_ids\": [3]}", "found \"1\"");
  }

  @Test
  void idsThatAreNotThoseOfTheTextAreRefused() throws IOException {
    Path path = folder.resolve("pairs.jsonl");
    try (PreferenceFile.Writer writer = PreferenceFile.of(path, TOKENS).create()) {
      writer.write(List.of(pair(0)));
    }
    check(
        Files.readString(path).replace("\"3 + 4 = 7\"", "\"3 + 4 = 9\""),
        "line 1: key \"chosen_text\": expected the text that this model's tokenizer gives for"
            + " \"chosen_ids\", \"3 + 4 = 7\", found \"3 + 4 = 9\"; remove the ids");
  }

  private void check(String content, String... messages) throws IOException {
    PreferenceFile file = file(content);
    assertThatThrownBy(file::readAll)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(folder.resolve("in.jsonl").toString())
        .hasMessageContainingAll(messages);
  }

  @Test
  void marksAndCarriageReturnsAreRead() throws IOException {
    String row = "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"é\"}";
    List<PreferencePair> plain = file(row + "\n" + row + "\n").readAll();
    assertThat(file("\uFEFF" + row + "\r\n\r\n" + row).readAll()).isEqualTo(plain);
  }

  @Test
  void unreadableFilesAreRefused() throws IOException {
    PreferenceFile missing = PreferenceFile.of(folder.resolve("none.jsonl"), TOKENS);
    assertThatThrownBy(missing::iterator)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "none.jsonl: expected a file with a JSON object a line, found no such file");
    assertThatThrownBy(PreferenceFile.of(folder, TOKENS)::iterator)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found a folder");
    Path latin = folder.resolve("latin.jsonl");
    Files.write(latin, "{}\n{\"prompt\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1));
    JsonLinesReader rows = new JsonLinesReader(latin);
    rows.next();
    assertThatThrownBy(rows::next)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("latin.jsonl, line 2: expected UTF-8 text, found other bytes");
  }
}
