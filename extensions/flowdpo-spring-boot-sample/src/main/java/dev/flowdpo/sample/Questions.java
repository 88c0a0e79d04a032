package dev.flowdpo.sample;

import dev.flowdpo.Cancellation;
import dev.flowdpo.Flow;
import dev.flowdpo.SolveOptions;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.rollout.Attempt;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import reactor.core.publisher.Flux;

/** Solves with streaming, takes feedback, and answers through Spring AI. */
@RestController
class Questions {
  private final Flow flow;
  private final OnlineLearner learner;
  private final Verifier verifier;
  private final ChatModel chatModel;

  /** For feedback; a real application keeps them in its database, and not for ever. */
  private final Map<String, Solution> served = new ConcurrentHashMap<>();

  Questions(Flow flow, OnlineLearner learner, Verifier verifier, ChatModel chatModel) {
    this.flow = flow;
    this.learner = learner;
    this.verifier = verifier;
    this.chatModel = chatModel;
  }

  /** Sends text as it is written, and the solution with its id at the end. */
  @PostMapping(path = "/solve", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  SseEmitter solve(@RequestBody String question) {
    Problem problem = Problem.builder(question).id(UUID.randomUUID().toString()).build();
    SseEmitter events = new SseEmitter(Duration.ofMinutes(1).toMillis());
    Cancellation cancellation = new Cancellation();
    events.onTimeout(cancellation::cancel);
    events.onError(gone -> cancellation.cancel());
    FlowListener streaming =
        new FlowListener() {
          @Override
          public void onText(Problem solved, int index, String text) {
            send(events, "text", Map.of("text", text)); // throws where the client is gone
          }
        };
    var unused =
        flow.solveAsync(
                problem,
                SolveOptions.builder()
                    .deadline(Duration.ofSeconds(30))
                    .cancellation(cancellation)
                    .listener(streaming)
                    .streamEvery(4)
                    .build())
            .whenComplete((solution, failure) -> end(events, solution, failure));
    return events;
  }

  private void end(SseEmitter events, Solution solution, Throwable failure) {
    if (failure != null) {
      events.completeWithError(failure);
      return;
    }
    served.put(solution.problem().id(), solution);
    send(
        events,
        "solution",
        Map.of(
            "id", solution.problem().id(),
            "text", solution.text(),
            "answer", solution.finalAnswer().orElse("")));
    events.complete();
  }

  private static void send(SseEmitter events, String name, Map<String, String> data) {
    try {
      events.send(SseEmitter.event().name(name).data(data, MediaType.APPLICATION_JSON));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a user says of a solution. */
  record Feedback(String solution, String answer) {}

  /** Has the learner take a solution up with the answer that a user says is right. */
  @PostMapping("/feedback")
  @ResponseStatus(HttpStatus.ACCEPTED)
  Map<String, Boolean> feedback(@RequestBody Feedback feedback) {
    Solution solution =
        Optional.ofNullable(served.remove(feedback.solution()))
            .orElseThrow(
                () ->
                    new ResponseStatusException(
                        HttpStatus.NOT_FOUND, "no new solution " + feedback.solution()));
    Problem known = solution.problem().toBuilder().answer(feedback.answer()).build();
    Solution judged =
        Solution.builder(known, solution.text(), solution.finishReason(), solution.usage())
            .chunks(solution.chunks())
            .finalAnswer(solution.finalAnswer())
            .build();
    var verdict = verifier.verify(Attempt.of(judged));
    var unused = learner.feedback(judged, verdict);
    return Map.of("correct", verdict.isCorrect());
  }

  /** The same flow through Spring AI. */
  @PostMapping(path = "/chat", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  Flux<String> chat(@RequestBody String question) {
    return chatModel.stream(question);
  }

  /** What a request got wrong is said to it. */
  @ExceptionHandler(InvalidInputException.class)
  @ResponseStatus(HttpStatus.BAD_REQUEST)
  Map<String, String> invalid(InvalidInputException e) {
    return Map.of("message", String.valueOf(e.getMessage()));
  }
}
