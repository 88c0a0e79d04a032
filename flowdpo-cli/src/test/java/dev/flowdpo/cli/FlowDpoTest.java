package dev.flowdpo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class FlowDpoTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "solve",
        "learn",
        "compile",
        "dpo",
        "evaluate",
        "verify",
        "pretrain",
        "logprobs",
        "gradient"
      })
  void everyCommandHasTheCommonOptions(String command) {
    CommandRun run = CommandRun.of(command, "--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("--model", "--seed", "--json");
  }

  @Test
  void helpListsTheCommandsAndTheExitCodes() {
    CommandRun run = CommandRun.of("--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("solve", "learn", "evaluate", "verify", "pretrain", "bad input");
  }

  @Test
  void tellsItsVersion() {
    assertThat(CommandRun.of("--version").out()).startsWith("flowdpo ");
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
