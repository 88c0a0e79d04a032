package dev.flowdpo.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.preference.Contrast;
import dev.flowdpo.preference.PairOptions;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.testing.ScriptedPolicy;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextPairWriterTest {
  private static final Problem PROBLEM =
      Problem.builder(List.of(Message.system("Be brief."), Message.user("2 + 3?")))
          .id("p1")
          .answer("5")
          .build();

  @TempDir private Path folder;

  @Test
  void chunksAreSetAgainstEachOtherAfterTheSamePrompt() throws IOException {
    Path file = folder.resolve("new/chunks.jsonl");
    try (TextPairWriter writer =
        TextPairWriter.chunks(file, problem -> "Q: " + problem.question() + " A:")) {
      assertThat(writer.write(contrasts())).isEqualTo(1);
    }
    assertThat(rows(file))
        .containsExactly(
            tree(
                """
                {"prompt": "Q: 2 + 3? A:So", "chosen": " #### 5", "rejected": " #### 6",
                 "contrast": "chunk", "problem_id": "p1", "node": 1,
                 "chosen_reward": 1.0, "rejected_reward": 0.0}
                """));
  }

  @Test
  void conversationsSetAnswersAgainstEachOther() throws IOException {
    Path file = folder.resolve("conversations.jsonl");
    List<Contrast> contrasts = contrasts();
    try (TextPairWriter writer = TextPairWriter.conversations(file)) {
      assertThat(writer.write(contrasts)).isEqualTo(contrasts.size());
    }
    List<JsonNode> rows = rows(file);
    assertThat(rows)
        .contains(
            tree(
                """
                {"prompt": [{"role": "system", "content": "Be brief."},
                            {"role": "user", "content": "2 + 3?"}],
                 "chosen": [{"role": "assistant", "content": "So #### 5"}],
                 "rejected": [{"role": "assistant", "content": "So #### 6"}],
                 "contrast": "chunk", "problem_id": "p1", "node": 1,
                 "chosen_reward": 1.0, "rejected_reward": 0.0}
                """));
    // To stop after the first chunk leaves the question open; to go on after the last spoils it.
    assertThat(rows)
        .filteredOn(row -> row.get("contrast").asText().equals("stop"))
        .extracting(row -> row.at("/rejected/0/content").asText())
        .containsExactly("So", "So #### 5 #### 6");
  }

  @Test
  void aFileGoesOnAfterItsLastWholeLine() throws IOException {
    Path file = folder.resolve("pairs.jsonl");
    Files.writeString(file, "{\"kept\": 1}\n{\"half");
    for (int i = 0; i < 2; i++) {
      try (TextPairWriter writer = TextPairWriter.chunks(file, Problem::question)) {
        writer.write(contrasts());
      }
    }
    List<JsonNode> rows = rows(file);
    assertThat(rows).hasSize(3);
    assertThat(rows.get(0)).isEqualTo(tree("{\"kept\": 1}"));

    Files.writeString(file, "{\"half");
    TextPairWriter.conversations(file).close();
    assertThat(file).isEmptyFile();
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() {
    assertThatThrownBy(() -> TextPairWriter.conversations(folder))
        .isInstanceOf(FlowException.class)
        .hasMessageStartingWith(folder + ": expected a file that pairs can be written to");
    TextPairWriter closed = TextPairWriter.conversations(folder.resolve("closed.jsonl"));
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.write(contrasts())).isInstanceOf(FlowException.class);
  }

  /** The flow writes "So #### 5"; whatever else is drawn at the second chunk is wrong. */
  private static List<Contrast> contrasts() {
    AtomicBoolean first = new AtomicBoolean(true);
    ScriptedPolicy policy =
        new ScriptedPolicy(
            request ->
                request.prefix().depth() == 0
                    ? Chunk.ofText("So", false)
                    : Chunk.ofText(first.getAndSet(false) ? " #### 5" : " #### 6", true));
    RolloutRequest request =
        RolloutRequest.builder(
                List.of(PROBLEM), policy, StopRules.endOfText(), new MathAnswerVerifier())
            .options(FlowOptions.builder().maxChunks(3).build())
            .build();
    List<Contrast> contrasts = new ArrayList<>();
    for (RolloutTree tree : RolloutSampler.tree().sample(request)) {
      contrasts.addAll(Contrast.of(tree, PairOptions.defaults()));
    }
    return contrasts;
  }

  private static List<JsonNode> rows(Path file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      rows.add(tree(line));
    }
    return rows;
  }

  private static JsonNode tree(String json) throws IOException {
    return new ObjectMapper().readTree(json);
  }
}
