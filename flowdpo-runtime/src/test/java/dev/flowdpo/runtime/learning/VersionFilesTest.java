package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.AdapterVersion;
import dev.flowdpo.learning.FlowAdapters;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.SolutionChunk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions of adapters over restarts. */
@Tag("slow")
class VersionFilesTest {
  private static final Problem PROBE = BundledProblems.heldOut(1).get(0);
  private static final LearnerOptions OPTIONS =
      BundledModel.learnerOptions().toBuilder()
          .rates(rates -> rates.answer(0.02).stop(0.02))
          .rollouts(rollouts -> rollouts.problemsPerGroup(4))
          .gate(gate -> gate.keptVersions(3))
          .checkpointEveryProblems(8)
          .seed(5)
          .build();

  @TempDir Path folder;

  @Test
  void versionsAndTheirFiguresSurviveARestart() throws IOException {
    List<AdapterVersion> kept;
    List<SolutionChunk> atLast;
    List<SolutionChunk> beforeThat;
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, folder, false).build()) {
      learner.learn(BundledProblems.learning(61, 16));
      beforeThat = flow.solve(PROBE).chunks();
      learnToTheNextVersion(flow, learner, 100);
      kept = flow.adapters().list();
      atLast = flow.solve(PROBE).chunks();
    }
    assertThat(atLast).isNotEqualTo(beforeThat);
    assertThat(kept).hasSize(3);
    assertThat(files()).hasSize(3);
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, folder, true).build()) {
      FlowAdapters adapters = flow.adapters();
      assertThat(adapters.list()).isEqualTo(kept);
      assertThat(adapters.live()).isEqualTo(kept.get(2));
      assertThat(flow.solve(PROBE).chunks()).isEqualTo(atLast);
      assertThat(adapters.rollBack()).isEqualTo(kept.get(1));
      assertThat(flow.solve(PROBE).chunks()).isEqualTo(beforeThat);
      // The numbers go on, and the oldest goes with its files.
      learnToTheNextVersion(flow, learner, 200);
      assertThat(adapters.live().number()).isGreaterThan(kept.get(2).number());
      assertThat(adapters.list()).hasSize(3);
      assertThat(files()).hasSize(3);
    }
  }

  @Test
  void aRollbackIsLiveAfterAKillAtOnce() throws IOException {
    List<SolutionChunk> rolledBack;
    AdapterVersion chosen;
    Path killed = folder.resolve("killed");
    Path saved = folder.resolve("saved");
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, saved, false).build()) {
      learner.learn(BundledProblems.learning(64, 16));
      chosen = flow.adapters().rollBack();
      rolledBack = flow.solve(PROBE).chunks();
      copy(saved, killed); // what there is now is what a kill would leave
      learner.learn(BundledProblems.learning(65, 4));
    }
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, killed, true).build()) {
      assertThat(flow.adapters().live()).isEqualTo(chosen);
      assertThat(flow.solve(PROBE).chunks()).isEqualTo(rolledBack);
      learner.learn(BundledProblems.learning(65, 4));
      learner.save(folder.resolve("after-the-kill"));
      assertThat(killed.resolve("chosen")).doesNotExist();
    }
    // It goes on from there as the learner did that was not killed.
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, saved, true).build()) {
      learner.save(folder.resolve("undisturbed"));
    }
    for (String role : List.of("answer", "stop")) {
      String file = role + "/adapter_model.safetensors";
      assertThat(folder.resolve("after-the-kill").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("undisturbed").resolve(file));
    }
  }

  @Test
  void aChoiceThatACheckpointHoldsIsNotMadeAgain() throws IOException {
    AdapterVersion live;
    Path chosen = folder.resolve("chosen");
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, folder, false).build()) {
      learner.learn(BundledProblems.learning(66, 16));
      flow.adapters().rollBack();
      String text = Files.readString(chosen);
      learner.learn(BundledProblems.learning(67, 8));
      assertThat(chosen).doesNotExist();
      Files.writeString(chosen, text); // as if killed before it was deleted
      live = flow.adapters().live();
    }
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, folder, true).build()) {
      assertThat(flow.adapters().live()).isEqualTo(live);
    }
  }

  @Test
  void damageIsRefusedByTheFile() throws IOException {
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, folder, false).build()) {
      learner.learn(BundledProblems.learning(68, 8));
    }
    Path file = files().get(0).resolve("answer/adapter_model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    try (Flow flow = Flow.builder().build()) {
      assertThatThrownBy(() -> builder(flow, folder, true).build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("SHA-256");
    }
  }

  @Test
  void anotherRunsVersionsAreReplacedWithItsState() throws IOException {
    for (int seed : new int[] {69, 70}) {
      try (Flow flow = Flow.builder().build();
          OnlineLearner learner =
              builder(flow, folder, false).overwrite(true).name("run " + seed).build()) {
        learner.learn(BundledProblems.learning(seed, 12));
        assertThat(files()).hasSameSizeAs(flow.adapters().list());
      }
    }
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, folder, true).build()) {
      assertThat(flow.adapters().list())
          .filteredOn(version -> version.number() > 0)
          .isNotEmpty()
          .allMatch(version -> version.source().contains("run 70"));
    }
  }

  /** Learns group by group until one has been published. */
  private static void learnToTheNextVersion(Flow flow, OnlineLearner learner, int firstSeed) {
    long live = flow.adapters().live().number();
    for (int seed = firstSeed; flow.adapters().live().number() == live; seed++) {
      learner.learn(BundledProblems.learning(seed, 4));
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("versions"))) {
      return all.sorted().toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    if (Files.exists(to)) {
      MoreFiles.deleteRecursively(to, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else if (!path.endsWith("learner.lock")) { // reading it would give up the lock
          Files.copy(path, target);
        }
      }
    }
  }

  private static OnlineLearner.Builder builder(Flow flow, Path folder, boolean resume) {
    return flow.learner()
        .verifier(BundledProblems.VERIFIER)
        .options(OPTIONS)
        .checkpoint(folder)
        .resume(resume);
  }
}
