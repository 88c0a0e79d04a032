package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowdpo.model.GradientPath;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.reference.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Completions that share rows, against the same completions in rows of their own. */
class PrefixSharingTest {
  private static final int VOCABULARY = 61;

  @Property(tries = 100)
  void aRowHoldsEverySequenceAndWhatATokenSeesIsItsOwn(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int count) {
    List<int[]> sequences =
        new ArrayList<>(
            completions(new Random(seed), count).stream().map(Completion::input).toList());
    sequences.sort(Arrays::compare);
    TokenTree tree = new TokenTree();
    sequences.forEach(tree::add);
    for (int i = 0; i < count; i++) {
      int[] path = tree.paths().get(i);
      assertThat(Arrays.stream(path).map(tree::token).toArray()).containsExactly(sequences.get(i));
      for (int position = 0; position < path.length; position++) {
        int query = path[position];
        assertThat(tree.position(query)).isEqualTo(position);
        assertThat(IntStream.rangeClosed(0, query).filter(key -> query <= tree.last(key)).toArray())
            .containsExactly(Arrays.copyOf(path, position + 1));
      }
    }
    long prefixes =
        sequences.stream()
            .flatMap(s -> IntStream.rangeClosed(1, s.length).mapToObj(n -> Arrays.copyOf(s, n)))
            .map(Arrays::toString)
            .distinct()
            .count();
    assertThat(tree.size()).as("tokens, each once").isEqualTo((int) prefixes);
  }

  @Property(tries = 8)
  void scoresAndGradientsEqualThoseOfRowsOfTheirOwn(
      @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 8) int count,
      @ForAll GradientPath path,
      @ForAll boolean wide) {
    Reference reference = Reference.of(wide ? "wide-heads-tied" : "gqa-tied");
    AdapterSnapshot policy = reference.adapter(true);
    Random random = new Random(seed);
    List<Completion> completions = completions(random, count);
    CompletionBatch apart = CompletionBatch.of(completions);
    CompletionBatch shared = CompletionBatch.of(completions, new PrefixSharing(200, 200, 1 << 20));
    float[] seeds = new float[apart.scored()];
    for (int i = 0; i < seeds.length; i++) {
      seeds[i] = (float) random.nextGaussian();
    }
    CompletionGradient gradients = CompletionGradient.of(reference.base(), path);
    INDArray expected = NativeVectors.zeros(policy.layout().size());
    INDArray found = NativeVectors.zeros(policy.layout().size());
    float[][] scores = new float[2][];
    gradients.addByToken(policy, apart, 0, s -> remember(scores, 0, s, seeds), expected);
    gradients.addByToken(policy, shared, 0, s -> remember(scores, 1, s, seeds), found);

    assertThat(shared.paddedTokens()).isLessThanOrEqualTo(apart.rows() * 200);
    assertThat(scores[1]).containsExactly(scores[0], within(1e-4f));
    double norm = expected.norm2Number().doubleValue();
    assertThat(found.sub(expected).norm2Number().doubleValue()).isLessThan(1e-4 * norm);
  }

  @Property(tries = 100)
  void aLongRowMakesNoMoreComparisonsThanItsSequencesApart(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int count) {
    List<Completion> completions = completions(new Random(seed), count);
    int longest = 12;
    for (List<Integer> row : new PrefixSharing(40, longest, 1 << 20).rows(completions)) {
      TokenTree tree = new TokenTree();
      row.forEach(index -> tree.add(completions.get(index).input()));
      long apart =
          row.stream().mapToLong(i -> (long) Math.pow(completions.get(i).inputLength(), 2)).sum();
      assertThat(tree.size() <= longest || Math.pow(tree.size(), 2) <= apart).isTrue();
      assertThat(row.size() == 1 || tree.size() <= 40).isTrue();
    }
  }

  @Example
  void aPairThatIsLongerThanABatchMayBeReadsItsPromptOnce() {
    int[] prompt = tokens(new Random(1), 100);
    List<Completion> pair =
        List.of(new Completion(prompt, new int[] {1, 2}), new Completion(prompt, new int[] {3, 4}));
    assertThat(new PrefixSharing(200, 12, 1 << 20).rows(pair)).containsExactly(List.of(0, 1));
    assertThat(new PrefixSharing(101, 12, 1 << 20).rows(pair)).as("too wide").hasSize(2);
    List<Completion> mostlyApart =
        List.of(
            new Completion(prompt, tokens(new Random(2), 400)),
            new Completion(prompt, tokens(new Random(3), 400)));
    assertThat(new PrefixSharing(2000, 12, 1 << 20).rows(mostlyApart)).hasSize(2);
  }

  private static float[] remember(float[][] scores, int slot, float[] found, float[] seeds) {
    scores[slot] = found;
    return seeds;
  }

  /** A walk over problems: prompts are the same, grow, or begin anew. */
  private static List<Completion> completions(Random random, int count) {
    List<Completion> completions = new ArrayList<>();
    int[] prompt = tokens(random, 1 + random.nextInt(12));
    for (int i = 0; i < count; i++) {
      switch (random.nextInt(4)) {
        case 0 -> prompt = tokens(random, 1 + random.nextInt(12));
        case 1 -> prompt = joined(prompt, tokens(random, 1 + random.nextInt(6)));
        default -> {}
      }
      completions.add(new Completion(prompt, tokens(random, 1 + random.nextInt(8))));
    }
    return completions;
  }

  private static int[] joined(int[] first, int[] second) {
    int[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }

  /** Few different tokens, so that completions also begin alike. */
  private static int[] tokens(Random random, int length) {
    return random.ints(length, 0, random.nextBoolean() ? 3 : VOCABULARY).toArray();
  }
}
