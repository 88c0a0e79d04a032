package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dates in prompts: told once a problem, and the same in a run that goes on another day. */
@Tag("slow")
class RunTimeTest {
  /** Makes pairs of nearly every problem, whatever the model can do. */
  private static final Verifier BY_LENGTH =
      attempt -> Verdict.of(attempt.answer().length() % 2 == 0);

  @TempDir private Path root;

  private final TickingClock clock = new TickingClock();
  private final List<PreferencePair> pairs = new ArrayList<>();
  private Tokenizer tokenizer;
  private Flow flow;

  /** Another day each time it is read. */
  private static final class TickingClock extends Clock {
    private int reads;

    @Override
    public Instant instant() {
      return Instant.EPOCH.plus(Duration.ofDays(reads++));
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  @BeforeEach
  void open() throws IOException {
    Path model = Files.createDirectory(root.resolve("model"));
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(BundledModel.folder().resolve(name), model.resolve(name));
    }
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{{ strftime_now('%j') }} {% for m in messages %}Question: {{ m.content }}\n{% endfor %}"
            + "Solution:\n");
    tokenizer = HuggingFaceTokenizers.open(model.resolve(HuggingFaceTokenizers.FILE));
    reopen();
  }

  private void reopen() {
    flow =
        Flow.builder()
            .model(root.resolve("model"))
            .modelOptions(options -> options.clock(clock))
            .chunkSize(6)
            .maxChunks(3)
            .build();
  }

  @AfterEach
  void close() {
    flow.close();
    tokenizer.close();
  }

  @Test
  void aProblemIsPutOnceForSamplingJudgingAndItsPairs() {
    int before = clock.reads;
    List<Problem> problems = BundledProblems.learning(1, 4);
    List<Solution> solutions = flow.solveAll(problems);
    assertThat(clock.reads - before).isEqualTo(4);
    try (OnlineLearner learner = learner(false)) {
      int learning = clock.reads;
      for (Solution solution : solutions) {
        learner.feedback(solution, Verdict.of(true)).join();
      }
      assertThat(learner.submit(BundledProblems.learning(2, 1).get(0)).join().problem())
          .isNotNull();
      assertThat(clock.reads - learning).isEqualTo(1);
    }
    assertThat(pairs).isNotEmpty();
    assertThat(days()).allMatch(day -> Integer.parseInt(day) > before);
  }

  @Test
  void aRunThatGoesOnTellsTheTimeAtWhichItBegan() throws IOException {
    List<Problem> problems = BundledProblems.learning(3, 8);
    try (OnlineLearner learner = learner(false)) {
      learner.learn(problems.subList(0, 4));
    }
    String began = manifestTime();
    Set<String> days = days();
    assertThat(days).hasSize(1);
    assertThat(began)
        .startsWith(Instant.EPOCH.plus(Duration.ofDays(day(days) - 1)).toString().substring(0, 10));
    pairs.clear();
    flow.close();
    reopen();
    try (OnlineLearner learner = learner(true)) {
      learner.learn(problems);
    }
    assertThat(pairs).isNotEmpty();
    assertThat(days()).isEqualTo(days);
    assertThat(manifestTime()).isEqualTo(began);
  }

  @Test
  void aTimeThatCannotBeReadIsRefused() {
    assertThatThrownBy(() -> RunTime.recorded(null, "yesterday"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("manifest.json: expected promptTime")
        .hasMessageContaining("yesterday");
  }

  private OnlineLearner learner(boolean resume) {
    return flow.learner()
        .verifier(BY_LENGTH)
        .options(o -> o.rollouts(r -> r.problemsPerGroup(4)))
        .listener(
            new LearningListener() {
              @Override
              public void onPairs(List<PreferencePair> found) {
                pairs.addAll(found);
              }
            })
        .checkpoint(root.resolve("state"))
        .resume(resume)
        .build();
  }

  private String manifestTime() throws IOException {
    Path state = root.resolve("state");
    Path newest = state.resolve(Files.readString(state.resolve("latest")).strip());
    return new ObjectMapper()
        .readTree(newest.resolve("manifest.json").toFile())
        .path("settings")
        .path("promptTime")
        .asText();
  }

  private static int day(Set<String> days) {
    return Integer.parseInt(days.iterator().next());
  }

  /** The days of the year that the pairs' prompts tell. */
  private Set<String> days() {
    Set<String> days = new TreeSet<>();
    for (PreferencePair pair : pairs) {
      String prompt = tokenizer.decodeWithSpecialTokens(pair.prompt().toArray());
      days.add(prompt.substring(0, prompt.indexOf(" Question")).replaceAll("\\D", ""));
    }
    return days;
  }
}
