package dev.flowdpo.runtime.faults;

import com.google.common.hash.Hashing;
import dev.flowdpo.Flow;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningListener;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.TraceCompiler;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.data.FileSeals;
import dev.flowdpo.runtime.data.PreferenceFile;
import dev.flowdpo.runtime.data.TraceFile;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import dev.flowdpo.runtime.tiny.BundledModel;
import dev.flowdpo.runtime.tiny.WordProblem;
import dev.flowdpo.runtime.tiny.WordProblems;
import dev.flowdpo.spi.EngineSettings;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small run of the real learner on the bundled model, with its checkpoints, pairs, traces, seals
 * and adapters in one folder, which may be of any file system. Each run has adapters of its own on
 * one loaded model.
 */
public final class LearnedRun implements AutoCloseable {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final AdapterFlowEngine engine =
      new AdapterFlowEngineProvider().open(EngineSettings.defaults());
  private final Flow flow = Flow.builder().engine(engine).seed(4).build();
  private final List<Problem> problems;
  private final LearnerOptions options =
      BundledModel.learnerOptions().toBuilder()
          .rates(rates -> rates.answer(0.02).stop(0.02))
          .rollouts(rollouts -> rollouts.problemsPerGroup(1))
          .updates(updates -> updates.pairsPerAnswerUpdate(1).pairsPerStopUpdate(1))
          .lora(lora -> lora.rank(1).targetModules(List.of("q_proj"))) // files of few operations
          .gate(gate -> gate.keptVersions(2))
          .checkpointEveryProblems(1)
          .seed(5)
          .build();

  /** Takes problems of which already the first leads to pairs and to a trace. */
  public LearnedRun(int problems) {
    this.problems = WordProblems.learning(64).limit(problems).map(WordProblem::toProblem).toList();
  }

  /** Begins the run, or goes on with what is in the folder. */
  public void run(Path folder) {
    run(folder, problems.size());
  }

  /** Runs up to so many problems. */
  public void run(Path folder, int count) {
    run(folder, count, RolloutSampler.tree());
  }

  /** Runs with another sampler. */
  public void run(Path folder, int count, RolloutSampler sampler) {
    Listeners listeners = new Listeners();
    Flow own = flow.withAdapters("run-" + NAMES.incrementAndGet());
    try (OnlineLearner learner =
        own.learner()
            .verifier(a -> Verdict.of(a.finalAnswer().equals(a.problem().answer())))
            .options(options)
            .sampler(sampler)
            .listener(listeners)
            .checkpoint(folder.resolve("checkpoint"))
            .resume(true)
            .build()) {
      LearningProgress from = learner.progress();
      Path pairsFile = folder.resolve("pairs.jsonl");
      Path tracesFile = folder.resolve("traces.jsonl");
      Path sealsFile = folder.resolve("seals.json");
      List<Path> sealed = List.of(pairsFile, tracesFile);
      listeners.seals = FileSeals.resume(sealsFile, sealed, from.problems());
      try (PreferenceFile.Writer pairs =
              PreferenceFile.of(pairsFile, engine.tokens())
                  .resume(from.answerPairs() + from.stopPairs());
          TraceFile.Writer traces =
              TraceFile.of(tracesFile, engine.tokens()).resume(from.problems())) {
        listeners.pairs = pairs;
        listeners.traces = TraceCompiler.builder().seed(5).sink(traces::write).build();
        listeners.seals.save();
        learner.learn(problems.subList(0, count));
        learner.save(folder);
      }
    }
  }

  /** What a run writes beside its checkpoints. */
  private static final class Listeners implements LearningListener {
    private PreferenceFile.Writer pairs;
    private TraceCompiler traces;
    private FileSeals seals;

    @Override
    public void onProblem(RolloutTree tree, LearningProgress progress) {
      traces.onProblem(tree, progress);
    }

    @Override
    public void onPairs(List<PreferencePair> formed) {
      pairs.write(formed);
    }

    @Override
    public void onCheckpoint(Path folder) {
      seals.save();
    }
  }

  /** Returns what a run leaves that is the same for equal runs, by file. */
  public static Map<String, String> content(Path folder) throws IOException {
    Map<String, String> content = new TreeMap<>();
    Path checkpoint = folder.resolve("checkpoint");
    String latest = Files.readString(checkpoint.resolve("latest"));
    for (String name :
        List.of(
            "pairs.jsonl",
            "traces.jsonl",
            "seals.json",
            "answer/adapter_config.json",
            "answer/adapter_model.safetensors",
            "answer/SHA256SUMS",
            "stop/adapter_config.json",
            "stop/adapter_model.safetensors",
            "stop/SHA256SUMS",
            "checkpoint/LATEST/answer.safetensors",
            "checkpoint/LATEST/stop.safetensors",
            "checkpoint/LATEST/seen.txt")) {
      // A state that was written twice has another name.
      Path file = folder.resolve(name.replace("LATEST", latest));
      content.put(
          name,
          Files.exists(file)
              ? Hashing.sha256().hashBytes(Files.readAllBytes(file)).toString()
              : "missing");
    }
    return content;
  }

  @Override
  public void close() {
    flow.close();
  }
}
