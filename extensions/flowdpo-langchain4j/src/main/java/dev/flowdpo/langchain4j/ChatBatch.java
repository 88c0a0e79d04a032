package dev.flowdpo.langchain4j;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.ChunkRequest;
import dev.flowdpo.policy.ChunkWatcher;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one call, each on a thread of its own, as chat models block. The calling thread waits
 * for news of them, tells the watcher, and ends all where it is interrupted, where nobody waits any
 * more, and where one fails.
 */
final class ChatBatch {
  private final ChatModelPolicyBuilder.Settings settings;
  private final Semaphore slots;
  private final Consumer<TokenUsage> usage;
  private final List<ChunkRequest> requests;
  private final ChunkWatcher watcher;
  private final BlockingQueue<Runnable> news = new LinkedBlockingQueue<>();
  private int open;

  ChatBatch(
      ChatModelPolicyBuilder.Settings settings,
      Semaphore slots,
      Consumer<TokenUsage> usage,
      List<ChunkRequest> requests,
      ChunkWatcher watcher) {
    this.settings = settings;
    this.slots = slots;
    this.usage = usage;
    this.requests = requests;
    this.watcher = watcher;
  }

  List<Chunk> run() {
    List<ChatRequest> asked = requests.stream().map(this::question).toList();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(requests.size(), settings.maxConcurrent()), ChatBatch::daemon);
    watcher.onUnwanted(() -> news.add(ChatBatch::giveUp));
    try {
      List<CompletableFuture<Chunk>> chunks = new ArrayList<>();
      open = asked.size();
      for (int i = 0; i < asked.size(); i++) {
        int row = i;
        CompletableFuture<Chunk> chunk =
            CompletableFuture.supplyAsync(() -> chunk(row, asked.get(row)), threads);
        CompletableFuture<Chunk> unused =
            chunk.whenComplete((written, failure) -> news.add(() -> ended(failure)));
        chunks.add(chunk);
      }
      while (open > 0) {
        news.take().run();
      }
      return chunks.stream().map(CompletableFuture::join).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowException("Interrupted while the " + name() + " writes.", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private ChatRequest question(ChunkRequest request) {
    return ChatRequest.builder()
        .messages(settings.continuation().messages(request.prefix()))
        .parameters(settings.parameters().apply(request))
        .build();
  }

  private Chunk chunk(int row, ChatRequest question) {
    ChunkRequest request = requests.get(row);
    String joint = settings.continuation().joint(request.prefix());
    try {
      slots.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlowException("Given up before the " + name() + " was asked.", e);
    }
    try {
      boolean streams = settings.streaming().isPresent() && watcher.stride() < request.maxTokens();
      if (!streams) {
        return chunk(joint, settings.model().chat(question));
      }
      ChatStream stream =
          new ChatStream(
              () -> watcher.isWanted(row),
              text -> news.add(() -> watcher.onText(row, joined(joint, text))));
      Optional<ChatResponse> reply = stream.read(settings.streaming().get(), question);
      return reply
          .map(whole -> chunk(joint, whole))
          .orElseGet(() -> Chunk.ofText(joined(joint, stream.text()), false));
    } finally {
      slots.release();
    }
  }

  private Chunk chunk(String joint, ChatResponse reply) {
    Optional.ofNullable(reply.tokenUsage()).ifPresent(usage);
    String text = Optional.ofNullable(reply.aiMessage()).map(AiMessage::text).orElse("");
    boolean whole = reply.finishReason() == null || reply.finishReason() == FinishReason.STOP;
    return Chunk.ofText(joined(joint, text), whole);
  }

  private static String joined(String joint, String text) {
    boolean apart = text.isEmpty() || Character.isWhitespace(text.charAt(0));
    return apart ? text : joint + text;
  }

  private void ended(@Nullable Throwable failure) {
    open--;
    if (failure == null) {
      return;
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    throw cause instanceof FlowException known
        ? known
        : new FlowException("The " + name() + " failed: " + cause, cause);
  }

  private static void giveUp() {
    throw new FlowException("The chat model was given up: nobody waits for its text.");
  }

  private String name() {
    return "chat model " + settings.model().getClass().getSimpleName();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "flowdpo-chat");
    thread.setDaemon(true);
    return thread;
  }
}
