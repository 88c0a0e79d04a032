package dev.flowdpo.benchmarks;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.cli.FlowDpo;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A kind of learning or training that is killed: its process, and which of its files must be the
 * same in the end as without a kill. Every one goes on where its folder holds something.
 */
enum KilledWork {
  /** Online learning by the command. */
  LEARN(
      List.of(
          "answer/adapter_model.safetensors",
          "answer/adapter_config.json",
          "stop/adapter_model.safetensors",
          "stop/adapter_config.json",
          "metrics.jsonl",
          "answer-pairs.jsonl",
          "stop-pairs.jsonl",
          "traces.jsonl",
          "run.json",
          "result.json")) {
    @Override
    List<String> command(Path folder, Path pairs) {
      return flowdpo("learn --problems 64 --held-out 4 --checkpoint-every 8", folder);
    }
  },
  /** Online learning from what is submitted. */
  SUBMIT(
      List.of(
          "answer/adapter_model.safetensors", "stop/adapter_model.safetensors", "result.json")) {
    @Override
    List<String> command(Path folder, Path pairs) {
      return List.of(SubmittedTraffic.class.getName(), folder.toString());
    }
  },
  /** Collecting traces and training on them by the command. */
  COMPILE(
      List.of(
          "answer/adapter_model.safetensors",
          "answer/provenance.json",
          "traces.jsonl",
          "messages.jsonl",
          "training.jsonl",
          "run.json",
          "result.json")) {
    @Override
    List<String> command(Path folder, Path pairs) {
      return flowdpo(
          "compile --problems 64 --base-samples --held-out 4 --batch 4 --epochs 2"
              + " --checkpoint-every 2",
          folder);
    }
  },
  /** Training on pairs by the command. */
  DPO(
      List.of(
          "answer/adapter_model.safetensors",
          "answer/provenance.json",
          "training.jsonl",
          "run.json",
          "result.json")) {
    @Override
    List<String> command(Path folder, Path pairs) {
      return flowdpo(
          "dpo --role answer --epochs 4 --batch 4 --checkpoint-every 2 --data " + pairs, folder);
    }
  };

  private final ImmutableList<String> files;

  KilledWork(List<String> files) {
    this.files = ImmutableList.copyOf(files);
  }

  /** Returns the files of {@code folder} that are compared. */
  List<String> files() {
    return files;
  }

  /**
   * Returns a main class and its arguments.
   *
   * @param folder of the run, without spaces in its name
   * @param pairs a file of preference pairs
   */
  abstract List<String> command(Path folder, Path pairs);

  static List<String> flowdpo(String words, Path folder) {
    return Stream.of(
            Stream.of(Begun.class.getName()),
            Stream.of(words.split(" ", -1)),
            Stream.of("--out", folder.toString(), "--resume", "--json"))
        .flatMap(part -> part)
        .toList();
  }

  /** A command that says when it begins, so that kills fall into its work. */
  static final class Begun {
    static final String WORD = "begun";

    private Begun() {}

    /** Takes a command and its options. */
    public static void main(String[] arguments) {
      System.out.println(WORD);
      FlowDpo.main(arguments);
    }
  }
}
