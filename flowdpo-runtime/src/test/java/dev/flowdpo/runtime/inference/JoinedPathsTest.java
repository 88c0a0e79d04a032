package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Keys and values that move into one slab: what is in it, what becomes free, and when they stay.
 */
class JoinedPathsTest {
  private static final int SIDES = 4;
  private static final int HEADS = 2;
  private static final int TOKEN_BYTES = 24;

  private final KvMemory memory = new KvMemory(1L << 26);
  private final Random random = new Random(7);

  private static KvShape shape(List<KvPath> paths) {
    return new KvShape(SIDES, paths.size(), HEADS, KvAssembly.longest(paths), TOKEN_BYTES);
  }

  /** A slab of random bytes for sequences of so many tokens. */
  private KvSlab slab(int rows, int tokens, boolean inNativeMemory) {
    KvShape shape = new KvShape(SIDES, rows, HEADS, tokens, TOKEN_BYTES);
    KvSlab slab;
    if (inNativeMemory) {
      KvMemory.Region region = memory.take(shape.bytes()).orElseThrow();
      slab = KvSlab.in(region, SIDES, shape.side(), shape.rowBytes());
    } else {
      ByteBuffer[] sides = new ByteBuffer[SIDES];
      Arrays.setAll(sides, i -> ByteBuffer.allocate((int) shape.side()));
      slab = KvSlab.of(sides, shape.rowBytes());
    }
    for (int side = 0; side < SIDES; side++) {
      byte[] bytes = new byte[(int) shape.side()];
      random.nextBytes(bytes);
      slab.side(side).put(0, bytes);
    }
    return slab;
  }

  /** Rows of one run after others, each at most as long as the run. */
  private List<KvPath> appended(List<KvPath> paths, int tokens, boolean inNativeMemory) {
    KvSlab slab = slab(paths.size(), tokens, inNativeMemory);
    List<KvPath> next = new ArrayList<>();
    for (int row = 0; row < paths.size(); row++) {
      int length = row == 0 ? tokens : 1 + random.nextInt(tokens);
      KvTokens written = new KvTokens(slab, row * HEADS, 1);
      next.add(paths.get(row).append(new KvBlock(written, length)));
    }
    return next;
  }

  private static List<KvClaim> claims(List<KvPath> paths) {
    return new ArrayList<>(paths.stream().map(KvClaim::of).toList());
  }

  private static List<ByteBuffer> contents(List<KvPath> paths) {
    KvShape shape = shape(paths);
    List<ByteBuffer> sides = new ArrayList<>();
    for (int side = 0; side < SIDES; side++) {
      ByteBuffer to = ByteBuffer.allocate((int) shape.side());
      KvAssembly.copy(KvAssembly.blocks(paths), side, shape, to);
      sides.add(to.flip());
    }
    return sides;
  }

  private static void assertHolds(KvSlab slab, List<ByteBuffer> expected) {
    for (int side = 0; side < SIDES; side++) {
      assertThat(slab.side(side).duplicate().rewind()).isEqualTo(expected.get(side));
    }
  }

  @Property(tries = 60)
  void chunkAfterChunkTheSameLiesInOnePlace(
      @ForAll @IntRange(min = 1, max = 5) int rows, @ForAll long seed) {
    random.setSeed(seed);
    List<KvPath> paths = appended(List.of(KvPath.EMPTY), 40, true);
    while (paths.size() < rows) {
      paths = new ArrayList<>(paths);
      paths.addAll(appended(List.of(KvPath.EMPTY), 36 + random.nextInt(5), random.nextBoolean()));
    }
    List<KvClaim> open = claims(paths);
    for (int chunk = 0; chunk < 4; chunk++) {
      List<ByteBuffer> expected = contents(paths);
      Optional<KvSlab> joined = JoinedPaths.of(memory, paths, shape(paths));
      if (joined.isPresent()) {
        assertHolds(joined.get(), expected);
        long bytes = joined.get().bytes();
        assertThat(memory.used()).as("chunk %d", chunk).isBetween(bytes, bytes + 64 * SIDES);
        joined.get().release();
      } else {
        // Too much of it would be padding.
        assertThat(paths.stream().mapToInt(KvPath::length).distinct().count()).isGreaterThan(1);
      }
      assertThat(contents(paths)).isEqualTo(expected);
      paths = appended(paths, 3, true);
      open.addAll(claims(paths));
    }
    open.forEach(KvClaim::close);
    assertThat(memory.used()).isZero();
  }

  @Example
  void whatOneRunWroteIsReadWhereItLies() {
    KvSlab slab = slab(2, 9, true);
    List<KvPath> paths = new ArrayList<>();
    for (int row = 0; row < 2; row++) {
      paths.add(KvPath.EMPTY.append(new KvBlock(new KvTokens(slab, row * HEADS, 1), 9)));
    }
    List<KvClaim> open = claims(paths);
    KvSlab joined = JoinedPaths.of(memory, paths, shape(paths)).orElseThrow();
    assertThat(joined).isSameAs(slab);
    open.forEach(KvClaim::close);
    assertThat(memory.used()).as("while the run reads").isEqualTo(slab.bytes());
    joined.release();
    assertThat(memory.used()).isZero();
  }

  @Example
  void branchesOfOnePrefixStay() {
    List<KvPath> prompt = appended(List.of(KvPath.EMPTY), 20, true);
    List<KvPath> branches =
        List.of(appended(prompt, 4, true).get(0), appended(prompt, 4, true).get(0));
    assertStays(branches, claims(branches));
  }

  @Example
  void whoeverHasOtherRowsOrMoreTokensKeepsThemWhereTheyAre() {
    List<KvPath> three = appended(List.of(KvPath.EMPTY, KvPath.EMPTY, KvPath.EMPTY), 20, true);
    List<KvPath> one = appended(three.subList(0, 1), 4, true);
    List<KvClaim> open = claims(one);
    open.addAll(claims(three));
    assertStays(one, open);

    List<KvPath> longer = appended(appended(List.of(KvPath.EMPTY), 20, true), 6, true);
    List<KvPath> shorter = List.of(longer.get(0).first(22));
    List<KvClaim> both = claims(longer);
    both.addAll(claims(shorter));
    assertStays(shorter, both);
  }

  private void assertStays(List<KvPath> paths, List<KvClaim> open) {
    List<ByteBuffer> expected = contents(paths);
    long used = memory.used();
    assertThat(JoinedPaths.of(memory, paths, shape(paths))).isEmpty();
    assertThat(memory.used()).isEqualTo(used);
    assertThat(contents(paths)).isEqualTo(expected);
    assertThat(open).allSatisfy(claim -> claim.share().orElseThrow().close());
    open.forEach(KvClaim::close);
    assertThat(memory.used()).isZero();
  }

  @Example
  void whatAClaimReadMayBeClaimedByOthersAfterTheMoveButNotMore() {
    List<KvPath> prompt = appended(List.of(KvPath.EMPTY), 20, true);
    List<KvPath> paths = List.of(appended(prompt, 8, true).get(0).first(25));
    List<KvClaim> open = claims(paths);
    KvClaim before = KvClaim.of(prompt.get(0));
    JoinedPaths.of(memory, paths, shape(paths)).orElseThrow().release();
    ByteBuffer first = contents(List.of(before.path())).get(0);
    open.forEach(KvClaim::close);
    assertThat(contents(List.of(before.path())).get(0)).isEqualTo(first);
    before.close();
    assertThat(memory.used()).isZero();
    assertThat(before.share()).isEmpty();
  }

  @Example
  void whatDidNotMoveCannotBeClaimedAnyMore() {
    List<KvPath> longer = appended(appended(List.of(KvPath.EMPTY), 20, true), 8, true);
    List<KvPath> paths = List.of(longer.get(0).first(25));
    KvClaim dropped = KvClaim.of(longer.get(0));
    List<KvSlab> slabs = longer.get(0).blocks().stream().map(KvBlock::slab).toList();
    slabs.forEach(KvSlab::claim); // as another row would
    dropped.close();
    List<KvClaim> open = claims(paths);
    slabs.forEach(KvSlab::release);
    JoinedPaths.of(memory, paths, shape(paths)).orElseThrow().release();
    assertThat(dropped.share()).isEmpty();
    // Branches stay where they are, and leave it at that.
    List<KvPath> branches =
        List.of(appended(paths, 4, true).get(0), appended(paths, 4, true).get(0));
    open.addAll(claims(branches));
    assertThat(JoinedPaths.of(memory, branches, shape(branches))).isEmpty();
    assertThat(dropped.share()).isEmpty();
    open.forEach(KvClaim::close);
    assertThat(memory.used()).isZero();
  }

  @Example
  void withoutMemoryToGoOnWithWhatIsLostCannotBeClaimed() {
    List<KvPath> paths = appended(appended(List.of(KvPath.EMPTY), 20, true), 4, true);
    List<KvClaim> open = claims(paths);
    memory.close(); // gives out no more
    assertThat(JoinedPaths.of(memory, paths, shape(paths))).as("before anything moved").isEmpty();
    assertThat(open.get(0).share()).isPresent();
    assertThatThrownBy(() -> memory.takeAnyway(64))
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("-XX:MaxDirectMemorySize");
    paths.get(0).blocks().forEach(block -> block.tokens().lose());
    assertThat(open.get(0).share()).isEmpty();
    open.forEach(KvClaim::close);
  }
}
