package dev.flowdpo.openai;

import static dev.flowdpo.openai.FakeEndpoint.completion;
import static dev.flowdpo.openai.FakeEndpoint.delta;
import static dev.flowdpo.openai.FakeEndpoint.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.SolveOptions;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.ChunkWatcher;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Text that comes while it is written, and calls that end before it is. */
@Timeout(60)
class StreamingTest {
  private static final Problem PROBLEM = Problem.of("How many?");
  private static final String DONE = "data: [DONE]\n\n";

  /** Wants text as it comes, and remembers what came on which thread. */
  private static class Texts implements ChunkWatcher {
    final List<String> texts = new ArrayList<>();
    final List<Thread> threads = new ArrayList<>();
    final AtomicReference<Runnable> abort = new AtomicReference<>(() -> {});

    @Override
    public int stride() {
      return 1;
    }

    @Override
    public void onText(int row, String text) {
      texts.add(row + text);
      threads.add(Thread.currentThread());
    }

    @Override
    public void onUnwanted(Runnable ends) {
      abort.set(ends);
    }
  }

  @Test
  void textComesWholeFromPiecesOfOneByte() {
    String body =
        ": hello\r\n\r\n" + delta("élan ", null) + delta("🙂", null) + delta("!", "stop") + DONE;
    try (FakeEndpoint server =
        new FakeEndpoint(
            (exchange, request) -> {
              OutputStream out = FakeEndpoint.stream(exchange);
              for (byte one : body.getBytes(StandardCharsets.UTF_8)) {
                out.write(one);
                out.flush();
              }
            })) {
      Texts watcher = new Texts();
      List<Chunk> chunks = policy(server).build().extend(requests(1), watcher);

      assertThat(chunks).containsExactly(Chunk.ofText("élan 🙂!", true));
      assertThat(watcher.texts).containsExactly("0élan ", "0élan 🙂", "0élan 🙂!");
      assertThat(watcher.threads).containsOnly(Thread.currentThread());
      assertThat(server.requests().get(0).get("stream").booleanValue()).isTrue();
      assertThat(server.headers().get(0).getFirst("Accept")).isEqualTo("text/event-stream");
    }
  }

  @Test
  void aChatIsStreamedToo() {
    String event =
        "data: {\"choices\": [{\"delta\": {\"role\": \"assistant\", \"content\": \"%s\"},"
            + " \"logprobs\": %s, \"finish_reason\": %s}]}\n\n";
    String body =
        event.formatted("", "null", "null")
            + event.formatted("fi", "{\"content\": [{\"logprob\": -0.5}]}", "null")
            + event.formatted("ve", "{\"content\": [{\"logprob\": -0.25}]}", "null")
            + event.formatted("", "null", "\"length\"")
            + "data: {\"choices\": [], \"usage\": {\"completion_tokens\": 2}}\n\n"
            + DONE;
    try (FakeEndpoint server = new FakeEndpoint(events(body))) {
      Texts watcher = new Texts();
      OpenAiPolicy policy =
          OpenAiPolicy.builder(server.baseUrl(), "m", Continuation.vllm())
              .logProbabilities(true)
              .build();
      assertThat(policy.extend(requests(1), watcher))
          .containsExactly(Chunk.of(TokenIds.of(), "five", LogProbabilities.ofSum(-0.75), false));
      assertThat(watcher.texts).containsExactly("0fi", "0five");
    }
  }

  @Test
  void aReplyThatIsNotStreamedThoughAskedForIsReadAllTheSame() {
    try (FakeEndpoint server = new FakeEndpoint(completion("five", "stop"))) {
      assertThat(policy(server).build().extend(requests(1), new Texts()))
          .containsExactly(Chunk.ofText("five", true));
    }
  }

  @Test
  void aStreamThatBreaksOffBeforeAnyTextIsAskedForAgain() {
    try (FakeEndpoint server =
        new FakeEndpoint(events(": wait\n\n"), events(delta("five", "stop") + DONE))) {
      assertThat(policy(server).build().extend(requests(1), new Texts()))
          .containsExactly(Chunk.ofText("five", true));
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void aStreamThatBreaksOffAfterTextHasBeenShownIsNotAskedForAgain() {
    try (FakeEndpoint server = new FakeEndpoint(events(delta("fi", null)))) {
      Texts watcher = new Texts();
      assertThatThrownBy(() -> policy(server).build().extend(requests(1), watcher))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("broke off: expected a finish_reason, found none after \"fi\"")
          .hasMessageContaining("since a part of its text has been shown");
      assertThat(watcher.texts).containsExactly("0fi");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void anErrorInAStreamIsAFailure() {
    try (FakeEndpoint server =
        new FakeEndpoint(events("data: {\"error\": {\"message\": \"out of memory\"}}\n\n"))) {
      assertThatThrownBy(() -> policy(server).build().extend(requests(1), new Texts()))
          .isInstanceOf(FlowException.class)
          .hasMessageContaining("out of memory");
    }
  }

  @Test
  void aCallThatNobodyWantsIsEnded() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch gone = new CountDownLatch(2);
    try (FakeEndpoint server = new FakeEndpoint(FakeEndpoint.endless(begun, gone))) {
      Texts watcher = new Texts();
      CompletableFuture<List<Chunk>> call =
          CompletableFuture.supplyAsync(() -> policy(server).build().extend(requests(2), watcher));
      begun.await();
      watcher.abort.get().run();
      assertThatThrownBy(call::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(FlowException.class)
          .hasMessageContaining("nobody waits for its text");
      assertThat(gone.await(30, TimeUnit.SECONDS)).as("both requests ended").isTrue();
    }
  }

  @Test
  void aCallThatNobodyWantsFromTheBeginSendsNothingMore() {
    try (FakeEndpoint server = new FakeEndpoint(completion("x", "stop"))) {
      ChunkWatcher unwanted =
          new ChunkWatcher() {
            @Override
            public void onUnwanted(Runnable abort) {
              abort.run();
            }
          };
      assertThatThrownBy(() -> policy(server).build().extend(requests(2), unwanted))
          .isInstanceOf(FlowException.class);
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void aRowThatNobodyWantsEndsWithWhatItHasAndTheOthersGoOn() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    FakeEndpoint.Reply endless = FakeEndpoint.endless(new CountDownLatch(1), gone);
    try (FakeEndpoint server =
        new FakeEndpoint(
            (exchange, request) -> {
              if (request.get("seed").intValue() == 0) {
                endless.to(exchange, request);
              } else {
                gone.await();
                events(delta("five", "stop") + DONE).to(exchange, request);
              }
            })) {
      ChunkWatcher watcher =
          new Texts() {
            @Override
            public boolean isWanted(int row) {
              return row != 0;
            }
          };
      List<Chunk> chunks = policy(server).build().extend(requests(2), watcher);
      assertThat(chunks.get(0).endOfSequence()).isFalse();
      assertThat(chunks.get(1)).isEqualTo(Chunk.ofText("five", true));
    }
  }

  @Test
  void aWatcherThatFailsEndsTheCall() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    try (FakeEndpoint server =
        new FakeEndpoint(FakeEndpoint.endless(new CountDownLatch(1), gone))) {
      ChunkWatcher failing =
          new Texts() {
            @Override
            public void onText(int row, String text) {
              throw new IllegalStateException("seen enough");
            }
          };
      assertThatThrownBy(() -> policy(server).build().extend(requests(1), failing))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("seen enough");
      assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void anInterruptEndsTheCall() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    try (FakeEndpoint server = new FakeEndpoint(FakeEndpoint.endless(begun, gone))) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      AtomicReference<Boolean> interrupted = new AtomicReference<>(false);
      Thread caller =
          new Thread(
              () -> {
                try {
                  policy(server).build().extend(requests(1), new Texts());
                } catch (FlowException e) {
                  failure.set(e);
                  interrupted.set(Thread.currentThread().isInterrupted());
                }
              });
      caller.start();
      begun.await();
      caller.interrupt();
      caller.join();
      assertThat(failure.get()).hasMessageContaining("Interrupted while the model m at");
      assertThat(interrupted.get()).isTrue();
      assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aFlowStreamsAndACancelledSolveEndsItsRequest() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    List<String> heard = new ArrayList<>();
    try (FakeEndpoint server =
            new FakeEndpoint(
                events(delta("fi", null) + delta("ve", "stop") + DONE),
                FakeEndpoint.endless(begun, gone));
        Flow flow =
            Flow.builder().policy(policy(server).build()).judge(StopRules.endOfText()).build()) {
      FlowListener listener =
          new FlowListener() {
            @Override
            public void onText(Problem problem, int index, String text) {
              heard.add(text);
            }
          };
      SolveOptions streamed = SolveOptions.builder().streamEvery(1).listener(listener).build();
      assertThat(flow.solve(PROBLEM, streamed).text()).isEqualTo("five");
      assertThat(heard).containsExactly("fi", "ve");

      CompletableFuture<?> solve = flow.solveAsync(PROBLEM, streamed);
      begun.await();
      solve.cancel(true);
      assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static OpenAiPolicyBuilder policy(FakeEndpoint server) {
    return OpenAiPolicy.builder(server.baseUrl(), "m", Continuation.completions())
        .firstPause(Duration.ofMillis(1));
  }

  private static List<ChunkRequest> requests(int rows) {
    List<ChunkRequest> requests = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      requests.add(new ChunkRequest(PartialAnswer.start(PROBLEM), 8, SamplingOptions.of(1), row));
    }
    return requests;
  }
}
