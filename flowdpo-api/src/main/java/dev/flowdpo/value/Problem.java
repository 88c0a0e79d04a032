package dev.flowdpo.value;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.flowdpo.error.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A question, what was said before it, and what is known of its answer.
 *
 * <pre>{@code
 * Problem.of("What is 6 times 7?", "42");
 * Problem.builder(List.of(Message.system("Be brief."), Message.user("What is 6 times 7?")))
 *     .answer("42").attribute("level", "1").build();
 * }</pre>
 *
 * <p>A blank question, id or answer is refused with an {@link InvalidInputException}. Equal by
 * content. Immutable and thread-safe.
 */
public final class Problem {
  private final String id;
  private final List<Message> messages;
  private final Optional<String> answer;
  private final Map<String, String> attributes;

  private Problem(Builder builder) {
    messages = builder.messages;
    id = builder.id.orElseGet(() -> hash(messages));
    answer = builder.answer;
    attributes = Map.copyOf(builder.attributes);
  }

  /** {@return a problem whose answer is not known} */
  public static Problem of(String question) {
    return builder(question).build();
  }

  /** {@return a problem whose answer is known} */
  public static Problem of(String question, String answer) {
    return builder(question).answer(answer).build();
  }

  /** {@return a builder of a problem that is a single question} */
  public static Builder builder(String question) {
    return builder(List.of(Message.user(question)));
  }

  /**
   * Returns a builder of a problem that is the last turn of a conversation.
   *
   * @param messages what was said, with the question as the last message; copied
   * @throws InvalidInputException if the last message is not a user's, or blank
   */
  public static Builder builder(List<Message> messages) {
    return new Builder(messages);
  }

  /** {@return a builder that starts from this problem} */
  public Builder toBuilder() {
    Builder builder = new Builder(messages).id(id).attributes(attributes);
    builder.answer = answer;
    return builder;
  }

  /**
   * {@return what names the problem in seeds, logs and reports; by default a stable hash of the
   * messages} Two problems with one id draw the same random numbers.
   */
  public String id() {
    return id;
  }

  /** {@return what to solve, the text of the last message; never blank} */
  public String question() {
    return messages.get(messages.size() - 1).content();
  }

  /** {@return the whole conversation, the question last; at least one message} */
  public List<Message> messages() {
    return messages;
  }

  /** {@return what was said before the question; mostly nothing} */
  public List<Message> history() {
    return messages.subList(0, messages.size() - 1);
  }

  /** {@return the right final answer, for verifiers; empty where it is not known} */
  public Optional<String> answer() {
    return answer;
  }

  /**
   * {@return anything else to carry along, such as {@code level}, {@code solution}; unmodifiable}
   */
  public Map<String, String> attributes() {
    return attributes;
  }

  private static String hash(List<Message> messages) {
    Hasher hasher = Hashing.sha256().newHasher();
    for (int i = 0; i < messages.size(); i++) {
      // A single question is hashed as it is, so that its id does not depend on conversations.
      if (messages.size() > 1) {
        Message message = messages.get(i);
        hasher.putInt(message.role().ordinal()).putInt(message.content().length());
      }
      hasher.putString(messages.get(i).content(), StandardCharsets.UTF_8);
    }
    return hasher.hash().toString().substring(0, 16);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Problem that
        && id.equals(that.id)
        && messages.equals(that.messages)
        && answer.equals(that.answer)
        && attributes.equals(that.attributes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, messages, answer, attributes);
  }

  /** {@return id, messages, answer and attributes, for logs} */
  @Override
  public String toString() {
    return "Problem[id=%s, messages=%s, answer=%s, attributes=%s]"
        .formatted(id, messages, answer, attributes);
  }

  /** Collects what is known of a problem. Every setter returns this builder. Not thread-safe. */
  public static final class Builder {
    private final List<Message> messages;
    private final Map<String, String> attributes = new HashMap<>();
    private Optional<String> id = Optional.empty();
    private Optional<String> answer = Optional.empty();

    private Builder(List<Message> messages) {
      this.messages = List.copyOf(messages);
      if (this.messages.isEmpty()) {
        throw new InvalidInputException(
            "messages: expected a conversation that ends with a question, found none.");
      }
      Message last = this.messages.get(this.messages.size() - 1);
      if (last.role() != Message.Role.USER) {
        throw new InvalidInputException(
            "messages: expected a user's message last, the question, found one of "
                + last.role()
                + ".");
      }
      notBlank("question", last.content(), "Give the problem to solve.");
    }

    /** Sets the name of the problem. */
    public Builder id(String id) {
      this.id = Optional.of(notBlank("id", id, "Leave it out and a hash is taken."));
      return this;
    }

    /** Sets the right final answer. */
    public Builder answer(String answer) {
      this.answer = Optional.of(notBlank("answer", answer, "Leave it out where it is not known."));
      return this;
    }

    /** Adds something to carry along. */
    public Builder attribute(String name, String value) {
      attributes.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /** Adds all of these to what is carried along. */
    public Builder attributes(Map<String, String> more) {
      more.forEach(this::attribute);
      return this;
    }

    /** {@return the problem; the builder may be used on} */
    public Problem build() {
      return new Problem(this);
    }

    private static String notBlank(String name, String text, String advice) {
      if (text.isBlank()) {
        throw new InvalidInputException(
            "%s: expected a text, found \"%s\". %s".formatted(name, text, advice));
      }
      return text;
    }
  }
}
