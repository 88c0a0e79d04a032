package dev.flowdpo.comparison;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.value.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Has traces compared by any chat model that a program reaches: a function from a conversation to
 * the reply. Words and reading of the reply are those of {@link ChatEndpointComparer}; retries and
 * limits are the function's. Such models prefer a position: use {@link #orderSwapped()}.
 *
 * <pre>{@code
 * TraceComparer comparer = new ChatFunctionComparer(messages -> client.ask(messages)).orderSwapped();
 * }</pre>
 *
 * <p>A function that throws, and a reply without a verdict, give an undecided comparison with the
 * reason. Thread-safe, if the function is; several requests of one call run side by side.
 */
public final class ChatFunctionComparer implements TraceComparer {
  private final Function<List<Message>, String> model;
  private final ChatPrompt prompt;
  private final int concurrency;

  /**
   * Creates a comparer with the words of {@link ChatEndpointComparer}, and at most 4 requests at a
   * time.
   *
   * @param model gives the reply to a conversation; thread-safe
   */
  public ChatFunctionComparer(Function<List<Message>, String> model) {
    this(model, new ChatPrompt(ChatPrompt.INSTRUCTIONS), 4);
  }

  private ChatFunctionComparer(
      Function<List<Message>, String> model, ChatPrompt prompt, int concurrency) {
    this.model = Objects.requireNonNull(model, "model");
    this.prompt = prompt;
    this.concurrency = concurrency;
  }

  /**
   * Returns the same comparer with other words for what is better; the form of the reply is added.
   *
   * @param instructions what the model is told
   * @return a comparer
   * @throws InvalidInputException if they are blank
   */
  public ChatFunctionComparer withInstructions(String instructions) {
    if (instructions.isBlank()) {
      throw new InvalidInputException(
          "instructions: expected words that say what is better, found none.");
    }
    return new ChatFunctionComparer(model, new ChatPrompt(instructions), concurrency);
  }

  /**
   * Returns the same comparer with another number of requests at a time.
   *
   * @param requests at least 1
   * @return a comparer
   * @throws InvalidInputException if it is below 1
   */
  public ChatFunctionComparer withConcurrency(int requests) {
    return new ChatFunctionComparer(model, prompt, Require.atLeast(1, "concurrency", requests));
  }

  @Override
  public List<Comparison> compare(List<TracePair> pairs) {
    if (pairs.isEmpty()) {
      return List.of();
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(concurrency, pairs.size()), ChatEndpointComparer::daemon);
    try {
      List<Callable<Comparison>> questions = new ArrayList<>();
      pairs.forEach(pair -> questions.add(() -> compared(pair)));
      List<Comparison> comparisons = new ArrayList<>();
      for (Future<Comparison> one : threads.invokeAll(questions)) {
        comparisons.add(one.get());
      }
      return List.copyOf(comparisons);
    } catch (ExecutionException e) {
      throw new FlowException("The comparing model failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowException("Interrupted while a model compares", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private Comparison compared(TracePair pair) {
    try {
      return ChatReply.said(String.valueOf(model.apply(prompt.conversation(pair))), "");
    } catch (RuntimeException e) {
      return Comparison.undecided("the model failed: " + e);
    }
  }
}
