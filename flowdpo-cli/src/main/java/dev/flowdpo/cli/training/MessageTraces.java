package dev.flowdpo.cli.training;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.Trace;
import dev.flowdpo.runtime.data.MessagesFile;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.data.SupervisedExample;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The conversations of a file as solutions to their last question. Stateless. */
final class MessageTraces {
  /** The source of what is in files of others, which need not name one. */
  private static final String SOURCE = "messages";

  private MessageTraces() {}

  /**
   * Returns the traces of a file.
   *
   * @throws InvalidInputException if a row is malformed, does not fit the model, or has ids of
   *     another prompt than this model's
   */
  static List<Trace> read(Path file, ModelTokens tokens) {
    List<Trace> traces = new ArrayList<>();
    for (SupervisedExample example : MessagesFile.of(file, tokens)) {
      traces.add(trace(file, example, tokens));
    }
    return traces;
  }

  private static Trace trace(Path file, SupervisedExample example, ModelTokens tokens) {
    List<Message> messages = new ArrayList<>(example.history());
    messages.add(Message.user(example.question()));
    Problem problem = Problem.builder(messages).id(example.problemId()).build();
    if (!tokens.question(problem).equals(example.prompt())) {
      throw new InvalidInputException(
          "%s: problem %s: expected in \"prompt_ids\" the ids of this model's prompt, found others; remove the ids of rows of another model"
              .formatted(file, example.problemId()));
    }
    return new Trace(
        problem,
        content(example.completion(), tokens.config().endOfSequenceIds()),
        example.solution(),
        example.reward(),
        new Trace.Origin(example.source().isBlank() ? SOURCE : example.source(), 0, 0, 0));
  }

  /** The end is not part of a trace. */
  private static TokenIds content(TokenIds completion, List<Integer> ends) {
    int last = completion.length() - 1;
    return ends.contains(completion.get(last)) ? completion.slice(0, last) : completion;
  }
}
