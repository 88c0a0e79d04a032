package dev.flowdpo.runtime.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Regions do not overlap, never take more than the limit, and are there again when given back. */
class KvMemoryTest {
  private static final int UNIT = 1 << 24;
  private static final long LIMIT = 40L << 20;

  private record Filled(KvMemory.Region region, int size, byte mark) {
    ByteBuffer memory() {
      return region.part(0, size);
    }
  }

  @Property(tries = 10)
  void regionsDoNotOverlapAndComeBack(
      @ForAll long seed, @ForAll @IntRange(min = 10, max = 23) int bits) {
    Random random = new Random(seed);
    KvMemory memory = new KvMemory(LIMIT);
    List<Filled> taken = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      if (!taken.isEmpty() && random.nextInt(3) == 0) {
        Filled one = taken.remove(random.nextInt(taken.size()));
        assertThat(isMarked(one)).isTrue();
        if (random.nextBoolean()) {
          one.region().giveBefore(random.nextInt(one.size() + 1));
          one.region().giveFrom(random.nextInt(one.size() + 1));
        }
        one.region().run();
      } else {
        int size = 1 + random.nextInt(1 << bits);
        byte mark = (byte) i;
        memory
            .take(size)
            .map(region -> new Filled(region, size, mark))
            .ifPresent(
                one -> {
                  ByteBuffer bytes = one.memory();
                  for (int place = 0; place < size; place += 61) {
                    bytes.put(place, mark);
                  }
                  taken.add(one);
                });
      }
      assertThat(memory.held()).isLessThanOrEqualTo(LIMIT);
      assertThat(memory.used()).isLessThanOrEqualTo(memory.held());
    }
    assertThat(taken).allMatch(KvMemoryTest::isMarked);
    taken.forEach(one -> one.region().run());
    assertThat(memory.used()).isZero();
    // Nothing is left in pieces: the largest region fits where it did before.
    long held = memory.held();
    assertThat(memory.take(Math.min(held, UNIT))).isPresent();
    assertThat(memory.held()).isEqualTo(held);
  }

  private static boolean isMarked(Filled one) {
    ByteBuffer bytes = one.memory();
    for (int place = 0; place < one.size(); place += 61) {
      if (bytes.get(place) != one.mark()) {
        return false;
      }
    }
    return true;
  }

  @Example
  void holdsLittleOnceItIsGivenBack() {
    KvMemory memory = new KvMemory(LIMIT);
    List<KvMemory.Region> many = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      many.add(memory.take(1 << 20).orElseThrow());
    }
    assertThat(memory.held()).isGreaterThanOrEqualTo(30L << 20);
    many.forEach(KvMemory.Region::run);
    assertThat(memory.held()).isLessThan(4L << 20);
    // What is held does not stand in the way of a region that needs all.
    assertThat(memory.take(LIMIT)).isPresent();
  }

  @Example
  void whatIsGivenBackFromTheEndsIsThereAgainAndTheRestIsNot() {
    KvMemory memory = new KvMemory(LIMIT);
    KvMemory.Region region = memory.take(1000).orElseThrow();
    assertThat(memory.used()).isEqualTo(1024);
    region.giveBefore(200);
    region.giveFrom(700);
    assertThat(memory.used()).as("from 192 to 704").isEqualTo(512);
    region.giveBefore(100);
    region.giveFrom(900);
    assertThat(memory.used()).isEqualTo(512);
    KvMemory.Region first = memory.take(192).orElseThrow();
    assertThat(memory.used()).isEqualTo(704);
    region.run();
    region.run();
    assertThat(memory.used()).isEqualTo(192);
    first.run();
    assertThat(memory.used()).isZero();
  }

  @Example
  void givesNothingBeyondTheLimitNorOnceItIsClosed() {
    KvMemory memory = new KvMemory(LIMIT);
    assertThat(memory.take(LIMIT + 1)).isEmpty();
    assertThat(memory.take(1L << 40)).isEmpty();
    Optional<KvMemory.Region> all = memory.take(LIMIT);
    assertThat(all).isPresent();
    assertThat(memory.take(1)).isEmpty();
    all.get().run();
    assertThat(memory.take(1)).isPresent();
    memory.close();
    assertThat(memory.take(1)).isEmpty();
  }
}
