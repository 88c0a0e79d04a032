package dev.flowdpo.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.AdapterRole;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTreeTest {
  private final List<ReportTree> trees = RealRuns.shared().trees();

  @Test
  void everyProblemOfALearnerGivesItsTreeInOrder() {
    assertThat(trees.stream().map(ReportTree::note))
        .hasSize(2 * RealRuns.PROBLEMS)
        .startsWith("seed 0, problem 1", "seed 0, problem 2")
        .endsWith("seed 1, problem " + RealRuns.PROBLEMS);
    assertThat(trees).anyMatch(tree -> tree.pairCount() > 0).anyMatch(t -> t.nodes().size() > 1);
  }

  @Test
  void chunksAreThePathAndPairsAreOfTheirNode() {
    for (ReportTree tree : trees) {
      StringBuilder path = new StringBuilder();
      for (ReportNode node : tree.nodes()) {
        path.append(node.step().text());
        List<String> tried =
            node.alternatives().stream().map(b -> b.steps().get(node.index()).text()).toList();
        for (ReportPair pair : node.pairs()) {
          if (pair.role() == AdapterRole.ANSWER) {
            assertThat(List.of(pair.chosen(), pair.rejected())).contains(node.step().text());
            assertThat(List.of(pair.chosen(), pair.rejected())).containsAnyElementsOf(tried);
          }
        }
      }
      assertThat(path.toString().strip()).isEqualTo(tree.original().text());
    }
  }

  /** The words are found from rewards, so each must always stand for the same tokens. */
  @Test
  void decisionsOfStopPairsAreReadRight() {
    Map<List<Integer>, String> words = new HashMap<>();
    for (ReportTree tree : trees) {
      for (ReportNode node : tree.nodes()) {
        for (ReportPair pair : node.pairs()) {
          if (pair.role() == AdapterRole.STOP) {
            String chosen = words.computeIfAbsent(pair.chosenTokens(), t -> pair.chosen());
            assertThat(chosen).isEqualTo(pair.chosen());
            String rejected = words.computeIfAbsent(pair.rejectedTokens(), t -> pair.rejected());
            assertThat(rejected).isEqualTo(pair.rejected());
          }
        }
      }
    }
    assertThat(words.values()).containsExactlyInAnyOrder("finished", "go on");
  }

  @Test
  void comeBackFromJson() {
    for (ReportTree tree : trees) {
      String line = RolloutTreeJson.line(tree);
      assertThat(line).doesNotContain("\n").contains("\"answer\":\"", "\"rule\":\"");
      assertThat(RolloutTreeJson.parse("trees.jsonl", line)).isEqualTo(tree);
    }
  }

  @Test
  void malformedLinesAreRefusedByName() {
    String line = RolloutTreeJson.line(trees.get(0));
    for (String bad :
        List.of("", "{", "[]", line.substring(0, line.length() / 2), line + line, "null")) {
      assertThatThrownBy(() -> RolloutTreeJson.parse("trees.jsonl, line 3", bad))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("trees.jsonl, line 3: expected a rollout tree as JSON");
    }
    assertThatThrownBy(
            () -> RolloutTreeJson.parse("f", line.replace("\"question\"", "\"qestion\"")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("question");
    assertThatThrownBy(
            () ->
                RolloutTreeJson.parse(
                    "f", line.replaceAll("\"rule\":\"[A-Z_]+\"", "\"rule\":\"X\"")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("X");
  }
}
