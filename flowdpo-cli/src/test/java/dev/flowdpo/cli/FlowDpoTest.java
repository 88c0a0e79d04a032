package dev.flowdpo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class FlowDpoTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "demo, --model --quantization --threads --seed --progress, ''",
    "solve, --model --quantization --threads --seed, ''",
    "learn, --model --quantization --threads --seed --progress, ''",
    "compile, --model --quantization --threads --seed --progress, ''",
    "dpo, --model --quantization --threads --seed --progress, ''",
    "evaluate, --model --quantization --threads --seed --progress, ''",
    "verify, --progress, --model --quantization --threads --context --seed",
    "pretrain, --model --seed --progress, --quantization --threads --context",
    "logprobs, --model --quantization --threads, --seed",
    "gradient, --model --quantization --threads, --seed",
    "export, --model, --quantization --threads --context --seed",
    "inspect, --model --quantization --packing --context, --threads --cache --seed",
    "make-model, --seed, --model --quantization --threads --context"
  })
  void aCommandHasTheOptionsThatMeanSomethingToIt(String command, String with, String without) {
    CommandRun run = CommandRun.of(command, "--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("--json", "--help", "--version").contains(with.split(" "));
    for (String option : without.split(" ")) {
      if (!option.isEmpty()) {
        assertThat(run.out()).doesNotContain(option);
      }
    }
  }

  @Test
  void outOfMemoryIsOneLine() throws Exception {
    StringWriter err = new StringWriter();
    CommandLine command = FlowDpo.commandLine(new PrintWriter(err), new PrintWriter(err));
    Exception failure = new CompletionException(new OutOfMemoryError("Java heap space"));

    int exitCode =
        new FailureHandlers.Execution()
            .handleExecutionException(failure, command, command.parseArgs());

    assertThat(exitCode).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains("out of memory: Java heap space", "-Xmx", "--resume");
  }

  @Test
  void helpListsTheCommandsAndTheExitCodes() {
    CommandRun run = CommandRun.of("--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("solve", "learn", "evaluate", "verify", "pretrain", "bad input");
  }

  @Test
  void tellsItsVersion() {
    assertThat(CommandRun.of("--version").out().lines())
        .hasSize(6)
        .noneMatch(line -> line.contains("unknown") || line.contains("cannot"))
        .anyMatch(line -> line.startsWith("flowdpo "))
        .anyMatch(line -> line.matches("ONNX Runtime \\d+\\.\\d+\\.\\d+"))
        .anyMatch(line -> line.matches("ND4J \\d+\\..*"))
        .anyMatch(line -> line.matches("OpenBLAS \\d+\\..*"))
        .anyMatch(line -> line.matches("tokenizers \\d+\\..*"))
        .anyMatch(line -> line.startsWith("Java "));
  }

  @Test
  void theCompletionScriptKnowsTheCommandsAndTheirOptions() throws Exception {
    CommandRun run = CommandRun.of("completion");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("complete -F", "make-model", "--verifier-command");
    assertThat(completions(run.out(), "flowdpo", "comp")).contains("compile", "completion");
    assertThat(completions(run.out(), "flowdpo", "learn", "--verifier-"))
        .contains("--verifier-command", "--verifier-url", "--verifier-seconds");
  }

  /** Has a real bash source the script and complete the last word; none of it needs a program. */
  private List<String> completions(String script, String... words) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash");
    Path file = Files.writeString(folder.resolve("flowdpo.bash"), script);
    String ask =
        "compopt() { :; }; source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_flowdpo; printf '%%s\\n' \"${COMPREPLY[@]}\""
            .formatted(file, String.join(" ", words), words.length - 1);
    Process bash =
        new ProcessBuilder("/bin/bash", "--norc", "-c", ask).redirectErrorStream(true).start();
    String found = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(found).isZero();
    return found.lines().map(String::strip).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "fly",
        "solve",
        "solve a --no-such-option",
        "solve a --chunk-size many",
        "solve a --chunk-size 0",
        "solve a --temperature -1",
        "learn",
        "learn --out x --problems 0",
        "learn --out x --held-out 0",
        "learn --out x --resume --overwrite",
        "learn --out x --objective nosuch",
        "learn --out x --beta 0",
        "compile --out x",
        "compile --out x --problems 0",
        "compile --out x --problems 1 --traces y.jsonl",
        "compile --out x --problems 1 --resume --overwrite",
        "compile --out x --problems 1 --epochs 0",
        "compile --out x --problems 1 --preset nosuch",
        "compile --out x --problems 1 --per-problem 0",
        "compile --out x --traces none.jsonl",
        "compile --out x --run . --base-samples",
        "dpo --out x --role answer",
        "dpo --out x --role nosuch --data y.jsonl",
        "dpo --out x --role answer --data none.jsonl",
        "learn --out x --verifier-command a --verifier-url http://localhost/",
        "learn --out x --verifier-url ftp://localhost/",
        "learn --out x --verifier-command \"a",
        "learn --out x --verifier-seconds 0",
        "verify",
        "verify --data no-such-file.jsonl",
        "evaluate --data builtin",
        "evaluate --data builtin --mode both",
        "evaluate --data builtin --mode flow --limit 0",
        "pretrain --out x --share 0",
        "gradient --pair x.json",
        "logprobs"
      })
  void badUsageEndsWithTwoAndAMessageWithoutStackTrace(String line) {
    CommandRun.of((Object[]) line.split(" ")).assertRefused();
  }

  @Test
  void aFailureThatNobodyExpectedEndsWithOneAndAStackTrace() {
    FailureHandlers.Execution handler = new FailureHandlers.Execution();
    StringWriter err = new StringWriter();
    CommandLine command = FlowDpo.commandLine(new PrintWriter(err), new PrintWriter(err));

    int code =
        handler.handleExecutionException(
            new IllegalStateException("odd"), command, command.parseArgs());

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("flowdpo: odd", "\tat ");
  }
}
