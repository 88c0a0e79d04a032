package dev.flowdpo.runtime.inference;

import dev.flowdpo.error.FlowException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Paths whose keys and values move into one slab, in which a run reads them, instead of being
 * copied for it: side after side, each given back where it lay once it is copied, so that next to
 * nothing is held twice.
 *
 * <p>They move only where as much memory becomes free as is taken: not where paths share a prefix,
 * as rollouts do, nor where somebody outside has other rows of the same slabs. For one thread,
 * which has claims to all paths and {@linkplain KvMemory#moving() moves} alone.
 */
final class JoinedPaths {
  /** Of what is taken, so many sixteenths must become free. */
  private static final int FREED = 14;

  private final KvMemory memory;
  private final List<List<KvBlock>> paths;
  private final KvShape shape;
  private final List<KvSlab> emptied = new ArrayList<>();

  private JoinedPaths(KvMemory memory, List<KvPath> paths, KvShape shape) {
    this.memory = memory;
    this.paths = KvAssembly.blocks(paths);
    this.shape = shape;
  }

  /**
   * Returns a slab with all paths side by side, which the caller has a claim to, or none where they
   * stay where they are.
   *
   * @throws dev.flowdpo.error.FlowException if there is no native memory to go on with; what was
   *     not moved by then is lost, and read again by who needs it
   */
  static Optional<KvSlab> of(KvMemory memory, List<KvPath> paths, KvShape shape) {
    JoinedPaths joined = new JoinedPaths(memory, paths, shape);
    if (shape.steps() == 0) {
      return Optional.empty();
    }
    Optional<KvSlab> there = joined.alreadyThere();
    return there.isPresent() ? there : joined.moved();
  }

  /** Whether one run wrote just these, in this order and without padding. */
  private Optional<KvSlab> alreadyThere() {
    if (paths.stream().anyMatch(path -> path.size() != 1)) {
      return Optional.empty();
    }
    KvSlab slab = paths.get(0).get(0).slab();
    for (int row = 0; row < paths.size(); row++) {
      KvBlock block = paths.get(row).get(0);
      boolean there = block.tokens().isAt(slab, row * shape.heads());
      if (!there || block.length() != shape.steps()) {
        return Optional.empty();
      }
    }
    boolean whole = slab.bytes() == shape.bytes() && slab.isNative();
    return whole && slab.claim() ? Optional.of(slab) : Optional.empty();
  }

  private Optional<KvSlab> moved() {
    List<KvBlock> limited = new ArrayList<>();
    boolean moves = limit(limited) && takeOver();
    Optional<KvSlab> slab = moves ? copied() : Optional.empty();
    if (slab.isEmpty()) {
      limited.forEach(block -> block.tokens().unlimit());
    }
    return slab;
  }

  /** Limits claims to what is moved, unless paths share tokens or somebody claims more of them. */
  private boolean limit(List<KvBlock> limited) {
    IdentityHashMap<KvTokens, KvBlock> seen = new IdentityHashMap<>();
    for (List<KvBlock> path : paths) {
      for (KvBlock block : path) {
        boolean first = seen.put(block.tokens(), block) == null;
        if (!first || !block.tokens().limit(block.length())) {
          return false;
        }
        limited.add(block);
      }
    }
    return true;
  }

  /** Takes the slabs over that nobody else claims, if they are large enough together. */
  private boolean takeOver() {
    IdentityHashMap<KvSlab, Integer> claims = new IdentityHashMap<>();
    paths.forEach(path -> path.forEach(block -> claims.merge(block.slab(), 1, Integer::sum)));
    long freed =
        claims.entrySet().stream()
            .filter(one -> one.getKey().hasOnly(one.getValue()))
            .mapToLong(one -> one.getKey().bytes())
            .sum();
    if (16 * freed < FREED * shape.bytes()) {
      return false;
    }
    claims.forEach(
        (slab, count) -> {
          if (slab.takeOver(count)) {
            emptied.add(slab);
          }
        });
    return true;
  }

  /** Copies side after side; nothing has changed where there is no room for the first. */
  private Optional<KvSlab> copied() {
    List<KvMemory.Region> taken = new ArrayList<>();
    Optional<KvMemory.Region> region = memory.take(shape.side());
    if (region.isEmpty()) {
      emptied.forEach(KvSlab::leave);
      return Optional.empty();
    }
    try {
      for (int side = 0; side < shape.sides(); side++) {
        KvMemory.Region to = side == 0 ? region.get() : memory.takeAnyway(shape.side());
        taken.add(to);
        KvAssembly.copy(paths, side, shape, to.part(0, shape.side()));
        for (KvSlab slab : emptied) {
          slab.giveSide(side);
        }
      }
    } catch (FlowException e) {
      paths.forEach(path -> path.forEach(block -> block.tokens().lose()));
      taken.forEach(KvMemory.Region::run);
      emptied.forEach(KvSlab::giveBack);
      throw e;
    }
    KvSlab slab = KvSlab.in(taken, shape.side(), shape.rowBytes());
    slab.claim();
    for (int row = 0; row < paths.size(); row++) {
      int first = 0;
      for (KvBlock block : paths.get(row)) {
        block.tokens().move(slab, row * shape.heads(), first);
        first += block.length();
      }
    }
    emptied.forEach(KvSlab::giveBack);
    return Optional.of(slab);
  }
}
