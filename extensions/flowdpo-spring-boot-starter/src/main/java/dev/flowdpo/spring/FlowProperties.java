package dev.flowdpo.spring;

import dev.flowdpo.model.Quantization;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of an application's flow under {@code flowdpo}; what is not set stays the engine's, and
 * what has no setting here is set by a {@link FlowCustomizer} or {@link LearnerCustomizer}.
 *
 * @param model The base model: a checkpoint folder or a GGUF file; by default the bundled model.
 * @param adapters Folder of trained adapters to start from; by default fresh ones.
 * @param quantization How the frozen weights are held in memory.
 * @param maxTokens Largest number of tokens of a sequence.
 * @param threads Threads of one native call, 0 for one a core.
 * @param chunkSize Most tokens of a chunk.
 * @param maxChunks Most chunks of a solution.
 * @param temperature Temperature of sampling, 0 for the likeliest token always; where it is set,
 *     topP is 0.9 and topK off.
 * @param seed Seed from which those of all chunks derive.
 * @param queueLimit Problems that may wait before more are refused, 0 for no limit.
 * @param closePatience How long solves under way may still take when the application ends.
 * @param learner Settings of the learner.
 * @param chat Settings of the chat model of Spring AI.
 */
@ConfigurationProperties("flowdpo")
public record FlowProperties(
    @Nullable Path model,
    @Nullable Path adapters,
    @Nullable Quantization quantization,
    @Nullable Integer maxTokens,
    @Nullable Integer threads,
    @Nullable Integer chunkSize,
    @Nullable Integer maxChunks,
    @Nullable Double temperature,
    @Nullable Long seed,
    @Nullable Integer queueLimit,
    @DefaultValue("5s") Duration closePatience,
    @DefaultValue Learner learner,
    @DefaultValue Chat chat) {

  /**
   * Settings of the learner, which there is where the application has a {@code Verifier} bean.
   *
   * @param enabled Whether there is a learner where there is a verifier.
   * @param name What names the learner in threads, logs and meters.
   * @param checkpoint Folder that keeps the learner's state over restarts; by default none.
   * @param checkpointEveryProblems Problems between two checkpoints.
   * @param groupWait How long the first submitted problem of a group waits for others.
   * @param capacity How many submissions may wait.
   * @param pairsPerAnswerUpdate Pairs of a step of the Answer adapter.
   * @param pairsPerStopUpdate Pairs of a step of the Stop adapter.
   * @param keptVersions How many versions of the adapters are kept, the live one included.
   * @param shutdownTimeout How long the group under way may take when the application ends; by
   *     default four fifths of spring.lifecycle.timeout-per-shutdown-phase.
   */
  public record Learner(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("learner") String name,
      @Nullable Path checkpoint,
      @Nullable Integer checkpointEveryProblems,
      @Nullable Duration groupWait,
      @Nullable Integer capacity,
      @Nullable Integer pairsPerAnswerUpdate,
      @Nullable Integer pairsPerStopUpdate,
      @Nullable Integer keptVersions,
      @Nullable Duration shutdownTimeout) {}

  /**
   * Settings of the chat model of Spring AI.
   *
   * @param modelName What replies and observations name the model.
   * @param streamEvery Tokens between two parts of a stream, 0 for whole chunks.
   * @param timeout How long a reply may take, waiting included; by default without limit.
   */
  public record Chat(
      @DefaultValue("flowdpo") String modelName,
      @DefaultValue("8") int streamEvery,
      @Nullable Duration timeout) {}
}
