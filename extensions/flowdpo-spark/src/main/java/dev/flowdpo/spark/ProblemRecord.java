package dev.flowdpo.spark;

import dev.flowdpo.rollout.Branch;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A problem on its way to an executor. Immutable and thread-safe.
 *
 * @param turns who speaks and what, in turns: a role's name, then its content
 * @param answer the right answer; null where it is not known
 * @param original the path that is known, as {@link TreeCodec} writes it; null for none
 */
record ProblemRecord(
    String id,
    ArrayList<String> turns,
    @Nullable String answer,
    HashMap<String, String> attributes,
    byte @Nullable [] original)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  static ProblemRecord of(Problem problem, Optional<Branch> original) {
    ArrayList<String> turns = new ArrayList<>();
    for (Message message : problem.messages()) {
      turns.add(message.role().name());
      turns.add(message.content());
    }
    return new ProblemRecord(
        problem.id(),
        turns,
        problem.answer().orElse(null),
        new HashMap<>(problem.attributes()),
        original.map(TreeCodec::encode).orElse(null));
  }

  Problem problem() {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < turns.size(); i += 2) {
      messages.add(new Message(Message.Role.valueOf(turns.get(i)), turns.get(i + 1)));
    }
    Problem.Builder builder = Problem.builder(messages).id(id).attributes(Map.copyOf(attributes));
    Optional.ofNullable(answer).ifPresent(builder::answer);
    return builder.build();
  }

  Optional<Branch> known(Problem problem) {
    return Optional.ofNullable(original).map(path -> TreeCodec.decodePath(path, problem));
  }
}
