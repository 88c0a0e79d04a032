package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.ProblemOutcome;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.preference.PairRule;
import dev.flowdpo.runtime.checkpoint.LockingProcess;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a learner keeps on the disk, for whom, and how long. */
@Tag("slow")
class LearnerStateTest {
  private static final LearnerOptions OPTIONS =
      BundledModel.learnerOptions().toBuilder()
          .rollouts(rollouts -> rollouts.problemsPerGroup(4))
          // Never as many: all pairs wait.
          .updates(updates -> updates.pairsPerAnswerUpdate(10_000).pairsPerStopUpdate(10_000))
          .seed(5)
          .build();

  @TempDir Path folder;

  @Test
  void aRestartedLearnerLearnsWhatIsNew() {
    List<Problem> known = BundledProblems.learning(31, 8);
    List<Problem> fresh = BundledProblems.learning(32, 4);
    assertThat(learn(false, known).problems()).isEqualTo(8);
    // New ones alone, as a service has them: none is taken for one of before.
    assertThat(learn(true, fresh).problems()).isEqualTo(12);
    // All of them in another order: none is left.
    List<Problem> all = new ArrayList<>(fresh);
    all.addAll(known);
    Collections.reverse(all);
    assertThat(learn(true, all).problems()).isEqualTo(12);
    // One that comes twice in a stream is learned from twice.
    List<Problem> twice = List.of(known.get(0), known.get(0));
    assertThat(learn(true, twice).problems()).isEqualTo(13);
  }

  @Test
  void aNamedStreamGoesOnAtItsPosition() {
    List<Problem> problems = BundledProblems.learning(33, 12);
    assertThat(learnStream(false, "train", problems.subList(0, 8)).problems()).isEqualTo(8);
    assertThat(learnStream(true, "train", problems).problems()).isEqualTo(12);
    assertThat(learnStream(true, "other", problems.subList(0, 4)).problems()).isEqualTo(16);
  }

  @Test
  void anEarlierStateIsNotReplacedUnasked() {
    learn(false, BundledProblems.learning(34, 4));
    assertThatThrownBy(() -> learn(false, BundledProblems.learning(34, 4)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("resume(true)")
        .hasMessageContaining("overwrite(true)")
        .hasMessageContaining(folder.toString());
    assertThat(learn(true, BundledProblems.learning(34, 4)).problems()).isEqualTo(4);
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner =
            flow.learner()
                .verifier(BundledProblems.VERIFIER)
                .options(OPTIONS)
                .checkpoint(folder)
                .overwrite(true)
                .build()) {
      assertThat(learner.learn(BundledProblems.learning(35, 4)).progress().problems()).isEqualTo(4);
    }
    assertThat(learn(true, BundledProblems.learning(35, 4)).problems()).isEqualTo(4);
  }

  @Test
  void oneLearnerAtATimeHasTheFolder() throws IOException {
    List<Problem> problems = BundledProblems.learning(42, 4);
    try (Flow flow = Flow.builder().build();
        Flow other = Flow.builder().build()) {
      try (OnlineLearner learner = builder(flow, false).name("first").build()) {
        assertThatThrownBy(() -> builder(other, false).name("second").build())
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining(folder.toString())
            .hasMessageContaining("learner \"second\"")
            .hasMessageContaining("learner \"first\" of this process");
        learner.learn(problems);
      }
      try (LockingProcess process = LockingProcess.start(folder, LearnerCheckpoint.LOCK)) {
        assertThatThrownBy(() -> builder(other, true).build())
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("learner \"other\" of process " + process.pid());
      }
      // A refused learner, or one that does not fit, leaves the folder and the roles free.
      assertThatThrownBy(() -> builder(other, true).options(o -> o.seed(6)).build())
          .hasMessageContaining("options.seed");
      try (OnlineLearner learner = builder(other, true).build()) {
        assertThat(learner.progress().problems()).isEqualTo(4);
      }
    }
  }

  @Test
  void theManifestNamesEveryFileAndEverySetting() throws IOException {
    learn(false, BundledProblems.learning(36, 4));
    JsonNode manifest = new ObjectMapper().readTree(state().resolve("manifest.json").toFile());
    assertThat(manifest.path("format").asInt()).isEqualTo(3);
    try (Stream<Path> files = Files.list(state())) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (!name.equals("manifest.json")) {
          JsonNode entry = manifest.path("files").path(name);
          assertThat(entry.path("bytes").asLong()).as(name).isEqualTo(Files.size(file));
          assertThat(entry.path("sha256").asText())
              .isEqualTo(MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString());
        }
      }
    }
    JsonNode settings = manifest.path("settings");
    assertThat(settings.path("options.lora.rank").asText())
        .isEqualTo(Integer.toString(OPTIONS.lora().rank()));
    assertThat(settings.path("options.seed").asText()).isEqualTo("5");
    assertThat(settings.path("flow.chunkSize").asText()).isNotEmpty();
    assertThat(settings.path("objective").asText()).contains("1.0");
    assertThat(settings.path("model").asText()).hasSize(32);
  }

  @Test
  void whatDoesNotFitIsRefusedByName() {
    List<Problem> problems = BundledProblems.learning(37, 4);
    learn(false, problems);
    assertRefused(
        builder -> builder.options(o -> o.rates(r -> r.answer(0.5))),
        "options.rates.answer: then ");
    assertRefused(builder -> builder.objective(DpoObjective.hinge(0.5)), "objective: then ");
    assertRefused(builder -> builder.pairs((tree, tokens) -> List.of()), "pairRule: then ");
    assertRefused(
        builder -> builder.sampler(request -> List.of()),
        "sampler: then dev.flowdpo.rollout.TreeRolloutSampler, now ");
    // What says nothing of the result may change.
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner =
            builder(flow, true)
                .options(
                    o ->
                        o.checkpointEveryProblems(7)
                            .rollouts(r -> r.parallelVerifications(3))
                            .submissions(s -> s.capacity(3)))
                .build()) {
      assertThat(learner.progress().problems()).isEqualTo(4);
    }
    // Another flow: its seed and chunks are a part of the run.
    try (Flow flow = Flow.builder().maxChunks(2).build()) {
      assertThatThrownBy(() -> builder(flow, true).build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("flow.maxChunks: then ");
    }
  }

  @Test
  void damagedFilesAreFound() throws IOException {
    learn(false, BundledProblems.learning(38, 4));
    for (String name : List.of("answer.safetensors", "seen.txt", "state.json")) {
      Path file = state().resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      byte[] damaged = bytes.clone();
      damaged[damaged.length / 2] ^= 1;
      Files.write(file, damaged);
      assertThatThrownBy(() -> learn(true, BundledProblems.learning(38, 4)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(name)
          .hasMessageContaining("SHA-256");
      Files.delete(file);
      assertThatThrownBy(() -> learn(true, BundledProblems.learning(38, 4)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(name)
          .hasMessageContaining("found none");
      Files.write(file, bytes);
    }
    assertThat(learn(true, BundledProblems.learning(38, 4)).problems()).isEqualTo(4);
  }

  @Test
  void aForgottenProblemIsGoneFromTheDisk() throws Exception {
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, false).build()) {
      List<Problem> problems = BundledProblems.learning(39, 12);
      ProblemOutcome taught = null;
      for (Problem problem : problems) {
        ProblemOutcome outcome = learner.submit(problem).get();
        taught = outcome.pairs().isEmpty() ? taught : outcome;
      }
      String id = Optional.ofNullable(taught).orElseThrow().problem().id();
      learner.save(folder.resolve("adapters"));
      assertThat(learner.forget("nobody")).isFalse();
      assertThat(learner.forget(id)).isTrue();
      assertThat(learner.hasSeen(id)).isFalse();
      assertThat(Files.readString(state().resolve("state.json"))).doesNotContain(id);
      assertThat(Files.readString(state().resolve("seen.txt")))
          .doesNotContain(SeenProblems.key(id))
          .contains(SeenProblems.key(other(problems, id)));
      try (Stream<Path> states = Files.list(folder)) {
        assertThat(states.filter(path -> path.getFileName().toString().startsWith("problems-")))
            .hasSize(1);
      }
      assertThat(learner.forget(id)).isFalse();
    }
  }

  private static String other(List<Problem> problems, String id) {
    return problems.stream().map(Problem::id).filter(other -> !other.equals(id)).findFirst().get();
  }

  @Test
  void whatIsRedactedIsNotWritten() throws IOException {
    List<Problem> problems = BundledProblems.learning(40, 12);
    String json;
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, false).redaction(pair -> Optional.empty()).build()) {
      LearningProgress progress = learner.learn(problems).progress();
      assertThat(progress.answerPairs()).isPositive();
      json = Files.readString(state().resolve("state.json"));
    }
    assertThat(new ObjectMapper().readTree(json).path("answer").path("pending")).isEmpty();
    assertThat(json).doesNotContain(problems.get(0).id());
    // What had been withheld is not waited for.
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, true).build()) {
      assertThat(learner.learn(problems).progress().problems()).isEqualTo(12);
    }
  }

  /** The address of a lambda is another one in every process. */
  @Test
  void nothingThatIsWrittenHangsOnAnAddress() throws IOException {
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner =
            builder(flow, false)
                .pairs(PairRule.successes().atThePaceOf((tree, tokens) -> List.of()))
                .build()) {
      learner.learn(BundledProblems.learning(41, 1));
    }
    JsonNode settings =
        new ObjectMapper().readTree(state().resolve("manifest.json").toFile()).path("settings");
    assertThat(settings.path("pairRule").asText())
        .startsWith("PacedPairs[")
        .contains("LearnerStateTest$$Lambda]")
        .doesNotContain("@");
    settings.forEach(value -> assertThat(value.asText()).doesNotContainPattern("@[0-9a-f]{4}"));
  }

  private Path state() throws IOException {
    return folder.resolve(Files.readString(folder.resolve("latest")));
  }

  private void assertRefused(UnaryOperator<OnlineLearner.Builder> change, String difference) {
    try (Flow flow = Flow.builder().build()) {
      assertThatThrownBy(() -> change.apply(builder(flow, true)).build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("same settings")
          .hasMessageContaining(difference);
    }
  }

  private LearningProgress learn(boolean resume, List<Problem> problems) {
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, resume).build()) {
      return learner.learn(problems).progress();
    }
  }

  private LearningProgress learnStream(boolean resume, String stream, List<Problem> problems) {
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = builder(flow, resume).build()) {
      return learner.learn(stream, problems).progress();
    }
  }

  private OnlineLearner.Builder builder(Flow flow, boolean resume) {
    return flow.learner()
        .verifier(BundledProblems.VERIFIER)
        .options(OPTIONS)
        .checkpoint(folder)
        .resume(resume);
  }
}
