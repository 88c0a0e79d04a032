package dev.flowdpo.examples.service;

import com.sun.net.httpserver.HttpServer;
import dev.flowdpo.Flow;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.micrometer.FlowMetrics;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Solution;
import dev.flowdpo.verify.MathAnswerVerifier;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers questions and learns from what users say was right.
 *
 * <pre>{@code
 * curl -N -d "QUESTION" localhost:8080/solve                    # text as it is written, then JSON
 * curl -d '{"solution": "ID", "answer": "7"}' localhost:8080/feedback
 * curl localhost:8080/metrics
 * }</pre>
 */
public final class AnsweringService implements AutoCloseable {
  private static final Verifier VERIFIER = new MathAnswerVerifier();

  private final Flow flow = Flow.builder().serving(serving -> serving.queueLimit(1_000)).build();
  private final OnlineLearner learner;
  private final FeedbackJournal journal;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  /**
   * Starts a service.
   *
   * @param port where it listens on this machine; 0 for any that is free
   * @param folder what it keeps: the learner's state and the feedback
   */
  public AnsweringService(int port, Path folder) throws IOException {
    Files.createDirectories(folder);
    learner =
        flow.learner()
            .verifier(VERIFIER)
            .checkpoint(folder.resolve("learner"))
            .resume(true)
            .options(options -> options.checkpointEveryProblems(4))
            .build();
    new FlowMetrics(flow).bindTo(meters);
    journal = new FeedbackJournal(folder.resolve("feedback.jsonl"));
    for (Solution solution : journal.all()) {
      if (!learner.hasSeen(solution.problem().id())) {
        learn(solution);
      }
    }
    server = HttpServer.create(new InetSocketAddress("localhost", port), 0);
    new Endpoints(flow, this).addTo(server);
    server.setExecutor(threads);
    server.start();
  }

  /** Takes feedback: on the disk first, then to the learner. */
  void accept(Solution solution) throws IOException {
    journal.add(solution);
    learn(solution);
  }

  private void learn(Solution solution) {
    var unused = learner.feedback(solution, VERIFIER.verify(Attempt.of(solution)));
  }

  /** {@return figures as Prometheus reads them} */
  String metrics() {
    return meters.scrape();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Lets requests and the group under way finish, saves, and frees everything. */
  @Override
  public void close() {
    server.stop(2);
    learner.stop(Duration.ofSeconds(10));
    learner.close();
    flow.close(Duration.ofSeconds(5));
    threads.shutdown();
  }

  /** Takes a port and a folder. */
  public static void main(String[] arguments) throws IOException {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8080;
    Path folder = Path.of(arguments.length > 1 ? arguments[1] : "service-state");
    AnsweringService service = new AnsweringService(port, folder);
    Runtime.getRuntime().addShutdownHook(new Thread(service::close));
    System.out.println("Listening on port " + service.port());
  }
}
