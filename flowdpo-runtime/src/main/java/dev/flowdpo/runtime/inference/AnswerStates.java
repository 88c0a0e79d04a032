package dev.flowdpo.runtime.inference;

import com.google.common.collect.MapMaker;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import java.util.Map;
import java.util.Optional;

/**
 * Where decoding goes on after each answer that somebody may extend. What is remembered goes when
 * it is forgotten, or with the answer. Thread-safe.
 */
final class AnswerStates {
  /**
   * The states after the chunks that were written here. No value refers to its own chunk, so what
   * is remembered of an answer goes with the answer.
   */
  private final Map<Chunk, Extension> extensions = new MapMaker().weakKeys().makeMap();

  /** The states after the texts that were read: questions, and answers made elsewhere. */
  private final Map<PartialAnswer, State> texts = new MapMaker().weakKeys().makeMap();

  /**
   * Where decoding goes on.
   *
   * @param claim to the keys and values of all tokens but the last
   * @param last the last token
   */
  record State(KvClaim claim, int last) implements AutoCloseable {
    KvPath path() {
      return claim.path();
    }

    /** Returns a state of one's own, to be closed; empty where this one was just forgotten. */
    Optional<State> share() {
      return claim.share().map(own -> new State(own, last));
    }

    @Override
    public void close() {
      claim.close();
    }
  }

  /** The state after a chunk, and the answer that the chunk extended. */
  private record Extension(PartialAnswer prefix, State state) {}

  /** Returns what is remembered, which somebody else may forget. */
  Optional<State> known(PartialAnswer answer) {
    return answer
        .lastChunk()
        .flatMap(chunk -> Optional.ofNullable(extensions.get(chunk)))
        // The same chunk may also follow another answer.
        .filter(extension -> answer.parent().equals(Optional.of(extension.prefix())))
        .map(Extension::state)
        .or(() -> Optional.ofNullable(texts.get(answer)));
  }

  /** Remembers the state after a text. */
  void read(PartialAnswer answer, State state) {
    State before = texts.put(answer, state);
    if (before != null) {
      before.close();
    }
  }

  /** Remembers the state after a chunk that was written for an answer. */
  void extended(PartialAnswer prefix, Chunk chunk, State state) {
    extensions.put(chunk, new Extension(prefix, state));
  }

  /** Forgets an answer and those before it. */
  void forget(PartialAnswer answer) {
    Optional<PartialAnswer> next = Optional.of(answer);
    while (next.isPresent()) {
      PartialAnswer one = next.get();
      known(one).ifPresent(State::close);
      one.lastChunk().ifPresent(extensions::remove);
      texts.remove(one);
      next = one.parent();
    }
  }
}
