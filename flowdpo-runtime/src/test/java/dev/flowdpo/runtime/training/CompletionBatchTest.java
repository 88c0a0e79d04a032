package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.RandomCheckpoint;
import dev.flowdpo.runtime.tiny.BundledModel;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CompletionBatchTest {
  @Test
  void aLargerModelTakesFewerTokensAtOnce() {
    ModelConfig small;
    try (Checkpoint bundled = Checkpoint.open(BundledModel.folder())) {
      small = bundled.config();
    }
    // 30 layers keep 2·(576 + 576 + 192 + 1536) numbers of 4 bytes a token, 16 layers 2·(2048 +
    // 2048
    // + 512 + 8192): of half a GiB, that is room for so many tokens.
    assertThat(CompletionBatch.maxTokens(RandomCheckpoint.smolLm2())).isEqualTo(776);
    assertThat(CompletionBatch.maxTokens(RandomCheckpoint.oneBillion())).isEqualTo(327);
    assertThat(CompletionBatch.maxTokens(small)).isEqualTo(CompletionBatch.MAX_TOKENS);
  }

  @Property
  void everySequenceIsInOneBatchThatIsNotTooLarge(
      @ForAll @Size(min = 1, max = 30) List<@IntRange(min = 1, max = 90) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 200) int maxTokens,
      @ForAll @IntRange(min = 1, max = 8) int maxSequences) {
    int[] numbers = lengths.stream().mapToInt(Integer::intValue).toArray();
    List<List<Integer>> batches = CompletionBatch.split(numbers, maxSequences, maxTokens);
    assertThat(batches.stream().flatMap(List::stream).sorted())
        .hasSize(numbers.length)
        .doesNotHaveDuplicates();
    for (List<Integer> batch : batches) {
      int longest = batch.stream().mapToInt(i -> numbers[i]).max().orElseThrow();
      assertThat(batch.size()).isLessThanOrEqualTo(maxSequences);
      assertThat(batch.size() == 1 || batch.size() * longest <= maxTokens).isTrue();
    }
  }
}
