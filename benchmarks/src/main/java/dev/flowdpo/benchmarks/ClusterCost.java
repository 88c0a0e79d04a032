package dev.flowdpo.benchmarks;

import dev.flowdpo.runtime.checkpoint.ModelConfig;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What rounds on a cluster would cost with a model of 8 billion parameters, by {@link CostModel}
 * and on a card as in {@code docs/cost-model.md}: for {@code docs/spark.md}.
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.ClusterCost
 * }</pre>
 */
public final class ClusterCost {
  private static final int PROMPT = 200;
  private static final int CHUNKS = 6;
  private static final int CHUNK = 160;
  private static final int STOP_QUESTION = 20;
  private static final int PAIRS_OF_AN_UPDATE = 32;

  private static final String LLAMA_3_8B =
      """
      {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 128256,
       "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
       "num_attention_heads": 32, "num_key_value_heads": 8, "rms_norm_eps": 1e-5,
       "rope_theta": 500000.0, "max_position_embeddings": 8192, "tie_word_embeddings": false,
       "hidden_act": "silu", "bos_token_id": 128000, "eos_token_id": 128001}
      """;

  private final CostModel model;

  private ClusterCost(CostModel model) {
    this.model = model;
  }

  /** Prints the table. */
  public static void main(String[] arguments) {
    ModelConfig config = ModelConfig.fromJson(Path.of("config.json"), LLAMA_3_8B);
    ClusterCost cost = new ClusterCost(new CostModel(config, 8, 2, 2, 0.6 * 3.35e12, 0.4 * 989e12));
    double update = PAIRS_OF_AN_UPDATE * cost.model.stepSeconds(672, 160);
    System.out.printf(Locale.ROOT, "An update of 32 pairs: %.1f s%n", update);
    System.out.println(
        "| executors | problems a task | problems a round | rollouts, s | updates, s | problems/s at"
            + " lag 0 | at lag 1 |");
    System.out.println("|---:|---:|---:|---:|---:|---:|---:|");
    for (int executors : new int[] {1, 10, 32, 100}) {
      for (int problems : new int[] {4, 16, 32}) {
        int round = executors * problems;
        double rollouts = cost.task(problems);
        double updates = update * round / PAIRS_OF_AN_UPDATE;
        System.out.printf(
            Locale.ROOT,
            "| %d | %d | %,d | %.0f | %.0f | %.1f | %.1f |%n",
            executors,
            problems,
            round,
            rollouts,
            updates,
            round / (rollouts + updates),
            round / Math.max(rollouts, updates));
      }
    }
  }

  /** Seconds of a task: the flows of its problems, and an alternative at each of their nodes. */
  private double task(int problems) {
    double seconds = 2 * problems * model.prefillSeconds(PROMPT);
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      seconds += chunk(problems, PROMPT + chunk * CHUNK);
    }
    // The alternatives of all nodes begin together, after half of an answer on the whole.
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      seconds += chunk(problems * (CHUNKS - chunk), PROMPT + CHUNKS * CHUNK / 2);
    }
    return seconds;
  }

  /** Seconds of a chunk of so many rows, and of the judgement on each. */
  private double chunk(int rows, int before) {
    return CHUNK * model.decodeSeconds(rows, before + CHUNK / 2)
        + rows * model.prefillSeconds(CHUNK + STOP_QUESTION);
  }
}
